"""Reading a bank's file in: what each payment would do, and all of it done or nothing."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from budgets.bank_files.reading import read_entries
from budgets.bank_matching import Outcome, propose
from budgets.bank_storing import ProposalChanged, read_bank_file, store_bank_file
from budgets.models import BankFile, Payment, Settlement
from plans.models import LogEntry
from tests.budgets.payment_world import (
    UNKNOWN_OCR,
    camt,
    credit,
    csv_file,
    entry,
    issued,
    pay,
    stands,
    transaction,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoices():
    return issued()


def proposed(invoices, *rows: str):
    return propose(invoices["91"].collaboration, read_entries(csv_file(*rows), file_name="fil.csv"))


def row(amount: str, reference: str, name: str = "") -> str:
    return f"2024-04-30;{amount};{reference};Någon;{name}"


def outcomes(proposal) -> list[tuple]:
    return [(one.outcome, one.invoice.number if one.invoice else "") for one in proposal.rows]


def test_a_payment_is_matched_on_its_ocr_number_and_said_to_pay_all_part_or_too_much(invoices):
    ocr = {code: invoice.ocr for code, invoice in invoices.items()}
    found = proposed(invoices, row("250", ocr["9101"]), row("400", ocr["9102"]), row("800", ocr["9103"]))
    assert outcomes(found) == [
        (Outcome.PAYS, invoices["9101"].number),
        (Outcome.PAYS_PART, invoices["9102"].number),
        (Outcome.PAYS_OVER, invoices["9103"].number),
    ]
    assert [one.difference for one in found.rows] == [0, Decimal("-100.00"), Decimal("50.00")]


def test_an_unknown_number_a_wrong_check_digit_and_no_reference_wait_for_somebody(invoices):
    wrong = f"{invoices['9101'].ocr[:-1]}{(int(invoices['9101'].ocr[-1]) + 1) % 10}"
    found = proposed(invoices, row("1", UNKNOWN_OCR), row("1", wrong), row("1", "Hyra"), row("1", ""))
    assert [one.outcome for one in found.rows] == [Outcome.UNKNOWN] * 3 + [Outcome.UNNAMED]
    assert [one.reason for one in found.rows] == [
        "Ingen faktura har OCR-numret.",
        "Kontrollsiffran i OCR-numret stämmer inte.",
        "Referensen är inget OCR-nummer.",
        "",
    ]
    assert len(found.waiting) == 4


def test_the_number_is_found_with_spaces_and_in_a_sentence(invoices):
    ocr = invoices["9101"].ocr
    found = proposed(invoices, row("250", f"{ocr[:2]} {ocr[2:]}"), row("250", f"Faktura OCR {ocr}, tack"))
    assert {number for _, number in outcomes(found)} == {invoices["9101"].number}


def test_a_reference_that_names_two_invoices_waits(invoices):
    found = proposed(invoices, row("750", f"{invoices['9101'].ocr} och {invoices['9102'].ocr}"))
    assert (found.rows[0].outcome, found.rows[0].invoice) == (Outcome.UNKNOWN, None)
    assert "flera fakturor" in found.rows[0].reason


def test_the_second_payment_of_an_invoice_sees_the_first(invoices):
    ocr = invoices["9101"].ocr
    found = proposed(invoices, row("100", ocr), row("150", ocr), row("10", ocr))
    assert [one.outcome for one in found.rows] == [Outcome.PAYS_PART, Outcome.PAYS, Outcome.PAYS_OVER]


def test_what_is_paid_and_credited_already_counts(invoices):
    pay(invoices["9101"], "100")
    credit(invoices["9101"], {1: "50"})
    assert proposed(invoices, row("100", invoices["9101"].ocr)).rows[0].outcome == Outcome.PAYS


def test_a_credit_invoices_number_is_no_invoice_to_pay(invoices):
    found = proposed(invoices, row("1", credit(invoices["9101"], {1: "1"}).ocr))
    assert found.rows[0].outcome == Outcome.UNKNOWN


def test_nothing_is_changed_by_looking(invoices, django_assert_num_queries):
    before = LogEntry.objects.count()
    proposed(invoices, row("250", invoices["9101"].ocr))
    assert (Payment.objects.count(), LogEntry.objects.count()) == (0, before)


def test_the_questions_do_not_grow_with_the_rows(invoices, django_assert_max_num_queries):
    ocr = [invoice.ocr for invoice in invoices.values()]
    with django_assert_max_num_queries(6):
        proposed(invoices, row("250", ocr[0]))
    with django_assert_max_num_queries(6):
        proposed(invoices, *[row("2", one, f"{one}-{number}") for one in ocr for number in range(20)])


def test_storing_records_every_payment_and_what_it_pays_in_a_few_questions(invoices, django_assert_max_num_queries):
    data = camt(
        entry(
            "751.00",
            transaction("250.00", invoices["9101"].ocr, name="T1"),
            transaction("501.00", UNKNOWN_OCR, name="T2"),
            name="E1",
        )
    )
    with django_assert_max_num_queries(26):
        read_bank_file(collaboration=invoices["91"].collaboration, data=data, file_name="c.xml", by=None)
    file = BankFile.objects.get()
    assert (file.name, file.format, file.payments.count()) == ("c.xml", "camt", 2)
    assert Settlement.objects.get().invoice == invoices["9101"]
    assert stands(invoices["9101"]).left == 0
    subjects = LogEntry.objects.filter(subject__in=["budgets.bankfile", "budgets.payment", "budgets.settlement"])
    assert subjects.count() == 4


def test_the_same_file_twice_adds_nothing(invoices):
    said = {
        "collaboration": invoices["91"].collaboration,
        "data": csv_file(row("250", invoices["9101"].ocr)),
        "file_name": "a.csv",
        "by": None,
    }
    read_bank_file(**said)
    before = LogEntry.objects.count()
    again = read_bank_file(**said)
    assert again.earlier == BankFile.objects.get()
    assert (Payment.objects.count(), LogEntry.objects.count()) == (1, before)


def test_payments_that_an_earlier_file_had_are_left_and_the_new_ones_taken(invoices):
    place = invoices["91"].collaboration
    first, second = row("250", invoices["9101"].ocr, "B1"), row("500", invoices["9102"].ocr, "B2")
    read_bank_file(collaboration=place, data=csv_file(first), file_name="a.csv", by=None)
    found = read_bank_file(collaboration=place, data=csv_file(second, first), file_name="b.csv", by=None)
    assert [one.outcome for one in found.rows] == [Outcome.PAYS, Outcome.TAKEN]
    assert Payment.objects.count() == 2
    assert stands(invoices["9101"]).left == 0


def test_what_was_shown_is_what_is_stored_or_nothing_is(invoices):
    place = invoices["91"].collaboration
    read = read_entries(csv_file(row("250", invoices["9101"].ocr)), file_name="a.csv")
    shown = propose(place, read)
    pay(invoices["9101"], "250")
    with pytest.raises(ProposalChanged) as changed:
        store_bank_file(collaboration=place, read=read, shown=shown.token, by=None)
    assert changed.value.proposal.rows[0].outcome == Outcome.PAYS_OVER
    assert not BankFile.objects.exists()
    store_bank_file(collaboration=place, read=read, shown=changed.value.proposal.token, by=None)
    assert Payment.objects.count() == 2


def test_a_fault_half_way_stores_nothing(invoices, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("halvvägs")

    monkeypatch.setattr("budgets.bank_storing.add_settlements", fail)
    data = csv_file(row("250", invoices["9101"].ocr))
    with pytest.raises(RuntimeError):
        read_bank_file(collaboration=invoices["91"].collaboration, data=data, file_name="a.csv", by=None)
    assert not BankFile.objects.exists()
    assert not Payment.objects.exists()


def test_the_command_shows_first_and_then_reads_in(invoices, tmp_path, capsys):
    path = tmp_path / "maj.csv"
    path.write_bytes(csv_file(row("250", invoices["9101"].ocr), row("10", "Hyra")))
    call_command("import_payments", str(path), "--dry-run")
    said = capsys.readouterr().out
    assert "betalar fakturan" in said
    assert "Inget är sparat." in said
    assert not Payment.objects.exists()
    call_command("import_payments", str(path))
    assert "2 betalningar är registrerade, 1 väntar på avprickning." in capsys.readouterr().out
    call_command("import_payments", str(path))
    assert "redan inläst" in capsys.readouterr().out
    assert Payment.objects.count() == 2


def test_the_command_says_what_is_wrong(invoices, tmp_path):
    path = tmp_path / "maj.csv"
    path.write_bytes(b"a;b\n1;2\n")
    with pytest.raises(CommandError, match="ingen kolumn"):
        call_command("import_payments", str(path))
    with pytest.raises(CommandError, match="går inte att läsa"):
        call_command("import_payments", str(tmp_path / "saknas.csv"))
    with pytest.raises(CommandError, match="Det finns ingen samverkan"):
        call_command("import_payments", str(path), "--collaboration", "saknas")
