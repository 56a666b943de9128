"""Rules as somebody composes them, in the small world of ``tests.factories``."""

import datetime

import pytest

from budgets.models import AllocationKey, AllocationRule, KeyFigure, KeyFigureSet
from budgets.rule_terms import PartyTerms, RuleTerms
from budgets.rule_use_editing import UseTerms
from tests import factories as make

DAY = datetime.date


def terms(**fields) -> RuleTerms:
    """A rule 30:70 between the region and the municipalities, by the small world's population."""
    make.make_members()
    weights = fields.pop("weights", {"region": 30, "kommuner": 70})
    own = {
        "name": "Trettio sjuttio",
        "allocation_key": make.make_key(),
        "parties": tuple(PartyTerms(make.make_party(slug), weight) for slug, weight in weights.items()),
        **fields,
    }
    return RuleTerms(**own)


def use_terms(rule: AllocationRule | None = None, **fields) -> UseTerms:
    own = {
        "reason": "Kommunerna använder tjänsten mest.",
        "decided_on": DAY(2029, 5, 2),
        "decided_by": "SGD",
        "valid_from": DAY(2030, 1, 1),
        **fields,
    }
    return UseTerms(rule=rule or make.make_rule({"region": 30, "kommuner": 70}, name="Trettio sjuttio"), **own)


def measure(slug: str, values: dict[str, int], on: datetime.date | None = None) -> KeyFigureSet:
    """Figures of another measure than population, on a day: 2029-06-30 unless told."""
    key, _ = AllocationKey.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize(), "unit": "st"})
    figures = KeyFigureSet.objects.create(
        allocation_key=key,
        region_code="91",
        region_name="Provlän",
        reference_date=on or DAY(2029, 6, 30),
        source="Prov",
    )
    for code, value in values.items():
        KeyFigure.objects.create(figure_set=figures, organisation=make.make_organisation(code), value=value)
    return figures


@pytest.fixture
def composer(db):
    user = make.make_user("ekonom@prov.example", first_name="Emil", last_name="Ekonom")
    make.make_role(user, "economist")
    return user


@pytest.fixture
def colleague(db):
    user = make.make_user("kollega@prov.example", first_name="Karin", last_name="Kollega")
    make.make_role(user, "editor")
    return user
