"""What is done across text and money, each as one transaction and in the log."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from budgets.frozen_shares import approved_totals, shared_totals
from budgets.money import format_kr
from budgets.raised_shares import raised_shares
from budgets.rollover import RolledBudget, start_budget_from
from budgets.rule_sealing import seal_rules
from plans import lifecycle, log, permissions
from plans.checks import Finding
from plans.completeness import MISSING_CODES
from plans.models import Body, LogEntry, Plan, PlanStep, PlanVersion
from plans.rollover import RolledArea, RolledPlan, start_plan_from
from plans.rollover_choices import AreaChoice, years_words
from plans.steps import Fault, FrozenFiles, StepRefused, allowed, locked
from skane_digi.completeness import completeness
from skane_digi.portal.findings import LinkedFinding, linked
from skane_digi.review import review
from skane_digi.versions.freezing import freeze_content


@dataclass(frozen=True, slots=True)
class StartedPlan:
    """A new draft: its text and what its costs are to be shared by."""

    text: RolledPlan
    budget: RolledBudget

    @property
    def plan(self) -> Plan:
        return self.text.plan


@transaction.atomic
def start_next_plan(
    *,
    plan: Plan,
    years: Iterable[int],
    slug: str = "",
    title: str = "",
    choices: Mapping[str, AreaChoice] | None = None,
    with_unfinished: bool = True,
    by,
    at: datetime.datetime | None = None,
) -> StartedPlan:
    """Start a draft for ``years`` out of ``plan``, log it and return it; ``plan`` itself is not changed.

    Raises ``RolloverError`` with Swedish reasons, and then nothing is changed.
    """
    text = start_plan_from(plan, years=years, slug=slug, title=title, choices=choices, with_unfinished=with_unfinished)
    started = StartedPlan(text, start_budget_from(text.source, text.plan))
    with log.batch():
        log.record(action=LogEntry.Action.STARTED, subject=text.plan, by=by, at=at, after=_summary(started))
        for area in text.areas:
            _record_area(area, by=by, at=at)
    return started


def _summary(started: StartedPlan) -> dict:
    new_years = [row.year for row in started.plan.years.all()]
    return {
        "title": started.plan.title,
        "slug": started.plan.slug,
        "status": started.plan.get_status_display(),
        "verksamhetsår": years_words(new_years),
        "påbörjad utifrån": started.text.source.slug,
        "fördelningsunderlag": [str(basis) for basis in started.budget.bases],
        "avvikande fördelning": [str(use) for use in started.budget.uses],
    }


def _record_area(area: RolledArea, *, by, at: datetime.datetime | None) -> None:
    action = LogEntry.Action(area.kind.value)
    if area.after is None:
        log.record(action=action, subject=area.lineage, by=by, at=at, after={"reason": area.lineage.reason})
        return
    after = {
        "name": area.after.name,
        "slug": area.after.slug,
        "mål": area.goal_count,
        "aktiviteter": area.activity_count,
    }
    log.record(
        action=action,
        subject=area.after,
        by=by,
        at=at,
        before={name: getattr(area.before, name) for name in ("name", "slug")},
        after=after,
    )


@transaction.atomic
def submit_plan(
    *, plan: Plan, reason: str, wanted_on: datetime.date | None = None, by, at: datetime.datetime | None = None
) -> PlanVersion:
    """Freeze the plan and send it for decision; return the version.

    Raises ``StepRefused``, and then nothing is changed: nothing is frozen whose figures disagree or that lacks a part.
    """
    at = at or timezone.now()
    plan = locked(plan)
    allowed(plan, PlanStep.Kind.SUBMIT, by)
    if not reason.strip():
        raise StepRefused("Skriv varför planen fryses.", "reason")
    if hindering := hindrances(plan):
        raise StepRefused(
            f"Planen kan inte frysas. {len(hindering)} uppgifter stämmer inte eller saknas, den första: "
            f"{hindering[0].text}"
            if len(hindering) > 1
            else f"Planen kan inte frysas: {hindering[0].text}"
        )
    number = lifecycle.next_number(plan)
    files = _files(plan, number=number, at=at)
    version = lifecycle.submit(plan=plan, number=number, files=files, reason=reason, wanted_on=wanted_on, by=by, at=at)
    seal_rules(version)
    return version


@transaction.atomic
def record_as_printed(
    *,
    plan: Plan,
    acknowledgements: Mapping[str, str] | str = "",
    status: str,
    reason: str,
    by,
    at: datetime.datetime | None = None,
) -> PlanVersion:
    """Keep a plan that was sent or decided on paper as version 1, as printed, and return it.

    ``acknowledgements`` is the reason to let each fault of the review stand, by the fault's text, or one for them all.
    Raises ``StepRefused`` where a fault has no reason, and then nothing is changed.
    """
    at = at or timezone.now()
    plan = locked(plan)
    if not permissions.can_take_steps(by, plan):
        raise StepRefused("Ordföranden i SGD återger en plan som tryckt.")
    if not plan.is_locked or plan.versions.exists():
        raise StepRefused("Bara en plan som är sänd eller beslutad och saknar version återges som tryckt.")
    found = printed_faults(plan)
    one_reason = acknowledgements if isinstance(acknowledgements, str) else ""
    reasons = {} if isinstance(acknowledgements, str) else acknowledgements
    faults = [
        Fault(fault.code, fault.text, fault.where, reasons.get(fault.text, one_reason).strip()) for fault in found
    ]
    version = lifecycle.record_as_printed(
        plan=plan,
        files=_files(plan, number=1, at=at, status=status),
        faults=faults,
        status=status,
        reason=reason,
        by=by,
        at=at,
    )
    seal_rules(version)
    return version


@transaction.atomic
def recommend_plan(
    *,
    plan: Plan,
    body: Body,
    taken_on: datetime.date,
    paragraph: str = "",
    case_number: str = "",
    comment: str = "",
    needs_all: bool = True,
    by,
    at: datetime.datetime | None = None,
) -> PlanStep:
    """Record a recommendation, and return the step; a revision that costs more always goes back to all the members."""
    at = at or timezone.now()
    plan = locked(plan)
    must_go_to_all = "" if needs_all else why_all_must_decide(plan)
    return lifecycle.recommend(
        plan=plan,
        body=body,
        taken_on=taken_on,
        paragraph=paragraph,
        case_number=case_number,
        comment=comment,
        needs_all=needs_all,
        must_go_to_all=must_go_to_all,
        by=by,
        at=at,
    )


def why_all_must_decide(plan: Plan) -> str:
    """Return why the plan's latest version has to go to every member, empty where a joint body may decide otherwise."""
    version = plan.versions.select_related("replaces").order_by("number").last()
    if version is None or version.replaces is None:
        return "Bara en revidering av en fastställd plan kan vila på tidigare beslut."
    if grown := increases(version.replaces, version):
        return f"Budgeten får inte överskridas utan att alla huvudmän godkänner det. {' '.join(grown)}"
    return ""


