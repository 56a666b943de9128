"""What the way to a decision costs: freezing, proving, everybody's papers in one ZIP, and the register's pages."""

import datetime
import io
import zipfile
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse

from plans.days import day_of
from plans.deciding import record_decision
from plans.lifecycle import current_version
from plans.models import Decision, Organisation, Plan, PlanVersion
from skane_digi.archive import File
from skane_digi.benchmark import PageCost, Rollback, Timing, measure_page, timed, timed_once
from skane_digi.papers import making
from skane_digi.papers.archive import zip_chunks
from skane_digi.versions.freezing import freeze_content
from skane_digi.versions.verifying import verify
from skane_digi.workflows import record_as_printed


@dataclass(frozen=True, slots=True)
class Papers:
    """``count`` papers of one format in one ZIP of ``size`` bytes, made in ``seconds``."""

    format: str
    count: int
    seconds: float
    size: int


@dataclass(frozen=True, slots=True)
class DecisionCosts:
    """``nobody`` and ``everybody`` are the register's pages before and after all have decided."""

    freeze: Timing
    prove: Timing
    papers: tuple[Papers, ...]
    nobody: list[PageCost]
    everybody: list[PageCost]


def measure_decisions(plan: Plan, *, runs: int, at: datetime.datetime) -> DecisionCosts:
    """Measure on the plan's latest version, or on one that is made for the purpose; nothing of it is left."""
    costs = None
    try:
        with transaction.atomic():
            costs = _measure(plan, runs=runs, at=at)
            raise Rollback
    except Rollback:
        return costs


def _measure(plan: Plan, *, runs: int, at: datetime.datetime) -> DecisionCosts:
    chair = get_user_model().objects.create_superuser("beslutsmatning@demo.example", password=None)
    version = current_version(plan) or record_as_printed(
        plan=plan, acknowledgements="Mäts.", status=Plan.Status.DECIDING, reason="Mäts.", by=chair, at=at
    )
    version = PlanVersion.objects.select_related("plan").get(pk=version.pk)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(chair)
    freeze = timed(lambda: freeze_content(plan, number=version.number + 1, at=at), runs=runs)
    prove = timed(lambda: verify(version), runs=runs)
    papers = tuple(_papers(version, name) for name in ("pdf", "docx"))
    nobody = _pages(version, client, runs=runs)
    for organisation in Organisation.objects.filter(code__in=version.member_codes):
        record_decision(
            version=version,
            organisation=organisation,
            outcome=Decision.Outcome.ADOPTED,
            instance="Fullmäktige",
            decided_on=day_of(at),
            by=chair,
            at=at,
        )
    return DecisionCosts(freeze, prove, papers, nobody, _pages(version, client, runs=runs))


def _papers(version: PlanVersion, format_: str) -> Papers:
    """Make every member's decision file into one ZIP; the first of them is made once before, for what is shared."""
    next(making.make_all(version, ["decision"], [format_]))
    outlet = io.BytesIO()

    def make() -> None:
        made = making.make_all(version, ["decision"], [format_])
        files = (File(one.job.name, one.content) for one in made)
        about, at = str(version), version.frozen_at
        for chunk in zip_chunks(files, about=about, fingerprint=version.fingerprint, at=at):
            outlet.write(chunk)

    seconds = timed_once(make)
    names = zipfile.ZipFile(outlet).namelist()
    return Papers(format_, sum(name.endswith(f".{format_}") for name in names), seconds, len(outlet.getvalue()))


def _pages(version: PlanVersion, client: Client, *, runs: int) -> list[PageCost]:
    slug = version.plan.slug
    pages = {
        "beslutsregistret": reverse("decisions:board", args=[slug]),
        "en organisations beslut": reverse("decisions:organisation", args=[slug, version.member_codes[0]]),
        "vägen till beslut": reverse("decisions:steps", args=[slug]),
        "den frusna versionen": reverse("versions:page", args=[slug, version.number]),
        "handlingar": reverse("papers:papers", args=[slug]),
    }
    return [measure_page(name, address, runs=runs, client=client) for name, address in pages.items()]
