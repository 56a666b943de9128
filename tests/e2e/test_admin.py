"""The administration in a browser: clean under axe in both colour schemes and widths, and no wider than its screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.test import Client

from plans.models import FocusArea, Organisation, Plan
from tests import factories as make
from tests.e2e.test_accessibility import RULES
from tests.tables import workbook

pytestmark = pytest.mark.e2e

# Axe would put imported style sheets into the page by itself, which the content security policy rightly refuses.
OPTIONS = {**RULES, "preload": False}
HEADINGS = ["Läns- eller kommunkod", "Webbplats", "Organisationsnummer"]
IMPORT = "/admin/plans/organisation/import/"


# Every box that completes what is typed has come and has a name.
NAMED = """() => [...document.querySelectorAll("select.admin-autocomplete:not([id*=__prefix__])")].every(
    (select) => select.parentElement.querySelector(".select2-selection[aria-label]"))"""


@pytest.fixture
def signed_in(open_page, live_server, real_plans):
    """Return a function that opens a page on which a superuser has signed in."""

    def new_page(**options):
        person = get_user_model().objects.filter(is_superuser=True).first()
        person = person or get_user_model().objects.create_superuser("alva@prov.example", "alva@prov.example")
        client = Client()
        client.force_login(person)
        page = open_page(**options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return new_page


@pytest.fixture
def addresses(real_plans) -> list[str]:
    draft = make.make_area(make.make_plan("utkast"))
    sent, organisation = Plan.objects.get(slug="2024"), Organisation.objects.get(code="1285")
    area = FocusArea.objects.filter(plan=sent).first()
    return [
        "/admin/",
        "/admin/plans/",
        "/admin/plans/organisation/",
        "/admin/plans/goal/?q=vård",
        "/admin/budgets/budgetline/",
        "/admin/plans/logentry/",
        "/admin/auth/user/",
        "/admin/plans/membership/add/",
        f"/admin/plans/organisation/{organisation.pk}/change/",
        f"/admin/plans/plan/{sent.pk}/change/",
        f"/admin/plans/focusarea/{draft.pk}/change/",
        f"/admin/plans/focusarea/{area.pk}/change/",
        f"/admin/plans/focusarea/{draft.pk}/delete/",
        f"/admin/plans/plan/{sent.pk}/history/",
        IMPORT,
        "/admin/plans/organisation/export/?q=lund",
    ]


def violations(page) -> list[tuple]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        (page.url, violation["id"], node["target"], node["failureSummary"])
        for violation in found
        for node in violation["nodes"]
    ]


def too_wide(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def choose_file(page, *rows) -> None:
    page.goto(IMPORT)
    content = workbook(HEADINGS, *rows, title="Organisationer")
    page.set_input_files("input[type=file]", {"name": "fil.xlsx", "mimeType": "", "buffer": content})
    page.get_by_role("button", name="Granska raderna").click()
    page.wait_for_selector(".exchange-rows")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_kind_of_page_is_clean_under_axe_and_fits(signed_in, addresses, width, scheme):
    page, found, wide = signed_in(width=width, scheme=scheme), [], []
    for address in addresses:
        assert page.goto(address).status == 200, address
        page.wait_for_function(NAMED)
        found += violations(page)
        wide += [address] if too_wide(page) else []
    choose_file(page, ["1285", "ny.example", "212000-1173"], ["1233", "ny.example", None])
    found += violations(page)
    wide += ["granskning"] if too_wide(page) else []
    choose_file(page, ["1285", "ny.example", "212000-1174"], ["1285", "igen", None])
    found += violations(page)
    wide += ["fel"] if too_wide(page) else []
    assert found == []
    assert wide == []


def test_a_file_is_chosen_previewed_and_read_in(signed_in):
    page = signed_in()
    page.goto("/admin/plans/organisation/")
    page.get_by_role("link", name="Importera").click()
    choose_file(page, ["1285", "eslov.example", "212000-1173"])
    row = page.locator(".exchange-rows tbody tr")
    assert row.locator("th").inner_text() == "2"
    assert "Ändras: Webbplats" in row.inner_text()
    assert row.locator("ins").inner_text().endswith("eslov.example")
    page.get_by_role("button", name="Läs in").click()
    page.wait_for_url("**/admin/plans/organisation/")
    assert "Nya rader: 0, ändrade: 1" in page.locator(".messagelist").inner_text()
    assert Organisation.objects.get(code="1285").website == "eslov.example"


def test_a_fault_is_told_with_its_place_and_nothing_can_be_confirmed(signed_in):
    page = signed_in(width=390)
    choose_file(page, ["1285", "ny.example", "212000-1174"])
    assert (
        page.locator(".exchange-faults li")
        .inner_text()
        .startswith("Blad Organisationer, rad 2, kolumn C (Organisationsnummer):")
    )
    assert page.get_by_role("button", name="Läs in").count() == 0


def test_a_foreign_key_is_found_by_typing_and_has_a_name_to_listen_to(signed_in):
    page = signed_in()
    page.goto("/admin/plans/membership/add/")
    page.locator(".field-organisation .select2-selection").click()
    page.locator(".select2-search__field").fill("åstorp")
    page.locator(".select2-results__option", has_text="Åstorp").click()
    assert page.get_by_role("combobox", name="Organisation: Åstorps kommun").count() == 1


def test_who_is_not_signed_in_is_sent_to_the_sites_own_sign_in(open_page):
    page = open_page()
    page.goto("/admin/plans/plan/")
    assert "/konto/" in page.url
    assert "next=/admin/plans/plan/" in page.url
