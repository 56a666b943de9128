"""A bank's files: what is read of camt.054 and CSV, to the öre, and what is refused."""

import datetime
from decimal import Decimal

import pytest

from budgets.bank_files import camt as camt_reading
from budgets.bank_files import table
from budgets.bank_files.entries import BankFileRefused, ReadFile
from budgets.bank_files.reading import read_entries
from plans.sheets import MAX_BYTES
from tests.budgets.payment_world import camt, csv_file, entry, transaction


def read(data: bytes, name: str = "fil") -> ReadFile:
    return read_entries(data, file_name=name)


def faults(data: bytes) -> tuple[str, ...]:
    with pytest.raises(BankFileRefused) as refused:
        read(data)
    return refused.value.faults


@pytest.mark.parametrize("version", ["02", "04", "08"])
def test_each_version_gives_day_amount_reference_payer_and_the_banks_own_name(version):
    parts = [
        transaction("250.00", "10017", payer="Alby kommun", name="T1", version=version),
        transaction("500.10", "10025", payer="Björnå kommun", name="T2", version=version),
    ]
    found = read(camt(entry("750.10", *parts, name="E1", version=version), version=version))
    assert found.format == "camt"
    assert found.accounts == ("51658300",)
    said = [(one.received_on, one.amount, one.reference, one.payer, one.bank_reference) for one in found.entries]
    day = datetime.date(2024, 4, 30)
    assert said == [
        (day, Decimal("250.00"), "10017", "Alby kommun", "E1/T1"),
        (day, Decimal("500.10"), "10025", "Björnå kommun", "E1/T2"),
    ]
    assert found.total == Decimal("750.10")


def test_an_entry_with_one_part_without_an_amount_has_the_entrys():
    (one,) = read(camt(entry("99.50", transaction(None, "10017"), name="E1"))).entries
    assert one.amount == Decimal("99.50")


def test_an_entry_without_parts_is_a_payment_too():
    (one,) = read(camt(entry("99.50", name="E1"))).entries
    assert (one.amount, one.reference, one.bank_reference) == (Decimal("99.50"), "", "E1")


def test_the_payers_own_words_stand_in_for_a_structured_reference():
    (one,) = read(camt(entry("250", transaction("250", "Faktura 10017", is_text=True)))).entries
    assert one.reference == "Faktura 10017"


def test_what_went_out_is_left_out_and_told_of():
    outward = entry("80.00", transaction("80.00", "10017"), direction="DBIT")
    found = read(camt(outward, entry("250", transaction("250", "10017"))))
    assert [one.amount for one in found.entries] == [Decimal("250.00")]
    assert [(one.place, one.reason.replace("\xa0", " ")) for one in found.ignored] == [("Post 1", "80 kr gick ut")]


def test_what_went_out_inside_a_batch_is_left_out_and_counted_against_its_sum():
    parts = [transaction("300", "10017", direction="CRDT"), transaction("50", "10025", direction="DBIT")]
    found = read(camt(entry("250", *parts, version="04"), version="04"))
    assert [one.amount for one in found.entries] == [Decimal("300.00")]
    assert len(found.ignored) == 1


def test_a_reversal_and_what_is_not_booked_are_left_out():
    found = read(
        camt(
            entry("10", transaction("10", "1"), is_reversal=True),
            entry("20", transaction("20", "1"), status="PDNG"),
            entry("30", transaction("30", "1")),
        )
    )
    assert [one.amount for one in found.entries] == [Decimal("30.00")]
    assert len(found.ignored) == 2


def test_a_batch_whose_parts_are_not_its_amount_is_refused():
    """Something in it would be lost."""
    (said,) = faults(camt(entry("751", transaction("250", "10017"), transaction("500", "10025"))))
    assert "Post 1: delarna är tillsammans 750" in said


def test_a_batch_with_a_part_without_an_amount_is_refused():
    assert "del 2 saknar belopp" in faults(camt(entry("751", transaction("250", "1"), transaction(None, "2"))))[0]


def test_other_money_than_kronor_is_refused():
    assert "EUR" in faults(camt(entry("10", currency="EUR")))[0]


@pytest.mark.parametrize("amount", ["10.005", "-10", "1e3", "1,50", "", "0", "9" * 13, "NaN"])
def test_an_amount_that_is_none_is_refused(amount):
    assert faults(camt(entry(amount)))[0].startswith("Post 1: ")


def test_parts_with_the_same_names_are_kept_apart_by_their_count():
    """Some banks give every part of a batch the batch's own name."""
    parts = [transaction("250", "10017", name="E1"), transaction("250", "10017", name="E1")]
    found = read(camt(entry("500", *parts, name="E1")))
    assert [one.bank_reference for one in found.entries] == ["E1", "E1#2"]


def test_the_same_entry_twice_in_a_file_is_taken_once():
    one = entry("250", transaction("250", "10017", name="T1"), name="E1")
    found = read(camt(one, one))
    assert len(found.entries) == 1
    assert found.ignored[0].reason == "samma post står två gånger i filen"


def test_an_entry_without_any_name_gets_one_from_what_it_says():
    one = camt(entry("250", transaction("250", "10017")))
    other = camt(entry("250", transaction("250", "10025")))
    assert read(one).entries[0].bank_reference == read(one).entries[0].bank_reference
    assert read(one).entries[0].bank_reference != read(other).entries[0].bank_reference


