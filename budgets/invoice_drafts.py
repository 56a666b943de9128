"""The dry run of a round of invoices: what each body would be invoiced now, and what is wrong with that.

Nothing is stored. ``budgets.invoice_issuing`` issues these very drafts, so that what goes out is what was reviewed.
Amounts are kronor with öre.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max

from budgets.cost_tables import LINES
from budgets.frozen_shares import FrozenMember, FrozenYear, years_of
from budgets.instalments import instalment_amounts
from budgets.invoice_content import InvoiceContent
from budgets.invoice_faults import Fault, body_faults, fault_of_decision, round_faults
from budgets.invoice_making import content_of
from budgets.models import Invoice, InvoiceRecipient, Invoicing, InvoicingTerms
from budgets.money import format_kr, from_ore, to_ore
from plans.models import DecisionRound, Organisation, PlanVersion
from plans.register import register_of

WHOLE = ("", "")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a body would be invoiced, ``content``, and what hinders it; ``invoice`` where it has one that stands.

    ``net`` is its part of the round without VAT. There is no content where that is nothing, or the terms are missing.
    """

    organisation: Organisation
    net: Decimal
    content: InvoiceContent | None
    faults: tuple[Fault, ...]
    invoice: Invoice | None

    @property
    def is_issued(self) -> bool:
        return self.invoice is not None

    @property
    def blocking(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.is_blocking)

    @property
    def can_be_issued(self) -> bool:
        return self.content is not None and not self.is_issued and not self.blocking

    @property
    def is_waiting(self) -> bool:
        """Whether it has something to pay that cannot be invoiced yet."""
        return bool(self.net) and not self.is_issued and (self.content is None or bool(self.blocking))

    @property
    def amount(self) -> Decimal:
        """What is to be paid: of the invoice where there is one."""
        if self.invoice:
            return self.invoice.payable_amount
        return self.content.totals.payable if self.content else self.net

    @property
    def status(self) -> str:
        if self.is_issued:
            return "utställd"
        if not self.net:
            return "inget att fakturera"
        return "väntar" if self.is_waiting else "utkast"


@dataclass(frozen=True, slots=True)
class AreaSum:
    """What all the bodies are invoiced of a focus area in this round, and what the year's other parts take.

    A printed total has no areas, and is one sum with empty names. ``budget`` is what the plan says.
    """

    area: str
    area_slug: str
    budget: Decimal
    this: Decimal
    earlier: Decimal
    later: Decimal

    @property
    def difference(self) -> Decimal:
        """What the parts of the year and the budget differ by: nothing, or the shares are wrong."""
        return self.this + self.earlier + self.later - self.budget


@dataclass(frozen=True, slots=True)
class Round:
    """All the drafts of a round, in the order in which they are numbered, and the faults of the round as a whole."""

    invoicing: Invoicing
    drafts: tuple[Draft, ...]
    faults: tuple[Fault, ...]
    areas: tuple[AreaSum, ...]

    @property
    def is_blocked(self) -> bool:
        return any(fault.is_blocking for fault in self.faults)

    @property
    def ready(self) -> tuple[Draft, ...]:
        """The drafts that would be issued now; none where the round as a whole is wrong."""
        return () if self.is_blocked else tuple(draft for draft in self.drafts if draft.can_be_issued)

    @property
    def waiting(self) -> tuple[Draft, ...]:
        return tuple(draft for draft in self.drafts if draft.is_waiting)

    @property
    def issued(self) -> tuple[Draft, ...]:
        return tuple(draft for draft in self.drafts if draft.is_issued)

    @property
    def total(self) -> Decimal:
        """What the invoices and drafts of the round sum to."""
        return sum((draft.amount for draft in self.drafts), Decimal(0))

    @property
    def ready_total(self) -> Decimal:
        return sum((draft.amount for draft in self.ready), Decimal(0))

    def draft_of(self, organisation: Organisation) -> Draft | None:
        return next((draft for draft in self.drafts if draft.organisation == organisation), None)


@dataclass(frozen=True, slots=True)
class YearChoice:
    """A year of an adopted version that can be invoiced: what it sums to on each basis, and its rounds so far."""

    version: PlanVersion
    year: int
    totals: Mapping[str, Decimal]
    rounds: tuple[Invoicing, ...]


