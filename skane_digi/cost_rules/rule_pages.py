"""The list of rules, and what a page says of one: in words, where it holds, what decided it and what came of it."""

from collections import defaultdict
from dataclasses import dataclass

from budgets.models import AllocationRule, CostBasis, RuleSeal, RuleUse
from budgets.rule_editing import why_fixed, why_kept
from budgets.rule_parts import RuleParts, parts_of
from budgets.rule_use_editing import days_text
from budgets.rule_words import rule_sentences, rule_summary, validity_sentence
from plans import permissions
from plans.models import Collaboration, Organisation, Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class ListedRule:
    rule: AllocationRule
    summary: str
    validity: str
    decision: str


@dataclass(frozen=True, slots=True)
class ListedCollaboration:
    """A collaboration's rules, those that hold now before those that have been replaced."""

    collaboration: Collaboration
    rules: tuple[ListedRule, ...]
    replaced: tuple[ListedRule, ...]
    can_compose: bool


@dataclass(frozen=True, slots=True)
class UsedPlace:
    """Where a rule holds: a plan's year, or one of its areas or lines."""

    plan: Plan
    what: str
    when: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """What is to be read of a rule. ``fixed`` and ``kept`` say why it may not be changed or removed."""

    rule: AllocationRule
    parts: RuleParts
    sentences: tuple[str, ...]
    validity: str
    places: tuple[UsedPlace, ...]
    versions: tuple[PlanVersion, ...]
    successor: AllocationRule | None
    can_compose: bool
    fixed: str
    kept: str


def listed_rules(user) -> tuple[ListedCollaboration, ...]:
    """Return the rules of every collaboration in which ``user`` may read them."""
    rules = AllocationRule.objects.with_parts().select_related("collaboration", "successor")
    found: dict[Collaboration, list[AllocationRule]] = defaultdict(list)
    for collaboration in Collaboration.objects.order_by("name"):
        if permissions.can_view_rules(user, collaboration):
            found[collaboration] = []
    for rule in rules.filter(collaboration__in=found):
        found[rule.collaboration].append(rule)
    return tuple(
        ListedCollaboration(
            collaboration,
            tuple(_listed(rule) for rule in own if not hasattr(rule, "successor")),
            tuple(_listed(rule) for rule in own if hasattr(rule, "successor")),
            permissions.can_compose_rules(user, collaboration),
        )
        for collaboration, own in found.items()
    )


def rule_page(rule: AllocationRule, user) -> RulePage:
    """Return what ``user`` is to read of the rule, which comes with its parts."""
    parts = parts_of(rule)
    can_compose = permissions.can_compose_rules(user, rule.collaboration)
    return RulePage(
        rule=rule,
        parts=parts,
        sentences=rule_sentences(parts, names_in(rule)),
        validity=validity_sentence(rule.valid_from, rule.valid_to),
        places=used_places(rule, user),
        versions=_sealing(rule, user),
        successor=AllocationRule.objects.filter(replaces=rule).first(),
        can_compose=can_compose,
        fixed=why_fixed(rule) if can_compose else "",
        kept=why_kept(rule) if can_compose else "",
    )


def names_in(rule: AllocationRule) -> dict[str, str]:
    """Return the short names of the organisations that the rule makes exceptions for, by code."""
    return {limit.organisation.code: limit.organisation.short_name for limit in rule.limits.all()}


def names_of(parts: RuleParts) -> dict[str, str]:
    """Return the same for a rule that is only being composed, in one query."""
    codes = [limit.code for limit in parts.limits]
    rows = Organisation.objects.filter(code__in=codes).values_list("code", "short_name") if codes else ()
    return dict(rows)


def used_places(rule: AllocationRule, user) -> tuple[UsedPlace, ...]:
    """Return where the rule holds in the plans that ``user`` may see: whole years first, then areas and lines."""
    visible = Plan.objects.visible_to(user).filter(collaboration=rule.collaboration)
    bases = CostBasis.objects.filter(rule=rule, plan_year__plan__in=visible).select_related("plan_year__plan")
    years: dict[Plan, list[int]] = defaultdict(list)
    for basis in bases.order_by("plan_year__plan", "plan_year__year"):
        years[basis.plan_year.plan].append(basis.plan_year.year)
    found = [UsedPlace(plan, "hela planen", _years(own)) for plan, own in years.items()]
    on_areas = RuleUse.objects.filter(focus_area__plan__in=visible)
    on_lines = RuleUse.objects.filter(budget_line__focus_area__plan__in=visible)
    uses = (on_areas | on_lines).filter(rule=rule).distinct()
    for use in uses.select_related(
        "focus_area__plan", "budget_line__focus_area__plan", "budget_line__funding_form", "budget_line__note"
    ):
        found.append(UsedPlace(plan_of_use(use), place_name(use), days_text(use)))
    return tuple(found)


def plan_of_use(use: RuleUse) -> Plan:
    return (use.focus_area or use.budget_line.focus_area).plan


def place_name(use: RuleUse) -> str:
    """Return ``Område`` or ``Område, post 2030: Del``."""
    if use.focus_area:
        return use.focus_area.name_in_tables
    line = use.budget_line
    label = f": {line.label}" if line.label else ""
    return f"{line.focus_area.name_in_tables}, budgetposten {line.year}{label}"


def _listed(rule: AllocationRule) -> ListedRule:
    parts = parts_of(rule)
    return ListedRule(rule, rule_summary(parts), validity_sentence(rule.valid_from, rule.valid_to), parts.decision)


def _sealing(rule: AllocationRule, user) -> tuple[PlanVersion, ...]:
    seals = RuleSeal.objects.filter(rule=rule).values("version")
    visible = PlanVersion.objects.filter(permissions.visible_versions(user, PlanVersion), pk__in=seals)
    return tuple(visible.without_files().select_related("plan").order_by("plan", "number"))


def _years(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{', '.join(map(str, years[:-1]))} och {years[-1]}"
