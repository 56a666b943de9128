"""The history in a real browser: read beside what is written, and put back there."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from plans.deletion import delete_row
from plans.editing import edit_row, value_digest
from plans.models import FocusArea, Plan
from plans.structure import move_row
from skane_digi.workspace.removal import DELETION
from tests import factories as make
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e


@pytest.fixture
def area(real_plans) -> FocusArea:
    plan = make.make_plan("utkast-2031", years=(2031,), collaboration=Plan.objects.get(slug="2024").collaboration)
    area = make.make_area(plan, "Området", slug="omradet", background="<p>Det var en gång.</p>")
    make.make_goal(area, "Första målet.")
    make.make_goal(area, "Andra målet.")
    make.make_lineage(plan, "new", successor=area)
    return area


@pytest.fixture
def editor(area):
    person = make.make_user("redaktor@prov.example", first_name="Ruben", last_name="Ek")
    make.make_role(person, "editor", collaboration=area.plan.collaboration)
    return person


def write(row, by, **values) -> None:
    row = type(row).objects.get(pk=row.pk)
    edit_row(row, values=values, bases={name: value_digest(row, name) for name in values}, by=by)


def settled(page) -> None:
    """Wait until what was fetched listens to its reader."""
    expect(page.locator(".htmx-request, .htmx-added, .htmx-settling")).to_have_count(0)


def test_a_text_is_put_back_from_the_panel_beside_it_by_keyboard_alone(signed_in, area, editor):
    write(area, editor, background="<p>Det var två gånger.</p>")
    page = signed_in(editor)
    page.goto("/planer/utkast-2031/arbetsyta/omraden/omradet/")
    page.locator("#bakgrund").get_by_role("link", name="Historik").focus()
    page.keyboard.press("Enter")
    panel = page.locator("#sidopanel")
    expect(panel.get_by_role("heading", name="Historik", exact=True)).to_be_focused()
    expect(panel).to_contain_text("Ändrade bakgrunden i Området")
    settled(page)
    panel.get_by_role("button", name="Återställ det som stod före").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("kan i sin tur ångras")
    expect(panel.get_by_role("status")).to_be_focused()
    expect(page.locator("#bakgrund")).to_contain_text("Det var en gång.")
    area.refresh_from_db()
    assert area.background == "<p>Det var en gång.</p>"


def test_a_goal_is_put_back_on_the_page_and_its_neighbour_moved_back(signed_in, area, editor):
    goal, other = area.goals.all()
    move_row(other, steps=-1, by=editor)
    delete_row(goal, declaration=DELETION, by=editor)
    page = signed_in(editor)
    page.goto("/planer/utkast-2031/historik/")
    page.get_by_role("button", name="Ångra borttagningen").click()
    expect(page.get_by_role("status").filter(has_text="Återställt")).to_be_visible()
    page.get_by_role("button", name="Flytta tillbaka").click()
    expect(page.get_by_role("status").filter(has_text="Återställt")).to_have_count(2)
    assert [row.text for row in area.goals.all()] == ["Första målet.", "Andra målet."]


def test_of_two_the_one_who_puts_back_an_older_text_is_shown_both(signed_in, area, editor):
    write(area, editor, background="<p>Det var två gånger.</p>")
    page = signed_in(editor, forgiven=("409",))
    page.goto("/planer/utkast-2031/historik/")
    write(area, None, background="<p>Det var tre gånger.</p>")
    page.get_by_role("button", name="Återställ det som stod före").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Systemet har ändrat här sedan du läste historiken")
    expect(page.locator(".happening__pair")).to_contain_text("Det var tre gånger.")
    settled(page)
    page.get_by_role("button", name="Återställ det som stod före").click()
    expect(page.get_by_role("status").filter(has_text="Återställt")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_clean_under_axe_and_fits_its_screen(signed_in, area, editor, width, scheme):
    for number in range(3):
        write(area, editor, background=f"<p>{'Ett långt stycke text. ' * 30} {number}</p>")
    write(make.make_line(area, 5, year=2031), editor, amount=0)
    delete_row(area.goals.first(), declaration=DELETION, by=editor)
    page = signed_in(editor, width=width, scheme=scheme)
    page.goto("/planer/utkast-2031/historik/")
    page.get_by_role("link", name="Visa varje sparning").click()
    expect(page.locator(".happenings--saves .happening")).to_have_count(3)
    page.get_by_text("Visa hela texten").first.click()
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
