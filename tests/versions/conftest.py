"""Both real plans frozen, each set once for all tests, and as versions in the register."""

import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from plans import frozen_triggers, lifecycle
from plans.models import Plan, PlanVersion
from plans.roles import Role
from plans.steps import FrozenFiles
from skane_digi.documents.fonts import build_fonts
from skane_digi.versions.freezing import FrozenContent, freeze_content
from tests import factories

FROZEN_AT = datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.UTC)
_frozen: dict[str, FrozenContent] = {}


@pytest.fixture(scope="session", autouse=True)
def _typefaces():
    build_fonts(Path(settings.FONTS_DIR))


def frozen(plan: Plan) -> FrozenContent:
    """Return version 1 of a real plan that has not been changed; setting its PDF takes a second."""
    if plan.slug not in _frozen:
        _frozen[plan.slug] = freeze_content(plan, number=1, at=FROZEN_AT, status=plan.status)
    return _frozen[plan.slug]


def registered(plan: Plan) -> PlanVersion:
    """Put ``frozen(plan)`` in the register, as the workflow does."""
    chair = factories.make_user(f"chair-{plan.slug}@prov.example", first_name="Ofelia", last_name="Ordförande")
    factories.make_role(chair, Role.CHAIR, collaboration=plan.collaboration)
    content = frozen(plan)
    files = FrozenFiles(**{name: getattr(content, name) for name in FrozenFiles.__dataclass_fields__})
    status = Plan.Status.ADOPTED if plan.is_decided else Plan.Status.DECIDING
    return lifecycle.record_as_printed(
        plan=plan, files=files, faults=[], status=status, reason="Som tryckt.", by=chair, at=FROZEN_AT
    )


@pytest.fixture
def version_2024(plan_2024) -> PlanVersion:
    return PlanVersion.objects.get(pk=registered(plan_2024).pk)


@pytest.fixture
def version_2022_2023(plan_2022_2023) -> PlanVersion:
    return PlanVersion.objects.get(pk=registered(plan_2022_2023).pk)


@pytest.fixture
def tamper(db):
    """Change columns of a version as the owner of the database could: without the triggers, which are put back."""

    def change(version: PlanVersion, *, with_triggers: bool = True, **columns) -> PlanVersion:
        connection.check_constraints()  # PostgreSQL drops no trigger of a table that has checks left to make
        frozen_triggers.remove(connection)
        names = ", ".join(f"{name} = %s" for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE plans_planversion SET {names} WHERE id = %s", [*columns.values(), version.pk])
        connection.check_constraints()
        if with_triggers:
            frozen_triggers.install(connection)
        return PlanVersion.objects.get(pk=version.pk)

    return change
