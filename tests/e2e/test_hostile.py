"""An impatient hand in a real browser."""

import pytest
from playwright.sync_api import expect

from plans.models import FocusArea
from plans.roles import Role
from skane_digi.workflows import start_next_plan
from tests import factories as make

pytestmark = pytest.mark.e2e


def test_a_double_click_adds_one_area_and_not_two(signed_in, plan_2024):
    plan = start_next_plan(plan=plan_2024, years=[2025], by=None).plan
    editor = make.make_user("editor@prov.example")
    make.make_role(editor, Role.EDITOR, collaboration=plan.collaboration)
    page = signed_in(editor)
    page.goto("/planer/2025/arbetsyta/")
    form = page.locator("form[action*='lagg-till/omrade']")
    form.locator("input[name=text]").fill("Dubbelklickat område")
    form.get_by_role("button", name="Lägg till").dblclick()
    expect(page).to_have_url("/planer/2025/arbetsyta/omraden/dubbelklickat-omrade/")
    page.wait_for_load_state("networkidle")
    assert FocusArea.objects.filter(plan=plan, name="Dubbelklickat område").count() == 1


def test_a_draft_that_is_written_past_is_offered_again_and_not_lost(signed_in, plan_2024):
    plan = start_next_plan(plan=plan_2024, years=[2025], by=None).plan
    editor = make.make_user("editor@prov.example")
    make.make_role(editor, Role.EDITOR, collaboration=plan.collaboration)
    goal = plan.focus_areas.get(slug="npo").goals.first()
    page = signed_in(editor)
    page.goto("/planer/2025/arbetsyta/omraden/npo/")
    form = page.locator(f"#falt-goal-{goal.pk}-text")
    draft = '{"values": [["value", "Mitt gamla utkast."]], "bases": [["base", "gammal"]], "at": %s}'
    key = f"utkast:{editor.pk}:{form.get_attribute('action')}"
    page.evaluate("([key, draft]) => localStorage.setItem(key, draft)", [key, draft % page.evaluate("Date.now()")])
    page.reload()
    expect(form.locator(".save-note")).to_contain_text("Mitt gamla utkast.")
    form.locator("textarea").fill("Något annat.")
    expect(form.locator(".save-state")).to_contain_text("Sparat ")
    page.reload()
    expect(form.locator("textarea")).to_have_value("Något annat.")
    expect(form.locator(".save-note")).to_contain_text("Mitt gamla utkast.")
    form.get_by_role("button", name="Kasta den").click()
    page.reload()
    expect(form.locator("textarea")).to_have_value("Något annat.")
    expect(form.locator(".save-note")).to_have_count(0)
