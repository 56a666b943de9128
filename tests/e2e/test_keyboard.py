"""Everything works from the keyboard, with and without script."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

COSTS = "/planer/2024/kostnader/2024/"


def _first_name(page) -> str:
    return page.locator("[data-sort-rows] tr th").first.inner_text()


def _focused(page) -> str:
    return page.evaluate("document.activeElement.id")


def test_sorting_keeps_the_keyboard_where_it_is(open_page):
    page = open_page()
    page.goto(COSTS)
    head = page.locator("#kolumn-folkmangd")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Folkmängd")
    assert (_first_name(page), _focused(page)) == ("Region Skåne", "kolumn-folkmangd")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Folkmängd")
    assert (_first_name(page), _focused(page)) == ("Perstorp", "kolumn-folkmangd")
    assert page.get_by_role("status").inner_text() == "Sorterat efter folkmängd, stigande."
    assert "sortera=folkmangd&riktning=stigande" in page.url
    page.reload()
    assert _first_name(page) == "Perstorp"


def test_names_are_sorted_by_the_swedish_alphabet_in_the_browser_too(open_page):
    page = open_page()
    page.goto(COSTS)
    page.locator("#kolumn-namn").click()
    names = page.locator("[data-sort-rows] tr th").all_inner_texts()
    assert names[-4:] == ["Åstorp", "Ängelholm", "Örkelljunga", "Östra Göinge"]
    assert len(names) == 34


def test_without_script_the_same_links_sort_and_the_keyboard_goes_on_from_the_head(open_page):
    page = open_page(java_script_enabled=False)
    page.goto(COSTS)
    page.locator("#kolumn-belopp").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*sortera=belopp*")
    page.locator("#kolumn-belopp").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*riktning=stigande*")
    assert page.locator("[data-sort-rows] tr th").first.inner_text() == "Perstorp"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*sortera=andel*")


def test_the_skip_link_comes_first_is_seen_and_leads_to_the_content(open_page):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Hoppa till innehållet")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_focus_is_always_seen(open_page):
    page = open_page()
    page.goto("/planer/2024/")
    for _ in range(25):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
