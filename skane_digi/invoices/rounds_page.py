"""The rounds of invoices as a list: what each is, how far it has come, and what there is to invoice next."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Sum
from django.db.models.functions import Round
from django.urls import reverse

from budgets.frozen_shares import years_of
from budgets.invoice_drafts import choices_for
from budgets.models import Invoice, Invoicing, InvoicingTerms
from budgets.money import format_kr, round_half_up
from plans import permissions
from plans.models import Collaboration, PlanVersion
from skane_digi.invoices.recipients_page import recipients_page
from skane_digi.invoices.round_form import key_of, next_part
from skane_digi.invoices.sent import sent_at


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round has come: how many are to pay, have an invoice that stands, and have been sent it."""

    payers: int
    issued: int
    sent: int

    @property
    def words(self) -> str:
        if not self.issued:
            return "utkast"
        if self.issued < self.payers:
            return f"{self.issued} av {self.payers} utställda"
        if self.sent >= self.issued:
            return "alla skickade"
        return f"alla utställda, {self.sent or 'inga'} skickade"

    @property
    def mark(self) -> str:
        """The state's name in the style sheet."""
        if not self.issued:
            return "draft"
        if self.issued < self.payers:
            return "part"
        return "sent" if self.sent >= self.issued else "issued"


@dataclass(frozen=True, slots=True)
class RoundRow:
    invoicing: Invoicing
    progress: Progress
    count: int
    amount_text: str


@dataclass(frozen=True, slots=True)
class ToInvoice:
    """A year of an adopted plan that has no round, or not for all its parts."""

    text: str
    amount_text: str
    url: str


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What has to be filled in before anything can be invoiced."""

    text: str
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class RoundsPage:
    rows: tuple[RoundRow, ...]
    to_invoice: tuple[ToInvoice, ...]
    first_steps: tuple[FirstStep, ...]
    terms: tuple[Collaboration, ...]
    may_issue: bool
    can_begin: bool


def rounds_page(user) -> RoundsPage:
    """Return the list, in a number of questions that neither rounds nor bodies add to."""
    every = list(Collaboration.objects.select_related("invoicing_terms"))
    readable = [each for each in every if permissions.can_view_all_invoices(user, each)]
    own = [each for each in readable if permissions.can_issue_invoices(user, each)]
    with_terms = [each for each in own if hasattr(each, "invoicing_terms")]
    return RoundsPage(
        rows=_rows(readable),
        to_invoice=tuple(found for each in with_terms for found in _to_invoice(each)),
        first_steps=_first_steps(user, own) if own else (),
        terms=tuple(own),
        may_issue=bool(own),
        can_begin=bool(with_terms),
    )


def progress_of_rounds(invoicings: list[Invoicing], payers: dict[int, int]) -> dict[int, Progress]:
    """Return how far each round has come, by id; ``payers`` counts those who are to pay."""
    invoices = standing_invoices(invoicings)
    sent = sent_at([invoice.pk for invoice in invoices])
    issued, out = Counter(), Counter()
    for invoice in invoices:
        issued[invoice.invoicing_id] += 1
        out[invoice.invoicing_id] += invoice.pk in sent
    return {each.pk: Progress(payers[each.pk], issued[each.pk], out[each.pk]) for each in invoicings}


def standing_invoices(invoicings: list[Invoicing]) -> list[Invoice]:
    """Return the invoices of the rounds that are not credited in full, without what is large."""
    found = Invoice.objects.originals().without_content().filter(invoicing__in=invoicings)
    return [invoice for invoice in found.with_credited().order_by("sequence") if not invoice.is_credited_in_full]


def _rows(collaborations: list[Collaboration]) -> tuple[RoundRow, ...]:
    rounds = Invoicing.objects.filter(version__plan__collaboration__in=collaborations)
    rounds = list(rounds.order_by("-issued_on", "-year", "-instalment", "pk"))
    versions = PlanVersion.objects.filter(invoicings__in=rounds).distinct().defer("content", "pdf")
    versions = {version.pk: version for version in versions.select_related("plan")}
    frozen = {(pk, year.year, year.basis): year for pk, version in versions.items() for year in years_of(version)}
    years = {each.pk: frozen.get((each.version_id, each.year, each.basis)) for each in rounds}
    payers = {pk: sum(1 for member in year.members if member.amount) if year else 0 for pk, year in years.items()}
    progress, amounts = progress_of_rounds(rounds, payers), _invoiced(rounds)
    found = []
    for each in rounds:
        each.version = versions[each.version_id]
        state, year = progress[each.pk], years[each.pk]
        if state.issued or each.pk in amounts:
            amount = format_kr(amounts[each.pk])
        else:
            part = round_half_up(year.total / each.instalments, 0) if year else None
            amount = format_kr(part)
        found.append(RoundRow(each, state, state.issued or state.payers, amount))
    return tuple(found)


def _invoiced(rounds: list[Invoicing]) -> dict[int, Decimal]:
    """Return what has been invoiced in each round without VAT, less what has been credited."""
    sums = Invoice.objects.filter(invoicing__in=rounds).order_by().values("invoicing", "kind")
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in sums.annotate(amount=Round(Sum("net_amount"), precision=2)):
        found[row["invoicing"]] += row["amount"] if row["kind"] == Invoice.Kind.INVOICE else -row["amount"]
    return dict(found)


def _to_invoice(collaboration: Collaboration) -> list[ToInvoice]:
    found = []
    for choice in choices_for(collaboration):
        if part := next_part(choice):
            begun = choice.rounds[0].get_instalments_display() if choice.rounds else ""
            query = urlencode({"val": key_of(choice), "del": part})
            total = choice.totals.get(Invoicing.Basis.LINES) or next(iter(choice.totals.values()))
            found.append(
                ToInvoice(
                    text=f"{choice.version.plan}, {choice.year}" + (f": nästa {begun}" if begun else ""),
                    amount_text=f"{format_kr(total)} på året" if begun else format_kr(total),
                    url=f"{reverse('invoices:new-round')}?{query}",
                )
            )
    return found


def _first_steps(user, collaborations: list[Collaboration]) -> tuple[FirstStep, ...]:
    steps = []
    for each in collaborations:
        terms = getattr(each, "invoicing_terms", None)
        if missing := _missing_in(terms):
            url = reverse("invoices:terms", args=[each.slug])
            steps.append(FirstStep(f"{each}: {missing}", "Fyll i villkoren", url))
    if hindered := recipients_page(user).hindered:
        who = "1 organisation saknar uppgifter" if hindered == 1 else f"{hindered} organisationer saknar uppgifter"
        url = reverse("invoices:recipients")
        steps.append(FirstStep(f"{who} som en faktura måste ha.", "Fyll i mottagarna", url))
    return tuple(steps)


def _missing_in(terms: InvoicingTerms | None) -> str:
    if terms is None:
        return "det är inte bestämt vem som fakturerar och på vilka villkor."
    if not (terms.seller_address and terms.seller_postal_code and terms.seller_city):
        return "avsändarens adress saknas i villkoren."
    if terms.vat_category != InvoicingTerms.VatCategory.STANDARD and not terms.vat_text:
        return "momstexten saknas i villkoren."
    return ""
