"""The plans' money, marks and notes, and the population they are shared by: copied by hand from the originals."""

import datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from budgets.models import (
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigureSet,
    NotePlacement,
    PrintedFigure,
    TableNote,
)
from budgets.shares import values_of
from plans.richtext import plain_text

pytestmark = pytest.mark.django_db

OTHER, SHARED = "annan", "sgd"
# (area, year, form): [(amount in kronor or None, mark, part)]
LINES_2022_2023 = {
    ("npo", 2022, OTHER): [(None, "**", "")],
    ("npo", 2022, SHARED): [(0, "", "")],
    ("npo", 2023, OTHER): [(None, "***", "")],
    ("npo", 2023, SHARED): [(50_000, "", "")],
    ("sdk", 2022, OTHER): [(None, "**", "")],
    ("sdk", 2022, SHARED): [(0, "", "")],
    ("sdk", 2023, OTHER): [(None, "***", "")],
    ("sdk", 2023, SHARED): [(50_000, "", "")],
    ("mina-planer", 2022, OTHER): [(2_100_000, "", "")],
    ("mina-planer", 2022, SHARED): [(0, "", "")],
    ("mina-planer", 2023, OTHER): [(None, "***", "")],
    ("mina-planer", 2023, SHARED): [
        (600_000, "", "Stöd för processer fristående från SVU/SIP"),
        (500_000, "", "Stöd för att kunna dela dokument"),
    ],
    ("beslutsstod", 2022, OTHER): [(None, "**", "")],
    ("beslutsstod", 2022, SHARED): [(0, "", "")],
    ("beslutsstod", 2023, OTHER): [(None, "***", "")],
    ("beslutsstod", 2023, SHARED): [(700_000, "", "")],
    ("avvikelsehantering-handelseanalys", 2022, OTHER): [(None, "**", "")],
    ("avvikelsehantering-handelseanalys", 2022, SHARED): [(0, "", "")],
    ("avvikelsehantering-handelseanalys", 2023, OTHER): [(None, "***", "")],
    ("avvikelsehantering-handelseanalys", 2023, SHARED): [(400_000, "", "")],
    ("sakra-videomoten", 2022, OTHER): [(None, "**", "")],
    ("sakra-videomoten", 2022, SHARED): [(0, "", "")],
    ("sakra-videomoten", 2023, OTHER): [(None, "***", "")],
    ("sakra-videomoten", 2023, SHARED): [(0, "", "")],
}
LINES_2024 = {
    ("npo", 2024, OTHER): [(None, "**", "")],
    ("npo", 2024, SHARED): [(100_000, "", "")],
    ("npo", 2023, OTHER): [(None, "***", "")],
    ("npo", 2023, SHARED): [(50_000, "", "")],
    ("sdk", 2024, OTHER): [(None, "**", "")],
    ("sdk", 2024, SHARED): [(100_000, "", "")],
    ("sdk", 2023, OTHER): [(None, "***", "")],
    ("sdk", 2023, SHARED): [(50_000, "", "")],
    ("mina-planer", 2024, OTHER): [(None, "**", "")],
    ("mina-planer", 2024, SHARED): [(500_000, "", "")],
    ("mina-planer", 2023, OTHER): [(None, "***", "")],
    ("mina-planer", 2023, SHARED): [(1_100_000, "", "")],
    ("beslutsstod", 2024, OTHER): [(None, "**", "")],
    ("beslutsstod", 2024, SHARED): [(0, "", "")],
    ("beslutsstod", 2023, OTHER): [(None, "***", "")],
    ("beslutsstod", 2023, SHARED): [(700_000, "", "")],
    ("avvikelsehantering", 2024, OTHER): [(None, "**", "")],
    ("avvikelsehantering", 2024, SHARED): [(400_000, "", "")],
    ("avvikelsehantering", 2023, OTHER): [(None, "***", "")],
    ("avvikelsehantering", 2023, SHARED): [(400_000, "", "")],
    # Digitala hjälpmedel: the other three cells are blank.
    ("digitala-hjalpmedel", 2024, SHARED): [(400_000, "", "")],
    ("diagnos-och-behandling", 2024, OTHER): [(None, "**", "")],
    ("diagnos-och-behandling", 2024, SHARED): [(250_000, "", "")],
    ("diagnos-och-behandling", 2023, OTHER): [(None, "***", "")],
    ("diagnos-och-behandling", 2023, SHARED): [(0, "", "")],
}


@pytest.mark.parametrize(("plan", "expected"), [("2022-2023", LINES_2022_2023), ("2024", LINES_2024)])
def test_every_cell_of_the_budget_table_is_as_printed(real_plans, plan, expected):
    found = {}
    for line in BudgetLine.objects.filter(focus_area__plan__slug=plan).select_related("note"):
        place = (line.focus_area.slug, line.year, line.funding_form.slug)
        found.setdefault(place, []).append((line.amount, line.note.mark if line.note else "", line.label))
    assert found == expected


