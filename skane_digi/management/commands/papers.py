"""Write the papers of a frozen version to files."""

from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from plans import lifecycle
from plans.models import Plan, PlanVersion
from skane_digi.archive import File
from skane_digi.papers.archive import zip_chunks
from skane_digi.papers.case import Case, case_of
from skane_digi.papers.making import Job, jobs_of, make
from skane_digi.papers.tree import Format, Kind

ALL = "all"


class Command(BaseCommand):
    help = (
        "Gör beslutsunderlag, missiv och utdrag ur beslutsregistret för en fryst version, åt alla organisationer eller "
        "åt en. Skriver namnet på varje fil, en per rad."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--number", type=int, metavar="N", help="versionens nummer; annars den senaste")
        parser.add_argument("--organisation", metavar="KOD", help="bara den här organisationen, till exempel 1285")
        parser.add_argument("--kind", choices=[*map(str, Kind), ALL], default=ALL, help="slag av handling; annars alla")
        parser.add_argument("--format", choices=[*map(str, Format), ALL], default=ALL, help="filformat; annars alla")
        parser.add_argument(
            "--output",
            required=True,
            type=Path,
            metavar="MAPP",
            help="mapp att skriva i, eller en fil som slutar på .zip",
        )

    def handle(self, *, plan, number, organisation, kind, format, output, **options):
        at = timezone.localtime()
        case = case_of(_version(plan, number), at=at)
        kinds = list(Kind) if kind == ALL else [kind]
        formats = list(Format) if format == ALL else [format]
        jobs = _chosen(case, jobs_of(case, kinds, formats), organisation)
        try:
            if output.suffix == ".zip":
                self._write_zip(case, jobs, output, at)
            else:
                self._write_files(case, jobs, output)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{output} kunde inte skrivas: {error.strerror}. Ange en annan plats med --output."
            ) from error

    def _write_files(self, case: Case, jobs: tuple[Job, ...], folder: Path) -> None:
        for file in _files(case, jobs):
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            self.stdout.write(str(path))

    def _write_zip(self, case: Case, jobs: tuple[Job, ...], path: Path, at) -> None:
        about = f"{case.document.title}, version {case.version.number}"
        with path.open("wb") as target:
            for chunk in zip_chunks(_files(case, jobs), about=about, fingerprint=case.version.fingerprint, at=at):
                target.write(chunk)
        for job in jobs:
            self.stdout.write(job.name)


def _files(case: Case, jobs: tuple[Job, ...]) -> Iterator[File]:
    for job in jobs:
        yield File(job.name, make(case, job).content)


def _version(slug: str, number: int | None) -> PlanVersion:
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        slugs = ", ".join(Plan.objects.values_list("slug", flat=True)) or "inga"
        raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{slug}”. De som finns: {slugs}.")
    if number is None:
        version = lifecycle.current_version(plan)
    else:
        version = plan.versions.without_files().filter(number=number).first()
    if version is None:
        raise CommandError(
            f"{plan} har ingen version {number}." if number else f"{plan} är inte fryst, så det finns inga handlingar."
        )
    return version


def _chosen(case: Case, jobs: tuple[Job, ...], code: str | None) -> tuple[Job, ...]:
    """Return the jobs of one organisation, with those that are the same to all; every one without a code."""
    if code is None:
        return jobs
    if code not in case.version.member_codes:
        raise CommandError(f"Ingen organisation med koden {code} ska besluta om {case.mark}.")
    return tuple(job for job in jobs if job.organisation is None or job.organisation.code == code)