def choices_for(collaboration) -> tuple[YearChoice, ...]:
    """Return the years of the collaboration's adopted plans that have something to share, the latest first."""
    versions = PlanVersion.objects.standing().defer("content", "pdf").select_related("plan__collaboration")
    versions = versions.filter(plan__collaboration=collaboration).prefetch_related("invoicings")
    choices = []
    for version in versions:
        totals: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for year in years_of(version):
            if year.members and year.total:
                totals[year.year][year.basis] = year.total
        for year, by_basis in totals.items():
            made = tuple(row for row in version.invoicings.all() if row.year == year)
            choices.append(YearChoice(version, year, by_basis, made))
    return tuple(sorted(choices, key=lambda choice: (-choice.year, choice.version.pk)))


def drafts_of(invoicing: Invoicing, *, at: datetime.datetime | None = None) -> Round:
    """Return the round as it stands, in a number of questions that no body adds to."""
    versions = PlanVersion.objects.defer("content", "pdf").select_related("plan__collaboration", "round")
    version = versions.get(pk=invoicing.version_id)
    years = [year for year in years_of(version) if year.year == invoicing.year]
    year = next((each for each in years if each.basis == invoicing.basis), None)
    terms = InvoicingTerms.objects.filter(collaboration=version.plan.collaboration_id).first()
    if year is None or not year.members:
        reason = year.reason if year else ""
        text = f"{version} fördelar ingen kostnad för {invoicing.year}. {reason}".strip()
        return Round(invoicing, (), (Fault("nothing", text),), ())
    parts = _Parts(year, invoicing)
    drafts = _Drafts(invoicing, version, year, terms, parts)
    if gone := [member.name for member in year.members if member.code not in drafts.organisations]:
        text = f"I registret finns ingen organisation med den kod som versionen har för {', '.join(gone)}."
        hint = "Ge organisationen tillbaka sin kod i administrationen."
        return Round(invoicing, (), (Fault("organisation", text, hint),), ())
    areas = parts.sums()
    faults = [*round_faults(version, years, invoicing, terms), *_sum_faults(areas)]
    faults += [*_date_faults(invoicing, version), *_other_plan_faults(invoicing, version)]
    return Round(invoicing, drafts.made(), tuple(faults), areas)


class _Parts:
    """What each member pays of each area in each part of the year, in öre."""

    def __init__(self, year: FrozenYear, invoicing: Invoicing):
        self.members, self.place = year.members, invoicing.instalment - 1
        if year.basis == LINES:
            self.areas = list(dict.fromkeys((line.area_slug, line.area) for line in year.lines))
            self.budget = dict.fromkeys(self.areas, 0)
            area_of = {line.key: (line.area_slug, line.area) for line in year.lines}
            for line in year.lines:
                self.budget[area_of[line.key]] += to_ore(line.amount)
            table = {area: [0] * len(self.members) for area in self.areas}
            for column, member in enumerate(self.members):
                for cell in member.cells:
                    table[area_of[cell.line]][column] += to_ore(cell.amount)
        else:
            self.areas, self.budget = [WHOLE], {WHOLE: to_ore(year.total)}
            table = {WHOLE: [to_ore(member.amount) for member in self.members]}
        self.tables = instalment_amounts([table[area] for area in self.areas], invoicing.instalments)

    def of_member(self, column: int) -> list[tuple[tuple[str, str], Decimal]]:
        """Return what a member pays in this part, area by area; each area is its short name and its name."""
        amounts = (row[column] for row in self.tables[self.place])
        return [(area, from_ore(amount)) for area, amount in zip(self.areas, amounts, strict=True)]

    def sums(self) -> tuple[AreaSum, ...]:
        found = []
        for place, area in enumerate(self.areas):
            sums = [sum(table[place]) for table in self.tables]
            before, this, after = sums[: self.place], sums[self.place], sums[self.place + 1 :]
            amounts = (self.budget[area], this, sum(before), sum(after))
            found.append(AreaSum(area[1], area[0], *map(from_ore, amounts)))
        return tuple(found)


