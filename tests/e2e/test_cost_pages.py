"""The pages of rules, key figures, scenarios and grants: clean under axe, no wider than the screen, one way through.

Issue 5: SGD composes a rule, sees its effect, and asks what if.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from plans.models import Plan
from plans.roles import Role
from skane_digi.workflows import start_next_plan
from tests import factories as make
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e

RULE = "/kostnadsregler/skanegemensam-digitalisering/lika-efter-folkmangd/"
GRANT = "/statsbidrag/god-och-nara-vard-2023/"
ADDRESSES = (
    "/kostnadsregler/",
    RULE,
    f"{RULE}ersatt/",
    "/kostnadsregler/skanegemensam-digitalisering/ny/",
    "/planer/2025/kostnadsregler/",
    "/planer/2025/kostnadsregler/avvikelser/ny/",
    "/planer/2025/kostnadsregler/2025/",
    "/nyckeltal/",
    "/nyckeltal/folkmangd/",
    "/nyckeltal/folkmangd/12/2022-12-31/",
    "/nyckeltal/hamta/",
    "/nyckeltal/las-in/",
    "/nyckeltal/nya/",
    "/planer/2025/scenarier/",
    "/planer/2025/scenarier/prova/2025/",
    "/organisationer/eslov/historik/",
    "/statsbidrag/",
    GRANT,
    f"{GRANT}mottagare/region-jamtland-harjedalen/",
    f"{GRANT}redigera/",
    f"{GRANT}redigera/uppgifter/",
)


@pytest.fixture
def economist(real_plans):
    """An economist, and a draft of next year's plan with an amount to share."""
    plan = Plan.objects.get(slug="2024")
    person = make.make_user("ekonom@prov.example")
    make.make_role(person, Role.ECONOMIST, collaboration=plan.collaboration)
    chair = make.make_user("ordforande@prov.example")
    make.make_role(chair, Role.CHAIR, collaboration=plan.collaboration)
    draft = start_next_plan(plan=plan, years=[2025], slug="2025", by=chair).plan
    make.make_line(draft.focus_areas.first(), 1_000_000, year=2025)
    return person


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_clean_under_axe_and_fits_its_screen(signed_in, economist, width, scheme):
    page = signed_in(economist, width=width, scheme=scheme)
    axe, found = Axe(), []
    for address in ADDRESSES:
        answer = page.goto(address)
        assert answer.status == 200, address
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((address, "wider than the screen"))
        for violation in axe.run(page, options=RULES).response["violations"]:
            found += [(address, violation["id"], node["target"], node["failureSummary"]) for node in violation["nodes"]]
    assert found == []


def test_a_scenario_is_tried_kept_and_shared(signed_in, economist):
    page = signed_in(economist, width=390)
    page.goto("/planer/2025/scenarier/prova/2025/")
    page.locator(".change-line__amount input").first.fill("1 200 000")
    page.get_by_role("button", name="Räkna om").click()
    region = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Region Skåne"))
    expect(region.first).to_contain_text("600\u2009000")
    page.get_by_text("Spara som scenario").click()
    page.get_by_label("Namn", exact=True).fill("Mer pengar")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("h1")).to_contain_text("Mer pengar")
    page.get_by_role("button", name="Dela med SGD").click()
    page.goto("/planer/2025/scenarier/")
    expect(page.locator("main")).to_contain_text("Mer pengar")
    expect(page.locator("main")).to_contain_text("Delas med SGD")


def test_the_commands_answer_as_the_pages_do(economist, capsys):
    call_command("simulate", "2025", "--year", "2025", "--format", "json")
    assert '"12"' in capsys.readouterr().out
