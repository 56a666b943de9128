"""Keys, rules, deviations and grants through files: they go out, are wiped, and come back as they were."""

import datetime
import json
from decimal import Decimal

import pytest
from django.contrib import admin

from budgets.models import (
    AllocationKey,
    AllocationRule,
    CostBasis,
    FigureChoice,
    GrantAmount,
    GrantFunding,
    GrantShare,
    KeyComponent,
    KeyFigureSet,
    PartyWeight,
    RuleLimit,
    RuleSeal,
    RuleUse,
    Scenario,
)
from budgets.resources import BUDGET_RESOURCES
from plans.exporting import export_rows
from plans.importing import import_sheet
from plans.models import Plan
from plans.sheets import FORMATS, read
from plans.write_rules import RowRules
from tests import cost_factories as cost
from tests import decision_factories as decide
from tests import factories as make
from tests.invoice_rows import WRITTEN_MODELS, make_settings_rows
from tests.tables import import_rows

pytestmark = pytest.mark.django_db
# What is written where a plan is frozen, on the plan's own pages and where invoices are issued is no grunddata.
WRITTEN_ELSEWHERE = {RuleSeal, Scenario} | WRITTEN_MODELS


def resource_of(model):
    model_admin = admin.site._registry[model]
    return model_admin.resource(rules=RowRules(model_admin))


def exported(model, file_format: str = "json") -> bytes:
    return export_rows(model.objects.all(), resource=resource_of(model), file_format=file_format)


def contents(model) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in json.loads(exported(model)))


@pytest.fixture
def world():
    """A draft with a row or more of every model."""
    plan = make.make_shared_plan(1000)
    cost.make_cost_rows(plan)
    make_settings_rows()
    return plan


@pytest.mark.parametrize("file_format", FORMATS)
def test_everything_comes_back_from_files_in_the_order_of_the_resources(world, file_format):
    """The order is the one that rows need each other in, and no row depends on one further down in its own file."""
    models = list(BUDGET_RESOURCES)[list(BUDGET_RESOURCES).index(AllocationKey) :]
    before = {model: contents(model) for model in models}
    files = {model: exported(model, file_format) for model in models}
    for model in reversed(models):
        delete_all(model)
    for model in models:
        sheet = read(files[model], file_name=f"fil.{file_format}")
        outcome = import_sheet(sheet, resource=BUDGET_RESOURCES[model]())
        assert outcome.faults == (), model
        assert contents(model) == before[model], model
        assert len(before[model]) > 0, model


def delete_all(model) -> None:
    """Delete the model's rows; one that builds on another goes first."""
    own = [field.name for field in model._meta.concrete_fields if field.related_model is model]
    for pointer in own:
        while rows := list(model.objects.exclude(**{pointer: None}).values_list("pk", pointer)):
            needed = {other for _, other in rows}
            model.objects.filter(pk__in=[pk for pk, _ in rows if pk not in needed]).delete()
    model.objects.all().delete()


def test_every_budget_model_is_exchanged_or_written_elsewhere():
    models = {model for model in admin.site._registry if model._meta.app_label == "budgets"}
    assert models - set(BUDGET_RESOURCES) == WRITTEN_ELSEWHERE


@pytest.mark.parametrize(("model", "pointer"), [(AllocationRule, "replaces"), (AllocationKey, "measured_by")])
def test_a_row_follows_the_one_it_builds_on_whatever_the_names(model, pointer):
    """A successor that is the default, and a key that comes first by name, are listed before what they build on."""
    if model is AllocationRule:
        first = cost.make_rule(name="Ö", slug="o")
        cost.make_rule(name="A", slug="a", replaces=first, is_default=True)
    else:
        first = cost.make_measure_key("o", name="Ö")
        AllocationKey.objects.filter(pk=cost.make_increase_key(first, "a").pk).update(name="A")
    slugs = [row["Kortnamn"] for row in json.loads(exported(model))]
    assert slugs.index("o") < slugs.index("a")
    assert model.objects.exclude(**{pointer: None}).get(slug="a")


def test_rows_in_a_ring_are_exported_all_the_same():
    one, other = make.make_rule(slug="en"), make.make_rule(slug="annan")
    AllocationRule.objects.filter(pk=one.pk).update(replaces=other)
    AllocationRule.objects.filter(pk=other.pk).update(replaces=one)
    assert {"en", "annan"} <= {row["Kortnamn"] for row in json.loads(exported(AllocationRule))}


