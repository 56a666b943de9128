"""No network and no file can be reached while a PDF is set, whatever the text contains."""

import socket

import pytest
from django.db import connection, models

from budgets.models import BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Collaboration,
    FocusArea,
    Goal,
    Plan,
    PlanSection,
    WatchedMatter,
)
from skane_digi.documents import pdf as pdf_module
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import ForbiddenAddress, OwnFonts, pdf_from_html, render_pdf
from tests import factories
from tests.documents.reading import reader_of, squeezed, text_of

REQUESTS = (
    '<img src="file:///etc/passwd"><img src="http://127.0.0.1:9/a.png">'
    '<link rel="attachment" href="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:9/a.css">'
    "<style>@import url(file:///etc/passwd); @font-face{font-family:x;src:url(file:///etc/passwd)}"
    "p{background:url(http://127.0.0.1:9/b.png)}</style>"
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/><use href="http://127.0.0.1:9/c.svg#d"/></svg>'
    '<p style="background:url(file:///etc/passwd)">stil</p><object data="file:///etc/passwd"></object>'
    '<iframe src="file:///etc/passwd"></iframe><embed src="file:///etc/passwd"><base href="file:///etc/">'
)
PAYLOADS = (
    REQUESTS + "<table><tr><td colspan=100000>x</td></tr></table>" + "<div>" * 300,
    '<img src="file:///etc/passwd"><link rel=attachment href=file:///etc/passwd>',
    "</title><img src=file:/etc/passwd>",
    "<img src=//a.test/b>",
    "<b>",
)
KEPT = {"slug", "key", "status", "kind", "place", "mark", "code"}
MODELS = (Plan, Collaboration, PlanSection, FocusArea, Goal, ActivityPeriod, Activity, WatchedMatter, Body, AreaLineage)
MODELS += (BudgetLine, BudgetStatement, FundingForm, NotePlacement, PrintedFigure, TableNote)


@pytest.fixture
def attempts(monkeypatch):
    """Every address asked for while a PDF is set, and every connection tried."""
    asked = []

    def refuse(self, url, headers=None):
        asked.append(url)
        raise PermissionError(url)

    def no_network(self, address):
        asked.append(address)
        raise OSError("stängt")

    monkeypatch.setattr(ForbiddenAddress, "fetch", refuse)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    return asked


def hostile_plan() -> Plan:
    ended = factories.make_area()
    plan = factories.make_plan()
    factories.make_section(plan)
    factories.make_watched_matter(plan)
    area = factories.make_complete_area(plan)
    factories.make_lineage(plan, "ended", predecessor=ended)
    period = factories.make_period(area, 2031, None)
    factories.make_activity(period, parent=factories.make_activity(period))
    factories.make_statement(area, printed_heading="x")
    factories.make_line(area, note=factories.make_note(plan), label="x")
    factories.make_printed(plan, "year_total", 5, heading="x")
    return plan


def poison() -> int:
    """Put a payload in every text column, past every cleaning field; return how many columns there are."""
    columns = 0
    with connection.cursor() as cursor:
        for model in MODELS:
            for field in model._meta.concrete_fields:
                if not isinstance(field, models.CharField | models.TextField) or field.name in KEPT:
                    continue
                payload = next(text for text in PAYLOADS if field.max_length is None or len(text) <= field.max_length)
                table, column = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(field.column)
                # One row of each will do, and several alike would break what must be unique.
                newest = model.objects.order_by("pk").values_list("pk", flat=True).last()
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [payload, newest])
                columns += 1
    return columns


def test_text_in_no_field_reaches_a_file_or_the_network(db, attempts):
    plan = hostile_plan()
    assert poison() > 20
    pdf = render_pdf(build_plan_document(plan))
    assert attempts == []
    text = text_of(pdf, with_margins=True)
    assert "root:" not in text
    assert squeezed("<img src=") in squeezed(text)
    reader = reader_of(pdf)
    assert reader.attachments == {}
    assert not any("/XObject" in (sheet["/Resources"].get("/XObject") or {}) for sheet in reader.pages)


def test_markup_that_slipped_through_would_still_reach_nothing(attempts):
    pdf = pdf_from_html(f'<html lang="sv"><head><title>x</title></head><body><h1>x</h1>{REQUESTS}</body></html>')
    assert any("passwd" in url for url in attempts)
    assert not any(isinstance(url, tuple) for url in attempts)
    assert "root:" not in text_of(pdf, with_margins=True)
    assert reader_of(pdf).attachments == {}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1/", "data:text/plain,x", "typeface:../../etc"])
def test_nothing_but_our_own_typefaces_can_be_opened(url):
    with pytest.raises(PermissionError):
        ForbiddenAddress().fetch(url)
    with pytest.raises(PermissionError):
        OwnFonts().fetch(url)


def test_our_own_typefaces_can_be_opened():
    assert OwnFonts().fetch("typeface:SourceSansPro-Bold").read(4) == b"\x00\x01\x00\x00"


def test_the_style_sheets_ask_for_nothing_but_our_typefaces():
    sources = "".join(pdf_module._sheet_sources())
    assert "url(" not in sources
    assert "@import" not in sources


def test_huge_texts_are_cut_before_they_are_set(db, attempts):
    plan = factories.make_plan()
    huge = "<ul><li>" * 1_000 + "<p>ord</p>" * 10_000
    factories.make_section(plan, text=huge)
    factories.make_goal(factories.make_area(plan), "x" * 200_000)
    document = build_plan_document(plan)
    (section,) = document.sections_before
    assert len(section.text.blocks) < 3_000
    assert len(document.areas[0].goals[0]) == 5_000
