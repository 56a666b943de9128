"""What a key, its components, a day's figures and the choice of a day may be. Each constraint is broken once."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from budgets.models import AllocationKey, FigureChoice, KeyComponent, KeyFigure, KeyFigureSet
from tests import cost_factories as cost
from tests import factories as make

pytestmark = pytest.mark.django_db
Kind = AllocationKey.Kind


def broken(row) -> str:
    """Save a row that may not be, and return the Swedish sentence that its form would show."""
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    return " ".join(caught.value.messages)


@pytest.mark.parametrize("kind", [Kind.MEASURE, Kind.EQUAL, Kind.WEIGHTED, Kind.INCREASE])
def test_increase_says_what_it_measures(kind):
    """An increase is measured in a key, and no other kind is."""
    measure = cost.make_measure_key()
    row = AllocationKey(slug="ny", name="Ny", unit="st", kind=kind)
    row.measured_by = None if kind == Kind.INCREASE else measure
    assert "Ange vilken nyckel ökningen mäts i." in broken(row)
    row.measured_by = measure if kind == Kind.INCREASE else None
    row.full_clean()
    row.save()


def test_an_increase_is_measured_in_a_key_that_has_values():
    row = AllocationKey(slug="ny", name="Ny", unit="st", kind=Kind.INCREASE, measured_by=cost.make_equal_key())
    with pytest.raises(ValidationError, match="värden per organisation och dag"):
        row.full_clean()


def test_component_once_per_key():
    key = cost.make_weighted_key()
    again = KeyComponent(allocation_key=key, part=key.components.first().part, weight=2)
    assert "Nyckeln finns redan i summan. Ändra dess vikt i stället." in broken(again)


@pytest.mark.parametrize("weight", [0, -1])
def test_component_weight_positive(weight):
    key = cost.make_weighted_key()
    row = KeyComponent(allocation_key=key, part=cost.make_measure_key(), weight=weight)
    assert "En nyckels vikt i summan är större än noll." in broken(row)


def test_only_a_weighted_sum_consists_of_keys_and_not_of_sums():
    measure, weighted = cost.make_measure_key(), cost.make_weighted_key()
    with pytest.raises(ValidationError, match="Bara en vägd summa består av andra nycklar"):
        KeyComponent(allocation_key=measure, part=cost.make_measure_key()).full_clean()
    with pytest.raises(ValidationError, match="inte av vägda summor"):
        KeyComponent(allocation_key=weighted, part=cost.make_weighted_key()).full_clean()


def test_figure_set_once_per_day():
    first = make.make_figure_set()
    again = KeyFigureSet(
        allocation_key=first.allocation_key,
        region_code=first.region_code,
        region_name="Provlän",
        reference_date=first.reference_date,
        source="Prov",
    )
    assert "redan" in broken(again)


def test_borrowed_parts_are_explained():
    lender = make.make_figure_set()
    row = KeyFigureSet(
        allocation_key=lender.allocation_key,
        region_code="91",
        region_name="Provlän",
        reference_date=datetime.date(2029, 11, 30),
        source="Prov",
        parts_from=lender,
    )
    assert "Skriv i anmärkningen varför delarna hämtas från en annan dag." in broken(row)
    row.remark = "De är inte kända."
    row.full_clean()


def test_parts_are_borrowed_from_a_day_that_has_its_own():
    lender = make.make_figure_set()
    borrower = make.make_figure_set({}, on=datetime.date(2029, 11, 30), parts_from=lender, remark="Saknas.")
    with pytest.raises(ValidationError, match="inte en som själv lånar dem"):
        KeyFigureSet(
            allocation_key=lender.allocation_key,
            region_code="91",
            region_name="Provlän",
            reference_date=datetime.date(2029, 10, 31),
            source="Prov",
            parts_from=borrower,
            remark="Saknas.",
        ).full_clean()


def test_key_figure_once_per_organisation():
    figure = make.make_figure_set().figures.first()
    again = KeyFigure(figure_set=figure.figure_set, organisation=figure.organisation, value=1)
    assert "redan" in broken(again)


def test_figure_choice_once_per_key():
    basis = make.make_cost_basis(make.make_plan())
    key = cost.make_measure_key()
    choice = cost.make_figure_choice(basis, key)
    again = FigureChoice(cost_basis=basis, allocation_key=key, figure_set=choice.figure_set)
    assert "Året har redan nyckeltal för den nyckeln. Byt dem i stället." in broken(again)


def test_a_year_chooses_figures_of_the_key_and_counts_an_increase_forwards():
    basis = make.make_cost_basis(make.make_plan())
    key = cost.make_measure_key()
    later, other = cost.make_figures(key), make.make_figure_set(on=datetime.date(2028, 12, 31))
    with pytest.raises(ValidationError, match="Nyckeltalen hör till en annan nyckel"):
        FigureChoice(cost_basis=basis, allocation_key=key, figure_set=other).full_clean()
    with pytest.raises(ValidationError, match="räknas från hör till en annan nyckel"):
        FigureChoice(cost_basis=basis, allocation_key=key, figure_set=later, earlier_set=other).full_clean()
    with pytest.raises(ValidationError, match="från en tidigare dag"):
        FigureChoice(cost_basis=basis, allocation_key=key, figure_set=later, earlier_set=later).full_clean()
