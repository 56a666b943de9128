"""The measuring of invoices: it measures what is sent, and its table says how much faster than plain that is."""

import io

import pytest
from pypdf import PdfReader

from skane_digi.benchmark import Timing
from skane_digi.invoice_benchmark import InvoiceCosts, make_files, measure_invoices, sample_invoices
from skane_digi.management.commands.bench import Command


def test_every_body_has_an_invoice_with_a_row_for_each_area(plan_2024):
    contents = sample_invoices(plan_2024)
    assert len(contents) == 34
    assert len({content.number for content in contents}) == 34
    assert {len(content.rows) for content in contents} == {plan_2024.focus_areas.count()}
    assert all(content.totals.payable == sum(row.amount for row in content.rows) for content in contents)


def test_what_is_measured_is_a_whole_invoice_with_its_xml_inside(plan_2024):
    pdf, xml = make_files(sample_invoices(plan_2024)[0])
    assert dict(PdfReader(io.BytesIO(pdf)).attachments) == {"faktura.xml": [xml]}


def test_one_and_two_workers_are_measured_beside_plain_weasyprint(plan_2024):
    costs = measure_invoices(plan_2024, runs=1, count=2)
    assert set(costs.workers) == {1, 2}
    assert (costs.count, costs.rows) == (2, plan_2024.focus_areas.count())
    assert all(timing.median > 0 for timing in (costs.plain, *costs.workers.values()))


def test_the_table_says_the_time_of_all_of_each_and_how_many_times_as_fast():
    times = {1: Timing(3.4, 3.2, 5), 2: Timing(1.7, 1.6, 5)}
    report = "\n".join(Command().invoice_table(InvoiceCosts(34, 7, times, Timing(6.8, 6.5, 5))))
    assert "## Fakturor" in report
    assert "34 fakturor med 7 rader" in report
    assert "| produkten, 1 arbetare | 3,400 | 3,200 | 100 | 2,00 |" in report
    assert "| produkten, 2 arbetare | 1,700 | 1,600 | 50 | 4,00 |" in report
    assert "| WeasyPrint direkt | 6,800 | 6,500 | 200 | 1,00 |" in report


def test_the_faults_of_a_worker_are_not_taken_for_speed(plan_2024, monkeypatch):
    """A worker that cannot make a file stops the measuring."""
    monkeypatch.setattr("skane_digi.invoice_benchmark.invoice_xml", lambda content: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        measure_invoices(plan_2024, runs=1, count=1)
