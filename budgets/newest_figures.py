"""Which key figures a new plan's years are shared by: the newest that exist when its first year begins."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from budgets.models import KeyFigureSet

# Statistics Sweden publishes the population at a year's end in the following February.
YEARS_FROM_COUNT_TO_USE = 2
Pair = tuple[KeyFigureSet, KeyFigureSet | None]


class NewestFigures:
    """The sets of the same keys and regions as ``likes`` that have figures, read once; printed ones are no source."""

    def __init__(self, likes: Iterable[KeyFigureSet], *, year: int):
        self.year = year
        self.sets: dict[tuple[int, str], list[KeyFigureSet]] = defaultdict(list)
        places = {(like.allocation_key_id, like.region_code) for like in likes}
        with_figures = (
            KeyFigureSet.objects.filter(
                allocation_key__in={key for key, _ in places},
                region_code__in={region for _, region in places},
                figures__isnull=False,
            )
            .exclude(quality=KeyFigureSet.Quality.PRINTED)
            .select_related("allocation_key")
            .order_by("-reference_date")
            .distinct()
        )
        for figure_set in with_figures:
            self.sets[figure_set.allocation_key_id, figure_set.region_code].append(figure_set)

    def at_years_end(self, like: KeyFigureSet) -> KeyFigureSet:
        """Return the newest figures of a year's end, of the same key and region; ``like`` where none are newer."""
        return next(iter(self._newer(like, month=12, day=31)), like)

    def pair(self, later: KeyFigureSet, earlier: KeyFigureSet | None) -> Pair:
        """Return the newest figures of the same day of the year, and for an increase those it is counted from.

        The two move by as many years. Where there are no figures for both they stay where they are.
        """
        newer = self._newer(later, month=later.reference_date.month, day=later.reference_date.day)
        if earlier is None:
            return next(iter(newer), later), None
        start = earlier.reference_date
        for found in newer:
            moved = start.year + found.reference_date.year - later.reference_date.year
            for other in self.sets[earlier.allocation_key_id, earlier.region_code]:
                day = other.reference_date
                if (day.year, day.month, day.day) == (moved, start.month, start.day):
                    return found, other
        return later, earlier

    def _newer(self, like: KeyFigureSet, *, month: int, day: int) -> list[KeyFigureSet]:
        is_years_end = (month, day) == (12, 31)
        last = datetime.date(self.year - (YEARS_FROM_COUNT_TO_USE if is_years_end else 1), 12, 31)
        return [
            figure_set
            for figure_set in self.sets[like.allocation_key_id, like.region_code]
            if (figure_set.reference_date.month, figure_set.reference_date.day) == (month, day)
            and like.reference_date <= figure_set.reference_date <= last
        ]
