"""Where the bodies take their invoices: what is missing in sight, and each field with its own fault."""

import pytest
from django.urls import reverse

from budgets.models import InvoiceRecipient
from plans.models import LogEntry, Organisation
from plans.roles import Role
from tests import factories as make
from tests import invoice_factories as bill
from tests.invoices.round_people import faults_at, seen_on, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def collaboration(db):
    make.make_members()
    return make.make_collaboration()


@pytest.fixture
def eslov(collaboration) -> Organisation:
    return Organisation.objects.get(code="9101")


def address_of(organisation: Organisation) -> str:
    return reverse("invoices:recipient", args=[organisation.slug])


def typed(**fields) -> dict:
    values = {
        "address": "Provgatan 2",
        "postal_code": "241 80",
        "city": "Eslöv",
        "reference": "ZZ1285",
        "email": "faktura@eslov.example",
        "endpoint_scheme": "0007",
    }
    return {**values, **fields}


def test_the_list_says_what_each_body_lacks(client, collaboration, eslov):
    sign_in_economist(client, collaboration)
    bill.make_recipient(eslov, reference="")

    soup = soup_of(client.get(reverse("invoices:recipients")))

    rows = {words(row.th): row for row in soup.select(".recipient-list tbody tr")}
    assert len(rows) == 4
    assert words(rows[eslov.name].select_one(".lacks")) == "Referens"
    assert "4 organisationer kan inte faktureras" in words(soup.select_one(".notice"))


def test_a_complete_body_lacks_nothing(client, collaboration, eslov):
    sign_in_economist(client, collaboration)
    bill.make_recipients(collaboration)

    soup = soup_of(client.get(reverse("invoices:recipients")))

    assert not soup.select(".lacks, .notice")


def test_it_is_written_and_logged(client, collaboration, eslov):
    user = sign_in_economist(client, collaboration)

    answer = client.post(address_of(eslov), typed())

    recipient = InvoiceRecipient.objects.get(organisation=eslov)
    assert answer.url == reverse("invoices:recipients")
    assert (recipient.address, recipient.reference) == ("Provgatan 2", "ZZ1285")
    assert LogEntry.objects.latest("pk").actor == user


@pytest.mark.parametrize(
    ("fields", "name", "text"),
    [
        ({"postal_code": "24180000"}, "postal_code", ""),
        ({"postal_code": "2418"}, "postal_code", "fem siffror"),
        ({"email": "faktura hos eslöv"}, "email", "e-post"),
        ({"endpoint": "Eslövs GLN"}, "endpoint", "E-adressen"),
        ({"endpoint_scheme": "9999"}, "endpoint_scheme", ""),
        ({"reference": "Z" * 61}, "reference", "60"),
    ],
)
def test_what_is_not_right_is_said_at_its_field(client, collaboration, eslov, fields, name, text):
    sign_in_economist(client, collaboration)

    answer = client.post(address_of(eslov), typed(**fields))

    soup = soup_of(answer)
    assert answer.status_code == 422
    assert faults_at(soup, name)
    assert text in faults_at(soup, name)
    assert soup.select_one("[name=address]")["value"] == "Provgatan 2"
    assert not InvoiceRecipient.objects.exists()


def test_a_registrar_writes_their_own_bodys(client, collaboration, eslov):
    user = make.make_user("rakel@prov.example")
    make.make_role(user, Role.REGISTRAR, collaboration=collaboration, organisation=eslov)
    client.force_login(user)

    rows = soup_of(client.get(reverse("invoices:recipients"))).select(".recipient-list tbody a")
    assert [row["href"] for row in rows] == [address_of(eslov)]
    assert client.post(address_of(eslov), typed(reference="Ny")).status_code == 302
    assert InvoiceRecipient.objects.get().reference == "Ny"


def test_one_without_a_body_is_told_so(client, collaboration):
    user = make.make_user("las@prov.example")
    make.make_role(user, Role.READER, collaboration=collaboration)
    client.force_login(user)

    assert "hör inte till någon organisation" in client.get(reverse("invoices:recipients")).content.decode()


def test_an_auditor_reads_without_links_to_write(client, collaboration, eslov):
    user = make.make_user("revisor@prov.example")
    make.make_role(user, Role.AUDITOR, collaboration=collaboration)
    client.force_login(user)

    soup = soup_of(client.get(reverse("invoices:recipients")))

    assert len(soup.select(".recipient-list tbody tr")) == 4
    assert not soup.select(".recipient-list tbody a")


def test_one_who_was_reviewing_a_round_comes_back_to_it(client, eslov):
    invoicing = bill.make_round()
    sign_in_economist(client, invoicing.version.plan.collaboration)

    seen = seen_on(client, address_of(eslov))
    answer = client.post(f"{address_of(eslov)}?omgang={invoicing.key}", typed(seen=seen))

    assert answer.url == reverse("invoices:round", args=[invoicing.key])


def test_what_another_has_written_meanwhile_is_not_overwritten_unseen(client, collaboration, eslov):
    sign_in_economist(client, collaboration)
    first = seen_on(client, address_of(eslov))
    client.post(address_of(eslov), typed(reference="ZZ1", seen=first))

    late = client.post(address_of(eslov), typed(reference="ZZ2", seen=first))

    assert late.status_code == 422
    assert "under tiden" in late.text
    assert InvoiceRecipient.objects.get(organisation=eslov).reference == "ZZ1"
