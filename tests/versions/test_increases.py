"""When a revision costs more: by what the organisations were told, whether by the lines or by a printed total."""

from decimal import Decimal
from types import SimpleNamespace

from budgets.cost_tables import LINES, PRINTED
from budgets.frozen_shares import FrozenYear, to_json
from plans.log import canonical
from skane_digi.workflows import increases


def version(**totals: int) -> SimpleNamespace:
    years = [FrozenYear(2030, basis, Decimal(total), "kr") for basis, total in totals.items()]
    return SimpleNamespace(allocation=canonical(to_json(years)))


def test_only_a_larger_sum_is_an_increase():
    before = version(**{LINES: 1000})
    assert not increases(before, version(**{LINES: 1000}))
    assert not increases(before, version(**{LINES: 999}))
    (grown,) = increases(before, version(**{LINES: 1001}))
    assert " ".join(grown.split()) == "Den gemensamma kostnaden 2030 ökar från 1 000 kr till 1 001 kr."


def test_a_year_that_is_new_is_an_increase():
    assert increases(version(), version(**{LINES: 1}))


def test_what_was_printed_smaller_than_the_lines_is_what_the_organisations_approved():
    """Their papers asked them for a share of the printed total: the lines' larger sum is more than that."""
    printed_less = version(**{LINES: 1000, PRINTED: 800})
    assert increases(printed_less, version(**{LINES: 1000}))
    assert not increases(printed_less, version(**{LINES: 800}))


def test_what_was_printed_larger_gives_no_room_beyond_the_lines():
    assert increases(version(**{LINES: 1000, PRINTED: 1200}), version(**{LINES: 1100}))
