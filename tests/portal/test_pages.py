"""What the pages say, on the real plans; how they are kept; and that queries do not grow with rows."""

import datetime
import re
from decimal import Decimal
from itertools import pairwise
from unittest.mock import patch

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import BudgetLine, CostBasis, FundingForm
from budgets.money import plain
from plans.models import Organisation
from skane_digi.portal import pdf_store
from tests import factories


def page(client: Client, address: str, **query) -> BeautifulSoup:
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html5lib")


def words(node) -> str:
    return " ".join(plain(node.get_text(" ")).split())


def test_the_start_page_names_the_current_plan_and_both_of_its_totals(client, real_plans):
    text = words(page(client, "/").main)
    for expected in ("34 huvudmän", "Handlingsplan 2024", "För beslut", "2023-02-13", "1 750 000 kr", "61,87 öre"):
        assert expected in text
    assert "i planen står 2 100 000 kr" in text


def test_the_start_page_leads_to_the_chosen_organisation(client, real_plans):
    options = page(client, "/").select("#organisation option")
    assert len(options) == 35
    response = client.get(reverse("portal:organisation-list"), {"organisation": "eslov"})
    assert response.headers["Location"] == "/organisationer/eslov/"
    assert client.get(reverse("portal:organisation-list"), {"organisation": "finns-inte"}).status_code == 404


def test_start_and_lists_say_what_will_be_there_while_there_is_nothing(client, monkeypatch, db):
    """DESIGN: every empty page says what will be there and who puts it there."""
    from plans.querysets import OrganisationQuerySet, PlanQuerySet

    monkeypatch.setattr(PlanQuerySet, "public", lambda self: self.none())
    monkeypatch.setattr(OrganisationQuerySet, "by_name", lambda self: self.none())
    assert "så snart styrgruppen har skickat den för beslut" in words(page(client, "/").main)
    assert "när styrgruppen har skickat den för beslut" in words(page(client, "/planer/").main)
    assert "när de är inlagda" in words(page(client, "/organisationer/").main)


def test_the_plan_page_has_all_areas_and_a_contents_list_whose_links_all_lead_somewhere(client, plan_2024):
    soup = page(client, plan_2024.get_absolute_url())
    links = [link["href"] for link in soup.select(".contents a")]
    assert len(links) >= 10
    assert all(soup.find(id=link.removeprefix("#")) for link in links)
    headings = words(soup.select_one("article"))
    assert all(area.title in headings for area in plan_2024.focus_areas.all())


@pytest.mark.parametrize("slug", ["2024", "2022-2023"])
def test_findings_stand_on_the_plan_page_with_links_that_work(client, real_plans, slug):
    """A plan shows what does not agree, where the reader meets the plan."""
    soup = page(client, f"/planer/{slug}/")
    for link in soup.select(".findings a"):
        if link["href"].startswith("#"):
            assert soup.find(id=link["href"].removeprefix("#"))
        else:
            assert client.get(link["href"]).status_code == 200
    if slug == "2024":
        box = words(soup.select_one(".findings"))
        assert "Uppgifter som inte stämmer" in box
        assert "2 100 000 kr" in box
        assert "1 750 000 kr" in box
        assert "74,24 öre" in box


def test_a_plan_that_agrees_has_no_box(client, monkeypatch, plan_2024):
    monkeypatch.setattr("skane_digi.portal.findings.review", lambda plan: [])
    assert page(client, plan_2024.get_absolute_url()).select_one(".findings") is None


def test_the_accessibility_statement_names_who_runs_the_site(client, settings, db):
    assert "mailto:" not in str(page(client, "/tillganglighet/"))
    settings.OPERATOR, settings.OPERATOR_EMAIL = "Region Skåne", "plan@skane.example"
    soup = page(client, "/tillganglighet/")
    assert soup.select_one('a[href^="mailto:plan@skane.example"]')
    assert "Region Skåne ansvarar för webbplatsen." in words(soup)


def test_the_area_page_has_its_own_outline_and_its_kin(client, plan_2024):
    soup = page(client, plan_2024.focus_areas.get(slug="avvikelsehantering").get_absolute_url())
    assert words(soup.h1) == "Insatsområde Avvikelsehantering"
    assert soup.select_one(".beside a")["href"] == "/planer/2022-2023/omraden/avvikelsehantering-handelseanalys/"
    assert "Verksamhetsåret 2023" in words(soup.select_one(".doc-disagreement"))


def test_the_budget_page_shows_the_chart_with_the_same_figures_and_the_year_before(client, plan_2024):
    soup = page(client, reverse("portal:budget", args=["2024"]))
    rows = {words(row.th): [words(cell) for cell in row.select("td.figure")] for row in soup.select(".chart tbody tr")}
    assert rows["Mina planer"] == ["500 000", "1 100 000", "−600 000", "−55 %"]
    assert rows["Summa"] == ["1 750 000", "2 300 000", "−550 000", "−24 %"]
    bars = {words(row.th): [int(bar["width"]) for bar in row.select("rect")] for row in soup.select(".chart tbody tr")}
    assert bars["Mina planer"] == [45, 100]
    assert "≠" in words(soup.select_one(".doc-printed .doc-wrong"))
    assert len(soup.select(".doc-notes li")) == 4


