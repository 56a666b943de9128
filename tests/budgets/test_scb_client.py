"""SCB is asked in version 2, and in version 1 where that does not answer; when both fail it says how to go on."""

import datetime

import pytest

from budgets.regions import Region
from budgets.scb.client import CALLS, SECONDS, Pace, ScbClient, ScbDoesNotAnswer
from budgets.scb.population import fetch_population
from budgets.scb.reading import FiguresRefused
from budgets.scb.tables import table_for
from tests.key_figures.conftest import scb  # noqa: F401
from tests.key_figures.scb_server import json_stat, ok, version_1

SKANE = Region("12", "Skåne län", {"1214": "Svalöv", "1285": "Eslöv"})
DAY = datetime.date(2022, 12, 31)
VALUES = {"12": 49200, "1214": 14466, "1285": 34701}
QUESTION_2 = {
    "selection": [
        {"variableCode": "Region", "valueCodes": ["12", "1214", "1285"]},
        {"variableCode": "ContentsCode", "valueCodes": ["BE0101N1"]},
        {"variableCode": "Tid", "valueCodes": ["2022"]},
    ]
}


@pytest.fixture(autouse=True)
def _no_settings_of_ones_own(scb):  # noqa: F811
    """Every test here has the server."""


def test_version_2_is_asked_for_parts_and_total_in_one_call(scb):  # noqa: F811
    scb.version_2 = [ok(json_stat(VALUES))]
    found = fetch_population(DAY, SKANE)
    assert scb.asked == [("/api/v2/tables/TAB638/data?lang=sv&outputFormat=json-stat2", QUESTION_2)]
    assert (found.values, found.stated_total) == ({"1214": 14466, "1285": 34701}, 49200)
    assert (found.quality, found.source, found.remark) == ("official", "SCB, Statistikdatabasen, tabell TAB638", "")


def test_a_noisy_table_is_asked_for_its_totals_and_marked(scb):  # noqa: F811
    totals = {"Civilstand": "SC", "Alder": "TotSA", "Kon": "TotSa"}
    scb.version_2 = [ok(json_stat(VALUES, period="2025", contents="000007ME", **totals))]
    found = fetch_population(datetime.date(2025, 12, 31), SKANE)
    asked = {row["variableCode"]: row["valueCodes"] for row in scb.asked[0][1]["selection"]}
    assert {name: [value] for name, value in totals.items()}.items() <= asked.items()
    assert found.quality == "perturbed"
    assert "brus" in found.remark
    assert found.stated_total != found.parts_total


@pytest.mark.parametrize("form", [json_stat, version_1])
def test_version_1_is_asked_where_version_2_is_down(form, scb):  # noqa: F811
    scb.version_1 = [ok(form(VALUES))]
    assert fetch_population(DAY, SKANE).values == {"1214": 14466, "1285": 34701}
    path, question = scb.asked[-1]
    assert path == "/v1/BefolkningNy"
    assert question["query"][0] == {"code": "Region", "selection": {"filter": "item", "values": list(VALUES)}}
    assert question["response"] == {"format": "json-stat2"}


def test_a_busy_server_is_asked_again_after_the_time_it_says(scb):  # noqa: F811
    scb.version_2 = [(429, "", {"Retry-After": "7"}), (503, "", {}), ok(json_stat(VALUES))]
    assert fetch_population(DAY, SKANE).stated_total == 49200
    assert scb.waited == [7, 2]


def test_an_answer_that_cannot_be_read_is_not_taken(scb):  # noqa: F811
    scb.version_2 = [ok("<html>Underhåll</html>"), ok({"class": "dataset"}), ok(b"\xff\xff\xff")]
    scb.version_1 = [ok(version_1(VALUES))]
    assert fetch_population(DAY, SKANE).stated_total == 49200
    assert [path.split("/")[1] for path, _ in scb.asked] == ["api", "api", "api", "v1"]


def test_a_slow_server_is_left_within_the_time_that_is_given(scb, settings):  # noqa: F811
    settings.SCB_TIMEOUT = 1
    scb.version_2 = scb.version_1 = [(200, json_stat(VALUES), {"X-Slow": 2})]
    with pytest.raises(
        ScbDoesNotAnswer, match="version 2 svarade inte inom 1 sekund; version 1 svarade inte inom 1 sek"
    ):
        fetch_population(DAY, SKANE, client=ScbClient(patience=2))
    assert 2 <= len(scb.asked) < 4, "version 2 leaves half of the time to version 1"


