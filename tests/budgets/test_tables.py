"""The budget table, the compared years and the cost tables, on the real plans and on plans made to be difficult."""

from decimal import Decimal
from fractions import Fraction

import pytest

from budgets.allocation import AllocationError
from budgets.tables import (
    OrganisationShare,
    budget_bars,
    budget_table,
    cost_table,
    cost_tables,
    organisation_shares,
    previous_year,
)
from plans.models import Organisation, Plan
from tests import factories as make

pytestmark = pytest.mark.django_db

STARS2, STARS3 = ("", "**"), ("", "***")


def shown(text: str) -> str:
    """Write an expected text with ordinary spaces; the tables use thin ones in figures."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def share_of(plan: Plan, year: int, organisation: Organisation) -> OrganisationShare:
    return next(share for share in organisation_shares(organisation, [plan]) if share.year == year)


def printed_cells(table) -> dict:
    return {row.name: [(shown(cell.text), cell.note_mark) for cell in row.cells] for row in table.rows}


class TestBudgetTable:
    def test_2022_2023_is_as_printed(self, plan_2022_2023):
        """Seed 001, "Samlad budget för verksamhetsåren 2022 och 2023"."""
        table = budget_table(plan_2022_2023)
        assert [(column.year, column.form_slug, column.marks, column.foot_marks) for column in table.columns] == [
            (2022, "annan", "*", ""),
            (2022, "sgd", "", ""),
            (2023, "annan", "*", "***"),
            (2023, "sgd", "", ""),
        ]
        assert printed_cells(table) == {
            "Nationell patientöversikt": [STARS2, ("0", ""), STARS3, ("50 000", "")],
            "Säker digital kommunikation": [STARS2, ("0", ""), STARS3, ("50 000", "")],
            "Mina planer": [("2 100 000", ""), ("0", ""), STARS3, ("1 100 000", "")],
            "Beslutsstöd": [STARS2, ("0", ""), STARS3, ("700 000", "")],
            "Avvikelsehantering/händelseanalys": [STARS2, ("0", ""), STARS3, ("400 000", "")],
            "Säkra videomöten": [STARS2, ("0", ""), STARS3, ("0", "")],
        }
        assert [shown(column.subtotal.text) for column in table.columns] == ["2 100 000", "0", "", "2 300 000"]
        assert [shown(group.total.text) for group in table.years] == ["2 100 000", "2 300 000"]
        assert [note.mark for note in table.notes] == ["*", "**", "***", "****"]
        assert not table.disagrees
        assert not any(group.is_comparison for group in table.years)

    def test_2024_is_as_printed_with_its_comparison_year(self, plan_2024):
        """Seed 000, "Samlad budget för verksamhetsåret 2024"."""
        table = budget_table(plan_2024)
        assert [(group.year, group.is_comparison) for group in table.years] == [(2024, False), (2023, True)]
        assert printed_cells(table) == {
            "Nationell patientöversikt": [STARS2, ("100 000", ""), STARS3, ("50 000", "")],
            "Säker digital kommunikation": [STARS2, ("100 000", ""), STARS3, ("50 000", "")],
            "Mina planer": [STARS2, ("500 000", ""), STARS3, ("1 100 000", "")],
            "Beslutsstöd": [STARS2, ("0", ""), STARS3, ("700 000", "")],
            "Avvikelsehantering": [STARS2, ("400 000", ""), STARS3, ("400 000", "")],
            "Digitala hjälpmedel": [("", ""), ("400 000", ""), ("", ""), ("", "")],
            "Diagnos och behandling": [STARS2, ("250 000", ""), STARS3, ("0", "")],
        }

    def test_the_printed_total_of_2024_disagrees_with_its_lines(self, plan_2024):
        """The table sums to 1 750 000 kr and prints 2 100 000 kr."""
        table = budget_table(plan_2024)
        total = table.year(2024).total
        assert (total.computed, total.printed, total.difference) == (1_750_000, 2_100_000, 350_000)
        assert total.disagrees
        assert table.disagrees
        shared = next(column for column in table.columns if column.key == "2024-sgd")
        assert (shared.subtotal.printed, shared.subtotal.disagrees) == (1_750_000, False)

    def test_amount_zero_no_figure_and_blank_are_four_states(self):
        plan = make.make_plan()
        note = make.make_note(plan, "**")
        for name, amount in (("Belopp", 500), ("Noll", 0), ("Ingen uppgift", None)):
            make.make_line(make.make_area(plan, name), amount, note=None if amount is not None else note)
        make.make_area(plan, "Tomt")
        table = budget_table(plan)
        cells = [row.cells[0] for row in table.rows]
        assert [(cell.state, cell.text, cell.note_mark) for cell in cells] == [
            ("amount", "500", ""),
            ("zero", "0", ""),
            ("no_figure", "", "**"),
            ("blank", "", ""),
        ]

    def test_a_divided_amount_is_one_cell_with_its_parts(self, plan_2022_2023):
        """Mina planer 2023: 600 000 and 500 000 are lines of their own."""
        cell = next(row for row in budget_table(plan_2022_2023).rows if row.slug == "mina-planer").cells[3]
        assert cell.amount == 1_100_000
        assert [part.amount for part in cell.parts] == [600_000, 500_000]
        assert all(part.label for part in cell.parts)

    def test_a_column_without_figures_has_no_subtotal(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), None, note=make.make_note(plan))
        (column,) = budget_table(plan).columns
        assert (column.subtotal.computed, column.subtotal.text) == (None, "")

    def test_without_own_comparison_the_plan_before_is_followed_by_lineage(self):
        before = make.make_plan(years=(2028, 2029))
        after = make.make_plan(years=(2030,))
        old, ended, new = make.make_area(before, "Gammalt"), make.make_area(before, "Slut"), make.make_area(after, "Nu")
        make.make_lineage(after, "renamed", predecessor=old, successor=new)
        make.make_lineage(after, "ended", predecessor=ended)
        make.make_line(old, 1, year=2028)
        make.make_line(old, 300, year=2029)
        make.make_line(ended, 70, year=2029)
        make.make_line(new, 500, year=2030)
        table = budget_table(after)
        assert [(group.year, group.is_comparison, group.total.computed) for group in table.years] == [
            (2030, False, 500),
            (2029, True, 370),
        ]
        assert [(row.name, row.slug, row.is_ended, [cell.amount for cell in row.cells]) for row in table.rows] == [
            ("Nu", new.slug, False, [500, 300]),
            ("Slut (avslutat)", "", True, [None, 70]),
        ]
        assert before.title in table.comparison_source

    def test_a_plan_with_nothing_has_an_empty_table(self):
        make.make_funding_form("sgd")
        table = budget_table(make.make_plan())
        assert table.rows == ()
        assert [column.subtotal.computed for column in table.columns] == [None]
        assert budget_bars(table, 2030) == ()
        assert previous_year(table, 2030) is None

    def test_queries_do_not_grow_with_areas(self, django_assert_max_num_queries):
        plan = make.make_shared_plan(100, 200)
        with django_assert_max_num_queries(12) as few:
            budget_table(Plan.objects.get(pk=plan.pk))
        for amount in range(20):
            make.make_line(make.make_complete_area(plan), amount)
        with django_assert_max_num_queries(len(few)):
            assert len(budget_table(Plan.objects.get(pk=plan.pk)).rows) == 22


class TestYearComparison:
    def test_2024_beside_2023(self, plan_2024):
        comparison = previous_year(budget_table(plan_2024), 2024)
        rows = {
            row.slug: (row.difference, shown(row.difference_text), shown(row.percent_text)) for row in comparison.rows
        }
        assert comparison.previous_year == 2023
        assert rows["npo"] == (50_000, "+50 000", "+100 %")
        assert rows["mina-planer"] == (-600_000, "−600 000", "−55 %")
        assert rows["avvikelsehantering"] == (0, "0", "0 %")
        assert rows["digitala-hjalpmedel"] == (400_000, "+400 000", "")
        assert (comparison.total.amount, comparison.total.previous) == (1_750_000, 2_300_000)
        assert shown(comparison.total.percent_text) == "−24 %"

    def test_a_year_inside_a_plan_is_compared_with_the_one_before(self, plan_2022_2023):
        table = budget_table(plan_2022_2023)
        comparison = previous_year(table, 2023)
        assert (comparison.previous_year, comparison.total.previous, comparison.total.difference) == (
            2022,
            0,
            2_300_000,
        )
        assert previous_year(table, 2022) is None

    def test_bars_are_whole_percent_of_the_largest(self, plan_2024):
        bars = {bar.slug: (bar.width, bar.previous_width) for bar in budget_bars(budget_table(plan_2024), 2024)}
        assert bars["mina-planer"] == (45, 100)
        assert bars["beslutsstod"] == (0, 64)
        assert bars["digitala-hjalpmedel"] == (36, 0)


class TestCostTable:
    def test_2024_shares_the_lines_and_shows_the_printed_total_beside(self, plan_2024):
        """1 750 000 kr gives 61,87 öre; the print says 2 100 000 kr and 74,24 öre."""
        table = cost_table(plan_2024, 2024)
        assert (table.basis, table.total, table.rate.computed) == ("lines", 1_750_000, Decimal("61.87"))
        assert (table.shared_total.printed, table.shared_total.disagrees) == (2_100_000, True)
        assert (table.rate.printed, table.rate.disagrees) == (Decimal("74.24"), True)
        assert shown(table.rate_follows_from) == "Den tryckta kostnaden 74,24 öre följer av 2 100 000 kr."
        assert shown(table.rate_sentence) == (
            "1 750 000 kr / (2 × 1 414 324) = 61,87 öre per invånare och organisation"
        )
        assert shown(table.sum_sentence).endswith("= 1 750 000 kr")
        assert len(table.rows) == 34
        assert sum(row.amount for row in table.rows) == 1_750_000
        assert table.disagrees
        assert table.note_marks == "****"

    def test_2024_by_its_printed_total(self, plan_2024):
        """At 2 100 000 kr Eslöv pays 25 762,17 kr and Perstorp 5 524,97 kr; the Region's half is 1 050 000 kr."""
        table = cost_table(plan_2024, 2024, total=Decimal(2_100_000))
        rows = {row.code: row for row in table.rows}
        assert (table.basis, table.rate.computed, table.rate.disagrees) == ("printed", Decimal("74.24"), False)
        assert rows["12"].amount == 1_050_000
        assert rows["1285"].amount == Decimal("25762.17")
        assert rows["1275"].amount == Decimal("5524.97")
        assert shown(rows["1285"].calculation) == "1 050 000,00 × 34 701 / 1 414 324 = 25 762,17"
        assert shown(rows["1285"].fraction_text) == "34 701 / 2 828 648"
        assert rows["1285"].exact == Fraction(1_050_000 * 34_701, 1_414_324)
        assert shown(rows["12"].calculation) == "2 100 000,00 × 1 / 2 = 1 050 000,00"
        assert (rows["12"].population, rows["12"].is_whole_area) == (1_414_324, True)
        assert sum(row.amount for row in table.rows) == 2_100_000
        assert [(party.name, party.member_count, party.amount) for party in table.parties] == [
            ("Region Skåne", 1, 1_050_000),
            ("Kommunerna", 33, 1_050_000),
        ]

    def test_the_document_of_2024_has_both_tables(self, plan_2024):
        assert [(table.year, table.total) for table in cost_tables(plan_2024)] == [(2024, 1_750_000), (2024, 2_100_000)]

    def test_2023_uses_the_stated_population_for_the_rate_and_the_parts_for_the_shares(self, plan_2022_2023):
        """2 300 000 kr over 2 × 1 400 973 = 82,09 öre; the parts are those of 2021-12-31, and it is said."""
        table = cost_table(plan_2022_2023, 2023)
        population = table.population
        assert table.rate.computed == Decimal("82.09")
        assert not table.disagrees
        assert {row.code: row.amount for row in table.rows}["12"] == 1_150_000
        assert (population.stated_total, population.parts_total) == (1_400_973, 1_402_425)
        assert population.difference == -1_452
        assert (population.date_text, population.parts_date_text) == ("2021-11-30", "2021-12-31")
        assert "1 402 425" in shown(population.note)
        assert population.remark

    def test_2022_has_nothing_to_share_and_says_why(self, plan_2022_2023):
        table = cost_table(plan_2022_2023, 2022)
        assert (table.rows, table.parties, table.total) == ((), (), 0)
        assert "0 kr" in table.reason
        assert (table.rate.computed, table.rate.printed, table.rate.disagrees) == (0, 0, False)
        assert [table.year for table in cost_tables(plan_2022_2023)] == [2023]

    def test_money_in_other_forms_is_taken_off_the_printed_total(self):
        plan = make.make_shared_plan(600)
        make.make_line(plan.focus_areas.get(), 400, form="annan")
        make.make_printed(plan, "year_total", 1000)
        table = cost_table(plan, 2030)
        assert (table.shared_total.printed, table.shared_total.disagrees) == (600, False)

    def test_other_weights_have_no_common_rate(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), 1000)
        make.make_cost_basis(plan, rule=make.make_rule({"region": 30, "kommuner": 70}))
        table = cost_table(plan, 2030)
        assert (table.rate.computed, table.rate_sentence) == (None, "")
        assert [(party.amount, party.fraction_text) for party in table.parties] == [(300, "3 / 10"), (700, "7 / 10")]
        assert {row.code: row.fraction_text for row in table.rows} == {
            "91": "3 / 10",
            "9101": "70 / 600",
            "9102": "140 / 600",
            "9103": "210 / 600",
        }

    def test_a_year_without_basis_is_refused_by_name(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), 1000)
        make.make_members()
        with pytest.raises(AllocationError, match="saknar fördelningsunderlag för 2030"):
            cost_table(plan, 2030)
        assert cost_tables(plan) == ()

    def test_queries_do_not_grow_with_areas_or_members(self, django_assert_max_num_queries):
        plan = make.make_shared_plan(100)
        with django_assert_max_num_queries(20) as few:
            cost_table(Plan.objects.get(pk=plan.pk), 2030)
        figure_set, party = plan.years.get().cost_basis.figure_set, make.make_party("kommuner")
        for number in range(9110, 9130):
            organisation = make.make_organisation(str(number))
            make.make_membership(organisation, party)
            figure_set.figures.create(organisation=organisation, value=number)
            make.make_line(make.make_complete_area(plan), number)
        with django_assert_max_num_queries(len(few)):
            assert len(cost_table(Plan.objects.get(pk=plan.pk), 2030).rows) == 24


