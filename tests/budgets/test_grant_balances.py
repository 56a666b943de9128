"""What of a grant is received, committed, used and left, at every level."""

from decimal import Decimal

import pytest

from budgets.grant_balances import Balance, balances_of
from budgets.money import plain
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db


def test_a_balance_says_it_in_kronor():
    balance = Balance(received=Decimal(1000), lines=Decimal(600), measures=Decimal("100.50"), used=Decimal(50))
    assert (balance.committed, balance.left, balance.is_over) == (Decimal("700.50"), Decimal("299.50"), False)
    texts = (balance.received_text, balance.committed_text, balance.used_text, balance.left_text)
    assert [plain(text) for text in texts] == ["1 000 kr", "700,50 kr", "50 kr", "299,50 kr"]
    assert plain(Balance(lines=Decimal(1)).left_text) == "−1 kr"


def test_each_level_is_the_sum_of_what_is_below():
    area = grants.make_grant_area()
    other = grants.make_grant_area(area.agreement)
    share = grants.make_share(grants.make_amount(area), 1000)
    reserved = grants.make_share(grants.make_amount(area), 200)
    third = grants.make_share(grants.make_amount(other), "0.10")
    foreign = grants.make_share(grants.make_amount(area), 500, code="9102")
    grants.make_funding(share, grants.make_payable_line(), 600, 50)
    grants.make_funding(reserved, grants.make_payable_line(), 100)
    grants.make_measure(area, 300)
    grants.make_measure(area, None)
    grants.make_measure(area, 40, code="9102")
    grants.make_share(grants.make_amount(), 9999)  # of another agreement

    balances = balances_of(area.agreement)
    alby, bjorna = share.organisation_id, foreign.organisation_id
    assert balances.of_share(share) == Balance(Decimal(1000), Decimal(600), Decimal(0), Decimal(50))
    assert balances.of_area(area.pk, alby) == Balance(Decimal(1200), Decimal(700), Decimal(300), Decimal(50))
    assert balances.of_area(other.pk, alby).left == third.amount
    assert balances.of_area(other.pk, bjorna) == Balance()
    assert balances.of_organisation(alby).left == Decimal("200.10")
    assert balances.of_organisation(bjorna).left == 460
    assert balances.total.received == Decimal("1700.10")


def test_one_query_however_many_rows(django_assert_num_queries):
    area = grants.make_grant_area()
    for code in ("9101", "9102", "9103"):
        share = grants.make_share(grants.make_amount(area), 1000, code=code)
        grants.make_funding(share, grants.make_payable_line(), 5)
        grants.make_measure(area, 5, code=code)
    with django_assert_num_queries(1):
        assert balances_of(area.agreement).total.committed == 30
