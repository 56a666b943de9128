"""A bank's file on the pages: shown first, then registered as it was shown, or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.models import BankFile, Payment
from plans.sheets import MAX_BYTES
from skane_digi.invoices import bank_file_page
from tests import factories as make
from tests.budgets.payment_world import UNKNOWN_OCR, camt, csv_file, entry, issued, pay, stands, transaction
from tests.invoices.round_people import faults_at, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db
UPLOAD, STORE = "invoices:bank-file", "invoices:store-bank-file"


@pytest.fixture
def invoices(db):
    return issued()


@pytest.fixture
def economist(client, invoices):
    return sign_in_economist(client, invoices["91"].collaboration)


def upload(client, data: bytes, name: str = "maj.csv"):
    return client.post(reverse(UPLOAD), {"file": SimpleUploadedFile(name, data)})


def rows(*pairs: tuple[str, str]) -> bytes:
    return csv_file(*[f"2024-04-30;{amount};{reference};Någon;" for amount, reference in pairs])


def sealed_in(answer) -> dict[str, str]:
    form = soup_of(answer).select_one(".proposal-confirm")
    return {name: form.select_one(f"[name={name}]")["value"] for name in ("file", "shown")}


def test_the_file_is_shown_row_by_row_and_nothing_is_registered(client, economist, invoices):
    data = rows(("250", invoices["9101"].ocr), ("400", invoices["9102"].ocr), ("9", UNKNOWN_OCR), ("-80", "Avgift"))
    soup = soup_of(upload(client, data))
    found = [words(row.select_one(".proposal-list__said")) for row in soup.select(".proposal-list tbody tr")]
    number = {code: invoice.number for code, invoice in invoices.items()}
    assert found[0] == f"betalar fakturan {number['9101']} Alby Inget återstår."
    assert found[1].replace("\xa0", " ") == f"betalar en del {number['9102']} Björnå 100,00 kr återstår att betala."
    assert found[2] == "okänd OCR Ingen faktura har OCR-numret. Väntar på avprickning för hand."
    assert "80 kr gick ut" in words(soup).replace("\xa0", " ")
    assert not Payment.objects.exists()


def test_what_was_shown_is_registered(client, economist, invoices):
    answer = upload(client, rows(("250", invoices["9101"].ocr), ("9", "")))
    done = client.post(reverse(STORE), sealed_in(answer), follow=True)
    assert "2 betalningar ur maj.csv är registrerade. 1 betalning väntar" in words(soup_of(done))
    assert stands(invoices["9101"]).left == 0
    assert BankFile.objects.get().read_by == economist
    page = words(soup_of(client.get(reverse(UPLOAD))))
    assert "maj.csv" in page


def test_camt_is_taken_too(client, economist, invoices):
    answer = upload(client, camt(entry("250", transaction("250", invoices["9101"].ocr))), "c54.xml")
    assert "Filen gäller 51658300." in words(soup_of(answer))
    assert client.post(reverse(STORE), sealed_in(answer)).status_code == 302


def test_something_changed_meanwhile_is_shown_again_and_nothing_is_registered(client, economist, invoices):
    sealed = sealed_in(upload(client, rows(("250", invoices["9101"].ocr))))
    pay(invoices["9101"], "250")
    answer = client.post(reverse(STORE), sealed)
    soup = soup_of(answer)
    assert answer.status_code == 409
    assert "Något har ändrats" in words(soup.select_one(".findings"))
    assert "betalar för mycket" in words(soup.select_one(".proposal-list"))
    assert not BankFile.objects.exists()
    assert client.post(reverse(STORE), sealed_in(answer)).status_code == 302


def test_pressing_twice_registers_once(client, economist, invoices):
    sealed = sealed_in(upload(client, rows(("250", invoices["9101"].ocr))))
    client.post(reverse(STORE), sealed)
    assert client.post(reverse(STORE), sealed).status_code == 409
    assert Payment.objects.count() == 1


def test_a_file_that_has_been_read_in_offers_nothing_to_register(client, economist, invoices):
    data = rows(("250", invoices["9101"].ocr))
    client.post(reverse(STORE), sealed_in(upload(client, data)))
    soup = soup_of(upload(client, data))
    assert "Filen lästes in" in words(soup)
    assert not soup.select("[name=shown]")
    same_in_another = soup_of(upload(client, data + b"\r\n"))
    assert "redan registrerade" in words(same_in_another.select_one(".lead"))


def test_every_fault_of_a_file_is_said_at_its_field(client, economist):
    answer = upload(client, csv_file("30/4;10;1;;", "2024-04-30;x;1;;"))
    assert answer.status_code == 422
    said = faults_at(soup_of(answer), "file")
    assert "Rad 2, kolumn A" in said
    assert "Rad 3, kolumn B" in said
    assert "Välj en fil." in faults_at(soup_of(client.post(reverse(UPLOAD), {})), "file")
    assert "för stor" in faults_at(soup_of(upload(client, b"x" * (MAX_BYTES + 1))), "file")


def test_a_name_that_is_hostile_is_shown_as_text(client, economist, invoices):
    answer = upload(client, rows(("250", invoices["9101"].ocr)), "<script>alert(1)<.csv")
    assert b"<script>alert(1)" not in answer.content


@pytest.mark.parametrize("sealed", ["", "trams", "a:b:c"])
def test_what_was_not_sealed_by_a_page_is_refused(client, economist, sealed):
    answer = client.post(reverse(STORE), {"file": sealed, "shown": ""})
    assert answer.status_code == 422
    assert "för gamla" in words(soup_of(answer))


def test_what_is_sealed_too_long_ago_is_refused(client, economist, invoices, monkeypatch):
    sealed = sealed_in(upload(client, rows(("250", invoices["9101"].ocr))))
    monkeypatch.setattr(bank_file_page, "KEPT_SECONDS", -1)
    assert client.post(reverse(STORE), sealed).status_code == 422


def test_what_another_sealed_is_refused_to_one_from_elsewhere(client, economist, invoices):
    sealed = sealed_in(upload(client, rows(("250", invoices["9101"].ocr))))
    stranger = make.make_user("frammande@prov.example")
    make.make_role(stranger, "economist", collaboration=make.make_collaboration("annan"))
    client.force_login(stranger)
    assert client.post(reverse(STORE), sealed).status_code == 422
    assert not Payment.objects.exists()
