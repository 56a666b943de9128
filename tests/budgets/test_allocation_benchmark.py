"""What is measured is what is said: mixed rules that all are in use, and that close."""

from pytest import approx

from budgets.allocation import allocate
from skane_digi.allocation_benchmark import AllocationCost, growth, measure_allocations, mixed_lines
from skane_digi.benchmark import Timing


def test_the_measured_lines_have_rules_of_every_kind_and_close():
    lines = mixed_lines(34, 20)
    allocation = allocate(lines)
    rules = set(allocation.pools)
    assert len(rules) == 9
    assert {rule.unit for rule in rules} == {1, 100}
    assert sum(bool(rule.base) for rule in rules) >= 2
    assert sum(bool(rule.caps) for rule in rules) >= 2
    assert sum(bool(rule.rebate) for rule in rules) >= 2
    assert len({rule.party_weights for rule in rules}) == 2
    assert len({member.weight for rule in rules for member in rule.members if member.weight}) > 34
    assert len(allocation.shares) == 34
    assert all(allocation.line_total(line.key) == line.amount for line in lines)
    assert sum(share.amount for share in allocation.shares) == allocation.total


def test_caps_are_reached_at_every_size():
    for size in ((34, 20), (290, 20), (290, 200)):
        allocation = allocate(mixed_lines(*size))
        for rule, places in allocation.pools.items():
            total = sum(allocation.lines[place].amount for place in places)
            assert bool(rule.caps) == any(share.capped for share in rule.party_shares(total))


def test_each_size_is_measured():
    (small, large) = measure_allocations(runs=1, sizes=((5, 9), (10, 18)))
    assert (small.organisations, small.lines, small.cells, small.rules) == (5, 9, 45, 9)
    assert (large.cells, large.rules) == (180, 9)
    assert small.share.runs == small.explain.runs == 1
    assert min(small.share.median, small.explain.median, large.share.median) > 0


def test_growth_is_told_as_times_the_size_before():
    costs = tuple(
        AllocationCost(10, lines, 9, Timing(seconds, seconds, 1), Timing(1.0, 1.0, 1))
        for lines, seconds in ((10, 0.2), (20, 0.5), (60, 2.0))
    )
    assert [(cost.lines, cells, approx(time)) for cost, cells, time in growth(costs)] == [(20, 2, 2.5), (60, 3, 4.0)]
    assert costs[0].microseconds_per_cell == approx(2000)
