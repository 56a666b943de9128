"""Record what an organisation has decided about a plan."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from plans.deciding import DecisionRefused, Wish
from plans.lifecycle import current_version
from plans.models import Decision, DecisionCondition, Organisation, PlanVersion
from skane_digi.decisions.recording import newest_key, record_once
from skane_digi.management.commands.check_plan import find_plan
from skane_digi.management.commands.submit_plan import day, find_person

Kind = DecisionCondition.Kind


class Command(BaseCommand):
    help = (
        "Registrera vad en organisation har beslutat om planens senaste version, eller rätta en registrering med "
        "--corrects. En rättelse tar över, och det den rättar går alltid att läsa."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("code", metavar="KOD", help="organisationens kod: 12 är regionen, 1285 är Eslöv")
        parser.add_argument(
            "--outcome", required=True, choices=Decision.Outcome.values, metavar="UTFALL", help=_named(Decision.Outcome)
        )
        parser.add_argument("--instance", required=True, metavar="INSTANS", help="till exempel Kommunfullmäktige")
        parser.add_argument(
            "--stage",
            choices=Decision.Stage.values,
            default=Decision.Stage.DECIDES.value,
            metavar="ROLL",
            help=_named(Decision.Stage),
        )
        parser.add_argument("--on", type=day, metavar="DAG", help="beslutsdag, som 2024-03-01")
        parser.add_argument("--paragraph", default="", metavar="PARAGRAF", help="till exempel § 45")
        parser.add_argument("--case-number", default="", metavar="NUMMER", help="organisationens diarienummer")
        parser.add_argument("--comment", default="", metavar="TEXT", help="kommentar")
        parser.add_argument(
            "--condition",
            action="append",
            type=condition,
            default=[],
            metavar="VILLKOR",
            help="all_municipalities, region, named:1285,1280 eller text:ordalydelsen; kan upprepas",
        )
        parser.add_argument("--extract", type=Path, metavar="FIL", help="protokollsutdrag som PDF")
        parser.add_argument("--corrects", default="", metavar="NYCKEL", help="nyckeln till det som rättas")
        parser.add_argument("--reason", default="", metavar="SKÄL", help="varför det rättas")
        parser.add_argument("--by", required=True, metavar="E-POST", help="den som registrerar")

    def handle(self, *args, **options) -> None:
        version = current_version(find_plan(options["plan"]))
        if version is None:
            raise CommandError("Planen har ingen fryst version att besluta om.")
        organisation = _organisation(options["code"], version)
        try:
            done = record_once(
                version=version,
                organisation=organisation,
                seen=newest_key(version, organisation),
                outcome=options["outcome"],
                instance=options["instance"],
                stage=options["stage"],
                decided_on=options["on"],
                paragraph=options["paragraph"],
                case_number=options["case_number"],
                comment=options["comment"],
                conditions=options["condition"],
                extract=_file(options["extract"]) if options["extract"] else None,
                replaces=_corrected(options["corrects"], version, organisation) if options["corrects"] else None,
                correction_reason=options["reason"],
                by=find_person(options["by"]),
            )
        except DecisionRefused as refusal:
            raise CommandError(refusal.reason) from refusal
        for sentence in done.news:
            self.stdout.write(sentence)
        self.stdout.write(f"Nyckel: {done.decision.key}")


def condition(written: str) -> Wish:
    """Read a condition as the command takes it. Raises ``ArgumentTypeError``, whose text argparse shows."""
    kind, colon, rest = written.partition(":")
    if kind in (Kind.ALL_MUNICIPALITIES, Kind.REGION):
        return Wish(kind, rest.strip())
    if kind == Kind.NAMED and colon:
        return Wish(kind, organisation_codes=tuple(code.strip() for code in rest.split(",") if code.strip()))
    if kind == "text" and colon:
        return Wish(Kind.FREE_TEXT, rest.strip())
    ways = "all_municipalities, region, named:1285,1280 eller text:ordalydelsen"
    raise argparse.ArgumentTypeError(f"”{written}” är inget villkor. Skriv {ways}.")


def _organisation(code: str, version: PlanVersion) -> Organisation:
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        raise CommandError(f"Ingen organisation har koden {code}. De som beslutar: {', '.join(version.member_codes)}.")
    return organisation


def _corrected(key: str, version: PlanVersion, organisation: Organisation) -> Decision:
    found = Decision.objects.filter(key=key, version=version, organisation=organisation).first()
    if found is None:
        raise CommandError(f"{organisation} har ingen registrering med nyckeln {key} om {version}.")
    return found


def _file(path: Path) -> tuple[str, bytes]:
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise CommandError(f"Filen {path} kan inte läsas: {error.strerror}.") from error


def _named(choices) -> str:
    return ", ".join(f"{value} ({label[0].lower()}{label[1:]})" for value, label in choices.choices)
