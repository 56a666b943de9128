"""What the database itself refuses of a rule, its parts and where it holds: one test for each constraint, by name."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from budgets.models import AllocationRule, RuleLimit, RuleSeal, RuleUse
from tests import factories as make
from tests.decisions.rounds import make_readable_version

pytestmark = pytest.mark.django_db

JANUARY, DECEMBER = datetime.date(2030, 1, 1), datetime.date(2030, 12, 31)


def refuses(row, name: str) -> None:
    """The database refuses ``row`` by the constraint, and the model says it in Swedish."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save()
    table = row._meta.db_table
    constraint = next(each for each in row._meta.constraints if each.name == name)
    columns = [f"{table}.{row._meta.get_field(field).column}" for field in getattr(constraint, "fields", ())]
    assert name in str(refusal.value) or ", ".join(columns) in str(refusal.value)
    with pytest.raises(ValidationError) as sentence:
        row.validate_constraints()
    assert "Begränsningen" not in str(sentence.value)


def limit(rule: AllocationRule, code: str = "9101", **fields) -> RuleLimit:
    return RuleLimit(rule=rule, organisation=make.make_organisation(code), **fields)


def use(**fields) -> RuleUse:
    own = {"reason": "Skäl.", "decided_on": JANUARY, "decided_by": "SGD", "valid_from": JANUARY, **fields}
    return RuleUse(rule=make.make_rule(), **own)


def test_rule_base_amount_not_negative():
    rule = make.make_rule()
    rule.base_amount = Decimal("-0.01")
    refuses(rule, "rule_base_amount_not_negative")
    rule.base_amount = Decimal(0)
    rule.save()


@pytest.mark.parametrize(("above", "percent"), [(100, None), (None, 50), (100, 101)])
def test_rule_rebate_has_size_and_percent(above, percent):
    rule = make.make_rule()
    rule.rebate_above, rule.rebate_percent = above, percent
    refuses(rule, "rule_rebate_has_size_and_percent")
    rule.rebate_above, rule.rebate_percent = 100, 100
    rule.save()


def test_rule_validity_ends_after_it_begins():
    rule = make.make_rule()
    rule.valid_from, rule.valid_to = JANUARY, JANUARY - datetime.timedelta(days=1)
    refuses(rule, "rule_validity_ends_after_it_begins")
    rule.valid_to = JANUARY
    rule.save()


def test_rule_limit_once_per_organisation():
    rule = make.make_rule()
    limit(rule, is_left_out=True).save()
    refuses(limit(rule, cap=Decimal(100)), "rule_limit_once_per_organisation")
    limit(rule, "9102", is_left_out=True).save()


@pytest.mark.parametrize(
    "fields", [{}, {"is_left_out": True, "cap": Decimal(1)}, {"cap": Decimal(-1)}], ids=["neither", "both", "negative"]
)
def test_rule_limit_leaves_out_or_caps(fields):
    refuses(limit(make.make_rule(), **fields), "rule_limit_leaves_out_or_caps")
    limit(make.make_rule(), cap=Decimal(0)).save()


def test_rule_use_has_one_place():
    area = make.make_area()
    line = make.make_line(area)
    refuses(use(), "rule_use_has_one_place")
    refuses(use(focus_area=area, budget_line=line), "rule_use_has_one_place")
    use(focus_area=area).save()
    use(budget_line=line).save()


def test_rule_use_ends_after_it_begins():
    area = make.make_area()
    wrong = use(focus_area=area, valid_from=DECEMBER, valid_to=JANUARY)
    refuses(wrong, "rule_use_ends_after_it_begins")
    use(focus_area=area, valid_to=JANUARY).save()


def test_rule_sealed_once_by_a_version():
    version, rule = make_readable_version(), make.make_rule()
    RuleSeal.objects.create(rule=rule, version=version)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSeal.objects.create(rule=rule, version=version)
    RuleSeal.objects.create(rule=make.make_rule(), version=version)


def test_a_rule_does_not_replace_itself_or_anothers():
    rule = make.make_rule()
    rule.replaces = rule
    with pytest.raises(ValidationError, match="ersätta sig själv"):
        rule.clean()
    rule.replaces = make.make_rule(collaboration=make.make_collaboration("annan"), weights={})
    with pytest.raises(ValidationError, match="annan samverkan"):
        rule.clean()


def test_a_deviation_holds_in_the_years_whose_first_day_it_covers():
    covering = use(valid_from=datetime.date(2029, 7, 1), valid_to=datetime.date(2031, 1, 1))
    assert [year for year in range(2028, 2034) if covering.is_valid_in(year)] == [2030, 2031]


def test_a_deviation_takes_no_rule_of_another_collaboration():
    wrong = use(focus_area=make.make_area())
    wrong.rule = make.make_rule(collaboration=make.make_collaboration("annan"), weights={})
    with pytest.raises(ValidationError, match="annan samverkan"):
        wrong.clean()
