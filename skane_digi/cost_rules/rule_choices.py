"""The rules and key figures that forms offer, by the value that a form sends."""

from budgets.models import AllocationKey, AllocationRule, KeyFigureSet
from budgets.rule_use_editing import days_text
from plans.models import Plan


def rules_to_choose(plan: Plan) -> dict[str, tuple[str, AllocationRule]]:
    """Return the collaboration's rules, the default first, each with the days within which it holds."""
    rules = AllocationRule.objects.filter(collaboration=plan.collaboration_id).with_parts()
    found = {}
    for rule in rules.order_by("-is_default", "name", "valid_from", "pk"):
        days = days_text(rule)
        found[rule.slug] = (f"{rule.name} ({days})" if days else rule.name, rule)
    return found


def sets_to_choose(key: AllocationKey | None = None) -> dict[str, tuple[str, KeyFigureSet]]:
    """Return the days with figures, of one key or of all, the latest first."""
    rows = KeyFigureSet.objects.select_related("allocation_key", "parts_from")
    if key is not None:
        rows = rows.filter(allocation_key=key)
    return {str(row.pk): (_label(row), row) for row in rows.order_by("allocation_key__name", "-reference_date", "pk")}


def _label(row: KeyFigureSet) -> str:
    asides = []
    if row.quality != KeyFigureSet.Quality.OFFICIAL:
        asides.append(row.get_quality_display())
    if row.parts_from_id:
        asides.append("bara summan är känd")
    aside = f" ({', '.join(asides)})" if asides else ""
    return f"{row.allocation_key}, {row.region_name} {row.reference_date}{aside}"
