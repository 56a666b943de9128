"""The list: filtered and sorted as the address asks, and the same rows as a file that no cell of is a formula."""

import datetime
import io
import json

import openpyxl
import pytest
from django.urls import reverse

from plans.roles import Role
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.conftest import adopt_all, adopted_version, board_address, revised_version, soup_of, words
from tests.decisions.rounds import sign_in

pytestmark = pytest.mark.django_db
FEB, MARCH = datetime.date(2024, 2, 1), datetime.date(2024, 3, 1)


@pytest.fixture
def decided(version, client):
    """Björnå and Åkarp have decided, Alby proposes, the Region has not answered; a reader is signed in."""
    decide.make_decision(version, "9102", decided_on=MARCH, paragraph="§ 123", case_number="KS 2024-9")
    decide.make_decision(version, "9103", "returned", decided_on=FEB, paragraph="§ 45", instance="Byrådet")
    decide.make_decision(version, "9101", stage="proposes", instance="Ålderdomsnämnden", decided_on=FEB)
    sign_in(client, Role.READER, version)
    return version


def names(client, version, query: str = "") -> list[str]:
    soup = soup_of(client, board_address(version, query))
    return [words(head) for head in soup.select(".decision-list tbody th")]


def test_the_region_comes_first_and_then_the_municipalities_by_the_alphabet(client, decided):
    assert names(client, decided) == ["Region Prov", "Alby kommun", "Björnå kommun", "Åkarp kommun"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ordna=namn", "Alby, Björnå, Region Prov, Åkarp"),
        ("ordna=namn&riktning=fallande", "Åkarp, Region Prov, Björnå, Alby"),
        ("ordna=lage", "Björnå, Åkarp, Alby, Region Prov"),
        ("ordna=instans", "Åkarp, Björnå, Alby, Region Prov"),
        ("ordna=instans&riktning=fallande", "Alby, Björnå, Åkarp, Region Prov"),
        ("ordna=dag", "Alby, Åkarp, Björnå, Region Prov"),
        ("ordna=dag&riktning=fallande", "Björnå, Alby, Åkarp, Region Prov"),
        ("ordna=paragraf", "Åkarp, Björnå, Region Prov, Alby"),
        ("ordna=kod;drop", "Region Prov, Alby, Björnå, Åkarp"),
        ("riktning=fallande", "Region Prov, Alby, Björnå, Åkarp"),
    ],
)
def test_the_list_is_sorted_in_swedish_and_what_is_unknown_comes_last(client, decided, query, expected):
    """Å, ä, ö come last; § 45 comes before § 123; who has nothing to sort by is last in either direction."""
    assert [name.removesuffix(" kommun") for name in names(client, decided, query)] == expected.split(", ")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lage=returned", ["Åkarp kommun"]),
        ("lage=underway", ["Alby kommun"]),
        ("lage=obesvarade", ["Region Prov", "Alby kommun", "Åkarp kommun"]),
        ("q=ÅKARP", ["Åkarp kommun"]),
        ("q=%20%C3%A5k%20", ["Åkarp kommun"]),
        ("q=a%CC%8Akarp", ["Åkarp kommun"]),
        ("q=9102", ["Björnå kommun"]),
        ("q=kommun&lage=returned", ["Åkarp kommun"]),
        ("lage=finns-inte", ["Region Prov", "Alby kommun", "Björnå kommun", "Åkarp kommun"]),
        ("q=%00", ["Region Prov", "Alby kommun", "Björnå kommun", "Åkarp kommun"]),
    ],
)
def test_the_list_is_filtered_by_standing_and_name(client, decided, query, expected):
    assert names(client, decided, query) == expected


def test_a_search_that_finds_nobody_says_so_and_leads_back(client, decided):
    soup = soup_of(client, board_address(decided, "q=Malmö"))
    assert words(soup.select_one("[role=status]")) == "Ingen huvudman stämmer med det du söker."
    assert words(soup.select_one(".list-filter a")) == "Visa alla 4"


def test_the_head_says_what_the_list_is_sorted_by_and_turns_it_next(client, decided):
    soup = soup_of(client, board_address(decided, "ordna=dag"))
    assert [words(head) for head in soup.select("[aria-sort]")] == ["Dag"]
    head = soup.select_one('[aria-sort="ascending"] a')
    assert "riktning=fallande" in head["href"]
    turned = soup_of(client, board_address(decided, "ordna=dag&riktning=fallande"))
    assert "riktning=stigande" in turned.select_one('[aria-sort="descending"] a')["href"]


