"""What takes how long: figures to compare within one run, on one machine.

Times are seconds of wall clock, the median of some runs; a ratio between two of them in the same run says more than
either alone. Everything is measured on the database at hand, inside a transaction that is rolled back.
"""

import contextlib
import gc
import os
import platform
import re
import statistics
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.allocation import Line, Member, Rule, allocate
from budgets.models import BudgetLine, CostBasis, FundingForm
from plans.editing import value_digest
from plans.models import Activity, ActivityPeriod, FocusArea, Goal, Organisation, Plan, PlanYear
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import plain_pdf, render_pdf


@dataclass(frozen=True, slots=True)
class Timing:
    """Median and fastest of ``runs`` runs, in seconds."""

    median: float
    fastest: float
    runs: int


def timed(action: Callable[[], object], *, runs: int) -> Timing:
    """Run ``action`` once unmeasured and then ``runs`` times."""
    action()
    seconds = []
    for _ in range(runs):
        gc.collect()
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return Timing(statistics.median(seconds), min(seconds), runs)


@dataclass(frozen=True, slots=True)
class PdfComparison:
    plan: str
    pages: int
    ours: Timing
    plain: Timing

    @property
    def ratio(self) -> float:
        return self.ours.median / self.plain.median


def compare_pdf(plan: Plan, *, runs: int) -> PdfComparison:
    """Time the plan's PDF beside plain ``HTML(string=…).write_pdf()`` of the same template, taken in turn."""
    document = build_plan_document(plan)
    ours, plain = [], []
    pages = _page_count(render_pdf(document))
    plain_pdf(document)
    for _ in range(runs):
        ours.append(timed_once(lambda: render_pdf(document)))
        plain.append(timed_once(lambda: plain_pdf(document)))
    return PdfComparison(
        plan.slug,
        pages,
        Timing(statistics.median(ours), min(ours), runs),
        Timing(statistics.median(plain), min(plain), runs),
    )


