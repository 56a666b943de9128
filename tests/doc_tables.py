"""The tables of the documents in docs/, for tests that work out the same numbers."""

from pathlib import Path

from budgets.money import parse_amount, to_ore

DOCS = Path(__file__).resolve().parent.parent / "docs"


def table(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under ``heading``, its own heading first, without marks of emphasis."""
    lines = (DOCS / document).read_text(encoding="utf-8").partition(f"# {heading}\n")[2].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    last = next(number for number, line in enumerate(lines[first:], first) if not line.startswith("|"))
    rows = [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in lines[first:last]]
    return [rows[0], *rows[2:]]


def ore(cells: list[str]) -> list[int]:
    return [to_ore(parse_amount(cell)) for cell in cells]
