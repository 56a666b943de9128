"""Say where a plan is on its way to a decision, what has been done and what can be done next."""

import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand

from budgets.money import plain
from plans.models import PlanStep
from skane_digi.decisions.next_steps import NextStep
from skane_digi.decisions.step_page import StepPage, step_page
from skane_digi.decisions.step_way import Stop
from skane_digi.management.commands.check_plan import find_plan


class Command(BaseCommand):
    help = (
        "Visa en handlingsplans väg till beslut: var den är, vilka steg som har tagits och vilka som kan tas härnäst, "
        "med det som hindrar dem."
    )

    def add_arguments(self, parser):
        parser.add_argument("plan", metavar="PLAN", help="planens kortnamn, till exempel 2024")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="text om inget annat sägs")

    def handle(self, *args, **options) -> None:
        page = step_page(find_plan(options["plan"]), None)
        if options["format"] == "json":
            self.stdout.write(json.dumps(_answer(page), ensure_ascii=False, indent=2))
        else:
            for line in _lines(page):
                self.stdout.write(plain(line))


def _answer(page: StepPage) -> dict:
    return {
        "plan": page.plan.slug,
        "status": page.plan.status,
        "version": page.current.number if page.current else None,
        "standing_version": page.standing.number if page.standing else None,
        "adopted": page.register.adopted_count if page.register else None,
        "members": page.register.total if page.register else None,
        "wanted_on": _day(page.current.round.wanted_on) if page.current else None,
        "way": [{"status": stop.status.value, "mark": stop.mark.value} for stop in page.stops],
        "steps": [_step(step) for step in reversed(page.history)],
        "next": [_next(step) for step in page.next_steps],
    }


def _step(step: PlanStep) -> dict:
    return {
        "kind": step.kind,
        "before": step.status_before,
        "after": step.status_after,
        "version": step.version.number if step.version else None,
        "body": step.body.slug if step.body else None,
        "taken_on": _day(step.taken_on),
        "paragraph": step.paragraph,
        "case_number": step.case_number,
        "comment": step.comment,
        "recorded_by": step.taken_by_name,
        "recorded_at": step.taken_at.isoformat(),
    }


def _next(step: NextStep) -> dict:
    return {
        "kind": step.kind,
        "title": step.title,
        "possible": step.is_possible,
        "effects": list(step.effects),
        "requirements": [
            {"text": one.text, "met": one.is_met, "faults": [fault.text for fault in one.faults]}
            for one in step.requirements
        ],
    }


def _day(day) -> str | None:
    return day.isoformat() if day else None


def _lines(page: StepPage) -> Iterator[str]:
    yield f"{page.plan} ({page.plan.get_status_display().lower()})"
    for stop in page.stops:
        yield from _stop_lines(stop)
    yield ""
    yield "Härnäst:"
    for step in page.next_steps:
        yield f"  {step.kind}: {step.title}{'' if step.is_possible else ' (kan inte tas än)'}"
        for requirement in step.requirements:
            yield f"    {'uppfyllt' if requirement.is_met else 'hindrar'}: {requirement.text}"
            yield from (f"      - {fault.text} ({fault.where})" for fault in requirement.faults)
    if not page.next_steps:
        yield "  inget steg"


def _stop_lines(stop: Stop) -> Iterator[str]:
    yield f"  {stop.label}: {stop.mark.label.lower()}. {stop.note}".rstrip()
    for step in stop.steps:
        body = f" av {step.body.name}" if step.body else ""
        when = step.taken_on or step.taken_at.date()
        version = f", version {step.version.number}" if step.version else ""
        yield f"    {step.get_kind_display()}{body} {when.isoformat()}{version}, {step.taken_by_name}"