class TestRules:
    RULE = ("Samverkan", "Kostnadsfördelningsregel")

    def test_a_rule_is_read_with_its_parts(self):
        make.make_key()
        make.make_members()
        headings = [
            "Samverkan", "Kortnamn", "Namn", "Nyckel inom varje part", "Grundbelopp per organisation, kr",
            "Rabatt på nyckeln över", "Rabatt, procent", "Avrundas till",
        ]  # fmt: skip
        row = ["provsamverkan", "bas", "Grundbelopp", "provtal", "5 000,50", 25, 50, "hela kronor"]
        assert import_rows(AllocationRule, headings, row).faults == ()
        rule = AllocationRule.objects.get(slug="bas")
        assert (rule.base_amount, rule.rebate_above, rule.rounding) == (Decimal("5000.50"), 25, "kr")
        import_rows(PartyWeight, [*self.RULE, "Part", "Vikt"], ["provsamverkan", "bas", "kommuner", 70])
        import_rows(
            RuleLimit, [*self.RULE, "Organisation", "Betalar högst, kr"], ["provsamverkan", "bas", "9101", "1 000"]
        )
        assert rule.party_weights.get().weight == 70
        assert rule.limits.get().cap == 1000

    def test_a_rebate_without_its_percent_is_pointed_out(self):
        make.make_rule(slug="bas")
        outcome = import_rows(
            AllocationRule, ["Samverkan", "Kortnamn", "Rabatt på nyckeln över"], ["provsamverkan", "bas", 25]
        )
        assert outcome.faults[0].message == "Ange både storlek och procent (högst 100) för rabatten, eller ingetdera."

    def test_a_sealed_rule_and_its_parts_are_not_changed_by_a_file(self):
        rule = cost.make_rule(slug="bas", limits={"9101": 10})
        cost.make_rule_seal(rule, decide.make_version())
        place = ["provsamverkan", "bas"]
        outcomes = [
            import_rows(AllocationRule, ["Samverkan", "Kortnamn", "Namn"], [*place, "Nytt"]),
            import_rows(PartyWeight, [*self.RULE, "Part", "Vikt"], [*place, "kommuner", 70]),
            import_rows(RuleLimit, [*self.RULE, "Organisation", "Betalar högst, kr"], [*place, "9101", 20]),
            import_rows(RuleLimit, [*self.RULE, "Organisation", "Betalar inte"], [*place, "9102", "ja"]),
        ]
        for outcome in outcomes:
            assert "fördelar sin kostnad" in outcome.faults[0].message
        assert (rule.limits.get().cap, {row.weight for row in rule.party_weights.all()}) == (10, {1})

    def test_a_deviation_without_its_key_is_found_by_rule_place_and_first_day(self, world):
        use = RuleUse.objects.get(focus_area__isnull=False)
        area = use.focus_area
        headings = [*self.RULE, "Handlingsplan", "Insatsområde", "Gäller från", "Skäl"]
        row = ["provsamverkan", use.rule.slug, area.plan.slug, area.slug, use.valid_from, "Ett annat skäl."]
        outcome = import_rows(RuleUse, headings, row)
        assert outcome.faults == ()
        assert outcome.count("changed") == 1
        use.refresh_from_db()
        assert use.reason == "Ett annat skäl."

    def test_no_deviation_is_added_to_a_sent_plan(self, world):
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        rule, area = make.make_rule(slug="annan"), world.focus_areas.get()
        line = area.budget_lines.get(label="Licenser")
        told = ["Skäl", "Beslutad den", "Beslutad av", "Gäller från"]
        says = ["Skäl.", "2029-01-01", "SGD", "2030-01-01"]
        on_area = import_rows(
            RuleUse,
            [*self.RULE, "Handlingsplan", "Insatsområde", *told],
            ["provsamverkan", rule.slug, world.slug, area.slug, *says],
        )
        of_line = [
            "Budgetpostens handlingsplan", "Budgetpostens insatsområde", "Budgetår", "Finansieringsform",
            "Del av området",
        ]  # fmt: skip
        on_line = import_rows(
            RuleUse,
            [*self.RULE, *of_line, *told],
            ["provsamverkan", rule.slug, world.slug, area.slug, line.year, "sgd", "Licenser", *says],
        )
        for outcome in (on_area, on_line):
            assert "skickad för beslut" in outcome.faults[0].message
        assert not rule.uses.exists()

    def test_a_deviation_stands_in_one_place(self, world):
        use = RuleUse.objects.get(budget_line__isnull=False)
        headings = ["Nyckel", "Handlingsplan", "Insatsområde"]
        outcome = import_rows(RuleUse, headings, [use.key, world.slug, world.focus_areas.get().slug])
        assert outcome.faults[0].message == "Välj ett insatsområde eller en budgetpost, inte båda."


