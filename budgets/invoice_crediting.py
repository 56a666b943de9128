"""Crediting issued invoices, in whole or in part: one alone, or all of a round by the shares that they rest on.

A credit invoice says what the invoice it corrects said, of its seller and buyer too, with the rows that are credited
under their own positions. Whoever credits holds the lock of the collaboration's terms, so that nothing is credited
twice. The previews are the same code without storing. How amounts are split and rounded: docs/fakturabelopp.md.
"""

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil

from django.db import transaction

from budgets.credit_split import Part, SplitError, split
from budgets.invoice_content import CREDIT, Corrected, InvoiceContent, Row, Totals, from_text, totals_of
from budgets.invoice_issuing import NewInvoice, store
from budgets.invoicing_editing import IssueRefused, locked_terms
from budgets.models import Invoice, InvoiceRow, Invoicing
from budgets.models.invoicing import LONGEST_TEXT
from budgets.money import Amount, format_kr, from_ore, to_ore
from plans.editing import tidy

NOTHING = Decimal("0.00")
Place = int | str


class CreditRefused(IssueRefused):
    """It cannot be credited. ``field`` is ``reason``, ``issued_on`` or ``amounts``, empty where it is none of them.

    ``place`` is the row's position or the area's short name, where one of the amounts is wrong.
    """

    def __init__(self, reason: str, field: str = "", place: Place | None = None):
        self.place = place
        super().__init__(reason, field)


@dataclass(frozen=True, slots=True)
class AreaLeft:
    """What a round's invoices ask for of a focus area, and what is left of that to credit. Kronor without VAT."""

    area: str
    area_slug: str
    invoiced: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class _Original:
    """An issued invoice and what is left to credit of its rows, in öre by position."""

    invoice: Invoice
    rows: tuple[InvoiceRow, ...]
    left: Mapping[int, int]

    @property
    def credited(self) -> Decimal:
        """What has been credited of it, without VAT."""
        return self.invoice.net_amount - from_ore(sum(self.left.values()))

    def row_of(self, area_slug: str) -> InvoiceRow | None:
        return next((row for row in self.rows if row.area_slug == area_slug), None)


@transaction.atomic
def credit_invoice(
    *,
    invoice: Invoice,
    amounts: Mapping[int, Amount] | None = None,
    reason: str,
    issued_on: datetime.date,
    by,
    at: datetime.datetime | None = None,
) -> Invoice:
    """Credit what ``amounts`` say of the rows, by position, or all that is left, and return the credit invoice.

    Raises ``CreditRefused`` where that cannot be done; then nothing is.
    """
    terms = locked_terms(invoice.collaboration)
    draft = credit_preview(invoice=invoice, amounts=amounts, reason=reason, issued_on=issued_on)
    return store(terms, [draft], by=by, at=at)[0]


@transaction.atomic
def credit_round(
    *,
    invoicing: Invoicing,
    amounts: Mapping[str, Amount] | None = None,
    reason: str,
    issued_on: datetime.date,
    by,
    at: datetime.datetime | None = None,
) -> tuple[Invoice, ...]:
    """Credit every body its share of ``amounts``, by the areas' short names, or all that is left of the round.

    Raises ``CreditRefused`` where that cannot be done; then nothing is.
    """
    terms = locked_terms(invoicing.version.plan.collaboration)
    drafts = round_credit_preview(invoicing=invoicing, amounts=amounts, reason=reason, issued_on=issued_on)
    return store(terms, drafts, by=by, at=at)


def credit_preview(
    *, invoice: Invoice, amounts: Mapping[int, Amount] | None = None, reason: str, issued_on: datetime.date
) -> NewInvoice:
    """Return what ``credit_invoice`` would issue, and raise what it would raise. Nothing is stored."""
    [original] = _originals([invoice])
    wanted = original.left if amounts is None else _checked_rows(original, amounts)
    if not any(wanted.values()):
        raise _nothing(is_whole=amounts is None)
    return _draft(original, wanted, _reason(reason), issued_on)


def round_credit_preview(
    *,
    invoicing: Invoicing,
    amounts: Mapping[str, Amount] | None = None,
    reason: str,
    issued_on: datetime.date,
) -> tuple[NewInvoice, ...]:
    """Return what ``credit_round`` would issue, and raise what it would raise. Nothing is stored."""
    originals, reason = _originals_of(invoicing), _reason(reason)
    if amounts is None:
        wanted = [original.left for original in originals]
    else:
        wanted = _split(originals, amounts)
    drafts = [
        _draft(original, by_position, reason, issued_on)
        for original, by_position in zip(originals, wanted, strict=True)
        if any(by_position.values())
    ]
    if not drafts:
        raise _nothing(is_whole=amounts is None)
    return tuple(drafts)


