"""What a reader does: from the start page to what one municipality pays, and the plan as a file."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from plans.models import Plan
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import render_pdf

pytestmark = pytest.mark.e2e


def test_from_start_to_plan_area_budget_costs_organisation_and_file(open_page):
    page = open_page()
    page.goto("/")
    page.get_by_role("link", name="Läs planen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handlingsplan 2024")
    expect(page.get_by_role("heading", name="Uppgifter som inte stämmer")).to_be_visible()

    page.get_by_role("navigation", name="Innehåll").get_by_role("link", name="Mina Planer").click()
    expect(page.locator("#omrade-mina-planer")).to_be_in_viewport()

    plan_pages = page.get_by_role("navigation", name="Planens sidor")
    plan_pages.get_by_role("link", name="Budget").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Budget")
    page.get_by_role("table").first.get_by_role("link", name="Mina planer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mina Planer")

    page.get_by_role("link", name="Planens budget").click()
    plan_pages.get_by_role("link", name="Kostnader").click()
    page.get_by_role("link", name="Enligt tryckt summa").click()
    expect(page.get_by_role("row", name="Perstorp")).to_contain_text("5\u202f524,97")
    page.get_by_role("row", name="Eslöv").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eslövs kommun")
    expect(page.get_by_text("25\u202f762,17").first).to_be_visible()


def test_a_person_finds_their_own_organisation_from_the_start(open_page):
    page = open_page(width=390)
    page.goto("/")
    page.get_by_label("Organisation", exact=True).select_option(label="Ystads kommun")
    page.get_by_role("button", name="Visa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ystads kommun")


def test_the_button_gives_the_plan_as_the_very_bytes_that_are_rendered(open_page, tmp_path: Path):
    page = open_page()
    page.goto("/planer/2024/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta planen som PDF").click()
    assert download.value.suggested_filename == "handlingsplan-2024.pdf"
    target = tmp_path / "plan.pdf"
    download.value.save_as(target)
    assert target.read_bytes() == render_pdf(build_plan_document(Plan.objects.get(slug="2024")))


def test_a_search_leads_to_the_area(open_page):
    page = open_page()
    page.goto("/sok/")
    page.get_by_label("Ord i planer").fill("SAMTYCKE")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("samtycke", ignore_case=True)
    page.get_by_role("region", name="Insatsområden").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Insatsområde")
