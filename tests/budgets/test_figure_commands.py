"""The commands that bring in key figures: what they print, store and answer."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from budgets.models import AllocationKey, KeyFigureSet
from plans.models import LogEntry
from tests import factories as make
from tests.key_figures.conftest import scb, writer  # noqa: F401
from tests.key_figures.scb_server import json_stat, ok

pytestmark = pytest.mark.django_db
DAY = "2024-11-30"


@pytest.fixture
def skane(real_plans) -> dict[str, int]:
    """What SCB says of Skåne: each municipality, and the county's own total, one more than their sum."""
    codes = [
        code
        for code, *_ in AllocationKey.objects.get(slug="folkmangd")
        .figure_sets.filter(region_code="12")
        .first()
        .figures.values_list("organisation__code")
    ]
    values = {code: 1000 + at for at, code in enumerate(codes)}
    return {"12": sum(values.values()) + 1, **values}


def run(*arguments: str, command: str = "fetch_population") -> tuple[str, int]:
    output, status = io.StringIO(), 0
    try:
        call_command(command, *arguments, stdout=output)
    except SystemExit as leaving:
        status = leaving.code
    return output.getvalue(), status


def monthly(values: dict, period: str = "2024M11") -> tuple:
    return ok(json_stat(values, period=period, contents="000003O5"))


def test_a_day_is_fetched_and_stored(scb, skane):  # noqa: F811
    scb.version_2 = [monthly(skane)]
    text, status = run("--on", DAY)
    assert status == 0
    assert text.startswith("Folkmängd, Skåne län, 2024-11-30: 33 värden ur SCB, Statistikdatabasen, tabell TAB5444")
    assert "Källans egen summa är 33 529, skillnad +1." in text
    stored = KeyFigureSet.objects.get(reference_date=DAY)
    assert (stored.figures.count(), stored.stated_total) == (33, 33529)


def test_stored_values_are_not_changed_without_a_yes(scb, skane):  # noqa: F811
    scb.version_2 = [monthly(skane), monthly({**skane, "1285": 7})]
    run("--on", DAY)
    before = LogEntry.objects.count()
    text, status = run("--on", DAY)
    assert status == 1
    assert "Dagen är redan lagrad: 1 ändras." in text
    assert "Eslöv: 1 026 → 7 (−1 019)" in text
    assert "Kör samma kommando med --yes för att ersätta det som är lagrat." in text
    assert LogEntry.objects.count() == before
    text, status = run("--on", DAY, "--yes")
    assert (status, "Värdena är lagrade." in text) == (0, True)
    assert KeyFigureSet.objects.get(reference_date=DAY).figures.get(organisation__code="1285").value == 7


def test_a_dry_run_stores_nothing(scb, skane):  # noqa: F811
    scb.version_2 = [monthly(skane)]
    text, status = run("--on", DAY, "--dry-run")
    assert (status, "Provat, inget är ändrat." in text) == (0, True)
    assert not KeyFigureSet.objects.filter(reference_date=DAY).exists()


def test_the_answer_can_be_read_by_a_program(scb, skane, writer):  # noqa: F811
    scb.version_2 = [monthly(skane), monthly({**skane, "1285": 7})]
    answer = json.loads(run("--on", DAY, "--format", "json", "--by", writer.email)[0])
    assert (answer["stored"], answer["is_new"], answer["count"], answer["stated_total"]) == (True, True, 33, 33529)
    assert (answer["key"], answer["region"], answer["on"], answer["faults"]) == ("folkmangd", "12", DAY, [])
    assert LogEntry.objects.filter(actor=writer).exists()
    text, status = run("--on", DAY, "--format", "json")
    answer = json.loads(text)
    assert (status, answer["stored"]) == (1, False)
    assert answer["differences"] == [{"code": "1285", "name": "Eslöv", "before": 1026, "after": 7}]


def test_when_scb_is_down_the_status_says_so(scb, real_plans):  # noqa: F811
    with pytest.raises(CommandError, match="hämta tabellen för hand"):
        run("--on", DAY)
    text, status = run("--on", DAY, "--format", "json")
    assert (status, json.loads(text)["stored"]) == (1, False)
    assert "TAB5444" in json.loads(text)["faults"][0]


def test_a_file_is_read_in_its_place(tmp_path, skane):
    path = tmp_path / "folk.json"
    path.write_text(json.dumps(json_stat(skane, period="2024M11", contents="000003O5")))
    assert run("--on", DAY, "--file", str(path))[1] == 0
    assert KeyFigureSet.objects.get(reference_date=DAY).source.endswith("inläst ur filen folk.json")
    with pytest.raises(CommandError, match="kunde inte läsas"):
        run("--on", DAY, "--file", str(tmp_path / "nej.csv"))


def test_what_a_sent_plan_shares_by_is_not_changed_by_a_yes(scb, skane):  # noqa: F811
    """A set used by a locked plan's cost basis is refused with a sentence that says why."""
    scb.version_2 = [ok(json_stat(skane, period="2022"))]
    for arguments in (["--yes"], ["--dry-run"], []):
        with pytest.raises(CommandError, match="Handlingsplan 2024 är skickad för beslut och fördelar sin kostnad"):
            run("--on", "2022-12-31", *arguments)


def test_a_day_an_area_and_an_account_that_there_are_not_are_refused(real_plans):
    with pytest.raises(CommandError, match="ingen folkmängd för 2024-11-29"):
        run("--on", "2024-11-29")
    with pytest.raises(CommandError, match="inget område med koden ”99”"):
        run("--on", DAY, "--region", "99")
    with pytest.raises(CommandError, match="inget konto i bruk"):
        run("--on", DAY, "--by", "ingen@prov.example")
    with pytest.raises(CommandError, match="inte ett datum"):
        run("--on", "i går")


def test_another_measure_is_read_from_a_file(tmp_path, real_plans):
    make.make_key("veckor")
    path = tmp_path / "veckor.csv"
    path.write_text("kommun;veckor\nEslöv;12\nRegion Skåne;40\n", encoding="latin-1")
    arguments = ["veckor", str(path), "--on", "2024-06-30", "--source", "Praktikkontoret", "--total", "52"]
    text, status = run(*arguments, command="import_key_figures")
    assert (status, "Värdena är lagrade." in text) == (0, True)
    stored = KeyFigureSet.objects.get(allocation_key__slug="veckor")
    assert (stored.source, stored.stated_total, stored.quality) == ("Praktikkontoret", 52, "official")
    assert dict(stored.figures.values_list("organisation__code", "value")) == {"1285": 12, "12": 40}
    assert run(*arguments, command="import_key_figures")[0].endswith("Inget är ändrat.\n")


def test_population_and_unknown_keys_are_turned_away(tmp_path, real_plans):
    with pytest.raises(CommandError, match="fetch_population --on 2024-06-30 --file f.csv"):
        run("folkmangd", "f.csv", "--on", "2024-06-30", command="import_key_figures")
    with pytest.raises(CommandError, match="ingen nyckel med kortnamnet ”finns-inte”. Det finns: .*folkmangd"):
        run("finns-inte", "f.csv", "--on", "2024-06-30", command="import_key_figures")
