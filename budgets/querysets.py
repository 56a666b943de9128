"""The reusable questions asked of the budget tables."""

import datetime
from typing import Self

from django.db import models


class BudgetLineQuerySet(models.QuerySet):
    def of_plan(self, plan) -> Self:
        return self.filter(focus_area__plan=plan)

    def for_year(self, year: int) -> Self:
        return self.filter(year=year)

    def shared(self) -> Self:
        """Lines with an amount that the members pay through the cost model."""
        return self.filter(funding_form__is_shared=True, amount__isnull=False)

    def with_places(self) -> Self:
        """With the area, funding form and note that a table prints."""
        return self.select_related("focus_area__plan", "funding_form", "note")


class KeyFigureSetQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> Self:
        return self.filter(reference_date=day)

    def with_figures(self) -> Self:
        return self.select_related("allocation_key", "parts_from").prefetch_related(
            "figures__organisation", "parts_from__figures__organisation"
        )
