"""Which two texts of a plan a comparison is of, as the reader chooses and may see them."""

from dataclasses import dataclass

from plans.models import Plan, PlanVersion
from skane_digi.documents.build import build_plan_document
from skane_digi.versions.comparison import VersionComparison, compare_documents
from skane_digi.versions.freezing import document_of_version
from skane_digi.versions.pages import Shelf, ShownVersion


@dataclass(frozen=True, slots=True)
class Compared:
    """``before`` beside ``after``, which is ``None`` for the draft. ``choices`` are what it may be compared with."""

    before: ShownVersion
    after: ShownVersion | None
    choices: tuple[ShownVersion, ...]
    comparison: VersionComparison

    @property
    def after_name(self) -> str:
        return self.after.name if self.after else "Utkastet"

    @property
    def after_in_sentence(self) -> str:
        return f"version {self.after.number}" if self.after else "utkastet"


class NoSuchVersion(Exception):
    """What was asked to compare with is no earlier version that the reader may see."""


def compare_version(shelf: Shelf, after: ShownVersion, wanted: str | None = None) -> Compared | None:
    """Compare a version with the one it replaces or with number ``wanted``; ``None`` where there is none before it.

    Raises ``NoSuchVersion``.
    """
    choices = tuple(shown for shown in shelf.versions if shown.number < after.number)
    before = _wanted(choices, wanted) if wanted is not None else shelf.version(after.base) if after.base else None
    if before is None:
        return None
    documents = _documents(shelf.plan, before.number, after.number)
    return Compared(before, after, choices, compare_documents(documents[before.number], documents[after.number]))


def compare_draft(shelf: Shelf, wanted: str | None = None) -> Compared | None:
    """Compare the draft with the standing version, or the latest where none stands, or with number ``wanted``."""
    before = _wanted(shelf.versions, wanted) if wanted is not None else shelf.before_draft
    if before is None:
        return None
    document = _documents(shelf.plan, before.number)[before.number]
    compared = compare_documents(document, build_plan_document(shelf.plan))
    return Compared(before, None, shelf.versions, compared)


def _wanted(choices: tuple[ShownVersion, ...], wanted: str) -> ShownVersion:
    for shown in choices:
        if str(shown.number) == wanted:
            return shown
    raise NoSuchVersion(wanted)


def _documents(plan: Plan, *numbers: int) -> dict:
    versions = PlanVersion.objects.filter(plan=plan, number__in=numbers).defer("pdf", "allocation")
    return {version.number: document_of_version(version) for version in versions}
