"""A year's amounts in instalments: equal parts in whole öre that sum to the whole, area by area and body by body.

Integers only. The method, with worked tables, is in docs/fakturabelopp.md.
"""

from collections.abc import Sequence

from budgets.rounding import round_table

Table = list[list[int]]


def instalment_amounts(table: Sequence[Sequence[int]], instalments: int) -> list[Table]:
    """Return a table of öre for each instalment; over the instalments every cell sums to that of ``table``.

    In every instalment each cell, each row, each column and the whole is its exact equal part, rounded up or down.
    Raises ``ValueError`` for a negative amount, rows of different lengths or less than one instalment.
    """
    if instalments < 1:
        raise ValueError("Ett år delas upp i minst en del.")
    if any(amount < 0 for row in table for amount in row):
        raise ValueError("Ett belopp som delas upp är aldrig mindre än noll.")
    if len({len(row) for row in table}) > 1:
        raise ValueError("Alla rader i en tabell är lika långa.")
    left, parts = [list(row) for row in table], []
    for remaining in range(instalments, 0, -1):
        part = _equal_part(left, remaining)
        left = [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(left, part, strict=True)]
        parts.append(part)
    return parts


def _equal_part(table: Table, parts: int) -> Table:
    """Return one part of ``parts``. A last column, taken away again, lets a row's sum be rounded like the others'."""
    rows = [[*row, -sum(row) % parts] for row in table]
    return [row[:-1] for row in round_table(rows, [parts] * len(rows))]