def left_to_credit(invoice: Invoice) -> dict[int, Decimal]:
    """Return what is left to credit of each row, by position, in kronor without VAT."""
    [original] = _originals([invoice])
    return {position: from_ore(ore) for position, ore in original.left.items()}


def areas_to_credit(invoicing: Invoicing) -> tuple[AreaLeft, ...]:
    """Return what is left to credit of each area of the round's standing invoices, in the order of their rows."""
    return tuple(_areas(_originals_of(invoicing)))


def _originals_of(invoicing: Invoicing) -> list[_Original]:
    """Return the round's invoices by the bodies' codes: of each the last, as one may follow on a credited one."""
    invoices = Invoice.objects.originals().filter(invoicing=invoicing).select_related("organisation")
    last = {invoice.organisation.code: invoice for invoice in invoices.order_by("organisation__code", "attempt")}
    for invoice in last.values():
        invoice.invoicing = invoicing
    return _originals(list(last.values()))


def _originals(invoices: list[Invoice]) -> list[_Original]:
    """Return the invoices with what has been credited of them, in a number of questions that no invoice adds to."""
    if any(invoice.is_credit for invoice in invoices):
        raise CreditRefused("En kreditfaktura krediteras inte. Ställ ut en ny faktura i stället.")
    rows: dict[int, list[InvoiceRow]] = {invoice.pk: [] for invoice in invoices}
    for row in InvoiceRow.objects.filter(invoice__in=invoices).order_by("position"):
        rows[row.invoice_id].append(row)
    taken: Counter = Counter()
    for row in InvoiceRow.objects.filter(invoice__credits__in=invoices).select_related("invoice"):
        taken[row.invoice.credits_id, row.position] += to_ore(row.amount)
    return [
        _Original(
            invoice,
            tuple(rows[invoice.pk]),
            {row.position: to_ore(row.amount) - taken[invoice.pk, row.position] for row in rows[invoice.pk]},
        )
        for invoice in invoices
    ]


def _areas(originals: list[_Original]) -> list[AreaLeft]:
    rows = [(row, original.left[row.position]) for original in originals for row in original.rows]
    found: dict[str, AreaLeft] = {}
    for row, left in sorted(rows, key=lambda pair: pair[0].position):
        area = found.get(row.area_slug, AreaLeft(row.area or "den tryckta summan", row.area_slug, NOTHING, NOTHING))
        found[row.area_slug] = replace(area, invoiced=area.invoiced + row.amount, left=area.left + from_ore(left))
    return list(found.values())


def _checked_rows(original: _Original, amounts: Mapping[int, Amount]) -> dict[int, int]:
    """Return the öre to credit of the rows, by position. Refuses more than is left of any."""
    names = {row.position: f"raden {row.text}" for row in original.rows}
    return _checked(amounts, original.left, names)


def _checked(amounts: Mapping[Place, Amount], left: Mapping[Place, int], names: Mapping[Place, str]) -> dict:
    """Return the amounts in öre. Refuses one that is unknown, negative, not whole öre or more than is left."""
    wanted = {}
    for place, amount in amounts.items():
        if place not in left:
            raise CreditRefused("Det finns ingen sådan rad att kreditera.", "amounts", place)
        try:
            wanted[place] = to_ore(amount)
        except ValueError as error:
            raise CreditRefused("Skriv beloppet i kronor och hela ören.", "amounts", place) from error
        if wanted[place] < 0:
            raise CreditRefused("Skriv beloppet utan minustecken: det som krediteras dras av.", "amounts", place)
        if wanted[place] > left[place]:
            most = format_kr(from_ore(left[place]), decimals=2)
            raise CreditRefused(f"Av {names[place]} är {most} kvar att kreditera, inte mer.", "amounts", place)
    return wanted


