"""Readers of every role, and the pages with what they stand on."""

import pytest
from django.contrib.auth import get_user_model

from plans.models import Organisation, Plan
from plans.roles import Role
from tests import factories


@pytest.fixture
def draft_reader(plan_2024):
    """An economist of the real collaboration, who reads drafts."""
    user = factories.make_user("lasare@prov.example")
    factories.make_role(user, Role.ECONOMIST, collaboration=plan_2024.collaboration)
    return user


@pytest.fixture
def people(plan_2024) -> dict[str, object]:
    """One account per role in the real collaboration, a superuser, and one with roles in another collaboration only."""
    eslov = Organisation.objects.get(code="1285")
    accounts = {role: factories.make_user(f"{role}@prov.example") for role in Role.values}
    for role, user in accounts.items():
        organisation = eslov if role == Role.REGISTRAR else None
        factories.make_role(user, role, collaboration=plan_2024.collaboration, organisation=organisation)
    stranger = factories.make_user("annan@prov.example")
    for role in (Role.ADMINISTRATOR, Role.EDITOR, Role.READER):
        factories.make_role(stranger, role, collaboration=factories.make_collaboration())
    boss = get_user_model().objects.create_superuser("overst@prov.example", password="x")
    return {**accounts, "superuser": boss, "stranger": stranger, "roleless": factories.make_user("tom@prov.example")}


@pytest.fixture
def superuser(db):
    return get_user_model().objects.create_superuser("chef@prov.example", password="x")


@pytest.fixture
def draft(real_plans, plan_2024) -> Plan:
    """A draft with an area that has the word "lönnmord" in its text, in the real collaboration."""
    plan = factories.make_plan("utkast-2031", years=(2031,), collaboration=plan_2024.collaboration)
    area = factories.make_area(plan, "Hemligt område", slug="hemligt", background="<p>Ordet är lönnmord.</p>")
    factories.make_goal(area, "Ett mål om lönnmord.")
    factories.make_activity(factories.make_period(area, 2031, 2031), "En aktivitet om lönnmord.")
    return plan
