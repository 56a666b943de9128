"""Every page clean under axe (WCAG 2.2 AA) in both colour schemes and two widths, and no wider than its screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.addresses import PAGES

pytestmark = pytest.mark.e2e

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_clean_under_axe(open_page, width, scheme):
    page = open_page(width=width, scheme=scheme)
    axe, found = Axe(), []
    for address in PAGES:
        page.goto(address)
        for violation in axe.run(page, options=RULES).response["violations"]:
            found += [(address, violation["id"], node["target"], node["failureSummary"]) for node in violation["nodes"]]
    assert found == []


@pytest.mark.parametrize("width", [360, 768])
def test_no_page_is_wider_than_its_screen(open_page, width):
    page = open_page(width=width)
    wide = {}
    for address in PAGES:
        page.goto(address)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond:
            wide[address] = beyond
    assert wide == {}


def test_pages_can_be_read_at_twice_the_text_size(open_page):
    """WCAG 1.4.4 and 1.4.10: at 640 pixels, as on a 1280 pixel screen at 200 %, nothing is lost to the side."""
    page = open_page(width=640)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def test_a_reader_who_wants_no_motion_gets_none(open_page):
    page = open_page(reduced_motion="reduce")
    page.goto("/planer/2024/")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_dark_theme_is_dark_and_the_light_one_light(open_page):
    def lightness(scheme: str) -> int:
        page = open_page(scheme=scheme)
        page.goto("/")
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))

    assert lightness("dark") < 150
    assert lightness("light") > 700


def test_the_text_is_set_in_the_sites_own_typefaces(open_page):
    page = open_page()
    page.goto("/planer/2024/")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family)")
    assert {name.strip('"') for name in loaded} == {"Source Serif Pro", "Source Sans Pro"}
