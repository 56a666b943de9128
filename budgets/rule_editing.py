"""Composing cost rules: each function changes a rule with all its parts in one transaction, and the log tells it.

A rule that a frozen version, or a plan that has been sent, shares by does not change; it gets a successor. All raise
``RuleRefused`` with a Swedish sentence, and the field that it is about, where the change cannot be made; then nothing
is changed. Where a rule holds is for ``budgets.rule_use_editing``.
"""

import datetime
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from budgets.models import AllocationRule, CostBasis, PartyWeight, RuleLimit, RuleUse
from budgets.rule_terms import OWN_FIELDS, RuleTerms, digest_of, terms_of, tidied, told_of
from plans import log
from plans.editing import EditRefused, check, last_change, lock_plans, sentences
from plans.models import Collaboration, LogEntry, Membership, Plan

TAKEN_SLUGS = {"ny"}  # an address of its own
SUCCEED = "Ersätt regeln med en ny i stället."
LONGEST_SLUG = AllocationRule._meta.get_field("slug").max_length


class RuleRefused(EditRefused):
    """The change cannot be made. ``field`` is what the reason is about; empty where it is about the whole."""

    def __init__(self, reason: str, field: str = ""):
        self.field = field
        super().__init__(reason)


class RuleChangedMeanwhile(RuleRefused):
    """Somebody else has changed ``row``, here as it is now. ``seen`` is its digest, ``entry`` says who changed it."""

    def __init__(self, row, seen: str, entry: LogEntry | None):
        self.row, self.seen, self.entry = row, seen, entry
        who = f"{entry.actor_name} har ändrat under tiden." if entry else "Någon annan har ändrat under tiden."
        super().__init__(f"{who} Jämför med det som gäller nu, och spara igen om det du har skrivit ska gälla.")


def rule_digest(rule: AllocationRule) -> str:
    """Return the digest of all that the rule says, to send along with a form."""
    return digest_of(told_of(terms_of(rule)))


def why_fixed(rule: AllocationRule) -> str:
    """Return why the rule may not change, in Swedish; empty where it may."""
    version = next((seal.version for seal in rule.seals.select_related("version__plan").order_by("pk")), None)
    if version is not None:
        return f"{rule} används av {version}, som är fryst. {SUCCEED}"
    sent = Plan.objects.filter(_shared_by(rule), status__in=Plan.PUBLIC_STATUSES).order_by("slug").first()
    if sent is not None:
        return f"{rule} används av {sent}, som är skickad för beslut. {SUCCEED}"
    return ""


@transaction.atomic
def create_rule(
    *, collaboration: Collaboration, terms: RuleTerms, by, at: datetime.datetime | None = None
) -> AllocationRule:
    """Compose a new rule. The first of a collaboration holds where nothing else is decided."""
    lock_plans()
    is_first = not collaboration.allocation_rules.exists()
    return _add(AllocationRule(collaboration=collaboration, is_default=is_first), terms, by=by, at=at)