def _costs(client, year=2024, slug="2024", **query) -> BeautifulSoup:
    return page(client, reverse("portal:costs", args=[slug, year]), **query)


def test_the_cost_page_has_34_rows_that_sum_to_the_total_it_says(client, real_plans):
    soup = _costs(client)
    amounts = [Decimal(cell["data-value"]) for cell in soup.select("[data-sort-rows] .amount")]
    assert len(amounts) == 34
    assert sum(amounts) == 1_750_000
    assert "1 750 000,00" in words(soup.select_one(".cost-table .total"))
    assert "61,87 öre" in words(soup.select_one(".key-figures"))


def test_the_cost_page_switches_to_the_printed_total(client, real_plans):
    """2 100 000 kr: Eslöv 25 762,17 and Perstorp 5 524,97; 74,24 öre."""
    soup = _costs(client, enligt="tryckt")
    amounts = {words(row.th): words(row.select_one(".amount")) for row in soup.select("[data-sort-rows] tr")}
    assert (amounts["Eslöv"], amounts["Perstorp"]) == ("25 762,17", "5 524,97")
    assert "74,24 öre" in words(soup.select_one(".key-figures"))
    assert words(soup.select_one(".switch [aria-current]")) == "Enligt tryckt summa 2 100 000 kr"
    assert all("enligt=tryckt" in link["href"] for link in soup.select(".sort-link"))


def test_the_disagreement_is_said_whichever_total_is_shown(client, real_plans):
    for query in ({}, {"enligt": "tryckt"}):
        alarm = words(_costs(client, **query).select_one(".alarm"))
        for figure in ("1 750 000 kr", "61,87 öre", "2 100 000 kr", "74,24 öre", "350 000 kr"):
            assert figure in alarm


def test_a_year_without_disagreement_has_neither_alarm_nor_switch(client, real_plans):
    soup = _costs(client, 2023, "2022-2023", enligt="tryckt")
    assert soup.select_one(".alarm") is None
    assert soup.select_one(".switch") is None
    assert "82,09 öre" in words(soup.select_one(".key-figures"))
    assert "1 150 000,00" in words(soup.select_one("[data-sort-rows] tr"))


def test_a_year_with_nothing_to_share_says_why(client, real_plans):
    assert "0 kr" in words(_costs(client, 2022, "2022-2023").select_one(".lead"))
    assert "0 kr" in words(page(client, reverse("portal:map", args=["2022-2023", 2022])).main)


def test_costs_that_cannot_be_shared_say_what_is_missing(client, draft, superuser):
    client.force_login(superuser)
    assert client.get(reverse("portal:costs", args=[draft.slug, 2031])).status_code == 200
    form = FundingForm.objects.get(collaboration=draft.collaboration, is_shared=True)
    BudgetLine.objects.create(focus_area=draft.focus_areas.get(), year=2031, funding_form=form, amount=100)
    for name in ("costs", "map"):
        text = words(page(client, reverse(f"portal:{name}", args=[draft.slug, 2031])).main)
        assert "Kostnaden kan inte fördelas" in text


def test_the_organisation_page_spells_the_calculation_out(client, real_plans):
    text = words(page(client, "/organisationer/eslov/").main)
    assert "1 050 000,00 × 34 701 / 1 414 324 = 25 762,17" in text
    assert "875 000,00 × 34 701 / 1 414 324 = 21 468,47" in text
    assert "50 000,00 × 34 701 / 1 414 324 = 1 226,77" in text


def test_the_lines_of_an_organisation_sum_to_its_share(client, real_plans):
    share = page(client, "/organisationer/eslov/").select_one("#ar-2024-2024").parent
    cells = [words(row.select("td")[-1]) for row in share.select("tbody tr")]
    amounts = [Decimal(cell.replace(" ", "").replace(",", ".")) for cell in cells]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("21468.47")


def test_the_organisation_list_finds_by_name_code_and_swedish_letters(client, real_plans):
    assert len(page(client, "/organisationer/").select("tbody tr")) == 34
    for query in ("åSTORP", "1277"):
        names = [words(row.th) for row in page(client, "/organisationer/", q=query).select("tbody tr")]
        assert names == ["Åstorps kommun"]
    assert "Ingen organisation" in words(page(client, "/organisationer/", q="xyz").main)


def test_the_region_comes_first_and_å_ä_ö_last(client, real_plans):
    names = [words(row.th) for row in page(client, "/organisationer/").select("tbody tr")]
    assert names[0] == "Region Skåne"
    assert names[-4:] == ["Åstorps kommun", "Ängelholms kommun", "Örkelljunga kommun", "Östra Göinge kommun"]


