"""The budget written in a browser: figures that follow as one types, two in one cell, the keyboard alone."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from budgets.models import BudgetLine
from plans.models import Plan
from plans.roles import Role
from skane_digi.workflows import start_next_plan
from tests import factories as make
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e
REFUSED = ("409", "422", "410")
ADDRESS = "/planer/2025/arbetsyta/budget/"
# The issue: figures change as one types. A slow machine that runs all tests at once may need longer than a reader's.
SOON = 2_000


@pytest.fixture
def plan_2025(plan_2024) -> Plan:
    """Next year's plan, started from the real one of 2024."""
    return start_next_plan(plan=plan_2024, years=[2025], by=None).plan


@pytest.fixture
def people(plan_2025) -> dict:
    names = {Role.EDITOR: ("Ruben", "Redaktör"), Role.ECONOMIST: ("Emil", "Ekonom")}
    users = {}
    for role, (first, last) in names.items():
        users[role] = make.make_user(f"{role}@prov.example", first_name=first, last_name=last)
        make.make_role(users[role], role, collaboration=plan_2025.collaboration)
    return users


@pytest.fixture
def open_budget(signed_in, people):
    """Return a function that opens the budget, for the economist unless another role is given.

    Afterwards it waits for what the pages are still fetching, for then the tables are emptied.
    """
    pages = []

    def open_page(role: Role = Role.ECONOMIST, **options):
        page = signed_in(people[role], **options)
        page.goto(ADDRESS)
        expect(page.locator("html.has-script")).to_be_attached()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        expect(page.locator(".htmx-request, .is-saving")).to_have_count(0)


def cell(page, area: str, form: str = "SGD"):
    return page.get_by_label(f"{area}, 2025, {form}, kronor", exact=True)


def note_of(page, area: str, form: str = "SGD"):
    return page.get_by_label(f"Not till {area}, 2025, {form}, kronor", exact=True)


def line_of(plan: Plan, slug: str, form: str = "sgd") -> BudgetLine:
    return BudgetLine.objects.get(focus_area__plan=plan, focus_area__slug=slug, year=2025, funding_form__slug=form)


def spoken(text: str) -> str:
    """Write figures as the pages do, with their own spaces."""
    return text.replace(" ", "\u202f")


def test_the_sums_the_rate_and_every_share_change_as_one_types(open_budget, plan_2025):
    page = open_budget()
    panel = page.locator("#summor")
    expect(panel).to_contain_text("inga belopp")
    page.get_by_text("Varje organisations andel 2025").click()
    cell(page, "Mina planer").focus()
    page.keyboard.type("2 100 000")
    begun = time.monotonic()
    expect(page.locator("#summa-2025")).to_have_text(spoken("2 100 000"), timeout=SOON)
    assert time.monotonic() - begun < SOON / 1000
    expect(page.locator("#delsumma-2025-sgd")).to_have_text(spoken("2 100 000"))
    expect(panel).to_contain_text("73,85 öre".replace(" ", "\u00a0"))
    expect(panel).to_contain_text(spoken("1 050 000,00"))
    shares = panel.locator(".shares tbody tr")
    expect(shares).to_have_count(34)
    expect(shares.first).to_contain_text("Region Skåne")
    expect(shares.first).to_contain_text(f"+{spoken('175 000,00')}")
    eslov = shares.filter(has_text="Eslöv")
    before = eslov.inner_text()
    cell(page, "Beslutsstöd").focus()
    page.keyboard.type("300000")
    expect(page.locator("#summa-2025")).to_have_text(spoken("2 400 000"), timeout=SOON)
    expect(eslov).not_to_have_text(before)
    expect(panel.locator("#senast-sparat")).to_contain_text("Sparat ")
    assert line_of(plan_2025, "mina-planer").amount == 2_100_000
    assert page.get_by_text("Varje organisations andel 2025").evaluate("node => node.parentElement.open")