class _Drafts:
    """Everything that the drafts of one round are made of, fetched at once."""

    def __init__(
        self,
        invoicing: Invoicing,
        version: PlanVersion,
        year: FrozenYear,
        terms: InvoicingTerms | None,
        parts: _Parts,
    ):
        self.invoicing, self.version, self.year, self.terms, self.parts = invoicing, version, year, terms, parts
        codes = [member.code for member in year.members]
        self.organisations = {row.code: row for row in Organisation.objects.filter(code__in=codes)}
        recipients = InvoiceRecipient.objects.filter(organisation__code__in=codes).select_related("organisation")
        self.recipients = {row.organisation.code: row for row in recipients}
        self.decisions = {}
        if version.round.state == DecisionRound.State.ADOPTED and not version.is_as_printed:
            self.decisions = {entry.organisation.code: entry for entry in register_of(version).entries}
        self.invoices = _standing_invoices(invoicing, version)

    def made(self) -> tuple[Draft, ...]:
        order = sorted(range(len(self.year.members)), key=lambda column: self.year.members[column].code)
        return tuple(self._draft(self.year.members[column], column) for column in order)

    def _draft(self, member: FrozenMember, column: int) -> Draft:
        organisation = self.organisations[member.code]
        standing = self.invoices.get(organisation.pk, [])
        own = next((invoice for invoice in standing if invoice.invoicing_id == self.invoicing.pk), None)
        amounts = [(area, amount) for area, amount in self.parts.of_member(column) if amount]
        recipient = self.recipients.get(member.code)
        content = None
        if amounts and self.terms:
            content = content_of(
                invoicing=self.invoicing,
                version=self.version,
                year=self.year,
                member=member,
                organisation=organisation,
                recipient=recipient,
                terms=self.terms,
                amounts=amounts,
            )
        faults = []
        if amounts and own is None:
            faults = [*body_faults(organisation, recipient), *fault_of_decision(self.decisions.get(member.code))]
            faults += [_already(invoice) for invoice in standing]
            faults += _nothing_payable(organisation, content)
        net = sum((amount for _, amount in amounts), Decimal(0))
        return Draft(organisation, net, content, tuple(faults), own)


def _standing_invoices(invoicing: Invoicing, version: PlanVersion) -> dict[int, list[Invoice]]:
    """Return the invoices for the same part of the plan's year that are not credited in full, by organisation."""
    invoices = Invoice.objects.originals().without_content().select_related("invoicing__version__plan")
    invoices = invoices.defer("content", *(f"invoicing__version__{name}" for name in ("content", "allocation", "pdf")))
    invoices = invoices.filter(invoicing__version__plan=version.plan_id, invoicing__year=invoicing.year)
    found = defaultdict(list)
    for invoice in invoices.with_credited().order_by("sequence"):
        if _overlap(invoice.invoicing, invoicing) and not invoice.is_credited_in_full:
            found[invoice.organisation_id].append(invoice)
    return found


def _overlap(one: Invoicing, other: Invoicing) -> bool:
    """Whether two rounds take any month of the year both."""
    return one.months[0] <= other.months[1] and other.months[0] <= one.months[1]


def _already(invoice: Invoice) -> Fault:
    return Fault(
        "already",
        f"{invoice.organisation} har redan faktura {invoice.number} för {invoice.invoicing.period_text}.",
        "Kreditera den först om den ska ersättas.",
    )


def _date_faults(invoicing: Invoicing, version: PlanVersion) -> list[Fault]:
    """Numbers and days are to follow each other, which only a human can say why they should not."""
    issued = Invoice.objects.filter(collaboration=version.plan.collaboration_id)
    last = issued.aggregate(last=Max("issued_on"))["last"]
    if last is None or invoicing.issued_on >= last:
        return []
    text = f"Fakturadatum {invoicing.issued_on} ligger före den senast utställda fakturans, {last}."
    return [Fault("date_order", text, "Ändra fakturadatum om det inte är meningen.", is_blocking=False)]


def _nothing_payable(organisation: Organisation, content: InvoiceContent | None) -> list[Fault]:
    if content is None or content.totals.payable:
        return []
    text = f"Fakturan till {organisation.name}, {format_kr(content.totals.net, decimals=2)}, avrundas till 0 kr."
    return [Fault("nothing_payable", text, "Ta med beloppet i en senare faktura, eller avrunda inte till hela kronor.")]


def _other_plan_faults(invoicing: Invoicing, version: PlanVersion) -> list[Fault]:
    """Two plans may share the cost of the same year, but it is easily a mistake."""
    plan = version.plan
    others = Invoice.objects.originals().filter(invoicing__year=invoicing.year, collaboration=plan.collaboration_id)
    others = others.exclude(invoicing__version__plan=plan)
    titles = sorted(set(others.order_by().values_list("invoicing__version__plan__title", flat=True)))
    return [
        Fault(
            "other_plan",
            f"{invoicing.year} har redan fakturerats ur {title}.",
            "Se efter att det är en annan kostnad.",
            is_blocking=False,
        )
        for title in titles
    ]


def _sum_faults(areas: Iterable[AreaSum]) -> list[Fault]:
    return [
        Fault(
            "sum",
            f"Fakturorna för {area.area or 'året'} blir {format_kr(area.difference)} mer än budgeten.",
            "Andelarna i versionen stämmer inte med budgetposterna. Pröva versionen med verify_version.",
        )
        for area in areas
        if area.difference
    ]
