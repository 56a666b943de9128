"""A referral round in the browser: opened and followed by the chair, commented on and answered by a member."""

import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from plans.commenting import open_thread, resolve_thread
from plans.models import CommentThread, ReferralAnswer
from plans.roles import Role
from tests import conversation_factories as talk
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e


@pytest.fixture
def plan(real_plans, live_server):
    return talk.make_draft(area_count=2)


@pytest.fixture
def page_of(open_page, live_server):
    """Return a function that opens a page where ``user`` is signed in."""
    name = settings.SESSION_COOKIE_NAME

    def new_page(user, **options):
        client = Client()
        client.force_login(user)
        page = open_page(**options)
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return new_page


@pytest.fixture
def chair(plan):
    return talk.make_person(Role.CHAIR, plan, first_name="Ofelia", last_name="Ordförande")


@pytest.fixture
def registrar(plan):
    return talk.make_person(Role.REGISTRAR, plan, code="9101", first_name="Rakel", last_name="Registrator")


def test_a_round_from_opening_to_answer(page_of, plan, chair, registrar):
    due_on = timezone.localdate() + datetime.timedelta(days=14)
    page = page_of(chair)
    page.goto(f"/planer/{plan.slug}/remiss/")
    page.get_by_label("Sista dag att svara").fill(due_on.isoformat())
    page.get_by_label("Meddelande till medlemmarna").fill("Läs mål och aktiviteter.")
    page.get_by_role("button", name="Öppna remissen").click()
    expect(page.get_by_text("1 brev har gått ut")).to_be_visible()
    expect(page.get_by_text("0 av 4 har svarat").first).to_be_visible()

    member = page_of(registrar, width=390)
    member.goto(f"/planer/{plan.slug}/remiss/")
    expect(member.get_by_text("Läs mål och aktiviteter.")).to_be_visible()
    member.get_by_label("Tillstyrker med synpunkter").check()
    member.get_by_label("Synpunkter", exact=True).fill("Målet är för vagt.")
    member.get_by_label("Diarienummer").fill("KS 2030/7")
    member.get_by_role("button", name="Spara svaret").click()
    expect(member.get_by_text("Svaret från Alby kommun är sparat.")).to_be_visible()

    page.reload()
    row = page.get_by_role("row", name="Alby kommun")
    expect(row).to_contain_text("Har svarat")
    row.get_by_role("link", name="Tillstyrker med synpunkter").click()
    expect(page.get_by_text("Målet är för vagt.")).to_be_in_viewport()
    assert ReferralAnswer.objects.get().registry_number == "KS 2030/7"


def test_a_part_is_commented_on_from_the_keyboard_alone(page_of, plan, registrar):
    talk.make_running_referral(plan)
    area = plan.focus_areas.first()
    page = page_of(registrar)
    page.goto(f"/planer/{plan.slug}/remiss/{area.slug}/")
    link = page.get_by_role("link", name="Kommentera Ett mål.")
    link.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#sidopanel")
    expect(panel.get_by_role("heading", name="Kommentarer")).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Stäng kommentarerna")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Kan målet mätas?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_have_text("Kommentaren är sparad.")
    expect(panel.get_by_role("article")).to_contain_text("Rakel Registrator, Alby kommun")
    counted = page.get_by_role("link", name="1 kommentar till Ett mål.")
    expect(counted).to_be_visible()
    expect(page.locator(".htmx-added")).to_have_count(0)
    panel.get_by_text("Svara", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Vi återkommer.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.locator(".comment")).to_have_count(2)
    expect(page.locator(".htmx-added")).to_have_count(0)  # by then HTMX has taken on the new forms
    panel.get_by_role("button", name="Markera som klar").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_have_text("Tråden är markerad som klar.")
    page.keyboard.press("Escape")
    expect(panel).to_be_empty()
    expect(page.get_by_role("link", name="Kommentera Ett mål.")).to_be_focused()
    assert CommentThread.objects.get().is_resolved


def test_comments_work_without_script(page_of, plan, registrar):
    talk.make_running_referral(plan)
    page = page_of(registrar, java_script_enabled=False)
    page.goto(f"/planer/{plan.slug}/remiss/{plan.focus_areas.first().slug}/")
    page.get_by_role("link", name="Kommentera Bakgrund").click()
    page.get_by_label("Din kommentar").fill("Säg mer om varför.")
    page.get_by_role("button", name="Kommentera").click()
    expect(page.get_by_text("Kommentaren är sparad.")).to_be_visible()
    page.get_by_text("Svara", exact=True).click()
    page.get_by_label("Ditt svar").fill("Det står i bilagan.")
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.get_by_text("Det står i bilagan.")).to_be_visible()
    page.get_by_role("link", name="Tillbaka till texten").click()
    expect(page.get_by_role("link", name="1 kommentar till Bakgrund")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_clean_under_axe_and_fits_its_screen(page_of, plan, chair, registrar, width, scheme):
    referral = talk.make_running_referral(plan, by=chair, message="Läs noga.")
    area = plan.focus_areas.first()
    goal = area.goals.get()
    thread = open_thread(plan=plan, row=goal, field="text", text="Kan det mätas?", quote="Ett mål", by=registrar)
    resolve_thread(thread=open_thread(plan=plan, row=plan, text="Bra.", by=chair), by=chair)
    talk.make_answer(referral, "9102", "reject", text="Det kostar för mycket.", registry_number="KS 2030/12")
    root = f"/planer/{plan.slug}"
    about = f"?slag=goal&rad={goal.pk}&falt=text"
    addresses = {
        chair: [
            f"{root}/remiss/",
            f"{root}/remiss/svar/9101/",
            f"{root}/arbetsyta/kommentarer/",
            f"{root}/arbetsyta/kommentarer/?visa=alla",
            f"{root}/arbetsyta/kommentarer/{about}",
        ],
        registrar: [
            f"{root}/remiss/",
            f"{root}/remiss/{area.slug}/",
            f"{root}/arbetsyta/kommentarer/",
            f"{root}/arbetsyta/kommentarer/{about}",
        ],
    }
    found = []
    for user, pages in addresses.items():
        page = page_of(user, width=width, scheme=scheme)
        for address in pages:
            page.goto(address)
            found += _faults(page, address)
        if user == registrar:
            page.goto(f"{root}/remiss/{area.slug}/")
            page.get_by_role("link", name="1 kommentar till Ett mål.").click()
            expect(page.locator(f"#trad-{thread.key}")).to_be_visible()
            page.locator("#sidopanel").get_by_text("Svara", exact=True).click()
            found += _faults(page, "panelen")
    assert found == []


def _faults(page, address: str) -> list[tuple]:
    violations = Axe().run(page, options=RULES).response["violations"]
    found = [(address, fault["id"], node["target"]) for fault in violations for node in fault["nodes"]]
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([(address, "för bred", beyond)] if beyond else [])]
