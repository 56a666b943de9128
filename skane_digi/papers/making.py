"""Papers made: of one kind for one organisation, or of all kinds for all of them."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plans.models import Organisation, PlanVersion
from skane_digi.archive import safe_name
from skane_digi.papers.case import Case, case_of
from skane_digi.papers.decision_file import decision_file
from skane_digi.papers.letter import letter
from skane_digi.papers.printing import paper_pdf
from skane_digi.papers.register_extract import register_extract
from skane_digi.papers.tree import Format, Kind, Paper
from skane_digi.papers.word import paper_docx


@dataclass(frozen=True, slots=True)
class Job:
    """A paper to make. ``organisation`` is ``None`` for one that is the same to all."""

    kind: Kind
    format: Format
    organisation: Organisation | None
    name: str


@dataclass(frozen=True, slots=True)
class MadePaper:
    job: Job
    content: bytes


def jobs_of(case: Case, kinds: Iterable[str], formats: Iterable[str]) -> tuple[Job, ...]:
    """Return every paper of these kinds and formats, for all the organisations, in the order they lie in the ZIP."""
    kinds, formats = [Kind(kind) for kind in kinds], [Format(name) for name in formats]
    jobs = [
        Job(kind, name, None, path_of(case, kind, name, None)) for kind in kinds if kind.is_for_all for name in formats
    ]
    return tuple(jobs) + tuple(
        Job(kind, name, organisation, path_of(case, kind, name, organisation))
        for organisation in case.organisations
        for kind in kinds
        if not kind.is_for_all
        for name in formats
    )


def make_all(
    version: PlanVersion, kinds: Iterable[str], formats: Iterable[str], *, at: datetime.datetime | None = None
) -> Iterator[MadePaper]:
    """Make every paper of these kinds and formats for every organisation, one at a time as they are asked for."""
    case = case_of(version, at=at)
    for job in jobs_of(case, kinds, formats):
        yield make(case, job)


def make(case: Case, job: Job) -> MadePaper:
    return MadePaper(job, rendered(paper_of(case, job.kind, job.organisation), job.format))


def paper_of(case: Case, kind: Kind, organisation: Organisation | None) -> Paper:
    """Return the paper as a tree. Raises ``ValueError`` where a paper of one organisation's is asked for without it."""
    if kind is Kind.REGISTER:
        return register_extract(case)
    if organisation is None:
        raise ValueError(f"{kind.label} görs för en organisation i taget.")
    return decision_file(case, organisation) if kind is Kind.DECISION else letter(case, organisation)


def rendered(paper: Paper, format_: Format) -> bytes:
    return paper_pdf(paper) if format_ is Format.PDF else paper_docx(paper)


def path_of(case: Case, kind: Kind, format_: Format, organisation: Organisation | None) -> str:
    """Return the paper's place in the ZIP, a folder for each organisation."""
    name = file_name(case, kind, format_, organisation)
    return f"{safe_name(f'{organisation.code} {organisation.name}')}/{name}" if organisation else name


def file_name(case: Case, kind: Kind, format_: Format, organisation: Organisation | None) -> str:
    """Return ``Beslutsunderlag, Handlingsplan 2024, version 1, Eslövs kommun.pdf``."""
    parts = [kind.label, case.document.title, f"version {case.version.number}"]
    if organisation and not kind.is_for_all:
        parts.append(organisation.name)
    return f"{', '.join(safe_name(part) for part in parts)}.{format_}"
