"""The page where the budget is written: what it shows, what follows from it, and how much it asks of the database."""

import datetime
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.urls import reverse

from budgets.models import BudgetLine, CostBasis, FundingForm
from budgets.money import plain
from plans.models import Plan
from skane_digi.workspace.budget_figures import budget_figures
from skane_digi.workspace.budget_page import area_lines, budget_page, budget_rows
from tests import factories as make


@pytest.fixture
def superuser(db):
    return get_user_model().objects.create_superuser("chef@prov.example", password="x")


@pytest.fixture
def plan(db):
    make.make_funding_form("annan")
    plan = make.make_shared_plan(1000, 2000)
    return fetched(plan)


def fetched(plan) -> Plan:
    return Plan.objects.with_content().get(pk=plan.pk)


def figures_of(plan):
    [year] = budget_figures(budget_rows(fetched(plan)), None).years
    return year


def page(client, name: str, *args) -> BeautifulSoup:
    response = client.get(reverse(f"workspace:{name}", args=args))
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html5lib")


def words(node) -> str:
    return " ".join(plain(node.get_text(" ")).split())


class TestTable:
    def test_every_funding_form_has_a_column_to_write_in_also_an_unused_one(self, plan):
        """The document leaves out a form without money; whoever writes must be able to begin with it."""
        found = budget_page(budget_rows(plan))
        assert [(column.year, column.form_name) for column in found.columns] == [(2030, "Annan"), (2030, "SGD")]
        assert [bool(place.cell) for place in found.areas[0].places] == [True, True]

    def test_no_figure_zero_and_blank_are_three_things(self, plan):
        area = plan.focus_areas.first()
        area.budget_lines.update(amount=0)
        note = make.make_note(plan)
        make.make_line(area, None, form="annan", note=note)
        annan, sgd = (place.cell for place in budget_page(budget_rows(fetched(plan))).areas[0].places)
        blank = budget_page(budget_rows(fetched(plan))).areas[1].places[0].cell
        assert (annan.amount, annan.has_no_figure, annan.mark) == ("", True, "*")
        assert (sgd.amount, sgd.has_no_figure) == ("0", False)
        assert (blank.amount, blank.pk, blank.has_no_figure) == ("", None, False)

    def test_a_divided_cell_shows_its_sum_and_each_part_as_a_row(self, plan):
        area = plan.focus_areas.first()
        make.make_line(area, 500, label="Utbildning", position=2)
        make.make_line(area, 250, label="Drift", position=3)
        found = budget_page(budget_rows(fetched(plan))).areas[0]
        assert plain(found.places[1].text) == "1 750"
        assert [(part.label, part.places[1].cell.amount) for part in found.parts] == [
            ("Utbildning", "500"),
            ("Drift", "250"),
            ("", "1\u202f000"),
        ]
        assert [bool(part.places[0].cell) for part in found.parts] == [False, False, False]

    def test_last_years_figures_are_shown_and_not_written(self, plan_2024, superuser, client):
        plan = make.make_plan("utkast-2025", years=(2025,), collaboration=plan_2024.collaboration)
        for area in plan_2024.focus_areas.all():
            copy = make.make_area(plan, area.name, table_name=area.table_name)
            make.make_lineage(plan, "continued", predecessor=area, successor=copy)
        client.force_login(superuser)
        soup = page(client, "budget", plan.slug)
        row = next(row for row in soup.select(".budget-area") if "Mina planer" in words(row.th))
        assert [words(cell) for cell in row.select(".budget-grid__compared")] == ["**", "500 000"]
        assert len(row.select('[name="amount"]')) == 2
        assert "Jämförelseår ändras inte här" in words(soup)

    def test_an_area_page_gets_its_lines_without_asking(self, plan, django_assert_num_queries):
        rows = budget_rows(plan)
        area = plan.focus_areas.first()
        with django_assert_num_queries(0):
            found = area_lines(
                plan, area, lines=rows.lines, notes=rows.notes, forms=rows.forms, statements=[], open_comments={}
            )
        [year] = found.years
        assert [(cell.form_name, plain(cell.amount)) for cell in year.cells] == [("Annan", ""), ("SGD", "1 000")]
        assert (plain(year.total), year.statement) == ("1 000", None)

    def test_open_comments_are_counted_on_their_lines(self, plan):
        line = plan.focus_areas.first().budget_lines.get()
        found = budget_page(budget_rows(plan), {("budgetline", line.pk): 2}).areas[0]
        assert found.open_comments == 2
        assert [cell.open_comments for cell in found.lines] == [2]


