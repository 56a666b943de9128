"""What a round of invoices costs: 34 of them as PDF and XML, by one worker process and by two.

Beside them the same template set the way one starts out with WeasyPrint, in the same run and without any XML. The
invoices are made up, with the plan's own areas and bodies; nothing is read or written while the time is taken.
"""

import datetime
import multiprocessing
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from budgets.invoice_content import INVOICE, OUTSIDE, Buyer, InvoiceContent, Row, Seller, Source, totals_of
from budgets.money import from_ore
from plans.models import Organisation, Plan
from skane_digi.benchmark import Timing, timed_once
from skane_digi.invoices.printing import invoice_pdf, plain_invoice_pdf
from skane_digi.invoices.ubl import invoice_xml

WORKERS = (1, 2)


@dataclass(frozen=True, slots=True)
class InvoiceCosts:
    """``workers`` are the times of all ``count`` invoices by the number of worker processes, ``plain`` in one."""

    count: int
    rows: int
    workers: dict[int, Timing]
    plain: Timing


def measure_invoices(plan: Plan, *, runs: int, count: int | None = None) -> InvoiceCosts:
    """Time every body's invoice, or the ``count`` first, with product and yardstick taken in turn."""
    contents = sample_invoices(plan)[:count]
    ours = {number: [] for number in WORKERS}
    plain = []
    for _ in range(runs):
        plain.append(timed_once(lambda: [plain_invoice_pdf(content) for content in contents]))
        for number, seconds in ours.items():
            with _workers(number) as make_all:
                make_all(contents[: 2 * number])
                seconds.append(timed_once(lambda make_all=make_all: make_all(contents)))
    timings = {number: _timing(seconds) for number, seconds in ours.items()}
    return InvoiceCosts(len(contents), len(contents[0].rows), timings, _timing(plain))


def make_files(content: InvoiceContent) -> tuple[bytes, bytes]:
    """Return an invoice's PDF, with its XML inside, and its XML: what a worker makes."""
    xml = invoice_xml(content)
    return invoice_pdf(content, xml), xml


@contextmanager
def _workers(number: int) -> Iterator[Callable[[list[InvoiceContent]], list[tuple[bytes, bytes]]]]:
    """Give what makes invoices' files in ``number`` processes of their own, that begin with what this one has read."""
    make_files(sample_invoice("0000", "Provkommun", ("Provområde",), number=1))
    with multiprocessing.get_context("fork").Pool(number) as pool:
        yield lambda contents: pool.map(make_files, contents, chunksize=1)


def sample_invoices(plan: Plan) -> list[InvoiceContent]:
    """Return an invoice for each body of the plan's collaboration, a row for each of its areas."""
    areas = tuple(plan.focus_areas.values_list("name", flat=True))
    bodies = Organisation.objects.in_collaboration(plan.collaboration).order_by("code").values_list("code", "name")
    return [sample_invoice(code, name, areas, number=1000 + n) for n, (code, name) in enumerate(bodies, start=1)]


def sample_invoice(code: str, name: str, areas: tuple[str, ...], *, number: int) -> InvoiceContent:
    """Return an invoice of usual length to a body, with uneven amounts."""
    day = datetime.date(2024, 4, 2)
    rows = tuple(
        Row(n, area, f"omrade-{n}", day.year, f"{area}, {day.year}", from_ore(number * 7919 * n % 9_000_000 + 1))
        for n, area in enumerate(areas, start=1)
    )
    return InvoiceContent(
        kind=INVOICE,
        number=str(number),
        ocr=f"{number}0",
        issued_on=day,
        due_on=day + datetime.timedelta(days=30),
        collaboration="Skånegemensam digitalisering",
        seller=Seller(
            name="Region Skåne",
            organisation_number="232100-0255",
            address="Provvägen 1",
            postal_code="291 00",
            city="Kristianstad",
            seat="Kristianstad",
            vat_number="",
            has_f_tax=True,
            endpoint_scheme="0007",
            endpoint="2321000255",
            contact_name="Gemensam ekonomi",
            contact_phone="044-309 30 00",
            contact_email="faktura@example.org",
            bankgiro="5165-8300",
            plusgiro="",
        ),
        buyer=Buyer(
            code=code,
            name=name,
            organisation_number="212000-1173",
            address="Provgatan 2",
            postal_code="241 80",
            city="Provstad",
            reference=f"ZZ{code}",
            order_reference="",
            email="faktura@example.org",
            endpoint_scheme="0007",
            endpoint="2120001173",
        ),
        source=_sample_source(name, day.year),
        rows=rows,
        vat_category=OUTSIDE,
        vat_text="Kostnadsdelning utanför momsens tillämpningsområde.",
        totals=totals_of(rows, vat_category=OUTSIDE, rounds_to_krona=False),
        text="",
        terms_text="30 dagar netto",
        late_interest_text="Efter förfallodagen tas dröjsmålsränta ut enligt räntelagen.",
    )


def _sample_source(name: str, year: int) -> Source:
    return Source(
        plan=f"Handlingsplan {year}",
        plan_slug=str(year),
        version=1,
        fingerprint="3f2a 9c1e 77b0 41d2",
        decision=f"Handlingsplan {year}, version 1, är fastställd av huvudmännen.",
        year=year,
        period_text=str(year),
        period_starts=datetime.date(year, 1, 1),
        period_ends=datetime.date(year, 12, 31),
        instalment=1,
        instalments=1,
        basis="lines",
        rule_name="Hälften var",
        rule_text="Region Skåne bär 1 del och kommunerna tillsammans 1 del, delad efter folkmängd.",
        key_name="Folkmängd",
        key_unit="invånare",
        reference_date=datetime.date(year - 2, 12, 31),
        population=34_701,
        total=Decimal("1750000.00"),
        share=Decimal("21468.47"),
        calculation="Kommunerna bär 1 del av 2 av 1 750 000 kr. "
        f"{name} har 34 701 av 1 414 324 invånare: 21 468,47 kr.",
    )


def _timing(seconds: list) -> Timing:
    return Timing(statistics.median(seconds), min(seconds), len(seconds))