def test_the_pdf_is_named_cached_and_not_sent_twice(client, plan_2024, monkeypatch):
    address = reverse("portal:plan-pdf", args=["2024"])
    first = client.get(address)
    assert first.content.startswith(b"%PDF-")
    assert 'filename="handlingsplan-2024.pdf"' in first.headers["Content-Disposition"]

    def never(document):
        raise AssertionError("rendered twice")

    monkeypatch.setattr(pdf_store.pdf, "render_pdf", never)
    assert client.get(address).content == first.content
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_plan_is_rendered_anew(client, plan_2024, monkeypatch):
    address = reverse("portal:plan-pdf", args=["2024"])
    rendered = []
    monkeypatch.setattr(pdf_store.pdf, "render_pdf", lambda document: rendered.append(1) or document.title.encode())
    type(plan_2024).objects.filter(pk=plan_2024.pk).update(title="Titel ett")
    assert client.get(address).content == b"Titel ett"
    type(plan_2024).objects.filter(pk=plan_2024.pk).update(title="Titel två")
    assert client.get(address).content == "Titel två".encode()
    assert len(rendered) == 2


def test_what_a_signed_in_reader_sees_is_not_kept_for_others(client, superuser, real_plans):
    assert client.get("/planer/").headers["Cache-Control"] == "public, max-age=60"
    client.force_login(superuser)
    signed_in = client.get("/planer/")
    assert "private" in signed_in.headers["Cache-Control"]
    assert "Cookie" in signed_in.headers["Vary"]


def test_a_missing_page_answers_in_swedish_with_a_way_back(client, real_plans):
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert "Till startsidan" in response.content.decode()


@pytest.mark.parametrize("name", ["500.html", "403.html", "403_csrf.html"])
def test_error_pages_need_neither_request_nor_database(name):
    """No database fixture: a query would fail the test."""
    html = get_template(name).render()
    assert "Till startsidan" in html
    assert 'lang="sv"' in html


def test_every_page_has_one_h1_a_title_and_the_statement_in_its_foot(client, plan_2024):
    for address in _pages(plan_2024):
        soup = page(client, address)
        assert len(soup.select("h1")) == 1, address
        assert soup.title.get_text(strip=True), address
        assert soup.select_one('footer a[href="/tillganglighet/"]'), address
        assert not soup.select("[style], style, script:not([src])"), address
        levels = [int(heading.name[1]) for heading in soup.select("main :is(h1,h2,h3,h4,h5,h6)")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), address


def test_no_template_asks_for_a_name_that_is_missing(client, plan_2024, settings):
    """Rendered with a marker for every unknown variable outside tests of truth."""
    templates = [
        {**settings.TEMPLATES[0], "OPTIONS": {**settings.TEMPLATES[0]["OPTIONS"], "string_if_invalid": "⟦%s⟧"}}
    ]
    settings.TEMPLATES = templates
    for address in _pages(plan_2024):
        assert not re.findall("⟦.*?⟧", client.get(address).content.decode()), address


def _pages(plan) -> list[str]:
    return [
        "/",
        "/planer/",
        plan.get_absolute_url(),
        plan.focus_areas.first().get_absolute_url(),
        reverse("portal:budget", args=[plan.slug]),
        reverse("portal:costs", args=[plan.slug, 2024]),
        reverse("portal:costs", args=[plan.slug, 2024]) + "?enligt=tryckt&sortera=belopp&riktning=fallande",
        reverse("portal:map", args=[plan.slug, 2024]),
        reverse("portal:comparison", args=[plan.slug]),
        "/organisationer/",
        "/organisationer/eslov/",
        "/organisationer/region-skane/",
        "/sok/?q=samtycke",
        "/sok/?q=finnsinte",
        "/tillganglighet/",
    ]


def _queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_plans_areas_lines_or_members(client, plan_2024):
    """DESIGN: query counts do not grow with the number of rows."""
    addresses = _pages(plan_2024)
    before = {address: _queries(client, address) for address in addresses}
    _grow(plan_2024)
    after = {address: _queries(client, address) for address in addresses}
    assert after == before


def _grow(plan) -> None:
    """Double the plan's areas and the number of plans and add ten members."""
    form = FundingForm.objects.get(collaboration=plan.collaboration, is_shared=True)
    party = plan.collaboration.parties.get(slug="kommunerna")
    basis = CostBasis.objects.get(plan_year__plan=plan)
    for number in range(8):
        area = factories.make_complete_area(plan, f"Samtycke {number}")
        BudgetLine.objects.create(focus_area=area, year=2024, funding_form=form, amount=1000)
    for year in (2001, 2002, 2003):
        older = factories.make_plan(
            f"aldre-{year}",
            years=(year,),
            collaboration=plan.collaboration,
            status="adopted",
            dated_on=datetime.date(year, 1, 1),
        )
        factories.make_complete_area(older, f"Äldre {year}")
        CostBasis.objects.create(plan_year=older.years.get(), figure_set=basis.figure_set, rule=basis.rule)
    for code in range(9201, 9211):
        organisation = factories.make_organisation(str(code))
        factories.make_membership(organisation, party)
        basis.figure_set.figures.create(organisation=organisation, value=1000)
    assert Organisation.objects.filter(memberships__isnull=False).count() == 44


def test_health_tells_when_the_database_does_not_answer(client, real_plans):
    assert client.get("/halsa/").content == b"ok\n"
    with patch("skane_digi.portal.views.site.connection.cursor", side_effect=DatabaseError):
        assert client.get("/halsa/").status_code == 503