class TestFigures:
    def test_sums_rate_and_shares_are_those_of_the_document(self, plan):
        year = figures_of(plan)
        assert plain(year.total_text) == "3 000 kr"
        assert [(row.name, plain(row.text)) for row in year.sums] == [("Annan", "inga belopp"), ("SGD", "3 000 kr")]
        assert plain(year.rate_text) == "2 500,00 öre"
        assert [plain(party.amount_text) for party in year.parties] == ["1 500,00 kr", "1 500,00 kr"]
        assert [(row.name, plain(row.amount_text)) for row in year.shares] == [
            ("Region Prov", "1 500,00"),
            ("Alby", "250,00"),
            ("Björnå", "500,00"),
            ("Åkarp", "750,00"),
        ]
        assert "2029-12-31, 60 invånare" in plain(year.population_text)

    def test_the_real_2024_gives_the_real_figures_and_says_what_it_prints(self, plan_2024):
        """DESIGN: 1 750 000 kr over 2 × 1 414 324 is 61,87 öre; the plan prints 2 100 000 kr."""
        year = figures_of(plan_2024)
        assert (plain(year.total_text), plain(year.rate_text)) == ("1 750 000 kr", "61,87 öre")
        assert plain(year.parties[0].amount_text) == "875 000,00 kr"
        assert len(year.shares) == 34
        assert "Summan för 2024 står i planen som 2 100 000 kr, men posterna ger 1 750 000 kr." in map(
            plain, year.faults
        )
        assert plain(year.previous_text).startswith("Jämfört med Handlingsplan 2022")
        assert plain(year.shares[0].difference_text) == "−275 000,00"

    def test_zero_is_a_sum_and_nothing_is_none(self, plan):
        BudgetLine.objects.of_plan(plan).update(amount=0)
        assert plain(figures_of(plan).total_text) == "0 kr"
        BudgetLine.objects.of_plan(plan).delete()
        year = figures_of(plan)
        assert year.total_text == "inga belopp"
        assert "Inget område har någon post för 2030 än." in year.gaps
        assert not year.shares

    def test_a_missing_basis_is_said_in_words_while_the_sums_still_stand(self, plan):
        CostBasis.objects.filter(plan_year__plan=plan).delete()
        year = figures_of(plan)
        assert plain(year.total_text) == "3 000 kr"
        assert "saknar fördelningsunderlag för 2030" in year.faults[0]
        assert not year.rate_text

    def test_lines_without_a_figure_and_areas_without_a_line_are_named(self, plan):
        first, second = plan.focus_areas.all()
        first.budget_lines.update(amount=None, note=make.make_note(plan))
        second.budget_lines.all().delete()
        year = figures_of(plan)
        assert "1 post saknar belopp och räknas inte in, se noten." in year.gaps
        assert f"Utan post 2030: {second.name}." in year.gaps

    def test_a_sum_that_the_plan_prints_otherwise_is_a_fault(self, plan):
        make.make_printed(
            plan, "form_subtotal", "2500", form=FundingForm.objects.get(slug="sgd", collaboration=plan.collaboration)
        )
        assert plain(figures_of(plan).faults[0]) == (
            "Delsumman för SGD 2030 står i planen som 2 500 kr, men posterna ger 3 000 kr."
        )

    def test_the_change_is_counted_against_the_plan_before(self, plan):
        later = make.make_plan(years=(2031,))
        area = make.make_area(later)
        make.make_lineage(later, "continued", predecessor=plan.focus_areas.first(), successor=area)
        make.make_line(area, 6000, year=2031)
        make.make_cost_basis(later, 2031)
        year = figures_of(later)
        assert [(row.name, plain(row.difference_text)) for row in year.shares][:2] == [
            ("Region Prov", "+1 500,00"),
            ("Alby", "+250,00"),
        ]

    def test_an_area_tells_its_own_sum_beside_the_whole(self, plan, superuser, client):
        client.force_login(superuser)
        text = words(page(client, "budget-area-figures", plan.slug, plan.focus_areas.first().pk))
        assert "Området 2030: 1 000 kr . Hela planen: 3 000 kr , 2 500,00 öre per invånare" in text


class TestQueries:
    @pytest.mark.parametrize("name", ["budget", "budget-figures"])
    def test_the_page_and_the_figures_ask_as_much_whatever_the_size(
        self, client, superuser, name, django_assert_max_num_queries
    ):
        few, many = self.plan_of(3), self.plan_of(30)
        client.force_login(superuser)
        client.get(reverse("workspace:budget", args=[few.slug]))
        with django_assert_max_num_queries(70) as queries:
            client.get(reverse(f"workspace:{name}", args=[few.slug]))
        with django_assert_max_num_queries(len(queries)):
            client.get(reverse(f"workspace:{name}", args=[many.slug]))

    def test_a_save_asks_as_much_whatever_the_size(self, client, superuser, django_assert_max_num_queries):
        few, many = self.plan_of(3), self.plan_of(30)
        client.force_login(superuser)
        counts = []
        for plan in (few, few, many):
            area = plan.focus_areas.first()
            form = page(client, "budget", plan.slug).select_one(f'form[action$="/{area.pk}/2030/sgd/"]')
            sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
            with django_assert_max_num_queries(60) as queries:
                response = client.post(form["action"], {**sent, "amount": f"{len(counts)}", "note": ""})
            assert response.status_code == 302
            counts.append(len(queries))
        assert counts[2] <= counts[1]

    def plan_of(self, count: int) -> Plan:
        before = make.make_shared_plan(*range(1, count + 1), years=(2029,))
        plan = make.make_shared_plan(*range(1, count + 1), years=(2030, 2031))
        pairs = zip(before.focus_areas.all(), plan.focus_areas.all(), strict=True)
        for number, (old, area) in enumerate(pairs):
            make.make_lineage(plan, "continued", predecessor=old, successor=area)
            note = make.make_note(plan, f"{number}*")
            make.make_line(area, 5, year=2031, form="annan", note=note)
            make.make_line(area, Decimal(7), year=2031, label="Drift")
            make.make_placement(note, "cost_table")
        return plan


def test_the_day_of_the_population_is_said(plan, superuser, client):
    basis = CostBasis.objects.get(plan_year__plan=plan)
    basis.figure_set = make.make_figure_set(on=datetime.date(2028, 12, 31))
    basis.save()
    client.force_login(superuser)
    soup = page(client, "budget", plan.slug)
    assert "Räknat på Folkmängd 2028-12-31" in words(soup.select_one("#summor"))
    chosen = soup.select_one('#underlag [name="figure_set"] option[selected]')
    assert chosen.text == "Folkmängd, Provlän 2028-12-31"


def test_an_empty_plan_says_what_will_be_there(superuser, client):
    client.force_login(superuser)
    text = words(page(client, "budget", make.make_plan(years=()).slug))
    assert "när planen har insatsområden" in text
    assert "när planen har verksamhetsår" in text
