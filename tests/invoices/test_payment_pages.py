"""The pages of payments: the list, by hand, and what each one pays."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from budgets.models import Payment
from budgets.payments import rest_of, withdraw_payment
from plans.roles import Role
from tests import factories as make
from tests.budgets.payment_world import issued, pay, pay_nobody, stands
from tests.invoices.round_people import faults_at, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db
LIST = "invoices:payments"


@pytest.fixture
def invoices(db):
    return issued()


@pytest.fixture
def place(invoices):
    return invoices["91"].collaboration


@pytest.fixture
def economist(client, place):
    return sign_in_economist(client, place)


def rows_of(client, **query) -> list[str]:
    soup = soup_of(client.get(reverse(LIST), query))
    return [words(row) for row in soup.select(".payment-list tbody tr")]


def test_those_that_wait_come_first_and_say_what_is_left(client, economist, invoices, place):
    pay(invoices["9101"], "250", payer="Alby kommun")
    pay_nobody(place, "99.50", payer="Okänd")
    pay(invoices["9102"], "100", of="300", payer="Björnå kommun")
    found = rows_of(client)
    assert ["Björnå" in found[0], "Okänd" in found[1], "Alby" in found[2]] == [True, True, True]
    assert "200,00 kvar" in found[0]
    assert "2 väntar på avprickning" in words(soup_of(client.get(reverse(LIST))))


def test_the_list_is_filtered_by_state_year_and_words(client, economist, invoices, place):
    pay(invoices["9101"], "250", payer="Alby kommun")
    pay_nobody(place, "99.50", payer="Okänd")
    assert len(rows_of(client, visa="vantar")) == 1
    assert len(rows_of(client, visa="avprickade", ar="2024")) == 1
    assert len(rows_of(client, ar="2023")) == 2  # a year without payments is not asked for
    assert len(rows_of(client, q="99,50")) == 1
    assert len(rows_of(client, q=invoices["9101"].number)) == 1
    assert len(rows_of(client, visa="trams")) == 2
    assert "Ingen betalning svarar" in words(soup_of(client.get(reverse(LIST), {"q": "finns inte"})))


def test_what_is_to_be_paid_back_is_shown_and_registered(client, economist, invoices):
    pay(invoices["9101"], "300")
    soup = soup_of(client.get(reverse(LIST)))
    assert "50,00 kr" in words(soup.select_one(".pay-back"))
    address = reverse("invoices:refund", args=[invoices["9101"].key])
    assert soup_of(client.get(address)).select_one("#id_amount")["value"] == "50"
    refused = client.post(address, {"paid_on": "2024-05-02", "amount": "60"})
    assert refused.status_code == 422
    assert "Högst 50" in faults_at(soup_of(refused), "amount")
    assert client.post(address, {"paid_on": "2024-05-02", "amount": "50"}).status_code == 302
    assert stands(invoices["9101"]).left == 0


def test_the_questions_of_the_list_do_not_grow(client, economist, invoices, place, django_assert_max_num_queries):
    pay(invoices["9101"], "300")
    client.get(reverse(LIST))
    with django_assert_max_num_queries(16):
        client.get(reverse(LIST))
    for code in ("91", "9102", "9103"):
        pay(invoices[code], "2000")
        pay_nobody(place, "7")
    with django_assert_max_num_queries(16):
        client.get(reverse(LIST))


def test_the_form_is_filled_in_from_the_invoice_that_one_comes_from(client, economist, invoices):
    soup = soup_of(client.get(reverse("invoices:new-payment"), {"faktura": invoices["9101"].key}))
    said = {name: soup.select_one(f"#id_{name}")["value"] for name in ("invoice", "amount", "payer", "reference")}
    assert said == {
        "invoice": invoices["9101"].number,
        "amount": "250",
        "payer": "Alby kommun",
        "reference": invoices["9101"].ocr,
    }


@pytest.mark.parametrize("called", ["number", "ocr"])
def test_a_payment_by_hand_pays_the_invoice_that_is_named(client, economist, invoices, called):
    said = {"received_on": "2024-04-30", "amount": "250,00", "invoice": getattr(invoices["9101"], called)}
    answer = client.post(reverse("invoices:new-payment"), said)
    payment = Payment.objects.get()
    assert answer.headers["Location"] == reverse("invoices:payment", args=[payment.key])
    assert stands(invoices["9101"]).left == 0
    assert payment.recorded_by == economist


def test_what_is_wrong_by_hand_is_said_at_its_field_and_what_was_typed_is_kept(client, economist, invoices):
    said = {"received_on": "2024-04-30", "amount": "1.500", "invoice": "4711", "payer": "Alby"}
    soup = soup_of(client.post(reverse("invoices:new-payment"), said))
    assert "högst två decimaler" in faults_at(soup, "amount")
    assert soup.select_one("#id_payer")["value"] == "Alby"
    refused = client.post(reverse("invoices:new-payment"), {**said, "amount": "1 500"})
    assert refused.status_code == 422
    assert "Det finns ingen faktura med numret 4711." in faults_at(soup_of(refused), "invoice")
    later = client.post(reverse("invoices:new-payment"), {**said, "amount": "5", "received_on": "2124-01-01"})
    assert "4711" in faults_at(soup_of(later), "invoice")
    assert not Payment.objects.exists()


def test_a_payment_is_split_by_hand(client, economist, invoices, place):
    payment = pay_nobody(place, "800")
    address = reverse("invoices:settle-payment", args=[payment.key])
    said = {
        f"belopp-{invoices['9101'].key}": "250",
        f"belopp-{invoices['9102'].key}": "",
        "number": invoices["9103"].number,
        "other_amount": "550",
    }
    assert client.post(address, said).status_code == 302
    assert rest_of(payment) == 0
    assert (stands(invoices["9101"]).left, stands(invoices["9103"]).left) == (0, Decimal("200.00"))


def test_too_much_of_a_payment_is_refused_and_what_was_typed_is_kept(client, economist, invoices, place):
    payment = pay_nobody(place, "100")
    address, name = reverse("invoices:settle-payment", args=[payment.key]), f"belopp-{invoices['9101'].key}"
    answer = client.post(address, {name: "100,01"})
    soup = soup_of(answer)
    assert answer.status_code == 422
    assert "av betalningen återstår 100 kr" in words(soup.select_one(".findings")).replace("\xa0", " ")
    assert soup.select_one(f"#id_{name}")["value"] == "100,01"
    assert "minst en faktura" in words(soup_of(client.post(address, {})).select_one(".findings"))
    assert "hur mycket" in words(soup_of(client.post(address, {"number": "1"})).select_one(".findings"))
    assert "vilken faktura" in words(soup_of(client.post(address, {"other_amount": "1"})).select_one(".findings"))
    assert rest_of(payment) == 100


def test_an_invoice_with_the_same_amount_comes_first(client, economist, invoices, place):
    payment = pay_nobody(place, "750")
    soup = soup_of(client.get(reverse("invoices:payment", args=[payment.key])))
    first = soup.select(".settle-list tbody tr")[0]
    assert invoices["9103"].number in words(first)
    assert "samma belopp" in words(first)


def test_a_match_is_taken_off_again(client, economist, invoices):
    payment = pay(invoices["9101"], "250")
    address = reverse("invoices:unsettle-payment", args=[payment.key])
    client.post(address, {"faktura": invoices["9101"].key})
    assert rest_of(payment) == 250
    answer = client.post(address, {"faktura": invoices["9101"].key}, follow=True)
    assert "inte avprickad mot den fakturan" in answer.content.decode()


def test_a_payment_is_withdrawn_after_a_page_that_says_what_it_means(client, economist, invoices):
    payment = pay(invoices["9101"], "250")
    address = reverse("invoices:withdraw-payment", args=[payment.key])
    assert "blir obetalda igen" in words(soup_of(client.get(address)))
    refused = client.post(address, {"reason": " "})
    assert refused.status_code == 422
    assert "Skriv varför" in faults_at(soup_of(refused), "reason")
    page = soup_of(client.post(address, {"reason": "Fel kommun."}, follow=True))
    assert "återtagen" in words(page.select_one(".page-head"))
    assert not page.select(".settle-form, [href$='/aterta/']")
    assert client.post(address, {"reason": "Igen."}).status_code == 422
    assert client.post(reverse("invoices:settle-payment", args=[payment.key]), {}).status_code == 302


def test_the_row_that_withdraws_says_what_it_takes_back(client, economist, invoices):
    payment = pay(invoices["9101"], "250")
    row = withdraw_payment(payment=payment, reason="Fel kommun.", by=economist)
    page = soup_of(client.get(reverse("invoices:payment", args=[row.key])))
    assert "Återtagande −250,00 kr" in words(page.h1).replace("\xa0", " ").replace("\u202f", " ")
    assert page.select(f"[href='{reverse('invoices:payment', args=[payment.key])}']")


def test_the_auditor_reads_and_is_offered_nothing_to_do(invoices, place):
    auditor, client = make.make_user("rev@prov.example"), Client()
    make.make_role(auditor, Role.AUDITOR, collaboration=place)
    client.force_login(auditor)
    payment = pay_nobody(place, "100")
    for address in (reverse(LIST), reverse("invoices:payment", args=[payment.key])):
        page = soup_of(client.get(address)).select_one("main")
        assert not page.select("form[method=post], [href$='/ny/'], [href$='/bankfil/'], [href$='/aterta/']")


def test_two_collaborations_are_chosen_between(client, economist, invoices):
    other = make.make_collaboration("tredje")
    make.make_role(economist, Role.ADMINISTRATOR, collaboration=other)
    soup = soup_of(client.get(reverse("invoices:new-payment")))
    assert not soup.select("#id_collaboration")  # only one of them invoices
