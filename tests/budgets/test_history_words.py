"""Every kind of row and field of budgets, cost rules and grants has its Swedish word in the history, and its kronor."""

import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models

from budgets.history_words import WORDS as BUDGET_WORDS
from budgets.models import FigureChoice, GrantFunding, RuleUse
from plans import history_words, log
from plans.deletion import delete_row
from plans.history import Question, history_page
from plans.history_places import whereabouts_of
from plans.models import LogEntry, Plan
from plans.restoring import offers_of, rows_named, why_not
from plans.row_log import record_row, stored_values
from skane_digi.workspace.removal import DELETION
from tests import cost_factories as cost
from tests import decision_factories as decide
from tests import factories as make
from tests import invoice_rows as rows

MODELS = list(apps.get_app_config("budgets").get_models())
WORDS = history_words.WORDS.joined(BUDGET_WORDS)
# Kronor are whole or with öre; a weight has two decimals as well, and is none.
NO_MONEY = {"budgets.keycomponent.weight", "budgets.printedfigure.value"}


def money_fields() -> set[str]:
    fields = [field for model in MODELS for field in model._meta.concrete_fields]
    return {
        f"{field.model._meta.label_lower}.{field.name}" for field in fields if isinstance(field, models.DecimalField)
    }


def test_every_kind_of_row_has_a_noun():
    assert {model._meta.label_lower for model in MODELS} == set(BUDGET_WORDS.nouns)


def test_every_amount_is_told_in_kronor():
    assert BUDGET_WORDS.money == money_fields() - NO_MONEY


def test_every_word_is_that_of_a_field():
    known = {f"{model._meta.label_lower}.{field.name}" for model in MODELS for field in model._meta.get_fields()}
    assert set(BUDGET_WORDS.fields) <= known


@pytest.fixture
def plan(db):
    plan = make.make_plan("plan-i-historien")
    make.make_area(plan, "Säkra videomöten", slug="video")
    make.make_members(plan.collaboration)
    return plan


def change(row, **values) -> None:
    before = stored_values(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record_row(row=row, before=before, by=None)


def told(plan) -> list:
    where = whereabouts_of(plan, DELETION)
    return history_page(plan, Question(), whereabouts=where, words=WORDS).happenings


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_a_deviation_is_told_in_the_plan_and_the_area_that_it_is_about(plan):
    use = cost.make_rule_use(plan.focus_areas.get(), make.make_rule(name="30:70"))
    record_row(row=use, before=None, by=None)
    change(use, valid_to=datetime.date(2031, 12, 31), decision_reference="SGD 2029:15")
    delete_row(use, declaration=DELETION, by=None)
    happenings = told(plan)
    assert [happening.sentence for happening in happenings] == [
        "Tog bort den avvikande fördelningen för Säkra videomöten: 30:70",
        "Ändrade beslutets beteckning och sista dagen i den avvikande fördelningen för Säkra videomöten: 30:70",
        "Lade till den avvikande fördelningen för Säkra videomöten: 30:70",
    ]
    assert {happening.area.slug for happening in happenings} == {"video"}
    assert not RuleUse.objects.exists()


def test_a_choice_of_figures_is_told_with_its_days(plan):
    basis = make.make_cost_basis(plan)
    key = cost.make_measure_key(name="Sjuksköterskor")
    choice = cost.make_figure_choice(basis, figure_set=cost.make_figures(key, on=datetime.date(2028, 12, 31)))
    change(choice, figure_set=cost.make_figures(key))
    (happening,) = told(plan)
    assert happening.sentence == (
        "Ändrade dagen i valet av nyckeltal för plan-i-historien: 2030: Sjuksköterskor Provlän 2029-12-31"
    )
    (field,) = happening.fields
    assert (field.before, field.after) == ("Sjuksköterskor Provlän 2028-12-31", "Sjuksköterskor Provlän 2029-12-31")
    assert FigureChoice.objects.count() == 1


def test_what_a_grant_pays_is_told_in_kronor(plan):
    line = make.make_line(plan.focus_areas.get(), 2000, form="annan")
    funding = cost.make_grant_funding(line, amount=1000)
    change(funding, used=Decimal("250.50"))
    (happening,) = told(plan)
    assert happening.sentence.startswith("Ändrade det förbrukade beloppet i statsbidraget till Säkra videomöten 2030")
    assert [(plain(field.before), plain(field.after)) for field in happening.fields] == [("0 kr", "250,50 kr")]
    assert GrantFunding.objects.get().used == Decimal("250.50")


def test_a_scenario_is_told_by_its_name(plan):
    scenario = cost.make_scenario(plan, "Utan tjänsten")
    change(scenario, is_shared=True)
    (happening,) = told(plan)
    assert happening.sentence == "Ändrade vem som får se i scenariot ”Utan tjänsten”"


class TestInvoices:
    def test_issuing_is_told_in_the_plan_by_numbers_and_kronor(self, plan):
        invoice = rows.make_invoice(rows.make_invoicing(decide.make_version(plan)))
        credit = rows.new_credit(invoice)
        credit.save()
        record_row(row=invoice.invoicing, before=None, by=None)
        for row in (invoice, credit):
            amount = {"payable_amount": row.payable_amount}
            log.record(action=LogEntry.Action.CREATED, subject=row, by=None, after=amount)
        happenings = told(plan)
        assert [happening.sentence for happening in happenings] == [
            "Ställde ut kreditfaktura 1002",
            "Ställde ut faktura 1001",
            f"Påbörjade faktureringen av {plan.title} 2030",
        ]
        assert [plain(field.after) for field in happenings[0].fields] == ["21 468,47 kr"]

    def test_a_payment_is_told_where_its_invoice_is(self, plan):
        invoice = rows.make_invoice(rows.make_invoicing(decide.make_version(plan)))
        settlement = rows.make_settlement(rows.make_payment(plan.collaboration), invoice, "100.50")
        log.record(action=LogEntry.Action.CREATED, subject=settlement, by=None, after={"amount": settlement.amount})
        (happening,) = told(plan)
        assert happening.sentence == "Prickade av betalning 2024-04-29, Alby kommun: Faktura 1001"
        assert [plain(field.after) for field in happening.fields] == ["100,50 kr"]

    def test_a_round_that_was_changed_is_not_put_back_from_there(self, plan):
        """The plan may be a draft again, to be revised: its rounds are written under Fakturor, by their own rules."""
        invoicing = rows.make_invoicing(decide.make_version(plan))
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
        change(invoicing, text="Ny text.")
        happenings = told(plan)
        where = whereabouts_of(plan, DELETION)
        assert happenings[0].sentence == f"Ändrade texten i faktureringen av {plan.title} 2030"
        assert not any(offers_of(happenings, where, rows_named(happenings)).values())
        assert "kan inte återställas" in why_not("budgets.invoicing", LogEntry.Action.CHANGED, "text")