def test_a_note_on_a_line_belongs_to_the_line_s_own_plan(real_plans):
    assert all(line.note.plan == line.focus_area.plan for line in BudgetLine.objects.exclude(note=None))


@pytest.mark.parametrize(
    ("plan", "year", "form", "total"),
    [
        ("2022-2023", 2022, OTHER, 2_100_000),
        ("2022-2023", 2022, SHARED, 0),
        ("2022-2023", 2023, SHARED, 2_300_000),
        ("2024", 2023, SHARED, 2_300_000),
        ("2024", 2024, SHARED, 1_750_000),
    ],
)
def test_lines_sum_to_what_the_documents_amounts_sum_to(real_plans, plan, year, form, total):
    lines = BudgetLine.objects.filter(focus_area__plan__slug=plan, year=year, funding_form__slug=form)
    assert lines.aggregate(total=Sum("amount"))["total"] == total


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (
            "2022-2023",
            {
                ("year_total", 2022, None): ("2100000", ""),
                ("year_total", 2023, None): ("2300000", ""),
                ("form_subtotal", 2022, OTHER): ("2100000", ""),
                ("form_subtotal", 2022, SHARED): ("0", ""),
                ("form_subtotal", 2023, SHARED): ("2300000", ""),
                ("rate", 2022, None): ("0", "Verksamhetsåret 2022"),
                ("rate", 2023, None): ("82.09", "Verksamhetsåret 2023"),
                ("population", None, None): ("1400973", "Skånes invånartal per 2021-11-30 (SCB)"),
            },
        ),
        (
            "2024",
            {
                ("year_total", 2024, None): ("2100000", ""),
                ("year_total", 2023, None): ("2300000", ""),
                ("form_subtotal", 2024, SHARED): ("1750000", ""),
                ("form_subtotal", 2023, SHARED): ("2300000", ""),
                # Both columns are headed 2023 in print.
                ("rate", 2024, None): ("74.24", "Verksamhetsåret 2023"),
                ("rate", 2023, None): ("82.09", "Verksamhetsåret 2023"),
                ("population", None, None): ("1414324", "Skånes invånartal per 2022-12-31 (SCB)"),
            },
        ),
    ],
)
def test_printed_figures_are_kept_as_printed(real_plans, plan, expected):
    found = {
        (figure.kind, figure.year, figure.funding_form.slug if figure.funding_form else None): (
            figure.value,
            figure.printed_heading,
        )
        for figure in PrintedFigure.objects.filter(plan__slug=plan)
    }
    assert found == {key: (Decimal(value), heading) for key, (value, heading) in expected.items()}


@pytest.mark.parametrize("plan", ["2022-2023", "2024"])
def test_each_plan_has_four_footnotes_with_their_marks_and_places(real_plans, plan):
    assert [note.mark for note in TableNote.objects.filter(plan__slug=plan)] == ["*", "**", "***", "****"]
    places = {
        (row.note.mark, row.place, row.funding_form.slug if row.funding_form else None, row.year)
        for row in NotePlacement.objects.filter(note__plan__slug=plan)
    }
    assert places == {
        ("*", "funding_form", OTHER, None),
        ("***", "column_foot", OTHER, 2023),
        ("****", "cost_table", None, None),
    }


@pytest.mark.parametrize(
    ("plan", "mark", "words"),
    [
        ("2022-2023", "*", ["statsbidrag", "externa projektmedel"]),
        ("2022-2023", "**", ["2022", "i första hand", "i andra hand"]),
        ("2022-2023", "***", ["statsbidrag", "2023"]),
        ("2022-2023", "****", ["1 400 973", "33", "lika mellan"]),
        ("2024", "*", ["statsbidrag", "externa projektmedel"]),
        ("2024", "**", ["2023", "statsbidrag", "i andra hand"]),
        ("2024", "***", ["statsbidrag", "2024"]),
        ("2024", "****", ["1 414 324", "33", "lika mellan"]),
    ],
)
def test_footnotes_keep_the_facts_of_the_original(real_plans, plan, mark, words):
    text = TableNote.objects.get_by_natural_key(plan, mark).text
    assert [word for word in words if word not in text] == []


