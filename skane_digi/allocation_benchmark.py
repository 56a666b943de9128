"""What sharing by many different rules costs, and how it grows with organisations and lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from budgets.allocation import Line, Member, Rebate, Rule, allocate
from budgets.explanation import explain
from skane_digi.benchmark import Timing, timed

SIZES = ((33, 20), (290, 50), (290, 100), (290, 200))
HALVES = (("region", 1), ("municipalities", 1))
THIRTY_TO_SEVENTY = (("region", 30), ("municipalities", 70))


@dataclass(frozen=True, slots=True)
class AllocationCost:
    """Sharing ``lines`` lines over ``organisations`` by ``rules`` rules, and explaining everybody's total in words."""

    organisations: int
    lines: int
    rules: int
    share: Timing
    explain: Timing

    @property
    def cells(self) -> int:
        return self.organisations * self.lines

    @property
    def microseconds_per_cell(self) -> float:
        return self.share.median / self.cells * 1_000_000


def measure_allocations(*, runs: int, sizes: tuple[tuple[int, int], ...] = SIZES) -> tuple[AllocationCost, ...]:
    """Measure each size, as organisations and lines; every rule in use shares several of the lines."""
    return tuple(_measure(organisations, lines, runs=runs) for organisations, lines in sizes)


def growth(costs: tuple[AllocationCost, ...]) -> Iterator[tuple[AllocationCost, float, float]]:
    """Yield each cost but the first with how many times the cells and the time of the one before it are."""
    for before, after in pairwise(costs):
        yield after, after.cells / before.cells, after.share.median / before.share.median


def mixed_lines(organisations: int, lines: int) -> list[Line]:
    """Return ``lines`` lines of uneven amounts that nine rules of every kind share in turn, in öre and in kronor."""
    rules = mixed_rules(organisations)
    chosen = [rules[number % len(rules)] for number in range(lines)]
    return [
        Line(f"{number:04}", (10_000_033 + number * 7_919) // rule.unit * rule.unit, rule)
        for number, rule in enumerate(chosen)
    ]


def mixed_rules(organisations: int) -> tuple[Rule, ...]:
    """Return rules with other parties, keys, base amounts, caps, rebates and units, for a region and municipalities.

    The caps are low enough to be reached, some of them only when others have been.
    """
    sizes = {f"{1000 + number}": 7_000 + number * number * 37 % 360_000 for number in range(1, organisations)}
    population = _members(sizes)
    weighted = _members({code: size + Fraction(size % 977 * 3, 4) for code, size in sizes.items()})
    increase = _members({code: size % 113 for code, size in sizes.items()})
    low = 50_000_00 // organisations
    some_capped = tuple((code, low) for code in list(sizes)[::9])
    all_but_one_capped = tuple((code, low * (1 + number % 7)) for number, code in enumerate(sizes))[1:]
    return (
        Rule(HALVES, population),
        Rule(HALVES, _members(dict.fromkeys(sizes, 1))),
        Rule(THIRTY_TO_SEVENTY, weighted),
        Rule(HALVES, increase, unit=100),
        Rule(HALVES, population, base=500_00),
        Rule(HALVES, population, rebate=Rebate(100_000, 50)),
        Rule(THIRTY_TO_SEVENTY, population, base=300_00, caps=some_capped),
        Rule(HALVES, weighted, caps=all_but_one_capped),
        Rule(THIRTY_TO_SEVENTY, population, base=1_000_00, rebate=Rebate(50_000, 30), caps=some_capped[:1], unit=100),
    )


def _members(weights: dict[str, Fraction | int]) -> tuple[Member, ...]:
    return (
        Member("01", "region", 1),
        *(Member(code, "municipalities", weight) for code, weight in weights.items()),
    )


def _measure(organisations: int, lines: int, *, runs: int) -> AllocationCost:
    # Made anew for each run: a rule keeps what it has worked out.
    share = timed(lambda: allocate(mixed_lines(organisations, lines)), runs=runs)
    allocation = allocate(mixed_lines(organisations, lines))
    codes = [one.code for one in allocation.shares]
    told = timed(lambda: [explain(allocation, code).sentence() for code in codes], runs=runs)
    return AllocationCost(organisations, lines, len(allocation.pools), share, told)
