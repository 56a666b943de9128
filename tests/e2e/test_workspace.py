"""The plan written in a browser: two in one text, a network that drops, a session that ends, the keyboard alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from plans.editing import edit_row, value_digest
from plans.models import FocusArea, Goal, LogEntry, Plan
from plans.roles import Role
from skane_digi.workflows import start_next_plan
from tests import conversation_factories as talk
from tests import factories as make
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e
REFUSED = ("409", "422", "410")
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")


@pytest.fixture
def plan_2025(plan_2024) -> Plan:
    """Next year's plan, started from the real one of 2024."""
    return start_next_plan(plan=plan_2024, years=[2025], by=None).plan


@pytest.fixture
def people(plan_2025) -> dict:
    names = {Role.EDITOR: ("Ruben", "Redaktör"), Role.CHAIR: ("Ofelia", "Ordförande"), Role.ECONOMIST: ("Emil", "E")}
    users = {}
    for role, (first, last) in names.items():
        users[role] = make.make_user(f"{role}@prov.example", first_name=first, last_name=last)
        make.make_role(users[role], role, collaboration=plan_2025.collaboration)
    return users


@pytest.fixture
def area(plan_2025) -> FocusArea:
    return plan_2025.focus_areas.get(slug="npo")


def open_area(signed_in, user, **options):
    page = signed_in(user, **options)
    page.goto("/planer/2025/arbetsyta/omraden/npo/")
    expect(page.locator("form[data-rich-text=klar]").first).to_be_visible()
    return page


def background(page):
    return page.locator("#bakgrund .ProseMirror")


def type_at_end(page, text: str) -> None:
    """Write at the end of the background, no faster than a hand goes from the mouse to the keyboard."""
    background(page).click()
    page.wait_for_timeout(200)
    page.keyboard.press("Control+End")
    page.wait_for_timeout(200)
    page.keyboard.type(text)


def saved(page, part: str) -> None:
    """Wait until nothing in the part of the page is unsaved any more."""
    form = page.locator(f"{part} form[data-autosave]").first
    expect(form.locator(".save-state")).to_contain_text("Sparat ")
    expect(form).not_to_have_class(re.compile("is-unsaved|is-saving"))


def test_what_is_typed_is_saved_as_one_goes_with_the_time_and_shown_as_it_prints(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    type_at_end(page, " Ett nytt slut.")
    saved(page, "#bakgrund")
    area.refresh_from_db()
    assert "Ett nytt slut.</p>" in area.background
    expect(page.frame_locator(".preview__page").locator("main")).to_contain_text("Ett nytt slut.")


def test_two_editors_in_one_text_see_both_and_choose(signed_in, people, area):
    """The second save is told who saved what meanwhile, sees both texts with the differences marked, and chooses."""
    ruben = open_area(signed_in, people[Role.EDITOR])
    ofelia = open_area(signed_in, people[Role.CHAIR], forgiven=REFUSED)
    type_at_end(ruben, " Rubens ord.")
    saved(ruben, "#bakgrund")
    type_at_end(ofelia, " Ofelias ord.")
    collision = ofelia.locator("#bakgrund .collision")
    expect(collision).to_contain_text("Ruben Redaktör har också ändrat här")
    theirs, mine = collision.locator(".collision__text").all()
    expect(theirs.locator("mark")).to_contain_text("Rubens")
    expect(mine.locator("mark")).to_contain_text("Ofelias")
    area.refresh_from_db()
    assert "Rubens" in area.background
    assert "Ofelias" not in area.background

    ofelia.keyboard.type(" Och Rubens.")
    ofelia.get_by_role("button", name="Spara texten i rutan").click()
    saved(ofelia, "#bakgrund")
    area.refresh_from_db()
    assert "Ofelias ord. Och Rubens." in area.background


def test_the_other_text_can_be_taken_instead(signed_in, people, area):
    ruben = open_area(signed_in, people[Role.EDITOR])
    ofelia = open_area(signed_in, people[Role.CHAIR], forgiven=REFUSED)
    type_at_end(ruben, " Rubens ord.")
    saved(ruben, "#bakgrund")
    type_at_end(ofelia, " Ofelias ord.")
    ofelia.get_by_role("button", name="Ta texten som Ruben Redaktör sparade").click()
    expect(background(ofelia)).to_contain_text("Rubens ord.")
    expect(background(ofelia)).not_to_contain_text("Ofelias ord.")
    ofelia.reload()
    expect(ofelia.get_by_text("Osparad text")).to_have_count(0)


def test_a_network_that_drops_loses_nothing_and_saves_when_it_is_back(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR], forgiven=OFFLINE)
    goal = area.goals.first()
    page.context.set_offline(True)
    page.locator("#mal textarea").first.fill("Skrivet utan nät.")
    expect(page.locator("#mal .save-note").first).to_contain_text("Ingen kontakt med servern")
    goal.refresh_from_db()
    assert goal.text != "Skrivet utan nät."
    page.context.set_offline(False)
    expect(page.locator("#mal .save-state").first).to_contain_text("Sparat ", timeout=15_000)
    goal.refresh_from_db()
    assert goal.text == "Skrivet utan nät."


