"""``manage.py grants``: the printed beside the computed, for eyes, spreadsheets and programs."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tests.grants import rows

pytestmark = pytest.mark.django_db
GRANT = "god-och-nara-vard-2023"


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("grants", *arguments, stdout=output)
    return output.getvalue()


def test_text_has_each_part_with_its_calculation_and_remark(real_plans):
    text = run(GRANT, "--organisation", "23")
    for words in (
        "Region Jämtland Härjedalen: 75 422 690 kr",
        "Goda förutsättningar för vårdens medarbetare: 31 487 054 kr",
        "Omställning till nära vård: tryckt 26 349 913, räknat 26 321 112 (skiljer sig)",
        "59 500 000,00 × 25 187 124 / 1 999 000 000 = 1 249 69",
        "Antalet invånare i de tre klasserna av landsbygd är inte tryckt.",
        "5 039 945 kr, en krona mer",
    ):
        assert words in text, words


def test_json_carries_kronor_as_text_and_the_exact_value(real_plans):
    answer = json.loads(run(GRANT, "--format", "json"))
    assert answer["amounts_total"] == answer["stated_total"] == "6394500000.00"
    (outcome,) = answer["outcomes"]
    assert (outcome["code"], outcome["printed"]) == ("23", "75422690.00")
    parts = {(part["area"], part["part"]): part for part in outcome["parts"]}
    digital = parts["vision-e-halsa", ""]
    assert (digital["printed"], digital["computed"], digital["standing"]) == ("1249692.00", "1249692.00", "EQUAL")
    assert digital["object_code"] == "9942"
    assert digital["exact"] == "2498133878/1999"
    near = parts["nara-vard", "Omställning till nära vård"]
    assert (near["difference"], near["standing"]) == ("28801.00", "DIFFERS")
    assert parts["nara-vard", "Primärvård i landsbygd"]["computed"] is None


def test_csv_has_one_row_for_each_part(real_plans):
    found = list(csv.DictReader(io.StringIO(run(GRANT, "--format", "csv")), delimiter=";"))
    assert len(found) == 8
    assert sum(Decimal(row["printed"] or 0) for row in found) == 75_422_690
    assert {row["standing"] for row in found} == {"EQUAL", "DIFFERS", "NOT_COMPUTABLE", "NOT_GIVEN"}


@pytest.mark.parametrize("file_format", ["text", "json", "csv"])
def test_without_a_grant_all_are_listed(real_plans, file_format):
    text = run("--format", file_format)
    assert GRANT in text
    assert "6 394 500 000" in text or "6394500000.00" in text


def test_check_fails_where_something_that_can_be_computed_differs(real_plans):
    run(GRANT)
    with pytest.raises(CommandError, match="Något som kan räknas skiljer sig"):
        run(GRANT, "--check")


def test_check_fails_where_the_amounts_are_not_what_is_stated():
    rows.make_amount(rows.make_grant_area(rows.make_agreement(total_amount=1000)), 999)
    with pytest.raises(CommandError, match="skiljer sig"):
        run("provbidrag", "--check")
    assert "Stämmer inte: överenskommelsen anger 1 000 kr." in run("provbidrag")


def test_check_is_silent_where_all_agrees():
    rows.make_amount(rows.make_grant_area(rows.make_agreement(total_amount=1000)), 1000)
    assert "Ingen mottagare är inlagd." in run("provbidrag", "--check")


def test_what_is_not_there_is_told_with_what_is(real_plans):
    with pytest.raises(CommandError, match=f"”fel”. Det finns: {GRANT}"):
        run("fel")
    with pytest.raises(CommandError, match="ingen organisation med koden ”99”"):
        run(GRANT, "--organisation", "99")
