"""The review of a plan: every kind of thing that does not agree is found, and nothing else."""

import pytest

from budgets.checks import review_budget
from plans.checks import FAULT, REMARK, review_plan
from plans.models import Plan
from skane_digi.review import review
from tests import factories as make

pytestmark = pytest.mark.django_db


def as_read(plan: Plan) -> Plan:
    return Plan.objects.with_content().get(pk=plan.pk)


def shown(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def found(plan) -> dict[str, str]:
    return {finding.code: shown(finding.text) for finding in review(plan)}


def linked_plans():
    """A plan of 2029, and one of 2030 that continues its only area."""
    before, after = make.make_shared_plan(300, years=(2029,)), make.make_plan(years=(2030,))
    old, new = before.focus_areas.get(), make.make_area(after, background="<p>Bakgrund.</p>", purpose="<p>Syfte.</p>")
    make.make_goal(new)
    make.make_activity(make.make_period(new))
    make.make_responsibility(new)
    make.make_lineage(after, "continued", predecessor=old, successor=new)
    make.make_line(new, 1200)
    make.make_cost_basis(after)
    return after, old, new


class TestRealPlans:
    def test_2024_has_the_faults_of_its_print(self, plan_2024):
        """The table sums to 1 750 000 kr, prints 2 100 000 kr and prices every inhabitant from the wrong one."""
        findings = review(plan_2024)
        assert [(finding.code, finding.severity, finding.anchor) for finding in findings] == [
            ("statement_heading", FAULT, "omrade-avvikelsehantering"),
            ("year_total", FAULT, "budget"),
            ("rate", FAULT, "kostnad-2024"),
            ("printed_heading", FAULT, "kostnad-2024"),
        ]
        texts = {finding.code: shown(finding.text) for finding in findings}
        assert texts["year_total"] == (
            "Den tryckta summan för 2024 är 2 100 000 kr, men budgetposterna ger 1 750 000 kr. "
            "Skillnaden är 350 000 kr."
        )
        assert "74,24 öre" in texts["rate"]
        assert "61,87 öre" in texts["rate"]
        assert texts["rate"].endswith("Den tryckta kostnaden 74,24 öre följer av 2 100 000 kr.")
        assert "”Verksamhetsåret 2023”" in texts["printed_heading"]
        assert "Avvikelsehantering" in texts["statement_heading"]

    def test_2022_2023_agrees_but_for_its_population(self, plan_2022_2023):
        (finding,) = review(plan_2022_2023)
        assert (finding.code, finding.severity, finding.where) == (
            "stated_population",
            REMARK,
            "Kostnadsfördelning 2023",
        )
        assert "1 452 invånare" in shown(finding.text)


class TestBudget:
    def test_a_plan_that_agrees_has_no_findings(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "year_total", 1200)
        make.make_printed(plan, "form_subtotal", 1200, form=make.make_funding_form())
        make.make_printed(plan, "rate", "1000.00", heading="Verksamhetsåret 2030")
        make.make_printed(plan, "population", 60, year=None)
        make.make_statement(plan.focus_areas.get(), printed_heading="Verksamhetsåret 2030")
        assert review(plan) == []

    def test_printed_total(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "year_total", 1000)
        assert found(plan) == {
            "year_total": "Den tryckta summan för 2030 är 1 000 kr, men budgetposterna ger 1 200 kr. "
            "Skillnaden är 200 kr."
        }

    def test_printed_subtotal(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "form_subtotal", 1201, form=make.make_funding_form())
        assert list(found(plan)) == ["form_subtotal"]
        assert "delsumman för SGD 2030 är 1 201 kr" in found(plan)["form_subtotal"]

    def test_printed_rate_that_follows_from_no_total(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "rate", "999.99")
        assert list(found(plan)) == ["rate"]
        assert found(plan)["rate"].endswith("följer varken av budgetposterna eller av den tryckta summan.")

    def test_printed_population(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "population", 61, year=None)
        assert found(plan) == {"population": "Det tryckta invånartalet är 61, men fördelningen räknar med 60."}

    def test_heading_of_another_year(self):
        plan = make.make_shared_plan(1200)
        make.make_printed(plan, "rate", "1000.00", heading="Verksamhetsåret 2029")
        make.make_statement(plan.focus_areas.get(), printed_heading="Verksamhetsåret 2029")
        assert list(found(plan)) == ["statement_heading", "printed_heading"]

    def test_a_heading_of_several_years_with_the_right_one_among_them_is_right(self):
        plan = make.make_shared_plan(1200)
        make.make_statement(plan.focus_areas.get(), printed_heading="Verksamhetsåren 2029–2030")
        assert found(plan) == {}

    def test_missing_basis(self):
        plan = make.make_plan()
        make.make_line(make.make_complete_area(plan), 100)
        make.make_members()
        assert list(found(plan)) == ["basis_missing"]

    def test_nothing_to_share_needs_no_basis(self):
        plan = make.make_plan()
        make.make_line(make.make_complete_area(plan), 0)
        assert found(plan) == {}

    def test_stated_population_that_differs_from_its_parts_is_a_remark(self):
        plan = make.make_shared_plan(1200)
        plan.years.get().cost_basis.figure_set.__class__.objects.filter(region_code="91").update(stated_total=63)
        (finding,) = review(plan)
        assert (finding.code, finding.severity) == ("stated_population", REMARK)
        assert "63" in finding.text

    def test_comparison_that_the_plan_before_does_not_say(self):
        after, _, new = linked_plans()
        make.make_line(new, 301, year=2029)
        assert list(found(after)) == ["comparison"]
        assert "är tryckt som 301 kr, men planen för det året anger 300 kr" in found(after)["comparison"]

    def test_comparison_that_agrees(self):
        after, _, new = linked_plans()
        make.make_line(new, 300, year=2029)
        assert found(after) == {}

    def test_comparison_that_leaves_out_an_ended_area(self):
        after, old, new = linked_plans()
        make.make_line(new, 300, year=2029)
        ended = make.make_area(old.plan, "Slut")
        make.make_line(ended, 50, year=2029)
        make.make_lineage(after, "ended", predecessor=ended)
        assert "Slut 2029" in found(after)["comparison"]

    def test_rate_of_the_year_before(self):
        after, _, _ = linked_plans()
        make.make_printed(after, "rate", "251.00", year=2029)
        assert found(after) == {
            "comparison_rate": "Kostnaden per invånare och organisation 2029 är tryckt som 251,00 öre, "
            "men planen för det året ger 250,00 öre."
        }

    def test_queries_do_not_grow_with_the_plan(self, django_assert_max_num_queries):
        plan = make.make_shared_plan(100)
        with django_assert_max_num_queries(40) as few:
            review_budget(Plan.objects.get(pk=plan.pk))
        for amount in range(15):
            area = make.make_complete_area(plan)
            make.make_line(area, amount)
            make.make_statement(area)
        with django_assert_max_num_queries(len(few)):
            review_budget(Plan.objects.get(pk=plan.pk))

    def test_those_whose_sum_is_not_its_largest_remainder_are_named(self):
        """The counter-example of docs/kostnadsfordelning.md: weights 2, 2, 2, 3, 3 and lines of 4 and 6 öre."""
        plan = make.make_plan()
        for amount in ("0.04", "0.06"):
            make.make_line(make.make_complete_area(plan), amount)
        make.make_members()
        for code in ("9104", "9105"):
            make.make_membership(make.make_organisation(code), make.make_party("kommuner"))
        values = {"9101": 2, "9102": 2, "9103": 2, "9104": 3, "9105": 3}
        rule = make.make_rule({"region": 0, "kommuner": 1})
        make.make_cost_basis(plan, figure_set=make.make_figure_set(values), rule=rule)
        text = found(plan)["deviations"]
        assert "Åkarp kommun (−1 öre), Ort 9104 kommun (+1 öre)" in text


class TestText:
    def test_a_complete_area_has_no_findings(self):
        plan = make.make_plan()
        make.make_complete_area(plan)
        assert review_plan(plan) == []

    def test_an_empty_plan(self):
        assert [finding.code for finding in review_plan(make.make_plan(years=()))] == [
            "plan_without_years",
            "plan_without_areas",
        ]

    def test_an_empty_area_lacks_everything(self):
        area = make.make_area(name="Tomt område")
        findings = review_plan(area.plan)
        assert [(finding.code, finding.severity) for finding in findings] == [
            ("area_without_origin", REMARK),
            ("area_without_background", FAULT),
            ("area_without_purpose", FAULT),
            ("area_without_goals", FAULT),
            ("area_without_activities", FAULT),
            ("area_without_responsible", FAULT),
        ]
        assert all("Tomt område" in finding.text for finding in findings)
        assert {finding.anchor for finding in findings} == {f"omrade-{area.slug}"}

    def test_a_period_without_activities_needs_a_reason(self):
        plan = make.make_plan()
        area = make.make_complete_area(plan)
        period = make.make_period(area, 2031, None)
        (finding,) = review_plan(plan)
        assert finding.code == "period_without_activities"
        assert "2031 och framåt" in finding.text
        period.no_activities_reason = "<p>Beror på andra.</p>"
        period.save()
        assert review_plan(plan) == []

    def test_faults_come_before_remarks(self):
        area = make.make_area()
        severities = [finding.severity for finding in review(area.plan)]
        assert severities == sorted(severities)
        assert {*severities} == {FAULT, REMARK}

    def test_queries_do_not_grow_with_areas(self, django_assert_max_num_queries):
        plan = make.make_plan()
        make.make_complete_area(plan)
        with django_assert_max_num_queries(40) as few:
            review(as_read(plan))
        for _ in range(10):
            make.make_complete_area(plan)
        with django_assert_max_num_queries(len(few)):
            review(as_read(plan))
