"""A cost rule in plain Swedish sentences, for pages, PDF and workbook alike."""

import datetime
from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby

from budgets.models import AllocationKey
from budgets.money import format_amount, format_integer, format_kr
from budgets.rule_parts import KeyParts, LimitParts, PartyParts, RuleParts

Kind = AllocationKey.Kind


def rule_sentences(rule: RuleParts, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the rule says, one thing in each sentence. ``names`` are the organisations' by code."""
    return (
        *_parties(rule.parties),
        *_keys(rule),
        *_base(rule),
        *_rebate(rule),
        *(_left_out(limit, names) for limit in rule.limits if limit.is_left_out),
        *(_capped(limit, names) for limit in rule.limits if not limit.is_left_out),
        *_carried_by_others(rule),
        _rounding(rule),
        *_decision(rule),
    )


def rule_summary(rule: RuleParts) -> str:
    """Return the rule in one line, such as ``1:1, efter folkmängd; grundbelopp 5 000 kr``."""
    keys = list(dict.fromkeys(party.key.name for party in rule.parties if party.weight)) or [rule.key.name]
    parts = [f"{ratio(rule.parties)}, efter {in_a_row([_lower(name) for name in keys])}"]
    if rule.base:
        parts.append(f"grundbelopp {format_kr(rule.base)}")
    if rule.rebate_above is not None:
        parts.append(f"rabatt {rule.rebate_percent} % över {format_integer(rule.rebate_above)}")
    left_out = sum(limit.is_left_out for limit in rule.limits)
    if left_out:
        parts.append(f"{left_out} betalar inte")
    if capped := len(rule.limits) - left_out:
        parts.append(f"{capped} med tak")
    if rule.is_in_kronor:
        parts.append("hela kronor")
    return "; ".join(parts)


def rule_text(rule: RuleParts, names: Mapping[str, str]) -> str:
    """Return the rule in words as a plan prints it: a plain one by its own description, where it has one."""
    if rule.is_plain and rule.description:
        return rule.description
    return " ".join([*([rule.description] if rule.description else []), *rule_sentences(rule, names)])


def validity_sentence(valid_from: datetime.date | None, valid_to: datetime.date | None) -> str:
    """Return when something holds: ``Gäller från 2024-01-01 till och med 2026-12-31.``"""
    if valid_from is None and valid_to is None:
        return "Gäller tills vidare."
    first = f" från {valid_from}" if valid_from else ""
    last = f" till och med {valid_to}" if valid_to else " tills vidare"
    return f"Gäller{first}{last}."


def ratio(parties: tuple[PartyParts, ...]) -> str:
    """Return ``1:1`` or ``30:70``."""
    return ":".join(str(party.weight) for party in parties)


def key_clause(key: KeyParts) -> str:
    """Return how a key shares: ``efter folkmängd``, ``i lika delar``."""
    if key.kind == Kind.EQUAL:
        return "i lika delar"
    return f"efter {_lower(key.name)}"


def key_sentence(key: KeyParts) -> str:
    """Return what a key is worked out of; empty for a measure and for equal parts."""
    if key.kind == Kind.WEIGHTED:
        terms = [f"{_number(weight)} × {_lower(part.name)}" for weight, part in key.components]
        return f"{key.name} är summan av {in_a_row(terms)}."
    if key.kind == Kind.INCREASE and key.measured_by:
        return (
            f"{key.name} är vad {_lower(key.measured_by.name)} har ökat med mellan två dagar. "
            "En minskning räknas som noll."
        )
    return ""


def in_a_row(words: list[str]) -> str:
    """Return ``a``, ``a och b`` or ``a, b och c``."""
    return " och ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _parties(parties: tuple[PartyParts, ...]) -> list[str]:
    carrying = [party for party in parties if party.weight]
    free = [_lower_known(party.name) for party in parties if not party.weight]
    sentences = []
    if len(carrying) == 1:
        sentences.append(f"{carrying[0].name} bär hela kostnaden.")
    elif carrying:
        names = in_a_row([_lower_known(party.name) for party in carrying])
        whole = sum(party.weight for party in carrying)
        if len({party.weight for party in carrying}) == 1:
            sentences.append(f"Kostnaden delas lika mellan {names} ({ratio(tuple(carrying))}).")
        else:
            shares = [f"{_lower_known(party.name)} bär {party.weight} av {whole} delar" for party in carrying]
            sentences.append(f"Kostnaden delas mellan {names}: {in_a_row(shares)}.")
    if free:
        sentences.append(f"{_first_upper(in_a_row(free))} bär ingen del.")
    return sentences


def _keys(rule: RuleParts) -> list[str]:
    carrying = [party for party in rule.parties if party.weight]
    by_key = {
        clause: [_lower_known(party.name) for party in group]
        for clause, group in groupby(
            sorted(carrying, key=lambda party: key_clause(party.key)), key=lambda party: key_clause(party.key)
        )
    }
    if len(by_key) == 1:
        sentences = [f"Inom varje part fördelas den {next(iter(by_key))}."]
    else:
        sentences = [f"Inom {in_a_row(names)} fördelas den {clause}." for clause, names in by_key.items()]
    explained = [key_sentence(party.key) for party in carrying]
    return sentences + list(dict.fromkeys(text for text in explained if text))


def _base(rule: RuleParts) -> list[str]:
    if not rule.base:
        return []
    return [
        f"Varje organisation betalar först {format_kr(rule.base)} i grundbelopp. "
        "Nyckeln fördelar det som sedan är kvar av partens del."
    ]


def _rebate(rule: RuleParts) -> list[str]:
    if rule.rebate_above is None or rule.rebate_percent is None:
        return []
    units = {party.key.unit for party in rule.parties if party.weight}
    unit = units.pop() if len(units) == 1 else "enheter"
    above = f"Av det som en organisation har av nyckeln över {format_integer(rule.rebate_above)} {unit}"
    if rule.rebate_percent == 100:
        return [f"{above} räknas ingenting."]
    return [f"{above} räknas bara {100 - rule.rebate_percent} procent."]


def _left_out(limit: LimitParts, names: Mapping[str, str]) -> str:
    return _with_reason(f"{names.get(limit.code, limit.code)} betalar inte", limit)


def _capped(limit: LimitParts, names: Mapping[str, str]) -> str:
    return _with_reason(f"{names.get(limit.code, limit.code)} betalar högst {format_kr(limit.cap)} om året", limit)


def _carried_by_others(rule: RuleParts) -> list[str]:
    if not any(not limit.is_left_out for limit in rule.limits):
        return []
    return ["Det som blir över ett tak bärs av de andra i samma part, efter samma nyckel."]


def _with_reason(text: str, limit: LimitParts) -> str:
    return f"{text}: {limit.reason.rstrip('.')}." if limit.reason else f"{text}."


def _rounding(rule: RuleParts) -> str:
    unit = "kronor" if rule.is_in_kronor else "ören"
    return f"Andelarna avrundas till hela {unit} så att de tillsammans blir hela beloppet."


def _decision(rule: RuleParts) -> list[str]:
    return [f"Beslutad av {rule.decision}."] if rule.decision else []


def _number(weight: Fraction) -> str:
    return format_amount(weight)


def _lower(name: str) -> str:
    """Return a key's name inside a sentence; an abbreviation keeps its letters."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _lower_known(name: str) -> str:
    """Return a party's name inside a sentence: a common noun (Kommunerna) is small, a proper name stays."""
    return _lower(name) if " " not in name else name


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
