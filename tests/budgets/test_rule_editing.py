"""Composing, changing and succeeding rules: whole or not at all, never what is frozen, nothing overwritten unseen."""

import dataclasses
import datetime
from decimal import Decimal

import pytest

from budgets.models import AllocationKey, AllocationRule, PartyWeight, RuleLimit, RuleSeal
from budgets.rule_editing import (
    RuleChangedMeanwhile,
    RuleRefused,
    change_rule,
    create_rule,
    delete_unused_rule,
    make_default,
    rule_digest,
    succeed_rule,
)
from budgets.rule_parts import parts_of
from budgets.rule_terms import LimitTerms, PartyTerms, parts_of_terms, terms_of
from plans.models import LogEntry, Plan
from tests import factories as make
from tests.cost_rules.conftest import colleague, composer, terms, use_terms  # noqa: F401 the same people
from tests.decisions.rounds import make_readable_version

pytestmark = pytest.mark.django_db
DAY = datetime.date


def full_terms():
    equal = AllocationKey.objects.create(slug="lika", name="Lika delar", unit="organisation", kind="equal")
    return terms(
        description="Beslutad efter utredning.",
        base_amount=Decimal(5000),
        rebate_above=20,
        rebate_percent=50,
        rounding="kr",
        parties=(
            PartyTerms(make.make_party("region"), 30),
            PartyTerms(make.make_party("kommuner"), 70, equal),
        ),
        limits=(
            LimitTerms(make.make_organisation("9102"), Decimal(900), "Avtal."),
            LimitTerms(make.make_organisation("9101"), None, "Har egen tjänst."),
        ),
        decided_on=DAY(2029, 3, 1),
        decided_by="SGD",
        decision_reference="§ 12",
        valid_from=DAY(2029, 1, 1),
    )


def own_rules():
    return AllocationRule.objects.filter(collaboration__slug="provsamverkan")


def create(by, **fields) -> AllocationRule:
    return create_rule(collaboration=make.make_collaboration(), terms=terms(**fields), by=by)


def test_a_rule_is_composed_with_all_its_parts(composer):  # noqa: F811
    wished = full_terms()
    rule = create_rule(collaboration=make.make_collaboration(), terms=wished, by=composer)
    assert rule.slug == "trettio-sjuttio"
    held = terms_of(rule)
    assert held == dataclasses.replace(wished, limits=tuple(reversed(wished.limits)))
    entry = LogEntry.objects.first()
    assert (entry.action, entry.actor, entry.subject) == ("created", composer, "budgets.allocationrule")
    assert entry.after["party_weights"] == ["Region: 30", "Kommuner: 70, Lika delar"]
    assert entry.after["limits"] == [
        "Alby kommun: betalar inte, Har egen tjänst.",
        "Björnå kommun: högst 900.00 kr, Avtal.",
    ]


def test_what_is_composed_is_to_the_engine_what_is_saved(composer):  # noqa: F811
    """Issue 5: sees the effect. The preview of an unsaved rule must not differ from the saved one."""
    wished = full_terms()
    rule = create_rule(collaboration=make.make_collaboration(), terms=wished, by=composer)
    wished = dataclasses.replace(wished, limits=tuple(reversed(wished.limits)))
    assert parts_of_terms(wished, rule.slug) == parts_of(rule)


def test_the_first_rule_is_the_default_and_the_next_is_not(composer):  # noqa: F811
    assert create(composer).is_default
    second = create(composer)
    assert not second.is_default
    assert second.slug == "trettio-sjuttio-2"
    assert create(composer, name="Ny").slug == "ny-2", "ny is an address of its own"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"weights": {"region": 0, "kommuner": 0}}, "parties"),
        ({"weights": {}}, "parties"),
        ({"base_amount": Decimal(-1)}, "base_amount"),
        ({"rebate_above": 10}, ""),
        ({"valid_from": DAY(2030, 1, 2), "valid_to": DAY(2030, 1, 1)}, ""),
    ],
)
def test_terms_that_cannot_share_are_refused(fields, field, composer):  # noqa: F811
    with pytest.raises(RuleRefused) as refusal:
        create(composer, **fields)
    assert refusal.value.field in (field, "")
    assert not own_rules().exists()
    assert not LogEntry.objects.filter(subject="budgets.allocationrule").exists()


