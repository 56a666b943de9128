"""Issuing from the page: what was confirmed is what is issued, once, whoever presses and how often."""

import pytest
from django.test import Client
from django.urls import reverse

from budgets.models import Invoice, InvoiceRecipient
from skane_digi.models import InvoiceBatch
from tests import factories as make
from tests import invoice_factories as bill
from tests.invoices.round_people import sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoicing(db, quick_files):
    return bill.make_round()


@pytest.fixture
def eva(client, invoicing):
    return sign_in_economist(client, invoicing.version.plan.collaboration)


def confirmed(client, invoicing) -> str:
    """Open the page that confirms, and return what it sends along."""
    return soup_of(client.get(address_of(invoicing))).select_one("[name=seen]")["value"]


def address_of(invoicing) -> str:
    return reverse("invoices:issue", args=[invoicing.key])


def press(client, invoicing, seen: str):
    return client.post(address_of(invoicing), {"seen": seen}, follow=True)


def told(answer) -> str:
    return " ".join(words(node) for node in soup_of(answer).select(".messages li")).replace("\u202f", " ")


def test_the_page_says_how_many_for_how_much_and_under_which_numbers(client, eva, invoicing):
    InvoiceRecipient.objects.filter(organisation__code="9103").update(address="")

    page = words(soup_of(client.get(address_of(invoicing))).select_one("main")).replace("\u202f", " ")

    assert "Ställ ut 3 fakturor?" in page
    assert "2 250,00 kr" in page.replace("\xa0", " ")
    assert "1001–1003" in page
    assert "De här väntar" in page


def test_it_issues_and_has_the_files_made(client, eva, invoicing):
    answer = press(client, invoicing, confirmed(client, invoicing))

    assert "4 fakturor på tillsammans 3 000,00" in told(answer)
    assert "1001–1004" in told(answer)
    assert Invoice.objects.count() == 4
    assert Invoice.objects.first().issued_by == eva
    assert InvoiceBatch.objects.get().kind == InvoiceBatch.Kind.MAKE


def test_a_second_press_says_who_issued_and_issues_nothing(client, eva, invoicing):
    seen = confirmed(client, invoicing)
    press(client, invoicing, seen)

    answer = press(client, invoicing, seen)

    assert "Inget nytt ställdes ut" in told(answer)
    assert "av Eva Ekonom" in told(answer)
    assert Invoice.objects.count() == 4
    assert InvoiceBatch.objects.count() == 1


def test_two_with_the_page_open_issue_once(client, eva, invoicing):
    other, colleague = Client(), make.make_user("kollega@prov.example")
    make.make_role(colleague, "economist", collaboration=invoicing.version.plan.collaboration)
    other.force_login(colleague)
    seen = [confirmed(each, invoicing) for each in (client, other)]

    press(client, invoicing, seen[0])
    late = press(other, invoicing, seen[1])

    assert "ställdes ut" in told(late)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["1001", "1002", "1003", "1004"]


def test_what_has_changed_since_it_was_shown_has_to_be_looked_at_again(client, eva, invoicing):
    seen = confirmed(client, invoicing)
    InvoiceRecipient.objects.filter(organisation__code="9101").update(reference="EN ANNAN")

    answer = press(client, invoicing, seen)

    assert answer.status_code == 422
    assert "har ändrats" in answer.content.decode()
    assert not Invoice.objects.exists()
    assert "4 fakturor" in told(press(client, invoicing, confirmed(client, invoicing)))


def test_numbers_that_somebody_has_taken_have_to_be_looked_at_again(client, eva, invoicing):
    first = bill.make_round(invoicing.version, instalments=2, instalment=1)
    invoicing.delete()
    second = bill.make_round(first.version, instalments=2, instalment=2)
    seen = confirmed(client, second)
    press(client, first, confirmed(client, first))

    answer = press(client, second, seen)

    assert answer.status_code == 422
    assert "1005–1008" in answer.content.decode()


def test_what_waited_is_issued_later_and_the_rest_is_left_alone(client, eva, invoicing):
    InvoiceRecipient.objects.filter(organisation__code="9102").update(address="")
    press(client, invoicing, confirmed(client, invoicing))
    before = dict(Invoice.objects.values_list("number", "content_digest"))
    InvoiceRecipient.objects.filter(organisation__code="9102").update(address="Provgatan 1")

    answer = press(client, invoicing, confirmed(client, invoicing))

    after = dict(Invoice.objects.values_list("number", "content_digest"))
    assert "Faktura 1004 på 500,00" in told(answer)
    assert before.items() < after.items()


@pytest.mark.parametrize("seen", ["", "påhittat", "\x00"])
def test_nothing_is_issued_by_one_who_has_not_seen_the_page(client, eva, invoicing, seen):
    assert press(client, invoicing, seen).status_code == 422
    assert not Invoice.objects.exists()
