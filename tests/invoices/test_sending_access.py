"""Every address of sending × who asks. One that is not listed here fails."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from plans.roles import Role
from skane_digi.invoices import sending_urls
from skane_digi.invoices.batches import order_documents
from skane_digi.invoices.making import make_document
from skane_digi.models import InvoiceSending
from tests import factories as make

pytestmark = pytest.mark.django_db
ISSUERS = {"superuser", "administrator", "economist"}
READERS = ISSUERS | {"editor", "chair", "auditor"}
PAGES = {"send-round": ISSUERS, "batch": ISSUERS, "zip": READERS}
POSTED = dict.fromkeys(("send-round", "make-files", "send", "mark-sent", "resolve-sending", "remind"), ISSUERS)
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)


@pytest.fixture
def people(invoicing) -> dict:
    """One account per role where the invoices are, the registrar and the reader of a body that has one of them."""
    place, invoice = invoicing.version.plan.collaboration, invoicing.invoices.first()
    found = {}
    for role in Role.values:
        found[role] = make.make_user(f"{role}@prov.example")
        body = invoice.organisation if role in (Role.REGISTRAR, Role.READER) else None
        make.make_role(found[role], role, collaboration=place, organisation=body)
    stranger = make.make_user("annan@prov.example")
    make.make_role(stranger, Role.ECONOMIST, collaboration=make.make_collaboration("en-annan"))
    boss = get_user_model().objects.create_superuser("overst@prov.example", password="x")
    return {**found, "stranger": stranger, "superuser": boss, "roleless": make.make_user("tom@prov.example")}


@pytest.fixture
def addresses(invoicing, people) -> dict[str, str]:
    invoice = invoicing.invoices.first()
    batch = order_documents(invoicing=invoicing, by=people["economist"])
    for each in invoicing.invoices.all():
        make_document(each)
    row = InvoiceSending.objects.create(invoice=invoice, occasion="original")
    keys = {
        **{name: [invoicing.key] for name in ("send-round", "make-files", "zip")},
        **{name: [invoice.key] for name in ("send", "mark-sent")},
        "batch": [batch.key],
        "resolve-sending": [row.key],
        "remind": [],
    }
    return {name: reverse(f"invoices:{name}", args=arguments) for name, arguments in keys.items()}


def answers(client, people, ask) -> dict[str, int]:
    found = {}
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(people[who])
        found[who] = ask().status_code
    return found


def test_every_address_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    assert {pattern.name for pattern in sending_urls.urlpatterns} == {*PAGES, *POSTED}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, client, people, addresses):
    """What you may not see answers 404; one who is not signed in is asked to sign in."""
    found = answers(client, people, lambda: client.get(addresses[name]))
    assert found == {who: 302 if who == "anonymous" else 200 if who in PAGES[name] else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", POSTED)
def test_every_change_by_role(name, client, people, addresses, invoicing):
    data = {"invoice": invoicing.invoices.first().key}
    found = answers(client, people, lambda: client.post(addresses[name], data))
    allowed = POSTED[name] | {"anonymous"}
    assert found == {who: 302 if who in allowed else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", [name for name in POSTED if name != "send-round"])
def test_a_change_is_never_made_by_following_a_link(name, client, people, addresses):
    client.force_login(people["superuser"])
    assert client.get(addresses[name]).status_code == 405


def test_an_economist_elsewhere_reminds_of_nothing_here(client, people, addresses, invoicing):
    client.force_login(people["stranger"])
    data = {"invoice": invoicing.invoices.first().key}
    assert client.post(addresses["remind"], data).status_code == 404
