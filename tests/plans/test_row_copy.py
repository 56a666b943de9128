"""Starting a plan from another: every field and relation of what is copied is declared, in both apps."""

from collections import defaultdict

import pytest

from budgets import rollover as budget_rollover
from plans import rollover
from plans.models import Plan
from plans.row_copy import Copied, LeftOut, Renewed, copy_of
from tests import factories as make


def declared() -> dict:
    rules = defaultdict(dict)
    for declaration in (rollover.DECLARATION, budget_rollover.DECLARATION):
        for model, of_model in declaration.items():
            assert not rules[model].keys() & of_model.keys(), f"{model} säger samma sak i båda apparna"
            rules[model] |= of_model
    return dict(rules)


def reached() -> dict:
    """Return every model that a new plan gets rows of, with its fields and relations: the plan and on downwards."""
    rules, found, waiting = declared(), {}, [Plan]
    while waiting:
        model = waiting.pop()
        if model in found:
            continue
        fields = model._meta.get_fields(include_hidden=True)
        found[model] = {field.name for field in fields}
        downwards = [field for field in fields if field.auto_created and not field.concrete]
        waiting += [
            field.related_model
            for field in downwards
            if isinstance(rules.get(model, {}).get(field.name), Copied | Renewed)
        ]
    return found


def test_every_field_and_relation_is_copied_renewed_or_left_out():
    """DESIGN: roll-over names each relation as copied or left out with a reason."""
    rules = declared()
    missing = {f"{model.__name__}.{name}" for model, names in reached().items() for name in names - set(rules[model])}
    assert missing == set()


def test_nothing_is_declared_that_does_not_exist():
    found = reached()
    stale = {
        f"{model.__name__}.{name}" for model, of in declared().items() for name in set(of) - found.get(model, set())
    }
    assert stale == set()


def test_what_is_left_out_or_renewed_says_why():
    for model, of_model in declared().items():
        for name, rule in of_model.items():
            if not isinstance(rule, Copied):
                text = rule.reason if isinstance(rule, LeftOut) else rule.how
                assert text.endswith("."), f"{model.__name__}.{name}"


@pytest.mark.django_db
def test_a_copy_takes_copied_values_and_the_default_of_what_is_left_out():
    plan = make.make_plan(subtitle="Undertitel", status=Plan.Status.ADOPTED, date_note="Om datumet")
    copy = copy_of(plan, rollover.DECLARATION, slug="ny", title="Ny")
    assert (copy.pk, copy.collaboration, copy.subtitle) == (None, plan.collaboration, "Undertitel")
    assert (copy.slug, copy.title, copy.status, copy.date_note) == ("ny", "Ny", "draft", "")


@pytest.mark.django_db
def test_a_copy_must_be_given_what_is_renewed_and_nothing_else():
    plan = make.make_plan()
    with pytest.raises(KeyError):
        copy_of(plan, rollover.DECLARATION, slug="ny")
    with pytest.raises(TypeError, match="subtitle"):
        copy_of(plan, rollover.DECLARATION, slug="ny", title="Ny", subtitle="Egen")
