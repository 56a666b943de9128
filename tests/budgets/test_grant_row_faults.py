"""The administration and imports stop what the pages under Statsbidrag stop: nothing is given of a grant twice."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.grant_row_faults import faults_of
from budgets.models import GrantFunding, GrantMeasure, GrantShare
from plans.models import Plan
from tests import cost_factories as cost
from tests import factories as make
from tests.tables import import_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    plan = make.make_plan()
    make.make_members(plan.collaboration)
    return plan


@pytest.fixture
def share():
    return cost.make_grant_share(amount=100)


@pytest.fixture
def area(share):
    return share.grant_amount.area


@pytest.fixture
def line(plan):
    return make.make_line(make.make_area(plan), 80, form="annan")


def asked(share, line, amount, **fields) -> dict:
    return dict(faults_of(GrantFunding(share=share, budget_line=line, amount=Decimal(amount), **fields)))


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite låser hela databasen")
def test_the_grant_is_locked_before_its_money_is_counted(share, line):
    with CaptureQueriesContext(connection) as asked_for:
        asked(share, line, 80)
    sentences = [row["sql"] for row in asked_for]
    locks = [place for place, text in enumerate(sentences) if "FOR UPDATE" in text]
    counts = [place for place, text in enumerate(sentences) if 'FROM "budgets_grantfunding"' in text]
    assert locks
    assert locks[0] < counts[0]


class TestFunding:
    def test_what_there_is_may_be_committed(self, share, line):
        assert asked(share, line, 80) == {}

    def test_no_more_than_the_line_costs(self, share, line):
        assert "mer än den kostar" in asked(share, line, "80.01")["amount"]

    def test_no_more_than_the_share_with_what_it_pays_already(self, share, line, plan):
        cost.make_grant_funding(make.make_line(make.make_area(plan), 90, form="annan"), share, 30)
        assert asked(share, line, 70) == {}
        assert "för mycket" in asked(share, line, "70.01")["amount"]

    def test_no_more_than_the_measures_of_the_area_leave(self, share, line, area):
        cost.make_grant_measure(area, share.organisation, amount=Decimal(40))
        assert asked(share, line, 60) == {}
        assert "insatserna" in asked(share, line, "60.01")["amount"]

    def test_no_reserved_money_for_another_purpose(self, share, line):
        share.grant_amount.is_reserved = True
        assert "får bara användas till det" in asked(share, line, 10)["amount"]

    def test_no_plan_that_has_been_sent_takes_new_money_but_less_is_no_fault(self, share, line, plan):
        held = cost.make_grant_funding(line, share, 50)
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        line.focus_area.plan.refresh_from_db()
        held = GrantFunding.objects.get(pk=held.pk)
        held.amount, held.used = Decimal(40), Decimal(40)
        assert faults_of(held) == {}
        held.amount = Decimal(51)
        assert "skickad för beslut" in faults_of(held)["amount"]
        other = make.make_line(make.make_area(), 80, form="annan")
        assert asked(share, other, 10) == {}
        assert "skickad för beslut" in asked(cost.make_grant_share(), line, 10)["amount"]

    def test_none_who_is_no_member_pays(self, line):
        assert "är inte medlem" in asked(cost.make_grant_share(organisation="9188"), line, 10)["amount"]

    def test_no_plan_of_another_collaboration_is_paid(self, share):
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        line = make.make_line(make.make_area(other), 80, form="annan")
        assert "en annan samverkan" in asked(share, line, 10)["amount"]


class TestMeasure:
    def measure(self, area, **fields) -> GrantMeasure:
        organisation = make.make_organisation("9101")
        return GrantMeasure(area=area, organisation=organisation, measure="En insats.", **fields)

    def test_a_new_one_says_how_it_is_financed_afterwards(self, area):
        assert set(faults_of(self.measure(area, is_new=True))) == {"financing_after"}
        assert faults_of(self.measure(area, is_new=True, financing_after="Egen budget.")) == {}

    def test_an_investment_charges_the_years_depreciation(self, area):
        life = {"investment_cost": Decimal(500), "depreciation_years": 10}
        assert faults_of(self.measure(area, amount=Decimal(50), **life)) == {}
        assert "årets avskrivning" in faults_of(self.measure(area, amount=Decimal("50.01"), **life))["amount"]

    def test_no_more_than_the_area_gives_the_organisation(self, share, area, line):
        cost.make_grant_funding(line, share, 30)
        assert faults_of(self.measure(area, amount=Decimal(70))) == {}
        assert "för mycket" in faults_of(self.measure(area, amount=Decimal("70.01")))["amount"]

    def test_one_that_takes_less_is_no_fault_though_there_is_too_little(self, share, area):
        measure = cost.make_grant_measure(area, share.organisation, amount=Decimal(200))
        measure.amount = Decimal(150)
        assert faults_of(measure) == {}


class TestShare:
    def test_it_covers_what_is_committed(self, share, line):
        cost.make_grant_funding(line, share, 50)
        share.amount = Decimal(50)
        assert faults_of(share) == {}
        share.amount = Decimal("49.99")
        assert "för mycket" in faults_of(share)["amount"]

    def test_it_covers_the_measures_of_its_area_with_the_others(self, share, area):
        cost.make_grant_share(cost.make_grant_amount(area), amount=20)
        cost.make_grant_measure(area, share.organisation, amount=Decimal(60))
        share.amount = Decimal(40)
        assert faults_of(share) == {}
        share.amount = Decimal("39.99")
        assert "insatserna" in faults_of(share)["amount"]

    def test_one_that_pays_for_lines_is_not_moved(self, share, line):
        cost.make_grant_funding(line, share, 50)
        share.organisation = make.make_organisation("9102")
        assert "betalar budgetposter" in faults_of(share)["amount"]

    def test_one_that_measures_live_of_is_moved_only_within_its_area(self, share, area):
        cost.make_grant_measure(area, share.organisation, amount=Decimal(60))
        share.grant_amount = cost.make_grant_amount(area)
        assert faults_of(share) == {}
        share.grant_amount = cost.make_grant_amount()
        assert "insatserna" in faults_of(share)["amount"]


class TestTheDoors:
    def test_the_form_shows_it_at_its_field(self, share, line, admin_client):
        data = {"share": share.pk, "budget_line": line.pk, "amount": "80.01", "used": "0"}
        page = admin_client.post(reverse("admin:budgets_grantfunding_add"), data)
        assert "mer än den kostar" in page.context["adminform"].form.errors["amount"][0]
        assert not GrantFunding.objects.exists()
        data["amount"] = "80"
        assert admin_client.post(reverse("admin:budgets_grantfunding_add"), data).status_code == 302

    def test_a_form_that_lacks_something_is_told_that_first(self, admin_client):
        page = admin_client.post(reverse("admin:budgets_grantfunding_add"), {"amount": "10", "used": "0"})
        assert set(page.context["adminform"].form.errors) == {"share", "budget_line"}

    def test_an_import_points_it_out_in_its_cell_also_for_two_rows_together(self, share, plan):
        lines = [make.make_line(make.make_area(plan), 80, form="annan") for _ in range(2)]
        amount = share.grant_amount
        headings = [
            "Statsbidrag", "Utvecklingsområde", "Del av utvecklingsområdet", "Mottagare", "Organisation",
            "Handlingsplan", "Insatsområde", "Budgetår", "Finansieringsform", "Del av området", "Intecknat belopp, kr",
        ]  # fmt: skip
        of_share = [amount.area.agreement.slug, amount.area.slug, amount.label, "kommuner", "9101"]
        rows = [[*of_share, plan.slug, line.focus_area.slug, line.year, "annan", None, 60] for line in lines]
        outcome = import_rows(GrantFunding, headings, *rows)
        assert [(fault.row, fault.column) for fault in outcome.faults] == [(3, "Intecknat belopp, kr")]
        assert not GrantFunding.objects.exists()

    def test_a_row_that_the_file_leaves_as_it_is_is_no_fault(self, share, area):
        measure = cost.make_grant_measure(area, share.organisation, is_new=True, amount=Decimal(500))
        assert import_rows(GrantMeasure, ["Nyckel", "Belopp, kr"], [measure.key, 500]).faults == ()
        (fault,) = import_rows(GrantMeasure, ["Nyckel", "Mål"], [measure.key, "Nytt"]).faults
        assert fault.message.startswith("En ny insats behöver en finansiering")

    def test_a_share_that_is_lowered_below_what_it_pays_is_refused_by_a_file(self, share, line):
        cost.make_grant_funding(line, share, 50)
        (fault,) = import_rows(GrantShare, ["Nyckel", "Tilldelat belopp, kr"], [share.key, 49]).faults
        assert fault.column == "Tilldelat belopp, kr"