def test_what_the_areas_say_of_their_money(real_plans):
    """Which area says something of which year, and the amounts in the words."""
    amounts = ("50 000", "100 000", "250 000", "400 000", "500 000", "600 000", "700 000")
    said = {}
    for row in BudgetStatement.objects.all():
        text = plain_text(row.text)
        numbers = [amount for amount in amounts if f" {amount} kr" in f" {text}"]
        said[row.focus_area.plan.slug, row.focus_area.slug, row.year] = (numbers, row.printed_heading)
    areas = ["npo", "sdk", "mina-planer", "beslutsstod", "avvikelsehantering-handelseanalys", "sakra-videomoten"]
    assert said == {
        **{("2022-2023", area, 2022): ([], "") for area in areas},
        ("2022-2023", "npo", 2023): (["50 000"], ""),
        ("2022-2023", "sdk", 2023): (["50 000"], ""),
        ("2022-2023", "mina-planer", 2023): (["500 000", "600 000"], ""),
        ("2022-2023", "beslutsstod", 2023): (["700 000"], ""),
        ("2022-2023", "avvikelsehantering-handelseanalys", 2023): (["400 000"], ""),
        ("2024", "npo", 2024): (["100 000"], ""),
        ("2024", "sdk", 2024): (["100 000"], ""),
        ("2024", "mina-planer", 2024): (["500 000"], ""),
        ("2024", "avvikelsehantering", 2024): (["400 000"], "Verksamhetsåret 2023"),
        ("2024", "digitala-hjalpmedel", 2024): (["400 000"], ""),
        ("2024", "diagnos-och-behandling", 2024): (["250 000"], ""),
    }


def test_only_the_shared_form_is_shared(real_plans):
    assert [(form.name, form.is_shared) for form in FundingForm.objects.all()] == [("Annan", False), ("SGD", True)]


def test_the_default_rule_is_one_to_one_by_population(real_plans):
    rule = AllocationRule.objects.get(is_default=True)
    assert rule.name == "1:1 mellan Region Skåne och kommunerna, efter folkmängd"
    assert [(weight.party.slug, weight.weight) for weight in rule.party_weights.all()] == [
        ("region-skane", 1),
        ("kommunerna", 1),
    ]
    bases = {basis.plan_year.year: str(basis.figure_set.reference_date) for basis in CostBasis.objects.all()}
    assert bases == {2022: "2021-11-30", 2023: "2021-11-30", 2024: "2022-12-31"}


# SCB's sums of the 33 municipalities at each year-end
SUMS = {
    2018: 1_362_164,
    2019: 1_377_827,
    2020: 1_389_336,
    2021: 1_402_425,
    2022: 1_414_324,
    2023: 1_421_781,
    2024: 1_428_626,
    2025: 1_433_082,
}


@pytest.mark.parametrize("year", SUMS)
def test_year_end_population_has_33_parts_that_sum_as_published(real_plans, year):
    figures = KeyFigureSet.objects.get_by_natural_key("folkmangd", "12", f"{year}-12-31")
    assert figures.figures.count() == 33
    assert sum(values_of(figures).values()) == SUMS[year]
    assert figures.stated_total is None
    assert figures.quality == ("official" if year < 2025 else "perturbed")
    assert ("TAB638" if year < 2025 else "TAB5557") in figures.source


def test_a_source_s_own_total_is_kept_where_it_is_not_the_sum_of_its_parts(real_plans):
    figures = KeyFigureSet.objects.get_by_natural_key("folkmangd", "12", "2026-05-31")
    assert figures.stated_total == 1_433_842
    assert sum(values_of(figures).values()) != 1_433_842
    assert figures.quality == "perturbed"
    assert "brus" in figures.remark
    assert "TAB6471" in figures.source


def test_the_whole_country_has_290_parts(real_plans):
    figures = KeyFigureSet.objects.get_by_natural_key("folkmangd", "00", "2026-05-31")
    values = values_of(figures)
    assert len(values) == 290
    skane = values_of(KeyFigureSet.objects.get_by_natural_key("folkmangd", "12", "2026-05-31"))
    assert {code: values[code] for code in skane} == skane


def test_the_printed_population_of_november_2021_borrows_its_parts_and_says_so(real_plans):
    figures = KeyFigureSet.objects.get(reference_date=datetime.date(2021, 11, 30))
    assert figures.stated_total == 1_400_973
    assert figures.quality == KeyFigureSet.Quality.PRINTED
    assert figures.figures.count() == 0
    assert figures.parts_set.reference_date == datetime.date(2021, 12, 31)
    assert sum(values_of(figures).values()) == 1_402_425
    assert "31 december 2021" in figures.remark


def test_known_municipalities_have_their_known_numbers(real_plans):
    """Eslöv 34 701 and Perstorp 7 442 at the end of 2022."""
    values = values_of(KeyFigureSet.objects.get_by_natural_key("folkmangd", "12", "2022-12-31"))
    assert (values["1285"], values["1275"]) == (34_701, 7_442)
