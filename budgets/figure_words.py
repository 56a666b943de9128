"""What a proposal of key figures would do, in Swedish words and as plain data."""

from budgets.key_figures import Difference, Proposal
from budgets.money import format_integer


def signed(number: int) -> str:
    """Return ``+1 234``, ``−12`` or ``0``."""
    return f"+{format_integer(number)}" if number > 0 else format_integer(number)


def difference_text(difference: Difference) -> str:
    """Return ``Eslöv: 34 701 → 34 802 (+101)``."""
    if difference.before is None:
        return f"{difference.name}: {format_integer(difference.after)} (ny)"
    if difference.after is None:
        return f"{difference.name}: {format_integer(difference.before)} försvinner"
    before, after = format_integer(difference.before), format_integer(difference.after)
    return f"{difference.name}: {before} → {after} ({signed(difference.change)})"


def count_text(proposal: Proposal) -> str:
    """Return ``3 ändras, 1 är nytt och 2 försvinner`` of a set's values."""
    changed, added, gone = len(proposal.changed), len(proposal.added), len(proposal.gone)
    parts = [
        f"{changed} ändras" if changed else "",
        f"{added} {'är nytt' if added == 1 else 'är nya'}" if added else "",
        f"{gone} försvinner" if gone else "",
    ]
    parts = [part for part in parts if part]
    return " och ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else "inget värde ändras"


def total_text(parts_total: int, stated_total: int | None, unit: str) -> str:
    """Return the sum of the parts beside the total that the source states, in a sentence."""
    parts = f"Delarna är tillsammans {format_integer(parts_total)} {unit}."
    if stated_total is None:
        return f"{parts} Källan anger ingen egen summa."
    if stated_total == parts_total:
        return f"{parts} Källans egen summa är densamma."
    return (
        f"{parts} Källans egen summa är {format_integer(stated_total)}, skillnad {signed(stated_total - parts_total)}."
    )


def head_of(proposal: Proposal) -> list[str]:
    """Return the lines that say what was read and how much of it is new."""
    figures, key = proposal.figures, proposal.key
    lines = [
        f"{key}, {figures.region_name}, {figures.day}: {len(figures.values)} värden ur {figures.source}",
        total_text(figures.parts_total, figures.stated_total, key.unit),
    ]
    if not proposal.is_new:
        lines.append(f"Dagen är redan lagrad: {count_text(proposal)}.")
    return lines


def outcome_of(proposal: Proposal) -> dict:
    """Return the proposal as plain data for a program to read."""
    figures = proposal.figures
    return {
        "key": proposal.key.slug,
        "region": figures.region_code,
        "on": figures.day.isoformat(),
        "is_new": proposal.is_new,
        "count": len(figures.values),
        "parts_total": figures.parts_total,
        "stated_total": figures.stated_total,
        "quality": str(figures.quality),
        "source": figures.source,
        "differences": [
            {"code": row.code, "name": row.name, "before": row.before, "after": row.after}
            for row in proposal.differences
        ],
    }
