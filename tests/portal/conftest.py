"""Readers of three kinds, and the pages with what they stand on."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from plans.models import Plan
from tests import factories


@pytest.fixture
def draft_reader(db):
    """Staff with permission to read drafts."""
    user = get_user_model().objects.create_user("lasare@prov.example", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_plan", content_type__app_label="plans"))
    return user


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
