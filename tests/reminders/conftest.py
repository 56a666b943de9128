"""A plan whose members have been asked to decide before 1 December 2026, and those who speak for them."""

import datetime

import pytest

from plans.models import PlanVersion
from plans.roles import Role
from tests import conversation_factories as talk
from tests import decision_factories as decide
from tests import factories as make

WANTED_ON = datetime.date(2026, 12, 1)
WEEK_BEFORE = datetime.date(2026, 11, 24)


@pytest.fixture
def version(db) -> PlanVersion:
    plan = make.make_shared_plan(1000, title="Handlingsplan 2030")
    return decide.make_version(plan, wanted_on=WANTED_ON)


@pytest.fixture
def registrar(version):
    return talk.make_person(Role.REGISTRAR, version.plan, code="9101", first_name="Rakel", last_name="Registrator")


@pytest.fixture
def reader(version):
    return talk.make_person(Role.READER, version.plan, code="9102", first_name="Lars")


@pytest.fixture
def chair(version):
    return talk.make_person(Role.CHAIR, version.plan, first_name="Ofelia", last_name="Ordförande")
