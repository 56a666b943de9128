"""Which of SCB's tables holds the population of a day, and what it must be asked for.

From 2025 SCB adds noise to every figure (Cell Key Method), in tables of their own whose totals must be named.
"""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from budgets.scb.reading import FiguresRefused

FIRST_NOISY_YEAR = 2025
# Before these years SCB's tables do not begin.
FIRST_YEARS = {"TAB638": 1968, "TAB5444": 2000, "TAB1267": 2002}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its number in version 2 of the interface, its name in version 1, and the code of the population.

    ``totals`` are the values by variable that have to be asked for: of all ages, of both sexes.
    """

    number: str
    name: str
    contents: str
    totals: Mapping[str, str] = field(default_factory=dict)
    is_monthly: bool = False

    def period(self, day: datetime.date) -> str:
        """Return the day as the table writes it: ``2024`` or ``2025M03``."""
        return f"{day:%YM%m}" if self.is_monthly else f"{day.year}"

    @property
    def source(self) -> str:
        return f"SCB, Statistikdatabasen, tabell {self.number}"


YEARLY = Table("TAB638", "BefolkningNy", "BE0101N1")
YEARLY_NOISY = Table("TAB5557", "BefolkningCKM", "000007ME", {"Civilstand": "SC", "Alder": "TotSA", "Kon": "TotSa"})
MONTHLY = Table("TAB5444", "BefolkManad", "000003O5", is_monthly=True)
MONTHLY_NOISY = Table("TAB6471", "BefolkManadCKM", "000007SF", {"Alder": "TotSA", "Kon": "TotSa"}, is_monthly=True)
NOVEMBER = Table("TAB1267", "FolkmangdNov", "BE0101A9")
TABLES = (YEARLY, YEARLY_NOISY, MONTHLY, MONTHLY_NOISY, NOVEMBER)


def table_for(day: datetime.date) -> Table:
    """Return the table that holds the population of ``day``. Raises ``FiguresRefused`` for a day that none holds."""
    if (day.month, day.day) == (11, 1):
        table = NOVEMBER
    elif (day.month, day.day) == (12, 31):
        table = YEARLY_NOISY if is_noisy(day) else YEARLY
    elif day.day == calendar.monthrange(day.year, day.month)[1]:
        table = MONTHLY_NOISY if is_noisy(day) else MONTHLY
    else:
        raise FiguresRefused(
            f"SCB har ingen folkmängd för {day}. Den finns för den sista dagen i varje månad, till exempel "
            f"{last_of_month(day)}, och för den 1 november."
        )
    if day.year < FIRST_YEARS.get(table.number, 0):
        raise FiguresRefused(f"SCB:s tabell {table.number} börjar {FIRST_YEARS[table.number]}, så {day} finns inte.")
    return table


def is_noisy(day: datetime.date) -> bool:
    return day.year >= FIRST_NOISY_YEAR


def last_of_month(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def periods_of(day: datetime.date) -> tuple[str, ...]:
    """Return the ways in which SCB's tables write a day that they hold, that of its own table first."""
    own = table_for(day)
    others = (f"{day:%YM%m}",) if day.day == last_of_month(day).day else ()
    return tuple(dict.fromkeys([own.period(day), *others, day.isoformat()]))