def test_a_window_closed_without_network_offers_the_draft_back(signed_in, people, area):
    """The draft stays in the browser and is offered back."""
    page = open_area(signed_in, people[Role.EDITOR], forgiven=OFFLINE)
    context = page.context
    context.set_offline(True)
    page.locator("#mal textarea").first.fill("Skrivet strax innan.")
    expect(page.locator("#mal .save-note").first).to_contain_text("Ingen kontakt")
    page.close()
    page = context.new_page()
    page.wait_for_timeout(500)  # what the closing window still tries to send is lost too
    context.set_offline(False)
    page.goto("/planer/2025/arbetsyta/omraden/npo/")
    note = page.locator("#mal .save-note").first
    expect(note).to_contain_text("Skrivet strax innan.")
    note.get_by_role("button", name="Ta tillbaka texten").click()
    saved(page, "#mal")
    assert Goal.objects.get(pk=area.goals.first().pk).text == "Skrivet strax innan."


def test_a_draft_written_on_an_old_text_is_not_put_over_a_newer_one(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR], forgiven=(*OFFLINE, *REFUSED))
    goal = area.goals.first()
    page.context.set_offline(True)
    page.locator("#mal textarea").first.fill("Min gamla text.")
    expect(page.locator("#mal .save-note").first).to_contain_text("Ingen kontakt")
    Goal.objects.filter(pk=goal.pk).update(text="En nyare text.")
    page.context.set_offline(False)
    expect(page.locator("#mal .collision").first).to_contain_text("En nyare", timeout=15_000)
    goal.refresh_from_db()
    assert goal.text == "En nyare text."


def test_a_session_that_has_run_out_keeps_the_text_and_saves_after_a_new_sign_in(signed_in, people, area, client):
    page = open_area(signed_in, people[Role.EDITOR], forgiven=("401",))
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    page.context.clear_cookies(name="sessionid")
    page.locator("#mal textarea").first.fill("Skrivet utloggad.")
    expect(page.locator("#mal .save-state").first).to_contain_text("inte längre inloggad")
    page.context.add_cookies([session])
    page.get_by_role("button", name="Spara igen").click()
    saved(page, "#mal")
    assert area.goals.first().text == "Skrivet utloggad."