def test_no_figure_and_zero_stay_different(open_budget, plan_2025):
    page = open_budget(forgiven=REFUSED)
    first = cell(page, "Beslutsstöd")
    first.focus()
    page.keyboard.type("0")
    expect(page.locator("#summa-2025")).to_have_text("0", timeout=SOON)
    first.fill("")
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Välj en not som säger varför posten saknar belopp")
    assert line_of(plan_2025, "beslutsstod").amount == 0
    note_of(page, "Beslutsstöd").select_option(index=1)
    expect(page.locator("#tal-2025")).to_contain_text("1 post saknar belopp")
    expect(page.locator("#summa-2025")).to_have_text("")
    line = line_of(plan_2025, "beslutsstod")
    assert (line.amount, line.note.mark) == (None, "*")
    page.reload()
    expect(cell(page, "Beslutsstöd")).to_have_value("")
    assert note_of(page, "Beslutsstöd").evaluate("list => list.selectedOptions[0].text.trim()").startswith("*")


def test_what_cannot_be_read_is_told_in_place_and_stays(open_budget):
    page = open_budget(forgiven=REFUSED)
    cell(page, "Beslutsstöd").fill("en miljon")
    expect(page.get_by_role("alert")).to_contain_text("”en miljon” är inte ett belopp")
    expect(cell(page, "Beslutsstöd")).to_have_value("en miljon")
    cell(page, "Beslutsstöd").fill("1000000")
    expect(page.locator("#summa-2025")).to_have_text(spoken("1 000 000"), timeout=SOON)
    expect(page.get_by_role("alert")).to_have_count(0)
    cell(page, "Mina planer").focus()
    expect(cell(page, "Beslutsstöd")).to_have_value(spoken("1 000 000"))


def test_two_in_one_cell_collide_and_nothing_is_lost(open_budget, plan_2025):
    emil, ruben = open_budget(), open_budget(Role.EDITOR, forgiven=REFUSED)
    cell(ruben, "Beslutsstöd").focus()
    cell(emil, "Beslutsstöd").fill("400000")
    expect(emil.locator("#summa-2025")).to_have_text(spoken("400 000"), timeout=SOON)
    ruben.keyboard.type("500000")
    collision = ruben.locator("[data-collision]")
    expect(collision).to_contain_text("Emil Ekonom har också ändrat här")
    expect(collision).to_contain_text(spoken("400 000"))
    expect(cell(ruben, "Beslutsstöd")).to_have_value("500000")
    assert line_of(plan_2025, "beslutsstod").amount == 400_000
    collision.get_by_role("button", name="Spara texten i rutan").click()
    expect(ruben.locator("#summa-2025")).to_have_text(spoken("500 000"), timeout=SOON)
    assert line_of(plan_2025, "beslutsstod").amount == 500_000


def test_what_another_has_written_comes_to_the_cells_with_the_sums(open_budget):
    emil, ruben = open_budget(), open_budget(Role.EDITOR)
    cell(emil, "Beslutsstöd").fill("400000")
    expect(emil.locator("#summa-2025")).to_have_text(spoken("400 000"), timeout=SOON)
    cell(ruben, "Mina planer").fill("100000")
    expect(ruben.locator("#summa-2025")).to_have_text(spoken("500 000"), timeout=SOON)
    expect(cell(ruben, "Beslutsstöd")).to_have_value(spoken("400 000"))
    expect(cell(ruben, "Mina planer")).to_be_focused()