class TestKeys:
    def test_a_weighted_key_that_a_sent_plan_shares_by_stays_as_it_is(self):
        key = cost.make_weighted_key(slug="landsbygd")
        plan = make.make_plan(status=Plan.Status.SUBMITTED)
        make.make_cost_basis(plan, rule=cost.make_rule(keys={"kommuner": key}))
        part = key.components.first().part
        headings = ["Vägd nyckel", "Nyckel i summan", "Vikt"]
        for name in (part.slug, cost.make_measure_key().slug):
            (fault,) = import_rows(KeyComponent, headings, ["landsbygd", name, "6"]).faults
            assert "fördelar sin kostnad" in fault.message
        kind = import_rows(AllocationKey, ["Kortnamn", "Slag"], ["landsbygd", "lika delar"])
        assert "ändras inte här" in kind.faults[0].message
        other = cost.make_weighted_key(slug="annan")
        row = ["annan", other.components.first().part.slug, "6"]
        assert import_rows(KeyComponent, headings, row).count("changed") == 1

    def test_the_figures_that_a_year_has_chosen_for_a_key_are_locked_with_its_plan(self, world):
        chosen = FigureChoice.objects.get()
        headings = ["Fördelningsnyckel", "SCB:s regionkod", "Avser dag", "Källa"]
        sets = (chosen.figure_set, chosen.earlier_set)
        rows = [[row.allocation_key.slug, row.region_code, row.reference_date, "Ny källa"] for row in sets]
        assert import_rows(KeyFigureSet, headings, *rows, is_dry_run=True).faults == ()
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        outcome = import_rows(KeyFigureSet, headings, *rows)
        assert [fault.row for fault in outcome.faults] == [2, 3]

    def test_the_choice_of_days_is_locked_with_its_plan(self, world):
        chosen = FigureChoice.objects.get()
        year = chosen.cost_basis.plan_year
        other = cost.make_figures(chosen.allocation_key, on=datetime.date(2027, 12, 31))
        headings = ["Handlingsplan", "Verksamhetsår", "Fördelningsnyckel", "SCB:s regionkod", "Avser dag"]
        row = [world.slug, year.year, chosen.allocation_key.slug, other.region_code, other.reference_date]
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        assert "skickad för beslut" in import_rows(FigureChoice, headings, row).faults[0].message
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.DRAFT)
        FigureChoice.objects.update(earlier_set=None)
        assert import_rows(FigureChoice, headings, row).count("changed") == 1
        assert CostBasis.objects.get(pk=chosen.cost_basis_id).figure_choices.get().figure_set == other


class TestGrants:
    def test_a_share_is_found_by_its_amount_and_organisation(self):
        amount = cost.make_grant_amount(cost.make_grant_area(cost.make_grant_agreement("bidrag"), "digital"), label="")
        make.make_organisation("9101")
        headings = [
            "Statsbidrag", "Utvecklingsområde", "Del av utvecklingsområdet", "Mottagare", "Organisation",
            "Tilldelat belopp, kr",
        ]  # fmt: skip
        place = ["bidrag", "digital", None, "kommuner", "9101"]
        assert import_rows(GrantShare, headings, [*place, "1 249 692"]).count("new") == 1
        assert import_rows(GrantShare, headings, [*place, "1 249 693"]).count("changed") == 1
        assert amount.shares.get().amount == 1_249_693

    def test_what_is_used_is_read_in_when_the_plan_has_been_decided(self, world):
        funding = GrantFunding.objects.get()
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.ADOPTED)
        assert import_rows(GrantFunding, ["Nyckel", "Förbrukat, kr"], [funding.key, 120]).faults == ()
        funding.refresh_from_db()
        assert funding.used == 120

    def test_more_cannot_be_used_than_is_committed(self, world):
        funding = GrantFunding.objects.get()
        (fault,) = import_rows(GrantFunding, ["Nyckel", "Förbrukat, kr"], [funding.key, "200,01"]).faults
        assert fault.message == "Det förbrukade kan inte vara mindre än noll eller mer än det intecknade."

    def test_an_area_of_another_grant_is_not_found(self, world):
        cost.make_grant_area(cost.make_grant_agreement("annat"), "eget")
        own = GrantAmount.objects.first().area.agreement.slug
        row = [own, "eget", "kommuner", 10]
        (fault,) = import_rows(GrantAmount, ["Statsbidrag", "Utvecklingsområde", "Mottagare", "Belopp, kr"], row).faults
        assert fault.column == "Utvecklingsområde"