class TestOrganisationShare:
    def test_eslov_2024_line_by_line(self, plan_2024):
        share = share_of(plan_2024, 2024, Organisation.objects.get(code="1285"))
        assert share.amount == Decimal("21468.47")
        assert shown(share.calculation) == "875 000,00 × 34 701 / 1 414 324 = 21 468,47"
        assert sum(line.amount for line in share.lines) == share.amount
        lines = {line.area_slug: line for line in share.lines}
        assert lines["npo"].amount == Decimal("1226.77")
        assert shown(lines["npo"].calculation) == "50 000,00 × 34 701 / 1 414 324 = 1 226,77"
        assert lines["npo"].exact == Fraction(50_000 * 34_701, 1_414_324)

    def test_all_years_of_all_plans_latest_first(self, plan_2024, plan_2022_2023):
        shares = organisation_shares(Organisation.objects.get(code="12"), [plan_2022_2023, plan_2024])
        assert [(share.plan_slug, share.year, share.amount) for share in shares] == [
            ("2024", 2024, 875_000),
            ("2022-2023", 2023, 1_150_000),
            ("2022-2023", 2022, 0),
        ]
        assert [bool(share.reason) for share in shares] == [False, False, True]

    def test_every_organisations_lines_sum_to_its_total(self, plan_2022_2023):
        """Closing in both directions at once."""
        lines: dict[str, Decimal] = {}
        for organisation in Organisation.objects.filter(memberships__isnull=False):
            share = share_of(plan_2022_2023, 2023, organisation)
            assert sum(line.amount for line in share.lines) == share.amount
            for line in share.lines:
                key = line.area_slug + line.label
                lines[key] = lines.get(key, Decimal(0)) + line.amount
        assert sorted(lines.values()) == [0, 50_000, 50_000, 400_000, 500_000, 600_000, 700_000]

    def test_a_share_counted_on_another_day_than_the_plans_says_so(self, plan_2022_2023, plan_2024):
        """The plan names 2021-11-30, whose parts are unknown; Eslöv's 34 593 are those of 2021-12-31."""
        eslov = Organisation.objects.get(code="1285")
        borrowed = share_of(plan_2022_2023, 2023, eslov)
        assert (borrowed.population, borrowed.reference_date_text) == (34_593, "2021-12-31")
        assert "2021-11-30" in borrowed.reference_note
        own = share_of(plan_2024, 2024, eslov)
        assert (own.reference_date_text, own.reference_note) == ("2022-12-31", "")

    def test_an_organisation_outside_the_collaboration_has_no_share(self):
        plan = make.make_shared_plan(100)
        stranger = make.make_organisation("9199")
        assert organisation_shares(stranger, [plan]) == ()

    def test_a_year_that_cannot_be_shared_says_why(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), 100)
        make.make_members()
        (share,) = organisation_shares(make.make_organisation("9101"), [plan])
        assert share.amount is None
        assert "saknar fördelningsunderlag" in share.reason

    def test_queries_do_not_grow_with_plans(self, django_assert_max_num_queries):
        make.make_shared_plan(100)
        organisation = make.make_organisation("9101")
        with django_assert_max_num_queries(20) as few:
            organisation_shares(organisation, Plan.objects.filter(collaboration__slug="provsamverkan"))
        for year in range(2031, 2041):
            make.make_shared_plan(100, 200, years=(year,))
        with django_assert_max_num_queries(len(few)):
            shares = organisation_shares(organisation, Plan.objects.filter(collaboration__slug="provsamverkan"))
        assert len(shares) == 11