def test_limits_are_of_members_once_each_and_explained(composer):  # noqa: F811
    alby, stranger = make.make_organisation("9101"), make.make_organisation("9999")
    wrong = [
        (LimitTerms(stranger, None, "Skäl."),),
        (LimitTerms(alby, None, ""),),
        (LimitTerms(alby, Decimal(-1), "Skäl."),),
        (LimitTerms(alby, None, "Skäl."), LimitTerms(alby, Decimal(1), "Skäl.")),
    ]
    for limits in wrong:
        with pytest.raises(RuleRefused) as refusal:
            create(composer, limits=limits)
        assert refusal.value.field == "limits"
    assert not own_rules().exists()
    assert not PartyWeight.objects.filter(party__collaboration__slug="provsamverkan").exists()
    assert not RuleLimit.objects.exists()


def test_somebody_must_be_left_to_carry_a_partys_part(composer):  # noqa: F811
    everyone = tuple(LimitTerms(make.make_organisation(code), Decimal(1), "Tak.") for code in ("9101", "9102", "9103"))
    with pytest.raises(RuleRefused, match="låt någon betala utan tak"):
        create(composer, limits=everyone)
    assert create(composer, limits=everyone, weights={"region": 1, "kommuner": 0})


def test_a_rule_is_changed_with_all_its_parts(composer):  # noqa: F811
    rule = create(composer)
    kept = rule.party_weights.get(party__slug="region").pk
    changed = change_rule(rule=rule, terms=full_terms(), seen=rule_digest(rule), by=composer)
    assert terms_of(changed).rounding == "kr"
    assert changed.party_weights.get(party__slug="region").pk == kept
    assert changed.limits.count() == 2
    entry = LogEntry.objects.first()
    assert entry.before["limits"] == []
    assert "name" not in entry.after, "the same name is no change"
    again = change_rule(rule=changed, terms=terms(), seen=rule_digest(changed), by=composer)
    assert not again.limits.exists()


def test_no_change_is_no_entry(composer):  # noqa: F811
    rule = create(composer)
    before = LogEntry.objects.count()
    change_rule(rule=rule, terms=terms(), seen="old", by=composer)
    assert LogEntry.objects.count() == before


def test_a_colleagues_change_in_between_is_told(composer, colleague):  # noqa: F811
    """House: nothing is overwritten unseen."""
    rule = create(composer)
    seen = rule_digest(rule)
    change_rule(rule=rule, terms=terms(weights={"region": 40, "kommuner": 60}), seen=seen, by=colleague)
    with pytest.raises(RuleChangedMeanwhile, match="Karin Kollega har ändrat under tiden") as collision:
        change_rule(rule=rule, terms=terms(name="Min"), seen=seen, by=composer)
    assert [each.weight for each in terms_of(collision.value.row).parties] == [40, 60]
    changed = change_rule(rule=rule, terms=terms(name="Min"), seen=collision.value.seen, by=composer)
    assert changed.name == "Min"


def test_a_sealed_rule_is_not_changed(composer):  # noqa: F811
    """Issue 5: a rule in use by a frozen version cannot change, only be succeeded."""
    rule = create(composer)
    version = make_readable_version()
    RuleSeal.objects.create(rule=rule, version=version)
    with pytest.raises(RuleRefused, match="som är fryst. Ersätt regeln"):
        change_rule(rule=rule, terms=terms(name="Ny"), seen=rule_digest(rule), by=composer)
    make_default(rule=create(composer, name="Annan"), by=composer)
    with pytest.raises(RuleRefused, match="fryst"):
        delete_unused_rule(rule=rule, by=composer)


