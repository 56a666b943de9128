"""The register on the terminal: ``manage.py decisions``."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from plans.models import DecisionRound
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.conftest import adopted_version, revised_version

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("decisions", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def decided(version):
    decision = decide.make_decision(version, "91", "conditional", paragraph="§ 7", comment="=1+1")
    decide.make_condition(decision, "named", "9103")
    decide.make_decision(version, "9102", stage="proposes", instance="Kommunstyrelsen", decided_on=None)
    return version


def test_the_text_says_how_it_goes_and_what_each_has_decided(decided):
    lines = run(decided.plan.slug).splitlines()
    assert lines[0] == f"{decided.plan}, version 1 (pågår), fingeravtryck {decided.fingerprint}"
    assert lines[1] == "0 av 4 har antagit. 2 har inte svarat, 1 bereder ärendet och 1 väntar på villkor."
    assert "  Region Prov    Antagen, villkor återstår  Kommunfullmäktige 2026-10-01, § 7" in lines
    assert "      Villkor: Åkarp kommun antar. Väntar på Åkarp kommun." in lines
    assert "  Björnå kommun  Beredning pågår            Kommunstyrelsen, dag okänd, föreslår: antagen" in lines
    assert "  Åkarp kommun   Inget beslut" in lines


def test_the_json_answers_with_the_whole_register(decided):
    answer = json.loads(run(decided.plan.slug, "--format", "json"))
    assert (answer["version"], answer["adopted"], answer["members"], answer["state"]) == (1, 0, 4, "open")
    assert answer["counts"] == {"waiting": 1, "none": 2, "underway": 1}
    region, *_ = answer["organisations"]
    assert region["standing"] == "waiting"
    assert region["decision"] == region["chain"][0]["key"]
    assert region["conditions"][0]["waits_for"] == ["9103"]


def test_the_csv_is_one_row_for_each_and_holds_no_formula(decided):
    rows = list(csv.DictReader(io.StringIO(run(decided.plan.slug, "--format", "csv")), delimiter=";"))
    assert [row["Kod"] for row in rows] == ["91", "9101", "9102", "9103"]
    assert rows[0]["Kommentar"] == "'=1+1"


def test_an_older_version_is_asked_for_by_its_number(db):
    first = adopted_version()
    revised_version(first)
    assert "version 2 (pågår)" in run(first.plan.slug)
    text = run(first.plan.slug, "--number", "1")
    assert "version 1 (fastställd)" in text
    assert "Fastställd 2024-03-01 av 4 huvudmän." in text


def test_the_days_left_are_counted_to_the_wanted_day(decided):
    DecisionRound.objects.update(wanted_on="2020-01-01")
    assert "Beslut önskas senast 2020-01-01, för" in run(decided.plan.slug)
    assert json.loads(run(decided.plan.slug, "--format", "json"))["days_left"] < 0


def test_a_plan_or_version_that_there_is_not_is_refused_in_words(version):
    with pytest.raises(CommandError, match="Det finns ingen handlingsplan med kortnamnet ”1999”"):
        run("1999")
    with pytest.raises(CommandError, match="har ingen version 0. De som finns: 1."):
        run(version.plan.slug, "--number", "0")
    with pytest.raises(CommandError, match="har ingen version att besluta om än"):
        run(make.make_plan().slug)
