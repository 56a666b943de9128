"""Issue 5: a rule in use by a frozen version cannot change, only be succeeded. The database refuses it too."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from budgets import rule_triggers
from budgets.models import (
    AllocationKey,
    AllocationRule,
    KeyComponent,
    PartyWeight,
    RuleLimit,
    RuleSeal,
    RuleUse,
)
from budgets.rule_sealing import seal_rules
from plans.models.frozen import FrozenRowError
from tests import factories as make
from tests.decision_factories import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return make_version(make.make_shared_plan(1000, 500))


@pytest.fixture
def own(version) -> AllocationRule:
    return AllocationRule.objects.get(cost_bases__plan_year__plan=version.plan)


def test_the_years_own_rule_and_every_deviation_are_sealed(version, own):
    other, unused = make.make_rule({"region": 1, "kommuner": 2}), make.make_rule()
    RuleUse.objects.create(
        rule=other,
        focus_area=version.plan.focus_areas.first(),
        reason="Skäl.",
        decided_on=datetime.date(2029, 1, 1),
        decided_by="SGD",
        valid_from=datetime.date(2030, 1, 1),
    )
    assert {seal.rule for seal in seal_rules(version)} == {own, other}
    assert (own.is_sealed, other.is_sealed, unused.is_sealed) == (True, True, False)


def test_a_seal_is_never_changed_or_removed(version):
    (seal,) = seal_rules(version)
    for attempt in (seal.save, seal.delete, RuleSeal.objects.all().delete, lambda: RuleSeal.objects.update(key="x")):
        with pytest.raises(FrozenRowError):
            attempt()
    refused("UPDATE budgets_ruleseal SET key = 'x'")
    refused("DELETE FROM budgets_ruleseal")


class TestDatabase:
    def test_every_trigger_is_in_place(self):
        assert rule_triggers.missing(connection) == ()

    def test_every_field_of_a_rule_is_either_fixed_or_open(self):
        columns = {field.column for field in AllocationRule._meta.concrete_fields} - {"id"}
        assert columns == {*rule_triggers.FIXED_FIELDS, *rule_triggers.OPEN_FIELDS}

    @pytest.mark.parametrize("column", ["name", "base_amount", "rounding", "allocation_key_id"])
    def test_a_sealed_rule_does_not_change(self, version, own, column):
        value = {"name": "'Annan'", "base_amount": "5", "rounding": "'kr'"}.get(column, "allocation_key_id + 1")
        statement = f"UPDATE budgets_allocationrule SET {column} = {value} WHERE id = {own.pk}"
        if column != "allocation_key_id":
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                transaction.set_rollback(True)
        seal_rules(version)
        refused(statement)

    def test_when_it_ends_and_whether_it_is_the_default_may_be_told(self, version, own):
        seal_rules(version)
        own.valid_to, own.is_default = datetime.date(2031, 12, 31), True
        own.save()
        assert AllocationRule.objects.get(pk=own.pk).valid_to == datetime.date(2031, 12, 31)

    def test_its_weights_and_exceptions_do_not_change(self, version, own):
        limit = RuleLimit.objects.create(rule=own, organisation=make.make_organisation("9101"), is_left_out=True)
        seal_rules(version)
        weight = PartyWeight.objects.filter(rule=own).first()
        for row in (limit, weight):
            table = row._meta.db_table
            refused(f"UPDATE {table} SET rule_id = rule_id WHERE id = {row.pk}")
            refused(f"DELETE FROM {table} WHERE id = {row.pk}")
        with pytest.raises(DatabaseError, match="ändras inte"), transaction.atomic():
            RuleLimit.objects.create(rule=own, organisation=make.make_organisation("9102"), is_left_out=True)

    def test_another_rules_weight_is_not_moved_into_it(self, version, own):
        seal_rules(version)
        weight = PartyWeight.objects.filter(rule=make.make_rule()).first()
        refused(f"UPDATE budgets_partyweight SET rule_id = {own.pk} WHERE id = {weight.pk}")

    def test_the_weighted_key_behind_it_does_not_change(self, version, own):
        key = AllocationKey.objects.create(slug="vagd", name="Vägd", unit="st", kind="weighted")
        part = KeyComponent.objects.create(allocation_key=key, part=make.make_key(), weight=4)
        PartyWeight.objects.filter(rule=own, party__slug="kommuner").update(allocation_key=key)
        part.weight = 5
        part.save()
        seal_rules(version)
        refused(f"UPDATE budgets_keycomponent SET weight = 6 WHERE id = {part.pk}")
        refused(f"DELETE FROM budgets_keycomponent WHERE id = {part.pk}")

    def test_a_rule_without_a_seal_changes_freely(self, version):
        seal_rules(version)
        rule = make.make_rule()
        rule.name = "Annat namn"
        rule.save()
        rule.party_weights.update(weight=3)
        rule.party_weights.all().delete()
        rule.delete()


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="ändras inte"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
