"""What the database itself refuses of versions and decisions, whoever asks."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from plans import frozen_triggers
from plans.models import (
    ConditionFinding,
    Decision,
    DecisionCondition,
    DecisionRound,
    FrozenRowError,
    LetterChoice,
    PaperText,
    PlanStep,
    PlanVersion,
    ProtocolExtract,
    ReminderLetter,
    VersionFault,
)
from plans.models.frozen import Frozen
from tests import decision_factories as decide
from tests import factories as make
from tests.decision_factories import DECISION_MODELS
from tests.plans.test_models import refuses

pytestmark = pytest.mark.django_db
FROZEN = [model for model in apps.get_app_config("plans").get_models() if issubclass(model, Frozen)]


@pytest.fixture
def version() -> PlanVersion:
    """A version with a row of everything that can be said about one."""
    version = decide.make_version()
    decision = decide.make_decision(version, "9101", "conditional")
    condition = decide.make_condition(decision, "named", "9102")
    ConditionFinding.objects.create(condition=condition, is_met=True, reason="Skäl.", found_by_name="Ofelia")
    decide.make_extract(decision)
    VersionFault.objects.create(version=version, code="x", text="Fel.", reason="Tryckt så.")
    person = make.make_user("rakel@prov.example")
    ReminderLetter.objects.create(
        version=version, organisation=decision.organisation, person=person, occasion="7", address=person.email
    )
    LetterChoice.objects.create(person=person, wants_reminders=False)
    PaperText.objects.create(collaboration=version.plan.collaboration, slot="juridik", kind="region", text="<p>x</p>")
    PlanStep.objects.create(
        plan=version.plan, version=version, kind="submit", status_before="draft", status_after="submitted"
    )
    return version


def another(version: PlanVersion, **fields) -> PlanVersion:
    names = [field.name for field in PlanVersion._meta.concrete_fields if field.name not in ("id", "key")]
    values = {name: getattr(version, name) for name in names}
    return PlanVersion(**{**values, "number": 2, "content_digest": "f" * 64, **fields})


class TestDecisionConstraints:
    def test_version_number_once_per_plan(self, version):
        again = another(version, number=1)
        with pytest.raises(ValidationError):
            again.full_clean()
        with pytest.raises(IntegrityError, match="version_number_once_per_plan|fryst"), transaction.atomic():
            again.save()

    def test_version_number_from_one(self, version):
        refuses(another(version, number=0), "version_number_from_one", "numreras från 1")

    def test_version_has_reason(self, version):
        refuses(another(version, reason=""), "version_has_reason")

    def test_version_fault_has_reason(self, version):
        refuses(VersionFault(version=version, code="x", text="Fel."), "version_fault_has_reason")

    def test_decision_round_open_once_per_plan(self, version):
        second = another(version)
        second.save()
        again = DecisionRound(version=second, plan=version.plan)
        refuses(again, "decision_round_open_once_per_plan", "väntar på beslut")

    def test_decision_round_adopted_once_per_plan(self, version):
        DecisionRound.objects.update(state="adopted")
        second = another(version)
        second.save()
        again = DecisionRound(version=second, plan=version.plan, state="adopted")
        refuses(again, "decision_round_adopted_once_per_plan", "fastställd")

    def test_decision_round_rests_on_decisions(self, version):
        version.round.needs_all = False
        refuses(version.round, "decision_round_rests_on_decisions", "vilar på besluten")

    def test_decision_correction_has_reason(self, version):
        first = version.decisions.get()
        fields = {"version": version, "organisation": first.organisation, "outcome": "adopted", "instance": "KF"}
        refuses(Decision(replaces=first, **fields), "decision_correction_has_reason", "rättas")
        refuses(Decision(correction_reason="Skäl.", **fields), "decision_correction_has_reason", "rättas")

    def test_decision_withdrawn_only_as_correction(self, version):
        first = version.decisions.get()
        row = Decision(version=version, organisation=first.organisation, outcome="withdrawn", instance="KF")
        refuses(row, "decision_withdrawn_only_as_correction", "Bara en rättelse")

    def test_decision_has_instance(self, version):
        first = version.decisions.get()
        row = Decision(version=version, organisation=first.organisation, outcome="adopted")
        refuses(row, "decision_has_instance")

    def test_condition_in_words_has_text(self, version):
        row = DecisionCondition(decision=version.decisions.get(), kind="free_text")
        refuses(row, "condition_in_words_has_text", "ordalydelse")

    def test_condition_finding_has_reason(self, version):
        row = ConditionFinding(condition=version.decisions.get().conditions.get(), is_met=True)
        refuses(row, "condition_finding_has_reason")

    def test_reminder_once_per_occasion(self, version):
        first = version.reminders.get()
        fields = {name: getattr(first, name) for name in ("version", "organisation", "person", "occasion", "address")}
        refuses(ReminderLetter(**fields), "reminder_once_per_occasion")

    def test_paper_text_once(self, version):
        row = PaperText(collaboration=version.plan.collaboration, slot="juridik", kind="region")
        refuses(row, "paper_text_once")

    def test_every_constraint_of_decisions_has_a_test_here(self):
        names = {found.name for model in DECISION_MODELS for found in model._meta.constraints}
        assert names == {name.removeprefix("test_") for name in dir(self)} & names


def test_every_row_is_found_by_its_natural_key(version):
    for model in DECISION_MODELS:
        row = model.objects.get()
        assert model.objects.get_by_natural_key(*row.natural_key()) == row


class TestFrozenRows:
    """Issue 4: a frozen version, its shares and its PDF can never change; the database refuses it too."""

    def test_every_frozen_table_is_guarded(self):
        tables = {model._meta.db_table for model in FROZEN} | {DecisionCondition.organisations.through._meta.db_table}
        assert tables == set(frozen_triggers.TABLES)
        assert frozen_triggers.missing(connection) == ()

    @pytest.mark.parametrize("model", FROZEN)
    def test_the_model_and_its_rows_refuse(self, model, version):
        row = model.objects.get()
        for attempt in (
            row.save,
            row.delete,
            lambda: model.objects.update(key="annan"),
            lambda: model.objects.all().delete(),
            lambda: model.objects.bulk_update([row], ["key"]),
            lambda: model.objects.bulk_create([row], ignore_conflicts=True),
        ):
            with pytest.raises(FrozenRowError, match="fryst"):
                attempt()

    @pytest.mark.parametrize("table", frozen_triggers.TABLES)
    def test_the_database_refuses_to_change_a_row(self, table, version):
        column = "organisation_id" if table.endswith("_organisations") else "key"
        self._refused(f"UPDATE {table} SET {column} = {column}")

    @pytest.mark.parametrize("table", frozen_triggers.TABLES)
    def test_the_database_refuses_to_remove_a_row(self, table, version):
        self._refused(f"DELETE FROM {table}")

    @pytest.mark.parametrize("table", frozen_triggers.TABLES)
    def test_the_database_refuses_to_put_a_row_in_place_of_another(self, table, version):
        if connection.vendor == "sqlite":
            self._refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        else:
            self._refused(f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = {table}.id")
            self._refused(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")

    def test_a_version_is_not_replaced_under_another_id(self, version):
        if connection.vendor == "sqlite":
            names = [field.column for field in PlanVersion._meta.concrete_fields if field.column != "id"]
            columns = ", ".join(f'"{name}"' for name in names)
            copied = f"SELECT id + 1, {columns} FROM plans_planversion"
            self._refused(f"INSERT OR REPLACE INTO plans_planversion (id, {columns}) {copied}")

    def test_an_extract_goes_with_no_decision(self, version):
        with pytest.raises(FrozenRowError):
            ProtocolExtract.objects.get().delete()

    def _refused(self, sql: str) -> None:
        with pytest.raises(DatabaseError, match="fryst"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
