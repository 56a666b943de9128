"""All the papers of a version made at once, in the background: ordered, made one by one, taken up again after a stop.

Each paper is kept in a transaction of its own as soon as it is made, so that a process that is killed loses at most
one, and a batch that nobody has worked on for a while goes on from there.
"""

import datetime
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from plans import log, permissions
from plans.models import LogEntry, PlanVersion
from plans.steps import StepRefused, locked
from skane_digi.archive import File, safe_name
from skane_digi.models import Paper, PaperBatch
from skane_digi.papers.archive import zip_chunks
from skane_digi.papers.case import case_of
from skane_digi.papers.making import MadePaper, jobs_of, make
from skane_digi.papers.tree import Format, Kind
from skane_digi.versions.freezing import document_of_version

logger = logging.getLogger(__name__)
LEFT_AFTER = datetime.timedelta(seconds=30)
LARGE = tuple(f"version__{name}" for name in ("content", "allocation", "pdf"))
FAULT = "Handlingarna kunde inte göras färdigt. Felet är antecknat i webbplatsens logg. Försök igen."


class OrderRefused(StepRefused):
    """The papers cannot be ordered. ``reason`` is a Swedish sentence; ``field`` names the value it is about."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch has come."""

    batch: PaperBatch
    made: int

    @property
    def total(self) -> int:
        return self.batch.total

    @property
    def is_finished(self) -> bool:
        return self.batch.finished_at is not None

    @property
    def is_going_on(self) -> bool:
        return not self.is_finished and not self.batch.fault

    @property
    def words(self) -> str:
        return f"{self.made} av {self.total}"


@transaction.atomic
def order_papers(
    *, version: PlanVersion, kinds: Iterable[str], formats: Iterable[str], by, at: datetime.datetime | None = None
) -> PaperBatch:
    """Order every paper of these kinds and formats for all the organisations, and return the batch.

    What the same person has ordered before of the same version is removed: the papers can be made again at any time,
    and lie where they are only to be fetched. Raises ``OrderRefused``, and then nothing is changed.
    """
    at = at or timezone.now()
    plan = locked(version.plan)
    if not permissions.can_order_papers(by, plan):
        raise OrderRefused("Bara den som arbetar i SGD gör handlingar för alla.")
    kinds, formats = _chosen(Kind, kinds, "kinds"), _chosen(Format, formats, "formats")
    total = len(jobs_of(case_of(version, at=at), kinds, formats))
    with log.batch():
        # Locked, so that nobody keeps a paper of an order while it is being removed.
        earlier = PaperBatch.objects.select_for_update(of=("self",)).filter(version=version.pk, ordered_by=by)
        for old in earlier.select_related("version__plan").defer(*LARGE):
            log.record(action=LogEntry.Action.DELETED, subject=old, by=by, at=at, before=_summary(old))
            old.delete()
        batch = PaperBatch.objects.create(
            version=version, kinds=kinds, formats=formats, total=total, ordered_by=by, ordered_at=at, worked_at=at
        )
        log.record(action=LogEntry.Action.CREATED, subject=batch, by=by, at=at, after=_summary(batch))
    transaction.on_commit(lambda: work_in_background.enqueue(batch.key))
    return batch


def progress_of(batch: PaperBatch) -> Progress:
    return Progress(batch, batch.papers.count())


def take_up(batch: PaperBatch, *, at: datetime.datetime | None = None) -> bool:
    """Go on with a batch that nobody has worked on for a while; return whether it was left."""
    at = at or timezone.now()
    left = Q(worked_at=None) | Q(worked_at__lt=at - LEFT_AFTER)
    # One update, so that of all who ask at the same time only one takes it.
    taken = PaperBatch.objects.filter(left, pk=batch.pk, finished_at=None, fault="").update(worked_at=at)
    if taken:
        work_in_background.enqueue(batch.key)
    return bool(taken)


@task()
def work_in_background(key: str) -> None:
    """Make what is left of the batch with this key, if it is still there."""
    work_on(key)


def work_on(key: str) -> None:
    """Make what is left of the batch with this key. A fault is kept with the batch and raised."""
    batch = PaperBatch.objects.filter(key=key, finished_at=None).select_related("version").defer(*LARGE).first()
    if batch is None:
        return
    try:
        is_whole = all(_keep(batch, made) for made in _left_to_make(batch))
    except Exception:
        PaperBatch.objects.filter(pk=batch.pk).update(fault=FAULT)
        logger.exception("Handlingarna i %s kunde inte göras färdigt.", batch)
        raise
    if is_whole:
        _finish(batch)


def zip_of(batch: PaperBatch) -> tuple[str, Iterator[bytes]]:
    """Return the name of a finished batch's ZIP, and the ZIP piece by piece: its papers and the version's own PDF."""
    version = PlanVersion.objects.get(pk=batch.version_id)
    about = f"{document_of_version(version).title}, version {version.number}"
    plan_file = File(f"{safe_name(about)}.pdf", bytes(version.pdf))
    chunks = zip_chunks(
        _files(batch, plan_file),
        about=about,
        fingerprint=version.fingerprint,
        at=batch.ordered_at.astimezone(timezone.get_default_timezone()),
    )
    return f"{safe_name(f'Handlingar, {about}')}.zip", chunks


def _files(batch: PaperBatch, plan_file: File) -> Iterator[File]:
    yield plan_file
    for pk in list(batch.papers.values_list("pk", flat=True)):
        paper = Paper.objects.get(pk=pk)
        yield File(paper.name, bytes(paper.content))


def _left_to_make(batch: PaperBatch) -> Iterator[MadePaper]:
    """Make one paper at a time. The day of the extracts is that of the order, also when the work is taken up later."""
    case = case_of(batch.version, at=batch.ordered_at)
    made = set(batch.papers.values_list("name", flat=True))
    for job in jobs_of(case, batch.kinds, batch.formats):
        if job.name not in made:
            yield make(case, job)


@transaction.atomic
def _keep(batch: PaperBatch, made: MadePaper, *, at: datetime.datetime | None = None) -> bool:
    """Keep a paper that has been made; return whether the batch is still wanted."""
    at = at or timezone.now()
    if not PaperBatch.objects.select_for_update().filter(pk=batch.pk).exists():
        return False
    paper = Paper(batch=batch, organisation=made.job.organisation, name=made.job.name, content=made.content, made_at=at)
    # Another process may have made the same one.
    Paper.objects.bulk_create([paper], ignore_conflicts=True)
    PaperBatch.objects.filter(pk=batch.pk).update(worked_at=at)
    return True


def _finish(batch: PaperBatch, *, at: datetime.datetime | None = None) -> None:
    PaperBatch.objects.filter(pk=batch.pk, finished_at=None).update(finished_at=at or timezone.now())


def _chosen(choices: type[Kind] | type[Format], names: Iterable[str], field: str) -> list[str]:
    """Return the names in the order of ``choices``. Raises ``OrderRefused`` for one that is none, and for none."""
    wished = set(names)
    chosen = [str(choice) for choice in choices if choice in wished]
    if not chosen or len(chosen) != len(wished):
        what = "vilka handlingar som ska göras" if field == "kinds" else "minst ett filformat"
        raise OrderRefused(f"Välj {what}.", field)
    return chosen


def _summary(batch: PaperBatch) -> dict:
    return {
        "version": str(batch.version),
        "kinds": ", ".join(Kind(kind).label for kind in batch.kinds),
        "formats": ", ".join(Format(name).label for name in batch.formats),
        "total": batch.total,
    }
