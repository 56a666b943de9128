"""The templates below page and PDF: every name exists, the outline is whole, tables can be read aloud."""

import copy
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.template.loader import render_to_string
from django.test import override_settings

from budgets.money import plain
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.render import IN_PLAN, ON_AREA_PAGE, plan_html
from tests import factories


class InvalidName(str):
    """Fails where a template writes a name that does not exist."""

    def __contains__(self, item) -> bool:
        return item == "%s"

    def __mod__(self, name):
        raise AssertionError(f"mallen skriver ett namn som inte finns: {name}")


@pytest.fixture
def strict_templates():
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = InvalidName("%s")
    with override_settings(TEMPLATES=templates):
        yield


def levels(html: str) -> list[int]:
    return [
        int(heading.name[1])
        for heading in BeautifulSoup(html, "html.parser").find_all(["h1", "h2", "h3", "h4", "h5", "h6"])
    ]


def assert_outline(html: str) -> None:
    found = levels(html)
    assert found[0] == 1
    assert found.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(found)), found


def test_strict_templates_do_fail(strict_templates):
    with pytest.raises(AssertionError, match="finns"):
        render_to_string("documents/_section.html", {"headings": IN_PLAN, "section": object()})


def test_every_name_in_the_templates_exists(strict_templates, real_document):
    html = plan_html(real_document)
    for area in real_document.areas:
        assert area.title in html


def test_the_outline_starts_at_one_and_skips_no_level(real_document):
    assert_outline(plan_html(real_document))
    for area in real_document.areas:
        assert_outline(render_to_string("documents/_area.html", {"area": area, "headings": ON_AREA_PAGE}))


def test_every_table_has_a_caption_and_headers_with_scope(real_document):
    tables = BeautifulSoup(plan_html(real_document), "html.parser").find_all("table")
    assert len(tables) == 1 + 2 * len(real_document.costs)
    for table in tables:
        assert "kronor" in table.caption.get_text()
        widths = {
            sum(int(cell.get("colspan", 1)) for cell in row.find_all(["th", "td"])) for row in table.find_all("tr")
        }
        assert len(widths) == 1, widths
        for row in table.find_all("tr"):
            assert row.find("th")
            assert all(header.get("scope") in {"col", "colgroup", "row"} for header in row.find_all("th"))


def test_anchors_are_stable_and_every_link_in_the_contents_leads_somewhere(document_2024):
    page = BeautifulSoup(plan_html(document_2024), "html.parser")
    anchors = [element["id"] for element in page.find_all(id=True)]
    assert len(anchors) == len(set(anchors))
    assert {"budget", "kostnad-2024", f"omrade-{document_2024.areas[0].slug}"} <= set(anchors)
    links = [link["href"] for link in page.select("nav a")]
    assert len(links) == len(document_2024.sections_before) + 7 + 1 + 2
    assert {link.removeprefix("#") for link in links} <= set(anchors)


def test_figures_that_disagree_are_marked_in_words_and_sign(document_2024, document_2022_2023):
    page = BeautifulSoup(plan_html(document_2024), "html.parser")
    assert [
        cell.get_text(strip=True).replace("\u202f", " ").replace("\xa0", " ") for cell in page.select(".doc-wrong")
    ] == [
        "≠ 2 100 000",
        "≠ 2 100 000",
        "≠ 74,24 öre",
    ]
    alarms = " ".join(" ".join(alarm.get_text().split()) for alarm in page.select(".doc-alarm"))
    assert (
        "I planen står 2 100 000 kr som summa för 2024. Budgetposterna ger 1 750 000 kr. Skillnaden är 350 000 kr."
        in alarms
    )
    assert "61,87 öre" in alarms
    assert "I planen är rubriken tryckt ”Verksamhetsåret 2023”" in page.select_one(".doc-disagreement").get_text()
    assert not BeautifulSoup(plan_html(document_2022_2023), "html.parser").select(".doc-alarm, .doc-wrong")


def test_the_calculation_of_a_share_is_printed_for_each_party(document_2024):
    """Issue 5: page and PDF print the explanation as a sentence with the figures in it."""
    sums = plain(BeautifulSoup(plan_html(document_2024), "html.parser").find(class_="doc-sums").get_text(" "))
    assert "Region Skåne: 1 750 000,00 × 1 / 2 = 875 000,00" in sums
    assert "Svalövs kommun: 875 000,00 × 14 466 / 1 414 324 = 8 949,68" in sums


def test_divided_money_gets_rows_of_its_own(document_2022_2023):
    rows = BeautifulSoup(plan_html(document_2022_2023), "html.parser").select(".doc-part-row")
    assert [row.find_all("td")[-1].get_text().replace("\u202f", " ") for row in rows] == ["600 000", "500 000"]


def test_a_plan_without_content_is_still_a_document(strict_templates, db):
    html = plan_html(build_plan_document(factories.make_plan(title="Tom plan", years=())))
    assert_outline(html)
    assert "Tom plan" in html
