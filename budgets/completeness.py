"""Which areas of a plan lack money, or a word about it, for an activity year."""

from budgets.models import BudgetLine, BudgetStatement
from plans.checks import FAULT, Finding, area_anchor
from plans.models import Plan


def missing_budget(plan: Plan) -> list[Finding]:
    """Return a fault for each area and activity year with neither a budget line nor a text about its money.

    A line without a figure has a note that says why, and zero is a figure: neither is missing. ``plan`` is fetched by
    ``Plan.objects.with_content()``; the number of queries does not grow with it.
    """
    lines = BudgetLine.objects.of_plan(plan).values_list("focus_area", "year")
    statements = BudgetStatement.objects.filter(focus_area__plan=plan).values_list("focus_area", "year")
    known = {*lines.order_by().distinct(), *statements.order_by().distinct()}
    return [
        Finding(
            "area_without_budget",
            FAULT,
            f"{area.title} saknar budget för {row.year} och skäl till att den saknas.",
            area.title,
            area_anchor(area.slug),
        )
        for area in plan.focus_areas.all()
        for row in plan.years.all()
        if (area.pk, row.year) not in known
    ]
