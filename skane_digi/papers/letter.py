"""The covering letter: what is sent to one organisation, which version it is, and what is asked of it."""

from plans.days import day_of
from plans.models import Organisation, PlanStep
from skane_digi.documents.tree import Run
from skane_digi.papers import standard_texts as slots
from skane_digi.papers.case import Case
from skane_digi.papers.prose import numbered, paragraph, passage, sections, text_section
from skane_digi.papers.tree import Fact, Kind, Paper, Section, SignOff


def letter(case: Case, organisation: Organisation) -> Paper:
    values, kind = case.values(organisation), organisation.kind
    document = case.document
    sent_on = next((day_of(step.taken_at) for step in case.steps if step.kind == PlanStep.Kind.SEND), case.frozen_on)

    def text(slot: slots.Slot) -> Section | None:
        return text_section(slot.heading, case.texts.rich(slot, kind, values))

    return Paper(
        kind=Kind.LETTER,
        sender=document.collaboration,
        concerns=organisation.name,
        title=f"{document.title} för beslut",
        facts=(
            Fact("Till", organisation.name),
            Fact("Datum", sent_on.isoformat()),
            Fact("Beslut önskas", _wanted(case)),
        ),
        sections=sections(
            text_section("", case.texts.rich(slots.LETTER, kind, values)),
            Section("Det här sänds", (passage(numbered((Run(name),) for name in _enclosed(case, organisation))),)),
            Section("Vilken version beslutet gäller", (passage(*map(paragraph, _which_version(case))),)),
            text(slots.REPORTING),
            text(slots.CONTACT),
        ),
        sign_off=SignOff((f"För {document.collaboration}",)),
        mark=case.mark,
        dated_on=sent_on,
    )


def _wanted(case: Case) -> str:
    wanted_on = case.round.wanted_on
    return f"senast {wanted_on.isoformat()}" if wanted_on else "så snart det kan fattas"


def _enclosed(case: Case, organisation: Organisation) -> list[str]:
    number = case.version.number
    return [
        f"{case.full_title}, version {number}",
        f"Beslutsunderlag för {organisation.name}, med andelen av kostnaden",
    ]


def _which_version(case: Case) -> list[str]:
    said = [
        f"Beslutet gäller version {case.version_text}, med fingeravtrycket "
        f"{case.fingerprint}. Numret och fingeravtrycket står på varje sida i planen. Skriv in dem i protokollet.",
        "Text, siffror och kostnadsfördelning i en fryst version kan inte ändras. Vem som helst kan pröva en fil eller "
        "ett fingeravtryck mot registret på webbplatsens sida Kontrollera en handling.",
    ]
    if case.version.is_as_printed:
        said.append("Planen återges som den är tryckt. Dess fel räknas upp i beslutsunderlaget.")
    return said
