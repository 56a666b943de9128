"""The measurements: what is printed is what is written, and the large data leave no trace."""

import io

from django.core.management import CommandError, call_command
from pypdf import PdfReader
from pytest import fixture, raises

from budgets.models import CostBasis, FundingForm
from plans.models import Plan, PlanVersion
from skane_digi import benchmark
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import render_pdf
from tests import factories


@fixture
def short_plan(plan_2024) -> Plan:
    """A sent plan of a few pages among the real ones, so that its PDF is soon set."""
    plan = factories.make_plan("kort", years=(2031,), collaboration=plan_2024.collaboration, status="submitted")
    form = FundingForm.objects.get(collaboration=plan.collaboration, is_shared=True)
    factories.make_complete_area(plan).budget_lines.create(year=2031, funding_form=form, amount=1000)
    basis = CostBasis.objects.get(plan_year__plan=plan_2024)
    CostBasis.objects.create(plan_year=plan.years.get(), figure_set=basis.figure_set, rule=basis.rule)
    return plan


def _rows(table: str) -> dict[str, list[str]]:
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0].removeprefix("| "): row for row in rows[1:]}


def test_the_report_is_printed_and_written_and_the_large_data_are_gone(short_plan, tmp_path, capsys):
    """A table to read and docs/benchmark.md: the PDF, allocation of both sizes, each page small and large."""
    target = tmp_path / "benchmark.md"
    call_command("bench", runs=1, plan="kort", plans=2, areas=3, invoices=2, output=target)
    report = target.read_text(encoding="utf-8")
    assert report == capsys.readouterr().out
    number_of_pages = len(PdfReader(io.BytesIO(render_pdf(build_plan_document(short_plan)))).pages)
    assert f"Handlingsplan kort, {number_of_pages} sidor." in report
    assert "| 34 × 10 | 340 |" in report
    assert "| 290 × 200 | 58000 |" in report
    assert "2 planer × 3 områden" in report
    pages = _rows(report.partition("## Sidor")[2].partition("\n## ")[0])
    assert {"start", "plan", "insatsområde", "budget", "kostnader", "organisation", "sökning"} <= set(pages)
    assert all(int(row[1]) > 0 for row in pages.values())
    written = _rows(report.partition("## Arbetsytan")[2].partition("\n## ")[0])
    assert {"planen", "ett område", "budgeten", "spara en text"} <= set(written)
    assert all(row[1] == row[3] for row in written.values()), "frågorna växer med planen"
    assert "| 34 beslutsunderlag som PDF i en ZIP |" in report
    assert "| 34 beslutsunderlag som DOCX i en ZIP |" in report
    decided = _rows("| sida" + report.rpartition("| sida")[2])
    assert {"beslutsregistret", "en organisations beslut", "vägen till beslut", "handlingar"} <= set(decided)
    assert set(Plan.objects.values_list("slug", flat=True)) == {"2024", "2022-2023", "kort"}
    assert not PlanVersion.objects.exists()


def test_an_unknown_plan_is_said(db):
    with raises(CommandError, match="Det finns ingen plan ”1999”"):
        call_command("bench", plan="1999")


def test_a_page_that_does_not_answer_stops_the_measuring(db):
    """A quick error page must not pass for a quick page."""
    with raises(RuntimeError, match="svarade 404"):
        benchmark.measure_page("ingen", "/finns-inte/", runs=1)
