"""What somebody who composes a rule decides, as plain data: what a form gives, what is saved, shown and compared."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.models import AllocationKey, AllocationRule, RuleLimit
from budgets.rule_parts import LimitParts, PartyParts, RuleParts, decision_words, key_parts_of
from plans.editing import DIGEST_LENGTH, tidy
from plans.models import Organisation, Party

OWN_FIELDS = (
    "name",
    "description",
    "allocation_key",
    "base_amount",
    "rebate_above",
    "rebate_percent",
    "rounding",
    "decided_on",
    "decided_by",
    "decision_reference",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True, slots=True)
class PartyTerms:
    """What a rule says about one party: its weight, and its own key where it has one."""

    party: Party
    weight: int
    allocation_key: AllocationKey | None = None


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """That an organisation is left out (``cap`` is ``None``) or pays at most ``cap`` kronor, and why."""

    organisation: Organisation
    cap: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """Everything that somebody who composes a rule decides."""

    name: str
    allocation_key: AllocationKey
    parties: tuple[PartyTerms, ...]
    description: str = ""
    base_amount: Decimal | None = None
    rebate_above: int | None = None
    rebate_percent: int | None = None
    rounding: str = AllocationRule.Rounding.ORE
    limits: tuple[LimitTerms, ...] = ()
    decided_on: datetime.date | None = None
    decided_by: str = ""
    decision_reference: str = ""
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None


def terms_of(rule: AllocationRule) -> RuleTerms:
    """Return what ``rule`` says; without further queries for a rule that ``with_parts`` fetched."""
    return RuleTerms(
        parties=tuple(PartyTerms(row.party, row.weight, row.allocation_key) for row in rule.party_weights.all()),
        limits=tuple(
            LimitTerms(row.organisation, None if row.is_left_out else row.cap, row.reason)
            for row in sorted(rule.limits.all(), key=lambda row: row.organisation.code)
        ),
        **{name: getattr(rule, name) for name in OWN_FIELDS},
    )


def parts_of_terms(terms: RuleTerms, slug: str = "") -> RuleParts:
    """Return a rule that is only being composed as the engine's input; as ``rule_parts.parts_of`` does a saved one."""
    own = key_parts_of(terms.allocation_key)
    return RuleParts(
        slug=slug,
        name=terms.name,
        key=own,
        parties=tuple(
            PartyParts(
                each.party.slug,
                each.party.name,
                each.weight,
                key_parts_of(each.allocation_key) if each.allocation_key else own,
            )
            for each in terms.parties
        ),
        description=terms.description,
        base=terms.base_amount,
        rebate_above=terms.rebate_above,
        rebate_percent=terms.rebate_percent,
        limits=tuple(LimitParts(each.organisation.code, each.cap, each.reason) for each in terms.limits),
        is_in_kronor=terms.rounding == AllocationRule.Rounding.KRONA,
        decision=decision_words(terms),
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
    )


def tidied(terms: RuleTerms) -> RuleTerms:
    """Return the terms as they are kept: texts on one line, parties and limits in order."""
    text = {
        name: tidy(AllocationRule._meta.get_field(name), getattr(terms, name))
        for name in ("name", "decided_by", "decision_reference")
    }
    description = "\n".join(" ".join(line.split()) for line in terms.description.splitlines()).strip()
    reason = RuleLimit._meta.get_field("reason")
    limits = tuple(dataclasses.replace(each, reason=tidy(reason, each.reason)) for each in terms.limits)
    limits = tuple(sorted(limits, key=lambda each: each.organisation.code))
    parties = tuple(sorted(terms.parties, key=lambda each: (each.party.position, each.party.pk)))
    return dataclasses.replace(terms, **text, description=description, limits=limits, parties=parties)


def told_of(terms: RuleTerms) -> dict[str, object]:
    """Return the terms as the log tells them: names in place of rows, parts as lists of short texts."""
    told = {name: getattr(terms, name) for name in OWN_FIELDS}
    told["allocation_key"] = str(terms.allocation_key)
    told["rounding"] = str(terms.rounding)
    told["base_amount"] = None if terms.base_amount is None else f"{terms.base_amount:.2f}"
    told["party_weights"] = [
        f"{each.party}: {each.weight}" + (f", {each.allocation_key}" if each.allocation_key else "")
        for each in terms.parties
    ]
    told["limits"] = [
        f"{each.organisation}: {'betalar inte' if each.cap is None else f'högst {each.cap:.2f} kr'}, {each.reason}"
        for each in terms.limits
    ]
    return told


def digest_of(told: Mapping[str, object]) -> str:
    """Return the digest of values by field name."""
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGEST_LENGTH]