def test_filter_order_version_and_file_go_together(client, db):
    first = adopted_version()
    sign_in(client, Role.READER, revised_version(first))
    query = "version=1&lage=adopted&q=by&ordna=dag&riktning=fallande"
    soup = soup_of(client, board_address(first, query))
    kept = ("version=1", "lage=adopted", "q=by")
    for link in (*soup.select(".sort-link"), *soup.select(".list-files a")):
        assert all(part in link["href"] for part in kept)
    assert all("ordna=dag&riktning=fallande" in link["href"] for link in soup.select(".list-files a"))
    hidden = {field["name"]: field["value"] for field in soup.select('.list-filter input[type="hidden"]')}
    assert hidden == {"version": "1", "ordna": "dag", "riktning": "fallande"}
    assert soup.select_one(".list-filter option[selected]")["value"] == "adopted"
    back = soup.select_one('.list-filter a:-soup-contains("Visa alla")')["href"]
    assert "version=1" in back
    assert "lage" not in back


def test_who_only_proposes_is_said_to_have_proposed(client, decided):
    soup = soup_of(client, board_address(decided, "q=Alby"))
    assert "Ålderdomsnämnden Föreslår: antagen" in words(soup.select_one(".decision-list tbody"))


def file_of(client, version, kind: str, query: str = ""):
    answer = client.get(reverse("decisions:export", args=[version.plan.slug, kind]) + f"?{query}")
    assert answer.status_code == 200
    return answer


def test_the_workbook_has_the_rows_of_the_page_in_their_order(client, decided):
    answer = file_of(client, decided, "xlsx", "lage=obesvarade&ordna=namn&riktning=fallande")
    assert f'filename="beslut-{decided.plan.slug}-version-1.xlsx"' in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:6] == ["Kod", "Organisation", "Läge", "Instans", "Dag", "Paragraf"]
    assert [row[1] for row in rows[1:]] == ["Åkarp kommun", "Region Prov", "Alby kommun"]
    assert rows[1][:4] == ["9103", "Åkarp kommun", "Återremiss", "Byrådet"]
    assert (rows[1][4].date(), rows[1][5]) == (FEB, "§ 45")


def test_no_text_in_a_file_becomes_a_formula(client, version):
    evil = {"instance": "=HYPERLINK(1)", "case_number": "+1", "paragraph": "@a", "comment": "-2"}
    decide.make_decision(version, "9101", **evil)
    sign_in(client, Role.READER, version)
    line = next(
        row for row in file_of(client, version, "csv").content.decode("utf-8-sig").splitlines() if "9101" in row
    )
    for text in evil.values():
        assert f";'{text}" in line
    sheet = openpyxl.load_workbook(io.BytesIO(file_of(client, version, "xlsx").content)).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert sheet["D3"].value == "=HYPERLINK(1)"


def test_the_public_file_lacks_the_columns_that_name_persons_and_files(client, db):
    version = adopted_version()
    public = json.loads(file_of(client, version, "json").content)
    sign_in(client, Role.READER, version)
    members = json.loads(file_of(client, version, "json").content)
    assert set(members[0]) - set(public[0]) == {"Protokollsutdrag", "Kommentar", "Registrerat av"}


def test_a_plan_without_a_version_has_no_file(client, version):
    sign_in(client, Role.EDITOR, version)
    plan = make.make_shared_plan(1000)
    assert client.get(f"/planer/{plan.slug}/beslut/lista.csv").status_code == 404


def test_a_file_of_another_kind_is_not_found_and_none_is_sent_in(client, version):
    sign_in(client, Role.EDITOR, version)
    address = f"/planer/{version.plan.slug}/beslut/lista"
    assert client.get(f"{address}.pdf").status_code == 404
    assert client.post(f"{address}.csv").status_code == 405


def test_the_extract_is_only_linked_for_those_who_take_part(client, db):
    version = adopted_version()
    decide.make_extract(version.decisions.get(organisation__code="9101"))
    assert not soup_of(client, board_address(version)).select('a[href*="utdrag"]')
    assert "Utdrag" not in words(soup_of(client, board_address(version)).select_one(".decision-list thead"))
    sign_in(client, Role.READER, version)
    (link,) = soup_of(client, board_address(version)).select('.decision-list a[href*="/utdrag/"]')
    assert client.get(link["href"]).status_code == 200


def test_all_who_have_adopted_are_found_when_all_have(client, version):
    adopt_all(version)
    sign_in(client, Role.READER, version)
    assert len(names(client, version, "lage=adopted")) == 4