def timed_once(action: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _page_count(pdf: bytes) -> int:
    """Count the page objects, most of which lie in compressed streams."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


def time_allocation(organisations: int, lines: int, *, runs: int) -> Timing:
    """Time the engine on ``organisations`` bodies in two parties and ``lines`` lines of uneven amounts."""
    members = [Member(code="01", party="region", weight=1)] + [
        Member(code=f"{1000 + number}", party="municipalities", weight=7_000 + number * number * 37 % 360_000)
        for number in range(1, organisations)
    ]
    rule = Rule(party_weights=(("region", 1), ("municipalities", 1)), members=tuple(members))
    budget = [Line(key=f"{number:04}", amount=10_000_033 + number * 7_919, rule=rule) for number in range(lines)]
    return timed(lambda: allocate(budget), runs=runs)


@dataclass(frozen=True, slots=True)
class PageCost:
    name: str
    queries: int
    timing: Timing


def measure_pages(plan: Plan, organisation: Organisation, *, runs: int) -> list[PageCost]:
    """Queries and time of each public page for ``plan`` and ``organisation``."""
    area = plan.focus_areas.first()
    year = plan.years.last().year
    pages = {
        "start": reverse("portal:start"),
        "planer": reverse("portal:plan-list"),
        "plan": plan.get_absolute_url(),
        "insatsområde": area.get_absolute_url(),
        "budget": reverse("portal:budget", args=[plan.slug]),
        "kostnader": reverse("portal:costs", args=[plan.slug, year]),
        "organisationer": reverse("portal:organisation-list"),
        "organisation": organisation.get_absolute_url(),
        "sökning": reverse("portal:search") + "?q=digital",
    }
    return [measure_page(name, address, runs=runs) for name, address in pages.items()]


def measure_page(name: str, address: str, *, runs: int, client: Client | None = None) -> PageCost:
    """Count the queries of a page and time it. Raises ``RuntimeError`` where it does not answer with 200."""
    client = client or Client(SERVER_NAME="127.0.0.1")

    def get() -> None:
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} svarade {response.status_code}")

    get()
    with CaptureQueriesContext(connection) as captured:
        get()
    return PageCost(name, len(captured), timed(get, runs=runs))


def add_plans(template: Plan, *, plans: int, areas: int) -> Plan:
    """Add ``plans`` sent plans of ``areas`` areas each; return the last. For a transaction that is rolled back."""
    form = FundingForm.objects.get(collaboration=template.collaboration, is_shared=True)
    basis = CostBasis.objects.filter(plan_year__plan=template).latest("plan_year__year")
    for number in range(plans):
        year = 2100 + number
        plan = Plan.objects.create(
            collaboration=template.collaboration,
            slug=f"matning-{year}",
            title=f"Handlingsplan {year}",
            status=Plan.Status.SUBMITTED,
        )
        plan_year = PlanYear.objects.create(plan=plan, year=year)
        CostBasis.objects.create(plan_year=plan_year, figure_set=basis.figure_set, rule=basis.rule)
        _add_areas(plan, year, areas, form)
    return plan


def _add_areas(plan: Plan, year: int, count: int, form: FundingForm, *, activities: int = 5) -> None:
    text = "<p>" + "Digital samverkan mellan huvudmännen i Skåne. " * 12 + "</p>"
    areas = FocusArea.objects.bulk_create(
        FocusArea(
            plan=plan,
            slug=f"omrade-{number}",
            name=f"Insatsområde {number}",
            position=number,
            background=text,
            purpose=text,
        )
        for number in range(count)
    )
    Goal.objects.bulk_create(
        Goal(focus_area=area, text=f"Digitalt mål {number}", position=number) for area in areas for number in range(3)
    )
    periods = ActivityPeriod.objects.bulk_create(
        ActivityPeriod(focus_area=area, start_year=year, end_year=year) for area in areas
    )
    Activity.objects.bulk_create(
        Activity(period=period, text=f"Aktivitet {number}", position=number)
        for period in periods
        for number in range(activities)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(focus_area=area, year=year, funding_form=form, amount=Decimal(100_000 + 1_000 * area.position))
        for area in areas
    )


class Rollback(Exception):
    """Ends the transaction that the large data live in."""


def measure_large(template: Plan, organisation: Organisation, *, plans: int, areas: int, runs: int) -> list[PageCost]:
    """As :func:`measure_pages`, with ``plans`` further plans of ``areas`` areas in the database."""
    pages: list[PageCost] = []
    try:
        with transaction.atomic():
            pages = measure_pages(add_plans(template, plans=plans, areas=areas), organisation, runs=runs)
            raise Rollback
    except Rollback:
        return pages


def measure_workspace(template: Plan, *, areas: int, activities: int, runs: int) -> list[PageCost]:
    """Queries and time of the pages where a draft of that size is written, and of one save."""
    pages: list[PageCost] = []
    try:
        with transaction.atomic():
            pages = _measure_draft(_add_draft(template, areas=areas, activities=activities), runs=runs)
            raise Rollback
    except Rollback:
        return pages


def _add_draft(template: Plan, *, areas: int, activities: int) -> Plan:
    plan = Plan.objects.create(collaboration=template.collaboration, slug="matning-utkast", title="Utkast som mäts")
    PlanYear.objects.create(plan=plan, year=2150)
    form = FundingForm.objects.get(collaboration=template.collaboration, is_shared=True)
    _add_areas(plan, 2150, areas, form, activities=activities)
    return plan


def _measure_draft(plan: Plan, *, runs: int) -> list[PageCost]:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.create_superuser("matning@demo.example", password=None))
    area = plan.focus_areas.first()
    pages = {
        "planen": reverse("workspace:plan", args=[plan.slug]),
        "ett område": reverse("workspace:area", args=[plan.slug, area.slug]),
        "budgeten": reverse("workspace:budget", args=[plan.slug]),
        "förhandsvisning av ett område": reverse("workspace:preview-area", args=[plan.slug, area.slug]),
        "nytt av andra": reverse("workspace:news", args=[plan.slug]) + "?sedan=0",
        "historik": reverse("workspace:history", args=[plan.slug]),
    }
    measured = [measure_page(name, address, runs=runs, client=client) for name, address in pages.items()]
    return [*measured, _measure_save(client, plan, area, runs=runs)]


def _measure_save(client: Client, plan: Plan, area: FocusArea, *, runs: int) -> PageCost:
    """Measure one save of a text, logged and with its digest checked, as the page sends it."""
    address = reverse("workspace:field", args=[plan.slug, "focusarea", area.pk, "background"])
    numbers = count(1)

    def save() -> None:
        area.refresh_from_db()
        data = {"value": f"<p>Text {next(numbers)}.</p>", "base": value_digest(area, "background")}
        if client.post(address, data, headers={"HX-Request": "true"}).status_code != 200:
            raise RuntimeError(f"{address} sparade inte")

    save()
    with CaptureQueriesContext(connection) as captured:
        save()
    return PageCost("spara en text", len(captured), timed(save, runs=runs))


def machine() -> str:
    """Describe the machine: processor, cores, Python and database."""
    return (
        f"{_processor()}, {os.cpu_count()} kärnor, Python {platform.python_version()}, "
        f"{connection.display_name}, {platform.system()} {platform.release()}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123 a device, not a file of ours
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
