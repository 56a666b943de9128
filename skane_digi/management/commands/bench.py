import argparse
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from plans.models import Organisation, Plan
from skane_digi import benchmark
from skane_digi.allocation_benchmark import AllocationCost, growth, measure_allocations
from skane_digi.benchmark import PageCost, PdfComparison, Timing
from skane_digi.decision_benchmark import DecisionCosts, measure_decisions
from skane_digi.invoice_benchmark import InvoiceCosts, measure_invoices

REPORT = Path(settings.BASE_DIR) / "docs" / "benchmark.md"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"”{text}” är inte ett helt tal från 1 och uppåt.")
    return int(text)


class Command(BaseCommand):
    help = "Mäter plan-PDF, fördelning, sidor och fakturor; skriver en tabell och docs/benchmark.md."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--runs", type=_positive, default=5, help="mätningar av varje sak (5)")
        parser.add_argument("--plan", default="2024", help="planen som sätts som PDF (2024)")
        parser.add_argument("--plans", type=_positive, default=20, help="planer i den stora databasen (20)")
        parser.add_argument("--areas", type=_positive, default=30, help="insatsområden i var och en av dem (30)")
        parser.add_argument("--invoices", type=_positive, default=34, help="fakturor som görs (34)")
        parser.add_argument("--output", type=Path, default=REPORT, help="filen som skrivs (docs/benchmark.md)")

    def handle(self, *, runs, plan, plans, areas, invoices, output, **options) -> None:
        if not output.parent.is_dir():
            raise CommandError(f"Mappen {output.parent} finns inte. Ange en annan fil med --output.")
        chosen = Plan.objects.filter(slug=plan).first()
        if chosen is None:
            raise CommandError(f"Det finns ingen plan ”{plan}”. Läs in demonstrationen: python3 start.py bench")
        organisation = Organisation.objects.in_collaboration(chosen.collaboration).get(code="1285")
        report = "\n".join(
            [
                "# Mätningar",
                "",
                f"Gjorda {timezone.localdate():%Y-%m-%d} med `python3 start.py bench` på {benchmark.machine()}.",
                "Tider är median av flera körningar; jämför kvoter inom samma körning, inte tider mellan maskiner.",
                "",
                *self.pdf_table(benchmark.compare_pdf(chosen, runs=runs)),
                *self.allocation_table(runs),
                *self.mixed_table(measure_allocations(runs=runs)),
                *self.page_table(
                    benchmark.measure_pages(chosen, organisation, runs=runs),
                    benchmark.measure_large(chosen, organisation, plans=plans, areas=areas, runs=runs),
                    heading=f"{plans} planer × {areas} områden",
                ),
                *self.workspace_table(chosen, runs),
                *self.decision_table(measure_decisions(chosen, runs=runs, at=timezone.now())),
                *self.invoice_table(measure_invoices(chosen, runs=runs, count=invoices)),
            ]
        )
        self.stdout.write(report)
        output.write_text(report + "\n", encoding="utf-8")

    def pdf_table(self, pdf: PdfComparison) -> list[str]:
        return [
            "## Planen som PDF",
            "",
            f"Handlingsplan {pdf.plan}, {pdf.pages} sidor. Direkt: `HTML(string=…).write_pdf()` med samma mall.",
            "",
            "| | median, s | snabbast, s | kvot |",
            "|---|---:|---:|---:|",
            f"| produktens rendering | {_three(pdf.ours.median)} | {_three(pdf.ours.fastest)} | {_two(pdf.ratio)} |",
            f"| WeasyPrint direkt | {_three(pdf.plain.median)} | {_three(pdf.plain.fastest)} | 1,00 |",
            "",
        ]

    def allocation_table(self, runs: int) -> list[str]:
        small, large = (benchmark.time_allocation(*size, runs=runs) for size in ((34, 10), (290, 200)))
        return [
            "## Fördelning",
            "",
            "| organisationer × poster | celler | median, s | µs per cell |",
            "|---|---:|---:|---:|",
            _allocation_row(34, 10, small),
            _allocation_row(290, 200, large),
            "",
        ]

    def mixed_table(self, costs: tuple[AllocationCost, ...]) -> list[str]:
        grown = [(cost, f"× {_two(cells)}", f"× {_two(time)}") for cost, cells, time in growth(costs)]
        return [
            "### Med blandade regler",
            "",
            "Nio regler turas om: egna nycklar, grundbelopp, tak, rabatt, hela ören och hela kronor.",
            "Den sista kolumnen är att förklara allas summor i ord.",
            "",
            "| organisationer × poster | celler | växer | fördela, s | växer | µs per cell | förklara, s |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {cost.organisations} × {cost.lines} | {cost.cells} | {cells} | {_three(cost.share.median)} "
                f"| {time} | {_two(cost.microseconds_per_cell)} | {_three(cost.explain.median)} |"
                for cost, cells, time in [(costs[0], "", ""), *grown]
            ),
            "",
        ]

    def page_table(self, demo: list[PageCost], large: list[PageCost], *, heading: str) -> list[str]:
        return [
            "## Sidor",
            "",
            f"Frågor till databasen och tid på servern, i demonstrationen och med {heading}.",
            "",
            "| sida | frågor, demo | ms, demo | frågor, stor | ms, stor |",
            "|---|---:|---:|---:|---:|",
            *_rows(demo, large),
        ]

    def workspace_table(self, chosen: Plan, runs: int) -> list[str]:
        small, large = (
            benchmark.measure_workspace(chosen, areas=areas, activities=activities, runs=runs)
            for areas, activities in ((3, 4), (30, 40))
        )
        return [
            "",
            "## Arbetsytan",
            "",
            "Frågor och tid när ett utkast skrivs: 3 områden × 4 aktiviteter, och 30 × 40.",
            "",
            "| sida | frågor, 3 × 4 | ms, 3 × 4 | frågor, 30 × 40 | ms, 30 × 40 |",
            "|---|---:|---:|---:|---:|",
            *_rows(small, large),
        ]

    def decision_table(self, costs: DecisionCosts) -> list[str]:
        return [
            "",
            "## Beslut",
            "",
            "Att frysa en version innefattar dess PDF. Handlingarna görs en gång, var och en ur den frusna versionen.",
            "",
            "| | s | s per styck | kB |",
            "|---|---:|---:|---:|",
            f"| frysa en version | {_three(costs.freeze.median)} | | |",
            f"| pröva en version | {_three(costs.prove.median)} | | |",
            *(
                f"| {papers.count} beslutsunderlag som {papers.format.upper()} i en ZIP | {_three(papers.seconds)} "
                f"| {_three(papers.seconds / papers.count)} | {papers.size // 1024} |"
                for papers in costs.papers
            ),
            "",
            "| sida | frågor, inget beslut | ms, inget beslut | frågor, alla har beslutat | ms, alla har beslutat |",
            "|---|---:|---:|---:|---:|",
            *_rows(costs.nobody, costs.everybody),
        ]

    def invoice_table(self, costs: InvoiceCosts) -> list[str]:
        return [
            "",
            "## Fakturor",
            "",
            f"{costs.count} fakturor med {costs.rows} rader var, som PDF (3a, UA-1) med XML inuti och som XML.",
            "En arbetare är en process. Direkt: `HTML(string=…).write_pdf()` med samma mall, i en process, utan XML.",
            "",
            "| | alla, s | snabbast, s | ms per faktura | gånger så snabbt |",
            "|---|---:|---:|---:|---:|",
            *(_invoice_row(f"produkten, {number} arbetare", timing, costs) for number, timing in costs.workers.items()),
            _invoice_row("WeasyPrint direkt", costs.plain, costs),
        ]


def _invoice_row(name: str, timing: Timing, costs: InvoiceCosts) -> str:
    each = f"{timing.median / costs.count * 1000:.0f}"
    faster = _two(costs.plain.median / timing.median)
    return f"| {name} | {_three(timing.median)} | {_three(timing.fastest)} | {each} | {faster} |"


def _rows(small: list[PageCost], large: list[PageCost]) -> list[str]:
    return [
        f"| {one.name} | {one.queries} | {_milliseconds(one.timing)} "
        f"| {other.queries} | {_milliseconds(other.timing)} |"
        for one, other in zip(small, large, strict=True)
    ]


def _allocation_row(organisations: int, lines: int, timing: Timing) -> str:
    cells = organisations * lines
    return f"| {organisations} × {lines} | {cells} | {_three(timing.median)} | {_two(timing.median / cells * 1e6)} |"


def _milliseconds(timing: Timing) -> str:
    return f"{timing.median * 1000:.0f}"


def _two(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _three(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")