def _split(originals: list[_Original], amounts: Mapping[str, Amount]) -> list[dict[int, int]]:
    """Return the öre to credit of each invoice's rows, by position, as the areas' amounts are shared."""
    areas = {area.area_slug: area for area in _areas(originals)}
    names = {slug: area.area for slug, area in areas.items()}
    wanted = _checked(amounts, {slug: to_ore(area.left) for slug, area in areas.items()}, names)
    slugs = [slug for slug in areas if wanted.get(slug)]
    rows = {slug: [original.row_of(slug) for original in originals] for slug in slugs}
    parts = [
        Part(
            wanted[slug],
            [to_ore(row.amount) if row else 0 for row in rows[slug]],
            [original.left[row.position] if row else 0 for original, row in zip(originals, rows[slug], strict=True)],
        )
        for slug in slugs
    ]
    try:
        shares = split(parts)
    except SplitError as error:
        slug, original = slugs[error.part], originals[error.place]
        left, share = from_ore(parts[error.part].left[error.place]), from_ore(ceil(error.share))
        raise CreditRefused(
            f"{original.invoice.organisation.name} har {format_kr(left, decimals=2)} kvar att kreditera av "
            f"{names[slug]}, men dess del av beloppet är {format_kr(share, decimals=2)}. Kreditera fakturorna var för "
            "sig, eller allt som är kvar av omgången.",
            "amounts",
            slug,
        ) from error
    return [
        {rows[slug][place].position: share[place] for slug, share in zip(slugs, shares, strict=True) if share[place]}
        for place in range(len(originals))
    ]


def _draft(original: _Original, wanted: Mapping[int, int], reason: str, issued_on: datetime.date) -> NewInvoice:
    """Return the credit invoice of what is ``wanted``, öre by position. Rows of nothing are left out."""
    invoice, said = original.invoice, from_text(original.invoice.content)
    if issued_on < said.issued_on:
        raise CreditRefused(
            f"En kreditfaktura ställs ut tidigast samma dag som fakturan: {said.number} är från {said.issued_on}.",
            "issued_on",
        )
    rows = tuple(replace(row, amount=from_ore(wanted[row.position])) for row in said.rows if wanted.get(row.position))
    content = replace(
        said,
        kind=CREDIT,
        number="",
        ocr="",
        issued_on=issued_on,
        due_on=issued_on,
        source=replace(said.source, calculation=_calculation(said, rows)),
        rows=rows,
        totals=_totals(said, rows, original.credited),
        text="",
        terms_text=f"Räknas av mot faktura {said.number}.",
        late_interest_text="",
        corrects=Corrected(said.number, said.issued_on, reason),
    )
    return NewInvoice(content, invoice.invoicing, invoice.organisation, credits=invoice)


def _calculation(said: InvoiceContent, rows: tuple[Row, ...]) -> str:
    """Return how the credited amount was made: of the invoice, and the invoice as it says itself."""
    amount = sum((row.amount for row in rows), NOTHING)
    if amount == said.totals.net:
        lead = f"Hela faktura {said.number} krediteras."
    else:
        whole, part = (format_kr(each, decimals=2) for each in (said.totals.net, amount))
        lead = f"Av faktura {said.number}, {whole} utan moms, krediteras {part}."
    return f"{lead} Fakturan räknades så här:\n\n{said.source.calculation}"


def _totals(said: InvoiceContent, rows: tuple[Row, ...], credited: Decimal) -> Totals:
    """Return what the rows add to what has been ``credited`` before.

    All that is credited has the VAT and the rounding that one credit invoice of it would have. So the last part brings
    it to what the invoice came to.
    """
    earlier = replace(rows[0], amount=credited)
    before, after = (
        totals_of(some, vat_category=said.vat_category, rounds_to_krona=said.totals.rounding != 0)
        for some in ((earlier,), (earlier, *rows))
    )
    return Totals(
        net=after.net - before.net,
        vat=after.vat - before.vat,
        rounding=after.rounding - before.rounding,
        payable=after.payable - before.payable,
    )


def _reason(reason: str) -> str:
    reason = tidy(Invoice._meta.get_field("reason"), reason)
    if not reason:
        raise CreditRefused("Skriv varför fakturan krediteras.", "reason")
    if len(reason) > LONGEST_TEXT:
        raise CreditRefused(f"Skälet har {len(reason)} tecken. Det kan ha högst {LONGEST_TEXT}.", "reason")
    return reason


def _nothing(*, is_whole: bool) -> CreditRefused:
    if is_whole:
        return CreditRefused("Det finns inget kvar att kreditera.")
    return CreditRefused("Skriv hur mycket som ska krediteras.", "amounts")