@transaction.atomic
def change_rule(
    *, rule: AllocationRule, terms: RuleTerms, seen: str, by, at: datetime.datetime | None = None
) -> AllocationRule:
    """Change what a rule says, all its parts at once. ``seen`` is the digest of it as the writer first saw it.

    Raises ``RuleChangedMeanwhile`` where somebody else has changed it since.
    """
    rule = _locked(rule)
    if reason := why_fixed(rule):
        raise RuleRefused(reason)
    terms = tidied(terms)
    before, after = told_of(terms_of(rule)), told_of(terms)
    if before == after:
        return rule
    if digest_of(before) != seen:
        raise RuleChangedMeanwhile(rule, digest_of(before), last_change(rule, list(before)))
    refuse_unfit(rule.collaboration, terms)
    _write(rule, terms)
    changed = [name for name in after if before[name] != after[name]]
    log.record(
        action=LogEntry.Action.CHANGED,
        subject=rule,
        by=by,
        at=at,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return _fresh(rule)


@transaction.atomic
def succeed_rule(
    *,
    rule: AllocationRule,
    terms: RuleTerms,
    becomes_default: bool = False,
    by,
    at: datetime.datetime | None = None,
) -> AllocationRule:
    """Let a new rule that says ``terms`` replace ``rule`` from its first day, and return it.

    The replaced rule holds through the day before. With ``becomes_default`` the new one takes over as the default.
    """
    rule = _locked(rule)
    if later := AllocationRule.objects.filter(replaces=rule).first():
        raise RuleRefused(f"{rule} är redan ersatt av {later}. Ersätt den i stället.")
    first = terms.valid_from
    if first is None:
        raise RuleRefused("Ange från vilken dag den nya regeln gäller.", "valid_from")
    earliest = rule.valid_from or datetime.date.min
    if first <= earliest:
        raise RuleRefused(f"Den nya regeln måste gälla från en senare dag än {earliest}.", "valid_from")
    last = first - datetime.timedelta(days=1)
    if rule.valid_to is None or rule.valid_to > last:
        _set(rule, {"valid_to": last}, by=by, at=at)
    moves = becomes_default and rule.is_default
    if moves:
        _set(rule, {"is_default": False}, by=by, at=at)
    new = AllocationRule(collaboration=rule.collaboration, replaces=rule, is_default=moves)
    return _add(new, terms, by=by, at=at)


@transaction.atomic
def make_default(*, rule: AllocationRule, by, at: datetime.datetime | None = None) -> AllocationRule:
    """Let the rule hold where nothing else is decided, in place of the one that did."""
    rule = _locked(rule)
    if rule.is_default:
        return rule
    for other in AllocationRule.objects.filter(collaboration=rule.collaboration, is_default=True):
        _set(other, {"is_default": False}, by=by, at=at)
    _set(rule, {"is_default": True}, by=by, at=at)
    return rule


@transaction.atomic
def delete_unused_rule(*, rule: AllocationRule, by, at: datetime.datetime | None = None) -> LogEntry:
    """Remove a rule that nothing is shared by, with its parts. What it was to replace goes on holding."""
    rule = _locked(rule)
    if reason := why_kept(rule):
        raise RuleRefused(reason)
    before = told_of(terms_of(rule))
    entry = log.record(action=LogEntry.Action.DELETED, subject=rule, by=by, at=at, before=before)
    rule.limits.all().delete()
    rule.party_weights.all().delete()
    rule.delete()
    replaced = rule.replaces
    if replaced and rule.valid_from and replaced.valid_to == rule.valid_from - datetime.timedelta(days=1):
        _set(replaced, {"valid_to": None}, by=by, at=at)
    return entry


def why_kept(rule: AllocationRule) -> str:
    """Return why the rule may not be removed, in Swedish; empty where it may."""
    if rule.is_default:
        return f"{rule} gäller när inget annat är beslutat. Låt en annan regel göra det först."
    if rule.seals.exists():
        return why_fixed(rule)
    plan = Plan.objects.filter(_shared_by(rule)).order_by("slug").first()
    if plan is not None:
        return f"{rule} används i {plan}. Välj en annan regel där först."
    if later := AllocationRule.objects.filter(replaces=rule).first():
        return f"{rule} är ersatt av {later} och hör till dess historia."
    return ""


def _shared_by(rule: AllocationRule) -> Q:
    """Return the condition for plans that share something by ``rule``."""
    of_years = CostBasis.objects.filter(rule=rule).values("plan_year__plan")
    uses = RuleUse.objects.filter(rule=rule)
    return (
        Q(pk__in=of_years)
        | Q(pk__in=uses.filter(focus_area__isnull=False).values("focus_area__plan"))
        | Q(pk__in=uses.filter(budget_line__isnull=False).values("budget_line__focus_area__plan"))
    )


def _add(rule: AllocationRule, terms: RuleTerms, *, by, at: datetime.datetime | None) -> AllocationRule:
    terms = tidied(terms)
    refuse_unfit(rule.collaboration, terms)
    rule.slug = _free_slug(rule.collaboration, terms.name)
    _write(rule, terms)
    after = {name: value for name, value in told_of(terms).items() if value not in (None, "", [])}
    if rule.is_default:
        after["is_default"] = True
    if rule.replaces:
        after["replaces"] = rule.replaces
    log.record(action=LogEntry.Action.CREATED, subject=rule, by=by, at=at, after=after)
    return _fresh(rule)


def _write(rule: AllocationRule, terms: RuleTerms) -> None:
    """Save the rule's row and its parts; parts that are the same stay as they are."""
    for name in OWN_FIELDS:
        setattr(rule, name, getattr(terms, name))
    _check(rule)
    rule.save()
    weights = {row.party_id: row for row in PartyWeight.objects.filter(rule=rule)}
    for each in terms.parties:
        row = weights.pop(each.party.pk, None) or PartyWeight(rule=rule, party=each.party)
        row.weight, row.allocation_key = each.weight, each.allocation_key
        _check_part(row, "parties")
        row.save()
    limits = {row.organisation_id: row for row in RuleLimit.objects.filter(rule=rule)}
    for each in terms.limits:
        row = limits.pop(each.organisation.pk, None) or RuleLimit(rule=rule, organisation=each.organisation)
        row.is_left_out, row.cap, row.reason = each.cap is None, each.cap, each.reason
        _check_part(row, "limits")
        row.save()
    for row in (*weights.values(), *limits.values()):
        row.delete()


def _check(rule: AllocationRule) -> None:
    """Raise ``RuleRefused`` at the first field that is wrong."""
    try:
        rule.full_clean()
    except ValidationError as error:
        fields = [name for name in getattr(error, "error_dict", {}) if name in OWN_FIELDS]
        raise RuleRefused(sentences(error, rule), fields[0] if fields else "") from error


def _check_part(row: PartyWeight | RuleLimit, field: str) -> None:
    try:
        check(row, {each.name for each in row._meta.fields})
    except EditRefused as refusal:
        raise RuleRefused(refusal.reason, field) from refusal


def refuse_unfit(collaboration: Collaboration, terms: RuleTerms) -> None:
    """Refuse terms that could not share any cost, or that name what is not the collaboration's."""
    if not terms.name:
        raise RuleRefused("Skriv vad regeln heter.", "name")
    if any(each.party.collaboration_id != collaboration.pk for each in terms.parties):
        raise RuleRefused("En av parterna hör till en annan samverkan.", "parties")
    if not any(each.weight for each in terms.parties):
        raise RuleRefused("Ge minst en part en vikt som är större än noll.", "parties")
    if len({each.party.pk for each in terms.parties}) != len(terms.parties):
        raise RuleRefused("En part kan bara stå en gång i regeln.", "parties")
    if len({each.organisation.pk for each in terms.limits}) != len(terms.limits):
        raise RuleRefused("En organisation kan bara ha ett undantag i regeln.", "limits")
    if any(not each.reason for each in terms.limits):
        raise RuleRefused("Skriv varför organisationen är undantagen.", "limits")
    members = dict(Membership.objects.filter(collaboration=collaboration).values_list("organisation", "party"))
    for each in terms.limits:
        if each.organisation.pk not in members:
            raise RuleRefused(f"{each.organisation} är inte medlem i samverkan.", "limits")
    _refuse_without_carrier(terms, members)


def _refuse_without_carrier(terms: RuleTerms, members: Mapping[int, int]) -> None:
    """A party that carries a part needs somebody who is neither left out nor capped."""
    limited = {each.organisation.pk for each in terms.limits}
    for each in terms.parties:
        own = {organisation for organisation, party in members.items() if party == each.party.pk}
        if each.weight and own and own <= limited:
            raise RuleRefused(
                f"{each.party} ska bära en del av kostnaden, men alla där är undantagna eller har ett tak. "
                "Ge parten vikten noll eller låt någon betala utan tak.",
                "limits",
            )


def _locked(rule: AllocationRule) -> AllocationRule:
    """Lock the plans, so that none is frozen meanwhile, and return the rule as it is now, locked."""
    lock_plans()
    current = AllocationRule.objects.select_for_update(of=("self",)).with_parts().filter(pk=rule.pk).first()
    if current is None:
        raise RuleRefused("Regeln är borttagen.")
    return current


def _fresh(rule: AllocationRule) -> AllocationRule:
    return AllocationRule.objects.with_parts().get(pk=rule.pk)


def _set(rule: AllocationRule, values: Mapping[str, object], *, by, at: datetime.datetime | None) -> None:
    before = {name: getattr(rule, name) for name in values}
    for name, value in values.items():
        setattr(rule, name, value)
    rule.save(update_fields=list(values))
    log.record(action=LogEntry.Action.CHANGED, subject=rule, by=by, at=at, before=before, after=values)


def _free_slug(collaboration: Collaboration, name: str) -> str:
    stem = slugify(name)[: LONGEST_SLUG - 4].strip("-") or "regel"
    taken = TAKEN_SLUGS | set(collaboration.allocation_rules.values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, 1000))
    return next(slug for slug in (stem, *numbered) if slug not in taken)
