"""Prove that frozen versions are unchanged, or that a file or a fingerprint is one of them."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from plans.models import PlanVersion
from skane_digi.versions.verifying import Found, UnusableFingerprint, Verification, find, verify


class Command(BaseCommand):
    help = (
        "Bevisa att frysta versioner är orörda: innehåll, andelar och PDF mot sina kontrollsummor och mot loggen, "
        "andelarnas summor och databasens skydd. Med en fil eller ett fingeravtryck: säg vilken version "
        "det är, och bevisa den. Utan något alls prövas varje version. "
        "Slutstatus 1 när något inte håller eller inte finns i registret."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", nargs="?", metavar="PLAN", help="planens kortnamn, till exempel 2024; annars alla")
        parser.add_argument("--number", type=int, metavar="N", help="bara versionen med det numret")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--file", metavar="FIL", help="en PDF eller innehall.json som ska vara den registrerade")
        way.add_argument(
            "--fingerprint",
            metavar="TEXT",
            help="minst åtta tecken av fingeravtrycket, eller hela kontrollsumman av innehåll eller PDF",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options):
        versions = _versions(options["plan"], options["number"])
        if options["file"] or options["fingerprint"]:
            self._answer(_find(options, versions), options["format"])
        else:
            self._prove(versions, options["format"])

    def _prove(self, versions: QuerySet[PlanVersion], form: str) -> None:
        failed, rows = 0, []
        for version in versions.iterator(chunk_size=1):
            proof = verify(version)
            failed += not proof.holds
            rows.append(_as_json(proof))
            if form == "text":
                self._write(proof)
        if form == "json":
            self.stdout.write(json.dumps({"holds": not failed, "versions": rows}, ensure_ascii=False, indent=2))
        elif not failed:
            self.stdout.write(f"Orörda versioner: {len(rows)}.")
        if failed:
            raise CommandError(f"Versioner som inte håller: {failed} av {len(rows)}.", returncode=1)

    def _answer(self, found: Found | None, form: str) -> None:
        proof = verify(found.version) if found else None
        is_registered = bool(found and found.is_registered)
        holds = is_registered and proof.holds
        if form == "json":
            answer = {"holds": holds, "answer": found.by if found else "unknown"}
            answer["version"] = _as_json(proof) if proof else None
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        elif proof and is_registered:
            self._write(proof)
        if found is None:
            raise CommandError("Registret har ingen sådan handling.", returncode=1)
        if not is_registered:
            raise CommandError(
                f"Filen är inte den som registrerades, men säger sig vara {found.version}. Den har ändrats.",
                returncode=1,
            )
        if not holds:
            raise CommandError("Versionen håller inte.", returncode=1)

    def _write(self, proof: Verification) -> None:
        version = proof.version
        verdict = "orörd" if proof.holds else "HÅLLER INTE"
        self.stdout.write(f"{version}: {verdict}")
        self.stdout.write(f"  innehåll  {version.content_digest}")
        self.stdout.write(f"  PDF       {version.pdf_digest}")
        for fault in proof.faults:
            self.stdout.write(f"  {fault.text}")


def _versions(slug: str | None, number: int | None) -> QuerySet[PlanVersion]:
    every = PlanVersion.objects.select_related("plan", "round").order_by("plan__slug", "number")
    wanted = every.filter(plan__slug=slug) if slug else every
    wanted = wanted.filter(number=number) if number is not None else wanted
    if (slug or number is not None) and not wanted.exists():
        known = ", ".join(f"{plan} {nr}" for plan, nr in every.values_list("plan__slug", "number")) or "inga"
        raise CommandError(f"Det finns ingen sådan version. De som finns: {known}.")
    return wanted


def _find(options: dict, versions: QuerySet[PlanVersion]) -> Found | None:
    try:
        return find(Path(options["file"]).read_bytes() if options["file"] else options["fingerprint"], among=versions)
    except OSError as error:
        raise CommandError(f"Filen {options['file']} kunde inte läsas: {error.strerror}.") from error
    except UnusableFingerprint as error:
        raise CommandError(str(error)) from error


def _as_json(proof: Verification) -> dict:
    version = proof.version
    return {
        "plan": version.plan.slug,
        "number": version.number,
        "fingerprint": version.fingerprint,
        "content_digest": version.content_digest,
        "allocation_digest": version.allocation_digest,
        "pdf_digest": version.pdf_digest,
        "holds": proof.holds,
        "checks": [{"name": check.name, "holds": check.holds, "text": check.text} for check in proof.checks],
    }
