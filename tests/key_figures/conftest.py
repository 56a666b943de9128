"""SCB as a server of our own, and who asks it."""

import datetime

import pytest

from budgets.key_figures import Figures
from budgets.scb.client import Pace
from tests import factories as make
from tests.key_figures.scb_server import ScbServer

NEW_YEARS_EVE = datetime.date(2029, 12, 31)
MUNICIPALITIES = {"9101": 100, "9102": 200, "9103": 300}


def figures(values: dict[str, int] | None = None, **fields) -> Figures:
    """Figures of the small world's county, as somebody has read them."""
    own = {"region_code": "91", "region_name": "Provlän", "day": NEW_YEARS_EVE, "source": "Prov", **fields}
    return Figures(values=MUNICIPALITIES if values is None else values, **own)


@pytest.fixture
def scb(settings, monkeypatch):
    """SCB, which answers what the test says, and 503 until then."""
    server = ScbServer()
    running = server.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.SCB_API_V2, settings.SCB_API_V1, settings.SCB_TIMEOUT = server.address_2, server.address_1, 5
    monkeypatch.setattr("budgets.scb.client.wait_seconds", server.waited.append)
    monkeypatch.setattr("budgets.scb.client._PACE", Pace())
    yield server
    running.shutdown()
    running.server_close()


@pytest.fixture
def writer(db):
    """An economist, who brings in key figures."""
    user = make.make_user("siffror@prov.example", first_name="Siv", last_name="Siffror")
    make.make_role(user, "economist")
    return user
