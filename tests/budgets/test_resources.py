"""Budget lines and what costs are shared by, through a file."""

from decimal import Decimal

import pytest

from budgets.models import BudgetLine, FundingForm, KeyFigure, KeyFigureSet
from budgets.resources import BUDGET_RESOURCES
from plans.models import Plan
from tests import factories as make
from tests.tables import import_rows

pytestmark = pytest.mark.django_db
LINE = ["Handlingsplan", "Insatsområde", "Budgetår", "Finansieringsform", "Belopp, kr"]


@pytest.fixture
def area():
    plan = make.make_plan("utkast")
    make.make_funding_form()
    return make.make_area(plan, slug="a")


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234,50", Decimal("1234.50")),
        ("1234.5", Decimal("1234.50")),
        ("1\u00a0234,50 kr", Decimal("1234.50")),
        ("1\u202f234", Decimal("1234.00")),
        (1234, Decimal("1234.00")),
        (1234.5, Decimal("1234.50")),
        (0, Decimal("0.00")),
    ],
)
def test_an_amount_may_be_written_in_swedish(area, written, amount):
    assert import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "sgd", written]).faults == ()
    assert BudgetLine.objects.get(focus_area=area).amount == amount


@pytest.mark.parametrize("written", ["tolv", "1,234", "1.234.567", "1e5", True, "99999999999999"])
def test_what_is_no_amount_is_pointed_out_in_its_cell(area, written):
    (fault,) = import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "sgd", written]).faults
    assert (fault.row, fault.column, fault.letter) == (2, "Belopp, kr", "E")
    assert not BudgetLine.objects.filter(focus_area=area).exists()


def test_a_negative_amount_is_refused(area):
    (fault,) = import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "sgd", "-5"]).faults
    assert (fault.row, fault.message) == (2, "Ett belopp kan inte vara negativt.")


def test_no_figure_is_not_zero_and_needs_its_note(area):
    (fault,) = import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "sgd", None]).faults
    assert "behöver en not" in fault.message
    make.make_note(area.plan, "*")
    import_rows(BudgetLine, [*LINE, "Not"], ["utkast", "a", 2030, "sgd", None, "*"])
    assert BudgetLine.objects.get(focus_area=area).amount is None


def test_a_line_without_its_key_is_found_by_area_year_form_and_part(area):
    line = make.make_line(area, 100)
    outcome = import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "sgd", 200])
    assert outcome.count("changed") == 1
    line.refresh_from_db()
    assert line.amount == Decimal(200)
    part = import_rows(BudgetLine, [*LINE, "Del av området"], ["utkast", "a", 2030, "sgd", 200, "Förvaltning"])
    assert part.count("new") == 1


def test_a_form_of_another_collaboration_is_not_found(area):
    make.make_funding_form("egen", collaboration=make.make_collaboration("annan"))
    (fault,) = import_rows(BudgetLine, LINE, ["utkast", "a", 2030, "egen", 1]).faults
    assert fault.column == "Finansieringsform"


def test_whether_a_form_is_shared_stays_once_a_sent_plan_has_lines_in_it():
    make.make_shared_plan(100, status=Plan.Status.SUBMITTED)
    form = FundingForm.objects.get(collaboration__slug="provsamverkan", slug="sgd")
    (fault,) = import_rows(
        FundingForm, ["Samverkan", "Kortnamn", "Fördelas på medlemmarna"], ["provsamverkan", "sgd", "nej"]
    ).faults
    assert (fault.column, form.is_shared) == ("Fördelas på medlemmarna", True)


def test_key_figures_that_a_sent_plan_shares_by_are_neither_changed_nor_added():
    plan = make.make_shared_plan(100, status=Plan.Status.SUBMITTED)
    figures = plan.years.get().cost_basis.figure_set
    make.make_organisation("9188")
    place = [figures.allocation_key.slug, figures.region_code, figures.reference_date]
    headings = ["Fördelningsnyckel", "SCB:s regionkod", "Avser dag", "Organisation", "Värde"]
    for code in (figures.figures.first().organisation.code, "9188"):
        (fault,) = import_rows(KeyFigure, headings, [*place, code, 7]).faults
        assert "fördelar sin kostnad" in fault.message
    assert not KeyFigure.objects.filter(value=7).exists()


def test_a_set_and_its_figures_are_read_from_files():
    key = make.make_key()
    make.make_members()
    headings = ["Fördelningsnyckel", "SCB:s regionkod", "Avser dag", "Område", "Källa", "Källans egen summa"]
    import_rows(KeyFigureSet, headings, [key.slug, "91", "2031-12-31", "Prov", "SCB", "1 000"])
    figures = KeyFigureSet.objects.get(reference_date="2031-12-31")
    assert figures.stated_total == 1000
    rows = [[key.slug, "91", "2031-12-31", code, value] for code, value in (("9101", 10), ("9102", 20))]
    import_rows(KeyFigure, [*headings[:3], "Organisation", "Värde"], *rows)
    assert sum(figure.value for figure in figures.figures.all()) == 30


def test_every_budget_model_has_a_resource():
    assert {model._meta.app_label for model in BUDGET_RESOURCES} == {"budgets"}
