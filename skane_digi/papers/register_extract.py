"""The extract of the register: every organisation's decisions about one version, and what their conditions wait for."""

from plans.models import Decision
from plans.register import Entry, Register, Standing
from skane_digi.papers.case import Case
from skane_digi.papers.prose import paragraph, passage, sections
from skane_digi.papers.tree import Column, Fact, Kind, Paper, Section, Table

NOTHING = "–"


def register_extract(case: Case) -> Paper:
    register = case.register
    return Paper(
        kind=Kind.REGISTER,
        sender=case.document.collaboration,
        concerns="",
        title=f"Beslut om {case.document.title}",
        facts=(
            Fact("Version", case.version_text),
            Fact("Fingeravtryck", case.fingerprint),
            Fact("Beslutsomgång", register.round.get_state_display()),
            Fact("Utdraget gjort", case.day.isoformat()),
        ),
        sections=sections(
            Section("Läget", (passage(*map(paragraph, _standing(case, register))),)),
            Section("Besluten", (_decisions(register),)),
            _conditions(register),
            _corrections(register),
        ),
        sign_off=None,
        mark=case.mark,
        dated_on=case.day,
    )


def _standing(case: Case, register: Register) -> list[str]:
    said = [
        f"{register.adopted_count} av {register.total} huvudmän har antagit planen med alla villkor uppfyllda. "
        f"{len(register.unanswered)} har inte lämnat något slutligt beslut."
    ]
    counts = "; ".join(f"{standing.label.lower()} {count}" for standing, count in _counts(register))
    said.append(f"Fördelning: {counts}.")
    if register.round.wanted_on:
        said.append(f"Besluten önskas senast {register.round.wanted_on.isoformat()}.")
    if register.rests_on:
        said.append(
            f"Version {case.version.number} är en mindre revidering som inte har gått till huvudmännen på nytt. Den "
            f"vilar på besluten om version {register.rests_on.number}, som återges här."
        )
    if register.lapsed_from:
        said.append(
            f"Besluten om version {register.lapsed_from.number} gäller inte version {case.version.number}. Version "
            f"{register.lapsed_from.number} gäller tills den nya är fastställd."
        )
    return said


def _counts(register: Register) -> list[tuple[Standing, int]]:
    return [(standing, register.counts[standing]) for standing in Standing if register.counts[standing]]


def _decisions(register: Register) -> Table:
    """The deciding and preparing instances of each organisation, one row each; the one that counts comes last."""
    columns = (
        Column("Organisation", 21),
        Column("Utfall", 19),
        Column("Instans", 23),
        Column("Dag", 13),
        Column("Paragraf", 10),
        Column("Diarienr", 14),
    )
    rows = [row for entry in register.entries for row in _entry_rows(entry)]
    return Table.of("Huvudmännens beslut", columns, rows)


def _entry_rows(entry: Entry) -> list[tuple[str, ...]]:
    if not entry.chain:
        return [(entry.organisation.name, entry.standing_text, NOTHING, NOTHING, NOTHING, NOTHING)]
    return [
        (
            entry.organisation.name,
            entry.standing_text if row == entry.decision else _said(row),
            row.instance,
            row.decided_on.isoformat() if row.decided_on else "dag okänd",
            row.paragraph or NOTHING,
            row.case_number or NOTHING,
        )
        for row in entry.chain
    ]


def _said(row: Decision) -> str:
    """Say what an instance did that is not the last one to decide: ``Föreslår: antagen``."""
    stage = row.get_stage_display()
    return f"{stage[:1].upper()}{stage[1:]}: {row.get_outcome_display().lower()}"


def _conditions(register: Register) -> Section | None:
    rows = [
        (entry.organisation.name, status.text, status.sentence)
        for entry in register.entries
        for status in entry.conditions
    ]
    if not rows:
        return None
    columns = (Column("Organisation", 22), Column("Villkor", 39), Column("Läge", 39))
    return Section("Villkoren", (Table.of("Villkor för huvudmännens beslut", columns, rows),))


def _corrections(register: Register) -> Section | None:
    rows = [
        (entry.organisation.name, f"{row.instance}: {row.get_outcome_display().lower()}", _correction(row))
        for entry in register.entries
        for row in entry.superseded
        if row.outcome != Decision.Outcome.WITHDRAWN
    ]
    if not rows:
        return None
    columns = (Column("Organisation", 22), Column("Uppgift som inte gäller", 39), Column("Rättad därför att", 39))
    return Section("Rättade uppgifter", (Table.of("Uppgifter som en rättelse har ersatt", columns, rows),))


def _correction(row: Decision) -> str:
    return row.replaced_by.correction_reason if hasattr(row, "replaced_by") else NOTHING
