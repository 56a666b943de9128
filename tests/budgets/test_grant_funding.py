"""A share of a grant pays for budget lines: exactly, once, and never more than it is."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from budgets.grant_balances import balances_of
from budgets.grant_funding import FUNDING_FIELDS, FundingWish, blank_bases, fund_lines
from budgets.grant_rows import GrantCollision, GrantRefused, bases_of
from budgets.models import BudgetLine, GrantFunding, GrantShare
from plans.models import LogEntry, Plan
from tests import factories as make
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db


def wish_for(line: BudgetLine, amount, used=0, *, funding: GrantFunding | None = None) -> FundingWish:
    bases = bases_of(funding, FUNDING_FIELDS) if funding else blank_bases()
    return FundingWish(line, None if amount is None else Decimal(amount), Decimal(used), bases)


def commit(share: GrantShare, line: BudgetLine, amount, used=0, **options):
    return fund_lines(share=share, wishes=[wish_for(line, amount, used, **options)], by=None)


def reason_of(share: GrantShare, line: BudgetLine, amount, used=0, **options) -> GrantRefused:
    before = list(GrantFunding.objects.values_list("pk", "amount", "used"))
    with pytest.raises(GrantRefused) as caught:
        commit(share, line, amount, used, **options)
    assert list(GrantFunding.objects.values_list("pk", "amount", "used")) == before
    return caught.value


class TestCommitting:
    def test_a_share_pays_for_a_line_and_the_log_tells_it(self):
        share, line = grants.make_share(amount=1000), grants.make_payable_line()
        (row,) = commit(share, line, 600, 100)
        assert (row.budget_line, row.amount, row.used) == (line, 600, 100)
        entry = LogEntry.objects.first()
        assert (entry.action, entry.subject) == ("created", "budgets.grantfunding")
        assert {name: Decimal(value) for name, value in entry.after.items()} == {"amount": 600, "used": 100}

    def test_all_of_it_can_be_committed_and_not_an_ore_more(self):
        share, line = grants.make_share(amount="1000.01"), grants.make_payable_line()
        grants.make_share(grants.make_amount(share.grant_amount.area), 500)  # the area has more
        refusal = reason_of(share, line, "1000.02")
        assert "0,01" in refusal.reason
        assert refusal.field == ""
        assert commit(share, line, "1000.01")

    def test_several_lines_are_committed_together_or_not_at_all(self):
        share, one, other = grants.make_share(amount=1000), grants.make_payable_line(), grants.make_payable_line()
        with pytest.raises(GrantRefused):
            fund_lines(share=share, wishes=[wish_for(one, 600), wish_for(other, 401)], by=None)
        assert not GrantFunding.objects.exists()
        fund_lines(share=share, wishes=[wish_for(one, 600), wish_for(other, 400)], by=None)
        assert balances_of(share.grant_amount.area.agreement).of_share(share).left == 0

    def test_money_moves_from_one_line_to_another_in_one_step(self):
        share, one, other = grants.make_share(amount=1000), grants.make_payable_line(), grants.make_payable_line()
        held = grants.make_funding(share, one, 1000)
        fund_lines(share=share, wishes=[wish_for(other, 700), wish_for(one, 300, funding=held)], by=None)
        assert dict(share.fundings.values_list("budget_line", "amount")) == {one.pk: 300, other.pk: 700}

    def test_measures_of_the_area_and_lines_share_the_same_money(self):
        share, line = grants.make_share(amount=1000), grants.make_payable_line()
        grants.make_measure(share.grant_amount.area, 400)
        assert "400" in reason_of(share, line, 601).reason
        assert commit(share, line, 600)

    def test_another_share_of_the_area_leaves_room_for_measures_but_not_for_lines(self):
        area = grants.make_grant_area()
        share = grants.make_share(grants.make_amount(area), 1000)
        grants.make_share(grants.make_amount(area), 500)
        grants.make_measure(area, 500)
        assert commit(share, grants.make_payable_line(), 1000)
        assert reason_of(share, grants.make_payable_line(), 1)

    def test_nothing_typed_for_a_line_that_is_not_paid_for_changes_nothing(self):
        assert commit(grants.make_share(), grants.make_payable_line(), None) == []
        assert commit(grants.make_share(), grants.make_payable_line(), 0) == []


class TestWhatMayBePaid:
    def test_not_a_line_that_the_members_share(self):
        line = grants.make_payable_line(form="sgd")
        assert "fördelas på medlemmarna" in reason_of(grants.make_share(), line, 1).reason

    def test_not_more_than_the_line_is_with_all_grants_together(self):
        line = grants.make_payable_line(1000)
        grants.make_funding(grants.make_share(amount=900), line, 900)
        refusal = reason_of(grants.make_share(amount=900), line, 101)
        assert refusal.field == f"{line.key}.amount"
        assert "mer än den kostar" in refusal.reason
        assert commit(grants.make_share(amount=900), line, 100)

    def test_not_a_line_without_an_amount(self):
        plan = make.make_plan(years=(grants.YEAR,))
        line = grants.make_payable_line(None, plan=plan, note=make.make_note(plan))
        assert "inget belopp" in reason_of(grants.make_share(), line, 1).reason

    def test_not_a_line_of_another_collaboration(self):
        plan = make.make_plan(years=(grants.YEAR,), collaboration=make.make_collaboration("annan"))
        assert "borttagen" in reason_of(grants.make_share(), grants.make_payable_line(plan=plan), 1).reason

    def test_not_a_comparison_figure_of_a_year_that_is_not_the_plans(self):
        assert "planens egna år" in reason_of(grants.make_share(), grants.make_payable_line(year=2029), 1).reason

    def test_not_for_an_organisation_outside_the_collaboration(self):
        make.make_organisation("99", "Region Annan")
        assert "inte medlem" in reason_of(grants.make_share(code="99"), grants.make_payable_line(), 1).reason

    def test_reserved_money_pays_only_for_its_own_part(self):
        share = grants.make_share(grants.make_amount(label="Karriärtjänster", is_reserved=True), 1000)
        refusal = reason_of(share, grants.make_payable_line(label="Sensorer"), 1)
        assert "får bara användas till det" in refusal.reason
        assert commit(share, grants.make_payable_line(label="karriärtjänster"), 500)
        assert commit(share, grants.make_payable_line(area_name="Karriärtjänster"), 500)

    def test_a_plan_that_has_been_sent_takes_no_new_money_but_tells_what_is_used(self):
        share, line = grants.make_share(amount=1000), grants.make_payable_line()
        held = grants.make_funding(share, line, 500)
        Plan.objects.filter(pk=line.focus_area.plan_id).update(status=Plan.Status.SUBMITTED)
        assert "skickad för beslut" in reason_of(share, line, 501, funding=held).reason
        assert "skickad för beslut" in reason_of(grants.make_share(), line, 1).reason
        commit(share, line, 500, 450, funding=held)
        held.refresh_from_db()
        commit(share, line, 460, 450, funding=held)
        held.refresh_from_db()
        assert (held.amount, held.used) == (460, 450)

    def test_no_more_is_used_than_is_committed(self):
        share, line = grants.make_share(), grants.make_payable_line()
        assert reason_of(share, line, 100, 101).field == f"{line.key}.used"
        assert reason_of(share, line, None, 1).field == f"{line.key}.amount"
        held = grants.make_funding(share, line, 100, 50)
        assert "förbrukat" in reason_of(share, line, None, funding=held).reason


class TestTwoWriters:
    def test_a_colleagues_amount_is_shown_and_not_overwritten(self):
        share, line = grants.make_share(), grants.make_payable_line()
        held = grants.make_funding(share, line, 100)
        seen = wish_for(line, 200, funding=held)
        commit(share, line, 300, funding=held)
        with pytest.raises(GrantCollision) as caught:
            fund_lines(share=share, wishes=[seen], by=None)
        assert caught.value.field == f"{line.key}.amount"
        assert caught.value.row.amount == 300
        held.refresh_from_db()
        assert held.amount == 300

    def test_a_field_that_is_left_alone_keeps_what_the_colleague_wrote(self):
        share, line = grants.make_share(), grants.make_payable_line()
        held = grants.make_funding(share, line, 100)
        used_only = wish_for(line, 100, 40, funding=held)
        commit(share, line, 300, funding=held)
        fund_lines(share=share, wishes=[used_only], by=None)
        held.refresh_from_db()
        assert (held.amount, held.used) == (300, 40)

    def test_a_row_that_is_left_alone_is_not_brought_back(self):
        share, line, other = grants.make_share(), grants.make_payable_line(), grants.make_payable_line()
        held = grants.make_funding(share, line, 100)
        untouched = wish_for(line, 100, funding=held)
        commit(share, line, None, funding=held)
        fund_lines(share=share, wishes=[untouched, wish_for(other, 5)], by=None)
        assert not share.fundings.filter(budget_line=line).exists()

    def test_what_is_ended_or_begun_by_a_colleague_is_told(self):
        share, line = grants.make_share(), grants.make_payable_line()
        held = grants.make_funding(share, line, 100)
        raised, ended = wish_for(line, 200, funding=held), wish_for(line, None, funding=held)
        commit(share, line, 150, funding=held)
        with pytest.raises(GrantCollision):
            fund_lines(share=share, wishes=[ended], by=None)
        held.refresh_from_db()
        commit(share, line, None, funding=held)
        with pytest.raises(GrantRefused, match="borttagen av någon annan"):
            fund_lines(share=share, wishes=[raised], by=None)
        commit(share, line, 70)
        with pytest.raises(GrantCollision):
            commit(share, line, 80)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's whole database is one lock; see the README")
def test_two_who_commit_at_once_do_not_commit_the_same_money():
    share, lines = grants.make_share(amount=1000), [grants.make_payable_line() for _ in range(4)]
    start, refusals = threading.Barrier(len(lines)), []

    def run(line: BudgetLine) -> None:
        start.wait()
        try:
            commit(share, line, 400)
        except GrantRefused as refusal:
            refusals.append(refusal.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[line]) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 2
    assert sum(GrantFunding.objects.values_list("amount", flat=True)) == 800


class TestAnyCommitments(TestCase):
    @hypothesis_settings(max_examples=40)
    @given(
        received=st.integers(0, 2000),
        charged=st.integers(0, 500),
        steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 150_000)), max_size=8),
    )
    def test_never_exceed_the_share_the_area_or_the_line(self, received, charged, steps):
        share = grants.make_share(amount=received)
        area = share.grant_amount.area
        grants.make_share(grants.make_amount(area), 200)
        if charged <= received:
            grants.make_measure(area, charged)
        lines = [grants.make_payable_line(amount) for amount in (300, 700, 5000)]
        for which, ore in steps:
            held = share.fundings.filter(budget_line=lines[which]).first()
            amount = Decimal(ore) / 100
            try:
                commit(share, lines[which], amount, funding=held)
            except GrantRefused:
                continue
        balances = balances_of(area.agreement)
        assert balances.of_share(share).lines <= share.amount
        assert balances.of_area(area.pk, share.organisation_id).left >= 0
        for funding in share.fundings.select_related("budget_line"):
            assert funding.amount <= funding.budget_line.amount
