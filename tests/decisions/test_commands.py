"""The commands: what a button does, from the terminal, with an exit status and Swedish reasons."""

import argparse
import json

import pytest
from django.core.management import CommandError, call_command

from plans.deciding import Wish
from plans.models import Decision, Plan
from plans.roles import Role
from skane_digi.management.commands.record_decision import condition
from skane_digi.management.commands.submit_plan import day
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions import rounds

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return rounds.make_readable_version()


@pytest.fixture
def registrar(version):
    return talk.make_person(Role.REGISTRAR, version.plan, code="9101")


def record(version, registrar, *options: str, code: str = "9101", outcome: str = "adopted") -> None:
    named = ("--outcome", outcome, "--instance", "Kommunfullmäktige", "--on", rounds.A_DAY, "--by", registrar.email)
    call_command("record_decision", version.plan.slug, code, *named, *options)


class TestSubmitPlan:
    def test_freezes_a_complete_plan_and_says_which_version_it_is(self, capsys):
        plan = make.make_shared_plan(1000)
        chair = talk.make_person(Role.CHAIR, plan)
        wanted = ("--wanted-on", "2999-06-30")
        call_command("submit_plan", plan.slug, "--reason", "Färdig.", "--by", chair.email, *wanted)
        version = plan.versions.get()
        said = f"{plan} är fryst som version 1, fingeravtryck {version.fingerprint}."
        assert capsys.readouterr().out.strip() == said
        assert version.round.wanted_on.isoformat() == "2999-06-30"

    def test_lists_what_hinders_and_freezes_nothing(self):
        plan = make.make_shared_plan(1000)
        make.make_area(plan, "Halvfärdigt")
        chair = talk.make_person(Role.CHAIR, plan)
        with pytest.raises(CommandError, match=r"kan inte frysas[\s\S]*  - Halvfärdigt saknar bakgrund\."):
            call_command("submit_plan", plan.slug, "--reason", "Färdig.", "--by", chair.email)
        assert not plan.versions.exists()

    def test_is_for_those_who_lead_the_plan(self):
        plan = make.make_shared_plan(1000)
        editor = talk.make_person(Role.EDITOR, plan)
        with pytest.raises(CommandError, match="Ordföranden i SGD"):
            call_command("submit_plan", plan.slug, "--reason", "Färdig.", "--by", editor.email)
        with pytest.raises(CommandError, match="Inget konto har e-postadressen"):
            call_command("submit_plan", plan.slug, "--reason", "Färdig.", "--by", "ingen@prov.example")


class TestRecordDecision:
    def test_records_and_says_what_it_did(self, version, registrar, capsys, tmp_path):
        extract = tmp_path / "protokoll.pdf"
        extract.write_bytes(decide.A_PDF)
        record(version, registrar, "--extract", str(extract), "--paragraph", "§ 45", "--case-number", "KS 1")
        decision = Decision.objects.get()
        assert (decision.paragraph, decision.case_number, decision.recorded_by) == ("§ 45", "KS 1", registrar)
        assert decision.extract.name == "protokoll.pdf"
        assert capsys.readouterr().out.splitlines() == [
            "Alby kommun: beslutet är registrerat. Antagen, Kommunfullmäktige 2024-04-02.",
            "1 av 4 har antagit.",
            f"Nyckel: {decision.key}",
        ]

    def test_takes_conditions(self, version, registrar):
        conditions = ("--condition", "named:91, 9103", "--condition", "text:Om avtalet förlängs.")
        record(version, registrar, *conditions, outcome="conditional")
        named, in_words = Decision.objects.get().conditions.order_by("position")
        assert {row.code for row in named.organisations.all()} == {"91", "9103"}
        assert in_words.text == "Om avtalet förlängs."

    def test_corrects_what_has_its_key(self, version, registrar):
        wrong = decide.make_decision(version, "9101")
        record(version, registrar, "--corrects", wrong.key, "--reason", "Fel.", outcome="rejected")
        assert Decision.objects.get(replaces=wrong).correction_reason == "Fel."
        with pytest.raises(CommandError, match="har ingen registrering med nyckeln finns-inte"):
            record(version, registrar, "--corrects", "finns-inte", "--reason", "Fel.")

    @pytest.mark.parametrize(
        ("code", "options", "reason"),
        [
            ("9102", (), "registreras av organisationens registrator eller av SGD"),
            ("9999", (), "Ingen organisation har koden 9999. De som beslutar: 91, 9101, 9102, 9103."),
            ("9101", ("--extract", "/finns/inte.pdf"), "Filen /finns/inte.pdf kan inte läsas"),
            ("9101", ("--on", "2024-02-01"), "Versionen frystes 2024-03-01"),
        ],
    )
    def test_refuses_in_swedish(self, version, registrar, code, options, reason):
        with pytest.raises(CommandError, match=reason):
            record(version, registrar, *options, code=code)
        assert not Decision.objects.exists()

    def test_needs_a_version(self, registrar):
        plan = make.make_shared_plan(1000)
        with pytest.raises(CommandError, match="Planen har ingen fryst version"):
            call_command(
                "record_decision", plan.slug, "9101", "--outcome=adopted", "--instance=KF", f"--by={registrar.email}"
            )

    @pytest.mark.parametrize(
        ("written", "wish"),
        [
            ("all_municipalities", Wish("all_municipalities")),
            ("region", Wish("region")),
            ("named:1285,1280", Wish("named", "", ("1285", "1280"))),
            ("text:Om det: blir så.", Wish("free_text", "Om det: blir så.")),
        ],
    )
    def test_reads_each_kind_of_condition(self, written, wish):
        assert condition(written) == wish

    @pytest.mark.parametrize("written", ["", "alla", "named", "text", "free_text:Om."])
    def test_says_how_a_condition_is_written(self, written):
        with pytest.raises(argparse.ArgumentTypeError, match="är inget villkor"):
            condition(written)

    def test_says_how_a_day_is_written(self):
        with pytest.raises(argparse.ArgumentTypeError, match="Skriv den som 2024-03-01"):
            day("2 april")


class TestPlanSteps:
    def test_says_where_the_plan_is_and_what_can_be_done(self, version, capsys):
        call_command("plan_steps", version.plan.slug)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"{version.plan} (beslut hos huvudmännen)"
        assert "  Beslut hos huvudmännen: här är planen nu. 0 av 4 har antagit." in lines
        assert "  return: Återförvisa planen" in lines

    def test_lists_what_hinders(self, capsys):
        plan = make.make_shared_plan(1000)
        make.make_area(plan, "Halvfärdigt")
        call_command("plan_steps", plan.slug)
        text = capsys.readouterr().out
        assert "  submit: Sänd planen för beslut (kan inte tas än)" in text
        assert "      - Halvfärdigt saknar bakgrund. (Halvfärdigt)" in text

    def test_answers_with_data(self, version, capsys):
        decide.make_decision(version, "9101")
        call_command("plan_steps", version.plan.slug, "--format", "json")
        answer = json.loads(capsys.readouterr().out)
        assert (answer["status"], answer["version"], answer["adopted"], answer["members"]) == ("deciding", 1, 1, 4)
        assert [one["mark"] for one in answer["way"] if one["status"] == Plan.Status.DECIDING] == ["here"]
        assert [one["kind"] for one in answer["next"]] == ["wanted", "return"]
        assert all(one["possible"] for one in answer["next"])
