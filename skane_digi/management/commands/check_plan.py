"""Say what a plan lacks and what in it does not agree."""

import json

from django.core.management.base import BaseCommand, CommandError

from budgets.money import plain
from plans.checks import Finding
from plans.completeness import Completeness
from plans.models import Plan
from skane_digi.completeness import completeness, contradictions


class Command(BaseCommand):
    help = (
        "Granska en handlingsplan: vad som saknas i varje insatsområde (bakgrund, syfte, mål, aktiviteter, ansvar, "
        "budget, eller ett angivet skäl) och vilka uppgifter som inte stämmer. Utgångsstatus 0 utan fel, 1 med."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        plan = find_plan(options["plan"])
        areas, findings = completeness(plan), contradictions(plan)
        faults = sum(len(area.missing) for area in areas) + sum(finding.is_fault for finding in findings)
        if options["format"] == "json":
            self.stdout.write(json.dumps(_answer(plan, faults, areas, findings), ensure_ascii=False, indent=2))
        else:
            for line in _lines(plan, faults, areas, findings):
                self.stdout.write(plain(line))
        if faults:
            raise SystemExit(1)


def find_plan(slug: str) -> Plan:
    """Return the plan with all its content, or say which plans there are."""
    plan = Plan.objects.with_content().filter(slug=slug).first()
    if plan is None:
        known = ", ".join(Plan.objects.newest_first().values_list("slug", flat=True)) or "inga"
        raise CommandError(f"Det finns ingen handlingsplan med kortnamnet ”{slug}”. De som finns: {known}.")
    return plan


def _answer(plan: Plan, faults: int, areas: tuple[Completeness, ...], findings: list[Finding]) -> dict:
    return {
        "plan": plan.slug,
        "status": plan.status,
        "faults": faults,
        "missing": [
            {"area": area.slug or None, "title": area.title, "missing": [_finding(found) for found in area.missing]}
            for area in areas
        ],
        "findings": [{**_finding(found), "severity": found.severity, "where": found.where} for found in findings],
    }


def _finding(finding: Finding) -> dict:
    return {"code": finding.code, "text": finding.text}


def _lines(plan: Plan, faults: int, areas: tuple[Completeness, ...], findings: list[Finding]):
    yield f"{plan} ({plan.get_status_display().lower()})"
    for area in areas:
        yield ""
        yield f"{area.title}: {'inget saknas' if area.is_complete else ''}".rstrip()
        yield from (f"  - {text}" for text in area.texts)
    wrong = [finding for finding in findings if finding.is_fault]
    known = [finding for finding in findings if not finding.is_fault]
    for heading, listed in (("Uppgifter som inte stämmer", wrong), ("Bra att veta", known)):
        if listed:
            yield ""
            yield heading
            yield from (f"  - {finding.text} ({finding.where})" for finding in listed)
    yield ""
    yield "Inga fel." if not faults else f"{faults} fel." if faults > 1 else "1 fel."