def test_a_rule_of_a_plan_that_has_been_sent_is_not_changed(composer):  # noqa: F811
    plan = make.make_shared_plan(1000)
    rule = plan.years.get().cost_basis.rule
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DECIDING)
    with pytest.raises(RuleRefused, match="är skickad för beslut"):
        change_rule(rule=rule, terms=terms(), seen=rule_digest(rule), by=composer)


def test_a_rule_is_succeeded_with_all_its_parts(composer):  # noqa: F811
    rule = create_rule(collaboration=make.make_collaboration(), terms=full_terms(), by=composer)
    RuleSeal.objects.create(rule=rule, version=make_readable_version())
    wished = dataclasses.replace(terms_of(rule), name="Från 2031", valid_from=DAY(2031, 1, 1))
    new = succeed_rule(rule=rule, terms=wished, becomes_default=True, by=composer)
    rule.refresh_from_db()
    assert terms_of(new) == wished
    assert (new.replaces, rule.valid_to) == (rule, DAY(2030, 12, 31))
    assert (new.is_default, rule.is_default) == (True, False)
    told = [entry.after for entry in LogEntry.objects.filter(subject="budgets.allocationrule").order_by("number")][1:]
    assert told[:2] == [{"valid_to": "2030-12-31"}, {"is_default": False}]
    assert told[2]["replaces"] == "Trettio sjuttio"


def test_a_succession_leaves_the_default_unless_asked(composer):  # noqa: F811
    rule = create(composer)
    new = succeed_rule(rule=rule, terms=terms(valid_from=DAY(2031, 1, 1)), by=composer)
    rule.refresh_from_db()
    assert rule.is_default
    assert not new.is_default


def test_a_succession_begins_later_and_happens_once(composer):  # noqa: F811
    rule = create(composer, valid_from=DAY(2030, 1, 1))
    for first, reason in ((None, "Ange från vilken dag"), (DAY(2030, 1, 1), "en senare dag")):
        with pytest.raises(RuleRefused, match=reason) as refusal:
            succeed_rule(rule=rule, terms=terms(valid_from=first), by=composer)
        assert refusal.value.field == "valid_from"
    with pytest.raises(RuleRefused, match="en senare dag"):
        succeed_rule(rule=create(composer), terms=terms(valid_from=DAY.min), by=composer)
    new = succeed_rule(rule=rule, terms=terms(valid_from=DAY(2031, 1, 1)), by=composer)
    with pytest.raises(RuleRefused, match="redan ersatt"):
        succeed_rule(rule=rule, terms=terms(valid_from=DAY(2032, 1, 1)), by=composer)
    delete_unused_rule(rule=new, by=composer)
    rule.refresh_from_db()
    assert rule.valid_to is None, "what was to be replaced holds on"


def test_another_rule_becomes_the_default(composer):  # noqa: F811
    first, second = create(composer), create(composer)
    make_default(rule=second, by=composer)
    first.refresh_from_db()
    assert (first.is_default, own_rules().get(is_default=True)) == (False, second)


def test_only_an_unused_rule_is_removed(composer):  # noqa: F811
    default, used, unused = create(composer), create(composer), create(composer)
    plan = make.make_shared_plan(1000)
    plan.years.get().cost_basis.__class__.objects.update(rule=used)
    for rule, reason in ((default, "när inget annat är beslutat"), (used, "används i Handlingsplan")):
        with pytest.raises(RuleRefused, match=reason):
            delete_unused_rule(rule=rule, by=composer)
    entry = delete_unused_rule(rule=unused, by=composer)
    assert not AllocationRule.objects.filter(pk=unused.pk).exists()
    assert entry.before["party_weights"] == ["Region: 30", "Kommuner: 70"]
    with pytest.raises(RuleRefused, match="borttagen"):
        change_rule(rule=unused, terms=terms(), seen="", by=composer)