def test_a_table_is_filled_in_divided_and_a_line_removed_and_taken_back_with_the_keyboard_alone(open_budget, plan_2025):
    page = open_budget()
    cell(page, "Nationell patientöversikt").focus()
    page.keyboard.type("100000")
    page.keyboard.press("ArrowDown")
    expect(cell(page, "Säker digital kommunikation")).to_be_focused()
    page.keyboard.type("200000")
    page.keyboard.press("Enter")
    expect(cell(page, "Mina planer")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, "Säker digital kommunikation")).to_be_focused()
    expect(page.locator("#summa-2025")).to_have_text(spoken("300 000"), timeout=SOON)
    page.keyboard.press("Tab")
    expect(note_of(page, "Säker digital kommunikation")).to_be_focused()

    more = page.locator(".budget-area", has_text="Nationell patientöversikt").locator("summary")
    more.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Vad delen heter").first.focus()
    page.keyboard.type("Utbildning")
    page.keyboard.press("Tab")
    page.keyboard.type("30 000")
    page.keyboard.press("Enter")
    expect(page.get_by_label("varav, del av Nationell patientöversikt:")).to_have_value("Utbildning")
    expect(cell(page, "Nationell patientöversikt, Utbildning")).to_have_value(spoken("30 000"))
    expect(page.locator("#summa-2025")).to_have_text(spoken("300 000"))

    more = page.locator(".budget-area", has_text="Säker digital kommunikation").locator("summary")
    more.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ta bort posten Säker digital kommunikation, 2025, SGD").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#besked")).to_contain_text("är borttagen")
    expect(page.locator("#summa-2025")).to_have_text(spoken("100 000"), timeout=SOON)
    expect(page.get_by_role("button", name="Ångra")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#summa-2025")).to_have_text(spoken("300 000"), timeout=SOON)
    assert line_of(plan_2025, "sdk").amount == 200_000


def test_a_note_is_added_and_chosen_and_cannot_go_while_it_is_needed(open_budget, plan_2025):
    page = open_budget(forgiven=REFUSED)
    page.get_by_label("Märke", exact=True).fill("*")
    page.get_by_label("Ny not").fill("Täcks av statsbidrag.")
    page.get_by_role("button", name="Lägg till noten").click()
    expect(page.get_by_role("alert")).to_contain_text("Märket * har redan en not")
    expect(page.get_by_label("Ny not")).to_have_value("Täcks av statsbidrag.")
    page.get_by_label("Märke", exact=True).fill("**")
    page.get_by_role("button", name="Lägg till noten").click()
    expect(page.get_by_role("article", name="Noten **")).to_be_visible()
    expect(page.locator("html.has-script")).to_be_attached()
    note = plan_2025.table_notes.get(mark="**")
    note_of(page, "Mina planer", "Annan").select_option(str(note.pk))
    expect(page.locator("#tal-2025")).to_contain_text("1 post saknar belopp")
    page.locator(f"#not-{note.pk} summary").click()
    page.get_by_role("button", name="Ta bort noten **").click()
    expect(page.get_by_role("alert")).to_contain_text("säger varför Mina Planer 2025 Annan saknar belopp")


def test_another_population_changes_the_shares(open_budget):
    page = open_budget()
    cell(page, "Mina planer").fill("2100000")
    panel = page.locator("#summor")
    expect(panel).to_contain_text("2023-12-31", timeout=SOON)
    page.get_by_label("Nyckeltal 2025").select_option(label="Folkmängd, Skåne län 2022-12-31")
    expect(panel).to_contain_text("2022-12-31", timeout=SOON)
    expect(panel).to_contain_text("74,24 öre".replace(" ", "\u00a0"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_clean_under_axe_and_fits_its_screen(open_budget, width, scheme):
    page = open_budget(Role.EDITOR, width=width, scheme=scheme, forgiven=REFUSED)
    found = Axe().run(page, options=RULES).response["violations"]
    cell(page, "Nationell patientöversikt").fill("2100000")
    expect(page.locator("#summa-2025")).to_have_text(spoken("2 100 000"), timeout=SOON)
    page.locator(".budget-area summary").first.click()
    page.get_by_label("Vad delen heter").first.fill("Utbildning")
    page.get_by_label("Belopp, kr").first.fill("100000")
    page.get_by_role("button", name="Dela upp", exact=True).first.click()
    expect(page.get_by_label("varav, del av Nationell patientöversikt:")).to_be_visible()
    page.get_by_text("Varje organisations andel 2025").click()
    cell(page, "Mina planer").fill("x")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator(".budget-area summary").nth(4).click()
    found += Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_the_table_is_written_without_script(open_budget, plan_2025, signed_in, people):
    page = signed_in(people[Role.ECONOMIST], java_script_enabled=False)
    page.goto(ADDRESS)
    cell(page, "Mina planer").fill("500 000")
    page.get_by_role("button", name="Spara Mina planer, 2025, SGD, kronor", exact=True).click()
    expect(page.locator("#summa-2025")).to_have_text(spoken("500 000"))
    assert line_of(plan_2025, "mina-planer").amount == 500_000
