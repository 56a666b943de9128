"""A draft to write in, and those who may and may not."""

import pytest

from plans.models import FocusArea, Plan
from tests import factories as make
from tests.portal.conftest import people  # noqa: F401 the same accounts, one per role


@pytest.fixture
def draft(plan_2024) -> Plan:
    """A draft in the real collaboration with one area that has two goals, and activities in one period."""
    plan = make.make_plan("utkast-2031", years=(2031,), collaboration=plan_2024.collaboration)
    area = make.make_area(plan, "Området", slug="omradet", background="<p>Det var en gång.</p>", position=1)
    for position, text in enumerate(("Första målet.", "Andra målet."), start=1):
        goal = make.make_goal(area, text)
        goal.position = position
        goal.save()
    make.make_activity(make.make_period(area, 2031, 2031), "En aktivitet.")
    make.make_lineage(plan, "new", successor=area)
    return plan


@pytest.fixture
def area(draft) -> FocusArea:
    return draft.focus_areas.get()


@pytest.fixture
def editor(people, client):  # noqa: F811
    """The editor, signed in."""
    client.force_login(people["editor"])
    return people["editor"]
