"""What the money of a grant may be used for: each limit as a Swedish sentence where it is broken, and empty else.

Saving refuses by them (``budgets.grant_measure_editing``, ``budgets.grant_funding``) and the review tells of them
(``budgets.grant_checks``).
"""

from decimal import Decimal

from budgets.depreciation import Depreciation, depreciation_of_year
from budgets.models import BudgetLine, GrantAmount, GrantArea, GrantMeasure, GrantShare
from budgets.money import as_fraction, format_kr
from plans.models import Organisation


def over_share(share: GrantShare, committed: Decimal) -> str:
    """Why ``committed`` kronor for budget lines is more than the share."""
    if committed <= share.amount:
        return ""
    return (
        f"{share.organisation} har tilldelats {format_kr(share.amount)} till {part_name(share.grant_amount)}. "
        f"Budgetposterna får tillsammans {format_kr(committed)}, {format_kr(committed - share.amount)} för mycket."
    )


def over_area(
    area: GrantArea, organisation: Organisation, *, received: Decimal, lines: Decimal, measures: Decimal
) -> str:
    """Why what is committed in an area, to budget lines and to measures, is more than the organisation receives."""
    committed = lines + measures
    if committed <= received:
        return ""
    parts = [
        f"{name} {format_kr(amount)}"
        for name, amount in (("insatserna", measures), ("budgetposterna", lines))
        if amount
    ]
    return (
        f"{organisation} har tilldelats {format_kr(received)} till {area}. Intecknat är {' och '.join(parts)}, "
        f"{format_kr(committed - received)} för mycket."
    )


def over_line(line: BudgetLine, funded: Decimal) -> str:
    """Why ``funded`` kronor from grants is more than the budget line."""
    if line.amount is None:
        return f"{line_name(line)} har inget belopp. Skriv det i budgeten först."
    if funded <= line.amount:
        return ""
    return (
        f"{line_name(line)} är {format_kr(line.amount)} och får {format_kr(funded)} i statsbidrag, "
        f"{format_kr(funded - line.amount)} mer än den kostar."
    )


def misused(grant_amount: GrantAmount, line: BudgetLine) -> str:
    """Why money that is reserved for a part of its own may not pay for the line.

    A line is of that part when its own name, or its area's where it has none, is the part's.
    """
    if not grant_amount.is_reserved:
        return ""
    own, name = part_name(grant_amount), line.label or line.focus_area.name
    if _folded(own) == _folded(name):
        return ""
    return (
        f"Pengarna till {own} får bara användas till det. De kan betala en budgetpost med namnet {own}, "
        f"inte {line_name(line)}."
    )


def unfinanced(measure: GrantMeasure) -> str:
    """Why a new measure that the grant pays for may not be kept without a financing afterwards."""
    if not measure.is_new or measure.financing_after.strip():
        return ""
    return "En ny insats behöver en finansiering när bidraget upphör. Skriv hur den betalas då, eller avvecklas."


def depreciation_of(measure: GrantMeasure, year: int) -> Depreciation | None:
    """Return the year's depreciation of a measure that is an investment, ``None`` for another."""
    if measure.investment_cost is None or measure.depreciation_years is None:
        return None
    return depreciation_of_year(
        cost=measure.investment_cost, years=measure.depreciation_years, in_use_from=measure.in_use_from, year=year
    )


def above_depreciation(measure: GrantMeasure, year: int) -> str:
    """Why an investment may not be charged with more than what is written off in the grant's year."""
    allowed = depreciation_of(measure, year)
    if allowed is None or measure.amount is None or as_fraction(measure.amount) <= allowed.exact:
        return ""
    return (
        f"En investering får bara belasta bidraget med årets avskrivning. {allowed.sentence} "
        f"Insatsen tar {format_kr(measure.amount)}."
    )


def part_name(grant_amount: GrantAmount) -> str:
    """Return the name of what an amount is for: its own part of the area, or the area."""
    return grant_amount.label or grant_amount.area.name


def line_name(line: BudgetLine) -> str:
    """Return a budget line's name in a sentence: ``Välfärdsteknik, Sensorer, 2024``."""
    return ", ".join(part for part in (line.focus_area.name, line.label, str(line.year)) if part)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
