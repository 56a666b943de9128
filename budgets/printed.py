"""A computed figure with the one that a document prints beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from budgets.models import PrintedFigure
from budgets.money import format_amount


@dataclass(frozen=True, slots=True)
class Figure:
    """What the budget lines give and, where a document prints the same figure, what it prints.

    ``computed`` is ``None`` where there is nothing to add up, and then ``text`` is empty. ``difference`` is printed
    minus computed; ``disagrees`` is true when it is not zero.
    """

    computed: Decimal | None
    text: str
    printed: Decimal | None = None
    printed_text: str = ""
    printed_heading: str = ""
    disagrees: bool = False
    difference: Decimal | None = None
    difference_text: str = ""


def beside(
    computed: Decimal | None,
    printed: PrintedFigure | None,
    *,
    less: Decimal = Decimal(0),
    as_text: Callable[[Decimal | None], str] = format_amount,
) -> Figure:
    """Return ``computed`` with ``printed`` beside it, less an amount that the printed figure includes.

    Nothing to add up counts as zero when the two are compared.
    """
    text = "" if computed is None else as_text(computed)
    if printed is None:
        return Figure(computed, text)
    value = printed.value - less
    difference = value - (computed or Decimal(0))
    return Figure(
        computed=computed,
        text=text,
        printed=value,
        printed_text=as_text(value),
        printed_heading=printed.printed_heading,
        disagrees=difference != 0,
        difference=difference,
        difference_text=as_text(difference),
    )


class PrintedFigures:
    """One plan's printed figures, fetched once and found by what they stand for."""

    def __init__(self, plan):
        self._by_place = {
            (figure.kind, figure.year, figure.funding_form_id): figure for figure in plan.printed_figures.all()
        }

    def year_total(self, year: int) -> PrintedFigure | None:
        return self._by_place.get((PrintedFigure.Kind.YEAR_TOTAL, year, None))

    def subtotal(self, year: int, funding_form) -> PrintedFigure | None:
        return self._by_place.get((PrintedFigure.Kind.FORM_SUBTOTAL, year, funding_form.pk))

    def rate(self, year: int) -> PrintedFigure | None:
        return self._by_place.get((PrintedFigure.Kind.RATE, year, None))

    def population(self, year: int) -> PrintedFigure | None:
        """The population printed for ``year``, or the one printed for all years."""
        kind = PrintedFigure.Kind.POPULATION
        return self._by_place.get((kind, year, None)) or self._by_place.get((kind, None, None))

    def __iter__(self):
        return iter(self._by_place.values())
