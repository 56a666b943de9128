"""``manage.py simulate``."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from budgets.models import BudgetLine, Scenario
from plans.models import LogEntry
from tests import factories as make
from tests.scenarios.conftest import line_of

pytestmark = pytest.mark.django_db


def simulate(plan, *args: str) -> str:
    out = io.StringIO()
    call_command("simulate", plan.slug, "--year", "2030", *args, stdout=out)
    return out.getvalue()


def test_text_shows_before_after_and_change(plan):
    said = simulate(plan, "--set", f"{line_of(plan).key}=1800")
    assert "Jämfört med utkastet som det är nu." in said
    assert "1 200 → 1 800 kr." in said
    row = next(line for line in said.splitlines() if line.startswith("Åkarp"))
    assert row.split() == ["Åkarp", "450,00", "600,00", "150,00", "33,33", "%"]


def test_json_carries_each_line_as_text(plan):
    area = plan.focus_areas.order_by("position")[0]
    answer = json.loads(simulate(plan, "--add", f"{area.slug}:Ny: del:60", "--without", "9101", "--format", "json"))
    assert answer["total"] == {"before": "1800.00", "after": "1860.00", "change": "60.00", "percent": "3.33"}
    assert sum(Decimal(one["change"]) for one in answer["organisations"]) == 60
    akarp = next(one for one in answer["organisations"] if one["code"] == "9103")
    assert [line["name"] for line in akarp["lines"]][1] == f"{area.name}: Ny: del"
    assert sum(Decimal(line["after"] or 0) for line in akarp["lines"]) == Decimal(akarp["after"])


def test_csv_ends_with_the_sum(plan):
    make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
    rows = list(csv.DictReader(io.StringIO(simulate(plan, "--rule", "tung", "--format", "csv")), delimiter=";"))
    assert [row["code"] for row in rows] == ["91", "9101", "9102", "9103", ""]
    assert (rows[0]["after"], rows[-1]["change"]) == ("540.00", "0.00")


def test_a_scenario_is_begun_with_and_added_to(plan, scenario):
    key = line_of(plan).key
    kept = json.loads(simulate(plan, "--scenario", scenario.key, "--format", "json"))
    assert kept["total"]["after"] == "2400.00"
    more = json.loads(simulate(plan, "--scenario", scenario.key, "--set", f"{key}=0", "--format", "json"))
    assert more["total"]["after"] == "600.00"


def test_lines_are_shown_with_their_keys(plan):
    assert simulate(plan, "--lines").splitlines()[0].split()[0] == line_of(plan).key


def test_nothing_is_written(plan):
    before = BudgetLine.objects.count(), LogEntry.objects.count()
    simulate(plan, "--drop", line_of(plan).key, "--without", "9101")
    assert (BudgetLine.objects.count(), LogEntry.objects.count()) == before
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--set", "borta=1"), "Posten borta finns inte längre"),
        (("--rule", "slopad"), "finns inte längre"),
        (("--without", "9999"), "är inte medlem"),
        (("--with", "9999:kommuner"), "finns inte"),
        (("--figures", "provtal@1999-12-31"), "Det finns inga nyckeltal"),
        (("--figures", "provtal"), "skriv nyckel och dag"),
        (("--scenario", "borta"), "har inget scenario"),
    ],
)
def test_what_is_wrong_is_said_in_swedish(plan, args, said):
    with pytest.raises(CommandError, match=said):
        simulate(plan, *args)


def test_another_plan_or_year_is_told(plan):
    with pytest.raises(CommandError, match="ingen plan"):
        call_command("simulate", "borta", "--year", "2030")
    with pytest.raises(CommandError, match="har inte verksamhetsåret 1999"):
        call_command("simulate", plan.slug, "--year", "1999")