def test_what_a_colleague_saves_is_shown_where_one_does_not_write_and_told_where_one_does(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    goal = area.goals.first()
    page.wait_for_function("performance.getEntriesByType('resource').some((one) => one.name.endsWith('/nytt/'))")
    page.wait_for_timeout(200)
    for row, name, value in ((goal, "text", "Ofelias mål."), (area, "background", "<p>Ofelias bakgrund.</p>")):
        edit_row(row, values={name: value}, bases={name: value_digest(row, name)}, by=people[Role.CHAIR])
    background(page).click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#mal textarea").first).to_have_value("Ofelias mål.")
    expect(page.locator("#mal .news-note").first).to_contain_text("Ändrat av Ofelia Ordförande")
    expect(page.locator("#bakgrund .news-note")).to_contain_text("Ofelia Ordförande sparade en annan text här")
    expect(background(page)).not_to_contain_text("Ofelias")


def test_what_is_typed_before_the_scripts_have_come_is_saved_all_the_same(signed_in, people, area):
    page = signed_in(people[Role.EDITOR])
    waiting = []
    page.route("**/autosave.js", lambda route: waiting.append(route))
    page.goto("/planer/2025/arbetsyta/omraden/npo/", wait_until="commit")
    page.locator("#mal textarea").first.fill("Skrivet i förväg.")
    waiting[0].continue_()
    saved(page, "#mal")
    assert area.goals.first().text == "Skrivet i förväg."


def test_a_comment_that_was_not_sent_is_offered_back(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    page.locator("#bakgrund .comment-link").click()
    page.locator("#sidopanel textarea").fill("En halv kommentar")
    page.reload()
    expect(page.locator("form[data-rich-text=klar]").first).to_be_visible()
    page.locator("#syfte .comment-link").click()
    expect(page.locator("#sidopanel")).to_contain_text("Syfte och nytta")
    expect(page.locator("#sidopanel textarea")).to_have_value("")
    page.locator("#bakgrund .comment-link").click()
    expect(page.locator("#sidopanel textarea")).to_have_value("En halv kommentar")
    expect(page.locator("#sidopanel .kept-note")).to_contain_text("är inte skickat än")
    page.locator("#sidopanel").get_by_role("button", name="Kommentera").click()
    expect(page.locator("#sidopanel")).to_contain_text("Kommentaren är sparad.")
    expect(page.locator("#sidopanel textarea").last).to_have_value("")
    page.reload()
    expect(page.locator("form[data-rich-text=klar]").first).to_be_visible()
    page.locator("#bakgrund .comment-link").click()
    expect(page.locator("#sidopanel")).to_contain_text("En halv kommentar")
    expect(page.locator("#sidopanel .kept-note")).to_have_count(0)


def test_an_answer_to_a_referral_is_kept_until_it_is_saved(signed_in, people, plan_2025):
    talk.make_running_referral(plan_2025, by=people[Role.CHAIR])
    page = signed_in(people[Role.CHAIR])
    page.goto("/planer/2025/remiss/svar/1285/")
    page.get_by_label("Avstyrker").check()
    page.locator("textarea[name=text]").fill("Vi behöver mer tid.")
    page.reload()
    expect(page.locator("textarea[name=text]")).to_have_value("Vi behöver mer tid.")
    expect(page.locator(".kept-note")).to_be_visible()
    page.get_by_label("Avstyrker").check()
    page.get_by_role("button", name="Spara svaret").click()
    expect(page.locator("textarea[name=text]")).to_have_count(0)
    page.goto("/planer/2025/remiss/svar/1285/")
    expect(page.locator("textarea[name=text]")).to_have_value("Vi behöver mer tid.")
    expect(page.locator(".kept-note")).to_have_count(0)


def test_goals_are_reordered_by_the_keyboard_alone(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    before = [goal.text for goal in area.goals.all()]
    row = page.locator("#mal .row").nth(2)
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Flytta upp")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_contain_text("Målet står nu på plats 2 av 3.")
    expect(page.get_by_role("button", name="Flytta upp Mål 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_contain_text("Målet står nu på plats 1 av 3.")
    assert [goal.text for goal in area.goals.all()] == [before[2], before[0], before[1]]
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Flytta upp Mål 1")).to_be_focused()
    assert LogEntry.objects.filter(action=LogEntry.Action.MOVED).count() == 2


def test_goals_are_reordered_by_dragging(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    before = [goal.text for goal in area.goals.all()]
    rows = page.locator("#mal .row")
    page.locator("#mal").scroll_into_view_if_needed()
    rows.nth(0).locator("[data-handle]").drag_to(rows.nth(2), target_position={"x": 40, "y": 40})
    expect(page.locator("#besked")).to_contain_text("Målet står nu på plats")
    assert [goal.text for goal in area.goals.all()] != before
    shown = [field.input_value() for field in page.locator("#mal .row textarea").all()]
    assert shown == [goal.text for goal in area.goals.all()]


def test_a_goal_is_added_removed_and_taken_back_without_leaving_the_page(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    page.get_by_role("textbox", name="Nytt mål").fill("Ett mål till.")
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_contain_text("Målet är tillagt.")
    expect(page.get_by_role("textbox", name="Nytt mål")).to_be_focused()
    expect(page.get_by_role("textbox", name="Nytt mål")).to_have_value("")
    last = page.locator("#mal .row").last
    last.locator("summary").click()
    last.get_by_role("button", name="Ta bort").click()
    expect(page.locator("#besked")).to_contain_text("Målet är borttaget.")
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator("#besked")).to_contain_text("Målet är tillbaka.")
    assert area.goals.filter(text="Ett mål till.").count() == 1


def test_text_pasted_from_word_keeps_what_the_document_can_carry_and_drops_the_rest(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR])
    FocusArea.objects.filter(pk=area.pk).update(purpose="")
    page.reload()
    editor = page.locator("#syfte .ProseMirror")
    editor.click()
    word = """<html><head><style>p.MsoNormal{margin:0}</style></head><body lang=SV>
    <h1 style='color:#2F5496'>Rubrik från Word<o:p></o:p></h1>
    <p class=MsoNormal style='font-family:"Comic Sans MS"'>Ett <b>fett</b> och ett <i>kursivt</i> ord.<o:p></o:p></p>
    <p class=MsoNormal><o:p>&nbsp;</o:p></p>
    <p class=MsoListParagraphCxSpFirst style='text-indent:-18pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·
    <span>&nbsp;&nbsp;</span></span>Första punkten</p>
    <p class=MsoListParagraphCxSpLast style='text-indent:-18pt;mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o
    <span>&nbsp;&nbsp;</span></span>Under den</p>
    <table><tr><td>Ruta</td></tr></table><img src="file:///c:/bild.png">
    <p class=MsoNormal><a href="https://www.skane.se/" target=_blank>Region Skåne</a></p></body></html>"""
    page.evaluate(
        """([selector, html]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.querySelector(selector).dispatchEvent(event);
        }""",
        ["#syfte .ProseMirror", word],
    )
    saved(page, "#syfte")
    area.refresh_from_db()
    assert area.purpose == (
        "<h3>Rubrik från Word</h3><p>Ett <strong>fett</strong> och ett <em>kursivt</em> ord.</p>"
        "<ul><li><p>Första punkten</p><ul><li><p>Under den</p></li></ul></li></ul>"
        '<p>Ruta</p><p><a href="https://www.skane.se/" rel="noopener">Region Skåne</a></p>'
    )


def test_running_text_is_formed_from_the_keyboard(signed_in, people, area):
    FocusArea.objects.filter(pk=area.pk).update(purpose="")
    page = open_area(signed_in, people[Role.EDITOR])
    editor = page.locator("#syfte .ProseMirror")
    editor.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#syfte").get_by_role("button", name="Stycke")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(editor).to_be_focused()
    page.wait_for_timeout(200)
    page.keyboard.type("En rubrik")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    page.keyboard.type("Ett stycke.")
    saved(page, "#syfte")
    area.refresh_from_db()
    assert area.purpose == "<h3>En rubrik</h3><p>Ett stycke.</p>"


def test_an_economist_is_shown_no_texts_and_a_reader_no_workspace(signed_in, people, plan_2025):
    """An editor of one role refused what is another's."""
    page = signed_in(people[Role.ECONOMIST], forgiven=("404",))
    assert page.goto("/planer/2025/arbetsyta/omraden/npo/").status == 404
    assert page.goto("/planer/2025/arbetsyta/budget/").status == 200
    expect(page.get_by_role("link", name="Skriv", exact=True)).to_have_count(0)
    reader = make.make_user("lasare@prov.example")
    make.make_role(reader, Role.READER, collaboration=plan_2025.collaboration)
    page = signed_in(reader, forgiven=("404",))
    for address in ("", "omraden/npo/", "budget/"):
        assert page.goto(f"/planer/2025/arbetsyta/{address}").status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_are_clean_under_axe_and_fit_their_screen(signed_in, people, area, width, scheme):
    page = open_area(signed_in, people[Role.EDITOR], width=width, scheme=scheme)
    page.locator("#mal summary").first.click()
    found = Axe().run(page, options=RULES).response["violations"]
    wide = [page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")]
    page.goto("/planer/2025/arbetsyta/")
    expect(page.locator("form[data-rich-text=klar]").first).to_be_visible()
    found += Axe().run(page, options=RULES).response["violations"]
    wide.append(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
    assert [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found] == []
    assert wide == [0, 0]


def test_a_collision_is_clean_under_axe(signed_in, people, area):
    page = open_area(signed_in, people[Role.EDITOR], forgiven=REFUSED)
    FocusArea.objects.filter(pk=area.pk).update(background="<p>Något helt annat.</p>")
    type_at_end(page, " Mitt.")
    expect(page.locator("#bakgrund .collision")).to_be_visible()
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found] == []
