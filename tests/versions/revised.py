"""Plans with real frozen content for the tests of their pages: frozen, adopted and reopened, without setting a PDF."""

import datetime

from django.utils import timezone

from budgets.models import BudgetLine
from plans.models import DecisionRound, FocusArea, Goal, Plan, PlanStep, PlanVersion
from skane_digi.versions import freezing
from tests import factories as make
from tests.decision_factories import make_version, noon

A_DAY = datetime.date(2026, 10, 12)
State, Status = DecisionRound.State, Plan.Status


def a_plan(**fields) -> Plan:
    """A plan of 2030 with two areas that share 3 000 kr and say one thing each."""
    plan = make.make_shared_plan(1000, 2000, **{"title": "Handlingsplan 2030", **fields})
    first, second = plan.focus_areas.order_by("position")
    for area, name, word in ((first, "Första området", "igelkott"), (second, "Andra området", "lodjur")):
        FocusArea.objects.filter(pk=area.pk).update(name=name, background=f"<p>Här står ordet {word}.</p>")
        Goal.objects.filter(focus_area=area).update(text=f"Ett mål om {word}.")
    make.make_section(plan, heading="Inledning", slug="inledning", text="<p>Planen inleds.</p>")
    return plan


def freeze(plan: Plan, monkeypatch, status: str = Status.DECIDING, **fields) -> PlanVersion:
    """Make the plan's next version with what the plan says now, and bytes of its own for a PDF."""
    number = plan.versions.count() + 1
    pdf = f"%PDF-1.7 version {number}".encode()
    monkeypatch.setattr(freezing, "render_pdf", lambda document, mark: pdf)
    frozen = freezing.freeze_content(plan, number=number, at=timezone.now(), status=Status.SUBMITTED)
    names = ("content", "content_digest", "allocation", "allocation_digest", "pdf", "pdf_digest")
    values = {name: getattr(frozen, name) for name in names} | {"member_codes": list(frozen.member_codes)}
    return make_version(plan, status, **{**values, **fields})


def take(version: PlanVersion, kind: str, on: datetime.date = A_DAY, **fields) -> PlanStep:
    values = {"status_before": Status.DECIDING, "status_after": Status.ADOPTED, "taken_by_name": "Ofelia", **fields}
    return PlanStep.objects.create(
        plan=version.plan, version=version, kind=kind, taken_on=on, taken_at=noon(on), **values
    )


def adopt(plan: Plan, monkeypatch, **fields) -> PlanVersion:
    """Make the plan's next version and adopt it in place of the one that stood."""
    standing = plan.versions.standing().first()
    if standing:
        DecisionRound.objects.filter(version=standing).update(state=State.REPLACED)
    version = freeze(plan, monkeypatch, Status.ADOPTED, replaces=standing, **fields)
    take(version, PlanStep.Kind.ADOPT)
    return version


def send_back(version: PlanVersion, reason: str = "Skriv om målen.") -> None:
    DecisionRound.objects.filter(version=version).update(state=State.RETURNED)
    Plan.objects.filter(pk=version.plan_id).update(status=Status.DRAFT)
    take(version, PlanStep.Kind.RETURN, comment=reason)


def revise(plan: Plan) -> Plan:
    """Reopen the plan and write in it: other words, another title, an area's new name, and 300 kr more to share."""
    Plan.objects.filter(pk=plan.pk).update(status=Status.DRAFT, title="Nyskriven plan")
    area = plan.focus_areas.order_by("position").first()
    background = "<p>Här står ordet vessla i stället.</p>"
    FocusArea.objects.filter(pk=area.pk).update(name="Omdöpta området", background=background)
    Goal.objects.filter(focus_area=area).update(text="Ett mål om vessla.")
    BudgetLine.objects.filter(focus_area=area).update(amount=1300)
    return Plan.objects.get(pk=plan.pk)


SECRETS = (
    "Nyskriven",
    "Omdöpta",
    "vessla",
    "1 300",
    "3 300",
    "1\N{NARROW NO-BREAK SPACE}300",
    "3\N{NARROW NO-BREAK SPACE}300",
)