def test_two_entries_alike_without_names_are_two_payments():
    one = entry("250", transaction("250", "10017"))
    references = [each.bank_reference for each in read(camt(one, one)).entries]
    assert references[1] == f"{references[0]}#2"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "start",
    [
        BOMB,
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
        b"<!DOCTYPE x>",
    ],
)
def test_a_file_with_a_document_type_is_refused_and_nothing_is_fetched_or_expanded(start):
    body = camt(entry("10", transaction("10", "&d;" if start == BOMB else "&a;"))).partition(b"\n")[2]
    said = faults(start + body)[0]
    assert "DOCTYPE" in said or "går inte att läsa som XML" in said
    assert "root:" not in said


@pytest.mark.parametrize(
    "data",
    [
        b"<a><b></a>",
        b"<" + b"a" * 100,
        b"<a>" * 5_000 + b"</a>" * 5_000,
        b'<?xml version="1.0" encoding="x-unknown"?><Document/>',
        "<Document/>".encode("utf-16"),
        b"<html><body>Logga in</body></html>",
    ],
)
def test_what_is_no_camt_file_is_refused_in_words(data):
    assert faults(data)[0].startswith(("Filen går inte", "Filen är XML"))


def test_another_kind_of_bank_file_is_named():
    data = camt(entry("10")).replace(b"camt.054.001.02", b"camt.053.001.02")
    assert "Filen är camt.053.001.02. Hämta camt.054" in faults(data)[0]


def test_a_file_that_is_too_large_is_not_parsed():
    assert "MB" in faults(b"<" + b"a" * MAX_BYTES)[0]


def test_a_file_with_too_many_payments_is_refused(monkeypatch):
    monkeypatch.setattr(camt_reading, "MAX_ENTRIES", 2)
    monkeypatch.setattr(table, "MAX_ENTRIES", 2)
    assert "fler än" in faults(camt(*[entry("10", name=f"E{number}") for number in range(3)]))[0]
    assert "fler än" in faults(csv_file(*["2024-04-30;10;1;;"] * 3))[0]


def test_a_file_without_payments_is_refused():
    assert faults(camt())[0] == "Filen har inga inbetalningar."
    assert "gick ut" in faults(camt(entry("10", direction="DBIT")))[0]
    assert faults(b" \n")[0] == "Filen är tom."


ROW = ("2024-04-30", "21 468,47", "10017", "Eslövs kommun", "BG1")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_csv_is_read_with_any_separator_and_encoding(separator, encoding):
    lines = [separator.join(("Betaldag", "Belopp", "OCR", "Betalare", "Bankens referens")), separator.join(ROW)]
    found = read("\n".join(lines).encode(encoding))
    (one,) = found.entries
    assert found.format == "csv"
    assert (one.amount, one.reference, one.payer) == (Decimal("21468.47"), "10017", "Eslövs kommun")
    assert (one.bank_reference, one.place) == ("BG1", "Rad 2")


def test_csv_with_commas_and_english_headings_is_read():
    data = b"Booking date,Amount,Reference,Name,Transaction ID,Currency\n2024/04/30,250.50,10017,Alby,T9,SEK\n"
    (one,) = read(data).entries
    assert (one.received_on, one.amount, one.bank_reference) == (datetime.date(2024, 4, 30), Decimal("250.50"), "T9")


def test_where_two_columns_say_the_same_the_first_that_says_anything_counts():
    head = "Bokföringsdag;Valutadag;Belopp;OCR;Meddelande"
    found = read(csv_file("2024-04-30;2024-05-01;10;;Faktura 1001", "2024-04-30;2024-05-01;10;10017;hej", head=head))
    assert [one.reference for one in found.entries] == ["Faktura 1001", "10017"]
    assert {one.received_on for one in found.entries} == {datetime.date(2024, 4, 30)}


def test_a_row_without_the_banks_name_gets_one_of_its_own_with_its_count():
    one = "2024-04-30;10;10017;Alby;"
    first = read(csv_file(one, one))
    second = read(csv_file("2024-04-29;5;10017;Alby;", one))
    names = [each.bank_reference for each in first.entries]
    assert names[1] == f"{names[0]}#2"
    assert second.entries[1].bank_reference == names[0]


def test_what_went_out_of_a_csv_file_is_left_out_and_told_of():
    found = read(csv_file("2024-04-30;−80,00;;Hyra;", "2024-04-30;+250;10017;Alby;"))
    assert [one.amount for one in found.entries] == [Decimal("250.00")]
    assert found.ignored[0].place == "Rad 2"


def test_every_fault_is_told_by_row_and_column():
    said = faults(csv_file("30/4;10;1;;", "2024-04-30;1.500;1;;", "2024-02-30;;1;;"))
    assert [text.partition(":")[0] for text in said] == [
        "Rad 2, kolumn A (Betaldag)",
        "Rad 3, kolumn B (Belopp)",
        "Rad 4, kolumn A (Betaldag)",
        "Rad 4, kolumn B (Belopp)",
    ]
    assert "högst två decimaler" in said[1]


def test_a_row_in_other_money_is_refused():
    said = faults(csv_file("2024-04-30;10;1;EUR", head="Datum;Belopp;OCR;Valuta"))
    assert said[0].startswith("Rad 2, kolumn D (Valuta): beloppet är i EUR")


def test_a_file_without_the_columns_that_are_needed_says_which_and_what_it_found():
    said = faults(csv_file("1;2", head="Kontonamn;Saldo"))[0]
    assert "betaldag och belopp och referens" in said
    assert "Kontonamn, Saldo" in said


def test_what_is_no_text_is_refused():
    assert "UTF-8" in faults(b"\x00\x01\x02\x81\x8d")[0]


def test_long_and_strange_texts_are_made_to_fit_a_row():
    (one,) = read(csv_file(f"2024-04-30;10;{'1' * 200};{'A' * 200};{'B' * 200}")).entries
    assert len(one.reference) <= 140
    assert len(one.payer) <= 140
    assert one.bank_reference.startswith("sha256:")
