"""All that the page shows of an effect: the sums, the table, the map, the bars and one organisation's lines."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from budgets.money import format_amount, format_kr
from budgets.scenario_effect import Against, Effect, LineChange, OrganisationEffect, available
from skane_digi.scenarios.effect_pictures import BarGroup, ChangeMap, bar_groups, change_map
from skane_digi.scenarios.effect_table import EffectTable, LineRow, Pairs, effect_table, line_row
from skane_digi.scenarios.effect_words import percent_text, signed

AGAINST_WORDS = {
    Against.DECIDED: "Det beslutade",
    Against.DRAFT: "Utkastet",
    Against.BEFORE: "Året före",
}


@dataclass(frozen=True, slots=True)
class AgainstLink:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OneOrganisation:
    """One organisation's part of every line, and the sentence that tells how its new amount is worked out."""

    name: str
    lines: tuple[LineRow, ...]
    total: LineRow
    sentence: str
    lines_note: str


@dataclass(frozen=True, slots=True)
class EffectPage:
    """``summary`` is a sentence on who pays more and who pays less."""

    words: str
    before_label: str
    total_before_text: str
    total_after_text: str
    difference_text: str
    percent_text: str
    is_compared: bool
    is_changed: bool
    summary: str
    against: tuple[AgainstLink, ...]
    table: EffectTable
    map: ChangeMap
    bars: tuple[BarGroup, ...]
    organisation: OneOrganisation | None


def effect_page(effect: Effect, query, kept: Pairs, party_names: dict[str, str], against: Against | None) -> EffectPage:
    """Return the page of ``effect``; ``kept`` is what links keep of the address, ``against`` what was asked for."""
    comparison = effect.comparison
    current = comparison.kind if comparison else against
    one = effect.member(query.get("org", ""))
    return EffectPage(
        words=effect.words,
        before_label=comparison.label if comparison else "Före",
        total_before_text=format_kr(effect.total.before),
        total_after_text=format_kr(effect.total.after),
        difference_text=signed(effect.total.difference, decimals=None),
        percent_text=percent_text(effect.total),
        is_compared=comparison is not None,
        is_changed=any(one.change.difference for one in effect.members),
        summary=summary(effect),
        against=tuple(_against(effect, kept, current)),
        table=effect_table(effect, query, kept),
        map=change_map(effect, kept),
        bars=bar_groups(effect, kept, party_names),
        organisation=_organisation(effect, one) if one else None,
    )


def summary(effect: Effect) -> str:
    """Return who pays more and less, in one sentence: ``34 betalar mer, tillsammans 250 000,00 kr.``"""
    if effect.comparison is None:
        return ""
    parts = [
        f"{len(members)} betalar {word}, tillsammans {format_kr(abs(_sum(members)), decimals=2)}"
        for members, word in ((effect.paying_more, "mer"), (effect.paying_less, "mindre"))
        if members
    ]
    if unchanged := len(effect.members) - len(effect.paying_more) - len(effect.paying_less):
        parts.append("ingen betalar mer eller mindre" if not parts else f"{unchanged} betalar detsamma")
    text = ", och ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{text[:1].upper()}{text[1:]}."


def _sum(members: tuple[OrganisationEffect, ...]) -> Decimal:
    return sum((one.change.difference or Decimal(0) for one in members), Decimal(0))


def _against(effect: Effect, kept: Pairs, current: Against | None):
    others = [pair for pair in kept if pair[0] != "mot"]
    kinds = available(effect.basis)
    for kind in kinds if len(kinds) > 1 else ():
        label = "Planen" if kind == Against.DRAFT and effect.basis.plan.is_locked else AGAINST_WORDS[kind]
        yield AgainstLink(label, f"?{urlencode([*others, ('mot', kind.value)])}", kind == current)


def _organisation(effect: Effect, one: OrganisationEffect) -> OneOrganisation:
    change = one.change
    has_before = effect.has_lines_before
    lines = tuple(line_row(line) if has_before else _after_only(line) for line in effect.cells(one.code))
    total = LineRow(
        "Summa",
        format_amount(change.before, decimals=2),
        format_amount(change.after, decimals=2),
        signed(change.difference),
    )
    sentence = effect.shared.sentence(one.code) if not one.leaves else ""
    note = "" if has_before else "Året före har andra poster, så posterna kan inte jämföras en och en."
    return OneOrganisation(one.organisation.name, lines, total, sentence, note if effect.comparison else "")


def _after_only(line: LineChange) -> LineRow:
    return LineRow(line.name, "–", format_amount(line.after, decimals=2), "–")
