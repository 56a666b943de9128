"""Both real plans as frozen versions given as printed, without their own PDF, and a background that does it at once."""

import datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.test import override_settings

from plans.models import Organisation, Plan, PlanVersion
from skane_digi import workflows
from skane_digi.documents.fonts import build_fonts
from skane_digi.papers import making, store
from skane_digi.papers.case import case_of
from skane_digi.papers.tree import Paper
from skane_digi.versions import freezing
from tests import factories
from tests.decision_factories import A_PDF
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role

FROZEN_AT = datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.UTC)
EXTRACTED_AT = datetime.datetime(2024, 5, 2, 12, tzinfo=datetime.UTC)
REASON = "Planen återges som den sändes ut."


@pytest.fixture(scope="session", autouse=True)
def _typefaces():
    build_fonts(Path(django_settings.FONTS_DIR))


@pytest.fixture(autouse=True)
def _nothing_made_before():
    caches["documents"].clear()


@pytest.fixture(autouse=True)
def _done_at_once():
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}):
        yield


@pytest.fixture
def record(monkeypatch):
    """Return a function that gives a plan as printed and returns the version."""

    def recorded(plan: Plan, status: str = Plan.Status.DECIDING) -> PlanVersion:
        monkeypatch.setattr(freezing, "render_pdf", lambda document, mark: A_PDF)
        chair = factories.make_user(f"ordf-{plan.slug}@prov.example", first_name="Ofelia", last_name="Ordförande")
        factories.make_role(chair, "chair", collaboration=plan.collaboration)
        return workflows.record_as_printed(
            plan=plan, acknowledgements=REASON, status=status, reason="Som tryckt.", by=chair, at=FROZEN_AT
        )

    return recorded


@pytest.fixture
def version_2024(plan_2024, record) -> PlanVersion:
    return record(plan_2024)


@pytest.fixture
def version_2022_2023(plan_2022_2023, record) -> PlanVersion:
    return record(plan_2022_2023, Plan.Status.ADOPTED)


@pytest.fixture
def case_2024(version_2024):
    return case_of(version_2024, at=EXTRACTED_AT)


@pytest.fixture
def case_2022_2023(version_2022_2023):
    return case_of(version_2022_2023, at=EXTRACTED_AT)


@pytest.fixture
def eslov(real_plans) -> Organisation:
    return Organisation.objects.get(code="1285")


@pytest.fixture
def region(real_plans) -> Organisation:
    return Organisation.objects.get(code="12")


@pytest.fixture
def quick_papers(monkeypatch):
    """Let a paper's file be its name, so that a test of many is about the many."""

    def in_short(paper: Paper, format_) -> bytes:
        return f"{paper.name}.{format_}".encode()

    for module in (making, store):
        monkeypatch.setattr(module, "rendered", in_short)
