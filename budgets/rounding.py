"""Controlled rounding: whole numbers for a table of exact ones, with every row and every column closing.

Integers only. A row is given as numerators over one denominator, and its exact sum is a whole number. Columns are given
in the order that settles the last ties. The method, and why it always ends, is in docs/kostnadsfordelning.md.
"""

from collections.abc import Iterator, Sequence
from math import lcm

Numerators = Sequence[int]

# Cells of rows with different denominators are compared by this many binary digits of their fraction. It only chooses
# between tables that close equally well, so that two fractions alike to the last digit may be taken in row order.
_FRACTION_BITS = 64


def largest_remainder(numerators: Numerators, denominator: int) -> list[int]:
    """Round each exact number down, then raise those with the largest remainders until the sum is right.

    Equal remainders: the larger number first, then the earlier. The exact sum must be a whole number.
    """
    rounded = [numerator // denominator for numerator in numerators]
    missing = _whole_sum(numerators, denominator) - sum(rounded)
    for place in by_remainder(numerators, denominator)[:missing]:
        rounded[place] += 1
    return rounded


def by_remainder(numerators: Numerators, denominator: int) -> list[int]:
    """Return the places in the order in which they are raised: remainder, then size, then place."""
    return sorted(
        range(len(numerators)),
        key=lambda place: (-(numerators[place] % denominator), -numerators[place], place),
    )


def column_sums(rows: Sequence[Numerators], denominators: Sequence[int]) -> tuple[list[int], int]:
    """Return the exact column sums as numerators over one common denominator."""
    common = lcm(*denominators)
    columns = len(rows[0]) if rows else 0
    by_denominator: dict[int, list[int]] = {}
    for row, denominator in zip(rows, denominators, strict=True):
        known = by_denominator.setdefault(denominator, [0] * columns)
        by_denominator[denominator] = [a + b for a, b in zip(known, row, strict=True)]
    sums = [0] * columns
    for denominator, known in by_denominator.items():
        factor = common // denominator
        sums = [a + b * factor for a, b in zip(sums, known, strict=True)]
    return sums, common


def round_table(rows: Sequence[Numerators], denominators: Sequence[int]) -> list[list[int]]:
    """Round every cell up or down so that rows keep their sums and columns come as near theirs as a table can.

    A whole number stays as it is. The columns' sums are the largest-remainder rounding of the exact column sums where a
    table with those sums exists. Otherwise they are the sums, each rounded up or down, that follow the same order of
    remainders as far as possible: no table has a smaller sum of deviations.
    """
    if not rows:
        return []
    table = _Table(rows, denominators)
    sums, common = column_sums(rows, denominators)
    wanted = [total - floor for total, floor in zip(largest_remainder(sums, common), table.floor_sums(), strict=True)]
    if not all(table.fill(column, wanted) for column in range(len(wanted))):
        table.settle(
            certain=[sums[column] // common - floor for column, floor in enumerate(table.floor_sums())],
            candidates=[column for column in by_remainder(sums, common) if sums[column] % common],
        )
    return table.rounded()


class _Table:
    """Which cells are raised above their floor. A row's number of raised cells never changes, a column's does.

    Sets of rows and of columns are bit masks.
    """

    def __init__(self, rows: Sequence[Numerators], denominators: Sequence[int]) -> None:
        self.floors = [[n // d for n in row] for row, d in zip(rows, denominators, strict=True)]
        self.fractions = [
            [((n % d) << _FRACTION_BITS) // d for n in row] for row, d in zip(rows, denominators, strict=True)
        ]
        self.count = [0] * len(rows[0])
        self.raised = [0] * len(rows)
        self.open = [0] * len(rows[0])
        for place, (row, denominator) in enumerate(zip(rows, denominators, strict=True)):
            need = _whole_sum(row, denominator) - sum(self.floors[place])
            for rank, column in enumerate(by_remainder(row, denominator)):
                if rank < need:
                    self.raised[place] |= 1 << column
                    self.count[column] += 1
                elif row[column] % denominator:
                    self.open[column] |= 1 << place

    def floor_sums(self) -> list[int]:
        return [sum(column) for column in zip(*self.floors, strict=True)]

    def rounded(self) -> list[list[int]]:
        return [
            [floor + (raised >> column & 1) for column, floor in enumerate(row)]
            for row, raised in zip(self.floors, self.raised, strict=True)
        ]

    def settle(self, *, certain: list[int], candidates: list[int]) -> None:
        """Give every column what it must have, then one more to each candidate, in order, that can have it."""
        target = list(certain)
        for column in range(len(target)):
            if not self.fill(column, target):
                raise AssertionError("a table with every column sum at least at its floor always exists")
        left = sum(self.count) - sum(target)
        for column in candidates:
            if not left:
                break
            target[column] += 1
            if self.fill(column, target):
                left -= 1
            else:
                target[column] -= 1

    def fill(self, column: int, target: list[int]) -> bool:
        """Bring a column up to its target with units from columns above theirs; False where no chain reaches one."""
        while self.count[column] < target[column]:
            surplus = _mask(place for place, count in enumerate(self.count) if count > target[place])
            if not self._move_unit_to(column, surplus):
                return False
        return True

    def _move_unit_to(self, goal: int, surplus: int) -> bool:
        """Move one unit to a column along a shortest chain of exchanges, each within one row."""
        exchange: dict[int, tuple[int, int]] = {}
        reached = 1 << goal
        unused_rows = (1 << len(self.raised)) - 1
        queue = [goal]
        for receiver in queue:
            rows = sorted(
                _places(self.open[receiver] & unused_rows), key=lambda row: (-self.fractions[row][receiver], row)
            )
            for row in rows:
                unused_rows ^= 1 << row
                givers = self.raised[row] & ~reached
                if givers & surplus:
                    giver = min(_places(givers & surplus), key=lambda place: (self.fractions[row][place], place))
                    exchange[giver] = (row, receiver)
                    self._exchange_along(giver, goal, exchange)
                    return True
                for giver in _places(givers):
                    exchange[giver] = (row, receiver)
                    queue.append(giver)
                reached |= givers
        return False

    def _exchange_along(self, giver: int, goal: int, exchange: dict[int, tuple[int, int]]) -> None:
        self.count[giver] -= 1
        self.count[goal] += 1
        while giver != goal:
            row, receiver = exchange[giver]
            self.raised[row] ^= 1 << giver | 1 << receiver
            self.open[giver] |= 1 << row
            self.open[receiver] &= ~(1 << row)
            giver = receiver


def _whole_sum(numerators: Numerators, denominator: int) -> int:
    total, rest = divmod(sum(numerators), denominator)
    if rest:
        raise ValueError("The exact numbers of a row must have a whole sum.")
    return total


def _mask(places: Iterator[int]) -> int:
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def _places(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
