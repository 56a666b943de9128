"""Next year's plan started in a browser, from the keyboard, on a page that is clean under axe."""

import functools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from plans.models import Plan
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e


@pytest.fixture
def editor_page(signed_in):
    """Return a function that opens a page where somebody who may start a plan is signed in."""
    return functools.partial(signed_in, get_user_model().objects.create_superuser("chef@prov.example", password="x"))


def test_2025_is_started_from_2024_with_the_keyboard_alone(editor_page):
    page = editor_page()
    page.goto("/planer/2024/")
    page.get_by_role("link", name="Börja nästa plan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Titel")).to_have_value("Handlingsplan 2025")
    page.wait_for_load_state()  # the style sheet is what hides the fields that are not asked for

    page.get_by_role("group", name="Säker Digital Kommunikation").get_by_label("Fortsätter").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("textbox", name="Nytt namn")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("textbox", name="Nytt namn")).to_be_hidden()
    page.get_by_role("button", name="Börja planen").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Skriv varför Säker Digital Kommunikation (SDK) avslutas.")
    page.get_by_role("alert").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Skäl till att området avslutas")).to_be_focused()
    page.keyboard.type("Tjänsten är i drift.")
    page.get_by_role("button", name="Börja planen").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Handlingsplan 2025")
    expect(page.get_by_text("Den är ett utkast")).to_be_visible()
    expect(page).to_have_url(re.compile("/planer/2025/arbetsyta/"))
    ended = Plan.objects.get(slug="2025").lineage.get(kind="ended")
    assert (ended.predecessor.slug, ended.reason) == ("sdk", "Tjänsten är i drift.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_with_faults_is_clean_under_axe_and_fits_its_screen(editor_page, width, scheme):
    page = editor_page(width=width, scheme=scheme)
    page.goto("/planer/2024/nasta-plan/")
    found = Axe().run(page, options=RULES).response["violations"]
    page.get_by_role("group", name="Mina Planer").get_by_label("Byter namn").check()
    page.get_by_label("Första verksamhetsår").fill("2024")
    page.get_by_role("button", name="Börja planen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in found] == []
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond == 0