def increases(before: PlanVersion, after: PlanVersion) -> tuple[str, ...]:
    """Return a Swedish sentence for each year whose cost in ``after`` is larger than was approved.

    Where the shared total is not, another rule or other key figures may still let some pay more than they approved.
    """
    old, new = approved_totals(before), shared_totals(after)
    grown = {year: total for year, total in sorted(new.items()) if total > old.get(year, 0)}
    raised = Counter(share.year.year for share in raised_shares(before, after) if share.year.year not in grown)
    return (
        *(
            f"Den gemensamma kostnaden {year} ökar från {format_kr(old.get(year, 0))} till {format_kr(total)}."
            for year, total in grown.items()
        ),
        *(
            f"Andelen {year} ökar för {count} {'huvudman' if count == 1 else 'huvudmän'}."
            for year, count in sorted(raised.items())
        ),
    )


def hindrances(plan: Plan) -> list[Finding]:
    """Return what hinders the plan from being frozen: what contradicts itself, and what is missing."""
    whole = Plan.objects.with_content().get(pk=plan.pk)
    faults = [finding for finding in review(whole) if finding.is_fault and finding.code not in MISSING_CODES]
    return [*faults, *(finding for part in completeness(whole) for finding in part.missing)]


def obstacles(plan: Plan) -> tuple[LinkedFinding, ...]:
    """Return ``hindrances`` with the page to go to for each."""
    return linked(plan, hindrances(plan))


def printed_faults(plan: Plan) -> list[Finding]:
    """Return the faults of a plan sent on paper, each of which has to be acknowledged."""
    return [finding for finding in review(Plan.objects.with_content().get(pk=plan.pk)) if finding.is_fault]


def _files(plan: Plan, *, number: int, at: datetime.datetime, status: str = Plan.Status.SUBMITTED) -> FrozenFiles:
    frozen = freeze_content(plan, number=number, at=at, status=status)
    return FrozenFiles(
        content=frozen.content,
        content_digest=frozen.content_digest,
        allocation=frozen.allocation,
        allocation_digest=frozen.allocation_digest,
        pdf=frozen.pdf,
        pdf_digest=frozen.pdf_digest,
        member_codes=tuple(frozen.member_codes),
    )
