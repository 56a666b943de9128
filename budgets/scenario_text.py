"""A scenario's changes as short text, the same on the command line and in an address.

belopp   KEY=AMOUNT                      ny      AREA:LABEL:AMOUNT or AREA:LABEL:AMOUNT@RULE
bort     KEY                             dag     KEY@DATE, KEY@REGION@DATE or KEY@REGION@DATE@EARLIER
regler   AREA=RULE or KEY=RULE           regel   RULE
med      CODE:PARTY                      utan    CODE
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from budgets.editing import read_amount
from budgets.scenarios import (
    AddedLine,
    ChangedAmount,
    Changes,
    DroppedLine,
    Joining,
    OtherDay,
    OtherRule,
    ScenarioRefused,
    line_name,
)
from budgets.year_basis import YearBasis
from plans.dataclass_json import decimal_text
from plans.editing import EditRefused

AMOUNTS, DROPPED, ADDED, DAYS = "belopp", "bort", "ny", "dag"
RULE, RULES, JOINING, LEAVING = "regel", "regler", "med", "utan"
KINDS = (AMOUNTS, DROPPED, ADDED, DAYS, RULE, RULES, JOINING, LEAVING)
_ADDED = re.compile(r"(?P<area>[^:]*):(?P<label>.*):(?P<amount>[^:@]*)(?:@(?P<rule>[^@]*))?", re.DOTALL)


def changes_from(basis: YearBasis, texts: Mapping[str, Iterable[str]]) -> Changes:
    """Return the changes that ``texts`` by kind say. Raises ``ScenarioRefused`` with a sentence for each unreadable.

    What they name need not exist: ``budgets.scenarios.apply_changes`` tells what does not.
    """
    faults: list[str] = []
    reader = _Reader(basis)
    found = {}
    for kind in KINDS:
        found[kind] = []
        for text in texts.get(kind, ()):
            try:
                found[kind].append(reader.read(kind, text))
            except EditRefused as refusal:
                faults.append(refusal.reason)
    if faults:
        raise ScenarioRefused(*faults)
    return Changes(
        amounts=tuple(found[AMOUNTS]),
        dropped=tuple(found[DROPPED]),
        added=tuple(found[ADDED]),
        figures=tuple(found[DAYS]),
        rule=found[RULE][-1] if found[RULE] else "",
        rules=tuple(found[RULES]),
        joining=tuple(found[JOINING]),
        leaving=tuple(found[LEAVING]),
    )


def texts_of(changes: Changes) -> list[tuple[str, str]]:
    """Return the changes as pairs of kind and text, for an address."""
    added = [
        (ADDED, f"{line.area}:{line.label}:{decimal_text(line.amount)}" + (f"@{line.rule}" if line.rule else ""))
        for line in changes.added
    ]
    days = [
        (DAYS, "@".join([day.key, day.region, *(date.isoformat() for date in (day.date, day.earlier) if date)]))
        for day in changes.figures
    ]
    return [
        *((AMOUNTS, f"{change.key}={decimal_text(change.amount)}") for change in changes.amounts),
        *((DROPPED, line.key) for line in changes.dropped),
        *added,
        *days,
        *((RULE, slug) for slug in [changes.rule] if slug),
        *((RULES, f"{row.line or row.area}={row.rule}") for row in changes.rules),
        *((JOINING, f"{row.code}:{row.party}") for row in changes.joining),
        *((LEAVING, code) for code in changes.leaving),
    ]


class _Reader:
    def __init__(self, basis: YearBasis):
        self.basis = basis
        self.names = {line.key: line_name(line) for line in basis.lines}
        self.areas = {line.area_slug: line.area for line in basis.lines}

    def read(self, kind: str, text: str):
        return getattr(self, f"_{kind}")(text.strip())

    def _belopp(self, text: str) -> ChangedAmount:
        key, sign, amount = text.partition("=")
        if not sign:
            raise ScenarioRefused(f"”{text}”: skriv postens nyckel, likhetstecken och beloppet.")
        return ChangedAmount(key.strip(), _amount(amount), self.names.get(key.strip(), ""))

    def _bort(self, text: str) -> DroppedLine:
        return DroppedLine(text, self.names.get(text, ""))

    def _ny(self, text: str) -> AddedLine:
        match = _ADDED.fullmatch(text)
        if match is None:
            raise ScenarioRefused(f"”{text}”: skriv en ny post som område:namn:belopp.")
        label = " ".join(match["label"].split())
        return AddedLine(match["area"].strip(), label, _amount(match["amount"]), (match["rule"] or "").strip())

    def _dag(self, text: str) -> OtherDay:
        key, *rest = text.split("@")
        if len(rest) == 1:
            rest = [self._region_of(key), *rest]
        if not 2 <= len(rest) <= 3:
            raise ScenarioRefused(f"”{text}”: skriv nyckel och dag som folkmangd@2024-12-31.")
        return OtherDay(key, rest[0], _day(rest[1]), _day(rest[2]) if len(rest) == 3 else None)

    def _region_of(self, key: str) -> str:
        """The region of the figures that the year has of the key, or else of its own."""
        chosen = self.basis.figures.get(key)
        figure_set = chosen.figure_set if chosen else self.basis.figure_set
        return figure_set.region_code if figure_set else ""

    def _regel(self, text: str) -> str:
        return text

    def _regler(self, text: str) -> OtherRule:
        place, sign, rule = text.partition("=")
        if not sign or not rule:
            raise ScenarioRefused(f"”{text}”: skriv områdets kortnamn eller postens nyckel, likhetstecken och regeln.")
        if place in self.names or place not in self.areas:
            return OtherRule(rule, line=place, name=self.names.get(place, ""))
        return OtherRule(rule, area=place, name=self.areas[place])

    def _med(self, text: str) -> Joining:
        code, sign, party = text.partition(":")
        if not sign:
            raise ScenarioRefused(
                f"”{text}”: skriv organisationens kod, kolon och parten, till exempel 1380:kommunerna."
            )
        return Joining(code.strip(), party.strip())

    def _utan(self, text: str) -> str:
        return text


def _amount(text: str) -> Decimal:
    amount = read_amount(text)
    if amount is None:
        raise ScenarioRefused("Skriv ett belopp. 0 går bra: då är inget avsatt.")
    return amount


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioRefused(f"”{text}” är inte ett datum. Skriv det som 2024-12-31.") from error
