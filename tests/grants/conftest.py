"""Those who read and write grants, in the small world and in the real collaboration."""

import pytest

from plans.roles import Role
from tests import factories as make


@pytest.fixture
def reader(client):
    """Sign in one who only reads, in the small world's collaboration."""
    return _signed_in(client, Role.READER)


@pytest.fixture
def economist(client):
    """Sign in one who writes budgets and grants, in the small world's collaboration."""
    return _signed_in(client, Role.ECONOMIST)


def _signed_in(client, role: str):
    user = make.make_user(f"{role}@bidrag.example")
    make.make_role(user, role)
    client.force_login(user)
    return user