def test_when_both_are_down_it_says_what_where_and_how_to_go_on(scb):  # noqa: F811
    scb.version_2, scb.version_1 = [(429, "", {})], [(500, "", {})]
    with pytest.raises(ScbDoesNotAnswer) as caught:
        fetch_population(DAY, SKANE)
    text = caught.value.reason
    assert "SCB lämnade inte tabell TAB638 för 2022" in text
    assert "version 2 tar inte emot fler frågor just nu (429)" in text
    assert "version 1 har driftstörning (500)" in text
    assert "hämta tabellen för hand på statistikdatabasen.scb.se" in text


def test_a_server_that_cannot_be_reached_is_said_to_be_so(settings):
    settings.SCB_API_V2 = settings.SCB_API_V1 = "http://127.0.0.1:9/scb"
    with pytest.raises(ScbDoesNotAnswer, match="gick inte att nå"):
        fetch_population(DAY, SKANE)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((400, "Non-existent value", {}), r"känner inte igen frågan \(400\): troligen är dagen inte publicerad än"),
        ((302, "", {"Location": "https://ny.example/api"}), "hänvisar till https://ny.example/api"),
        ((403, "", {}), "svarade med felet 403"),
        ((200, b" " * (5 * 1024 * 1024 + 1), {}), "mer än 5 MB"),
    ],
)
def test_what_no_other_try_helps_is_asked_once(answer, said, scb):  # noqa: F811
    scb.version_2 = scb.version_1 = [answer]
    with pytest.raises(ScbDoesNotAnswer, match=said):
        fetch_population(DAY, SKANE)
    assert len(scb.asked) == 2, "each version once"


def test_a_municipality_that_is_left_out_is_named(scb):  # noqa: F811
    """A missing value is a named fault, not a zero."""
    scb.version_2 = [ok(json_stat({"12": 49200, "1214": 14466}))]
    with pytest.raises(FiguresRefused, match=r"Uppgift saknas för Eslöv \(1285\)"):
        fetch_population(DAY, SKANE)


def test_a_value_that_is_left_out_is_named(scb):  # noqa: F811
    scb.version_2 = [ok(json_stat({**VALUES, "1285": None}))]
    with pytest.raises(FiguresRefused, match="1285 har inget värde"):
        fetch_population(DAY, SKANE)


def test_no_more_calls_are_made_than_scb_allows():
    """30 calls in 10 seconds."""
    now, instants = [0], []
    pace = Pace(clock=lambda: now[0], pause=lambda seconds: now.__setitem__(0, now[0] + seconds))
    for _ in range(3 * CALLS + 1):
        pace.wait()
        instants.append(now[0])
    assert instants[CALLS - 1] == 0
    for first, later in zip(instants, instants[CALLS:], strict=False):
        assert later - first >= SECONDS


@pytest.mark.parametrize(
    ("day", "number", "name", "period"),
    [
        ("2024-12-31", "TAB638", "BefolkningNy", "2024"),
        ("2025-12-31", "TAB5557", "BefolkningCKM", "2025"),
        ("2024-11-30", "TAB5444", "BefolkManad", "2024M11"),
        ("2024-02-29", "TAB5444", "BefolkManad", "2024M02"),
        ("2025-01-31", "TAB6471", "BefolkManadCKM", "2025M01"),
        ("2023-11-01", "TAB1267", "FolkmangdNov", "2023"),
    ],
)
def test_which_table_holds_which_day(day, number, name, period):
    day = datetime.date.fromisoformat(day)
    table = table_for(day)
    assert (table.number, table.name, table.period(day)) == (number, name, period)


def test_a_day_that_no_table_holds_is_refused_with_one_that_is():
    with pytest.raises(FiguresRefused, match="den sista dagen i varje månad, till exempel 2024-02-29"):
        table_for(datetime.date(2024, 2, 28))
    with pytest.raises(FiguresRefused, match="TAB5444 börjar 2000"):
        table_for(datetime.date(1999, 3, 31))
