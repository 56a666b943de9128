"""A round of invoices: what is wrong with it, what it sums to, every draft, and the one thing to do next."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from budgets.invoice_drafts import AreaSum, Draft, Round, drafts_of
from budgets.models import InvoiceDocument, Invoicing
from budgets.money import format_amount, format_kr
from plans import permissions
from skane_digi.invoices.round_faults import ReviewList, review_list
from skane_digi.invoices.rounds_page import Progress
from skane_digi.invoices.sent import sent_at
from skane_digi.models import InvoiceBatch

WHOLE_YEAR = "Hela kostnaden enligt den tryckta summan"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with a round. ``is_post``: it is a button; ``text`` says why now."""

    label: str
    url: str
    text: str = ""
    is_post: bool = False


@dataclass(frozen=True, slots=True)
class AreaRow:
    """What the round takes of a focus area. ``other`` is what the year's other parts take."""

    name: str
    budget: str
    this: str
    other: str
    difference: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A body's draft or invoice. ``mark`` is the state's name in the style sheet."""

    name: str
    url: str
    number: str
    amount: str
    status: str
    mark: str


@dataclass(frozen=True, slots=True)
class RoundPage:
    """The page. ``next`` is what to do now; ``None`` where nothing is, and then ``next_text`` says why."""

    invoicing: Invoicing
    progress: Progress
    count_text: str
    total_text: str
    total_label: str
    total_amount: str
    issued_text: str
    review: ReviewList
    areas: tuple[AreaRow, ...]
    area_total: AreaRow | None
    has_other_parts: bool
    drafts: tuple[DraftRow, ...]
    next: Action | None
    next_text: str
    others: tuple[Action, ...]
    may_change: bool
    may_credit: bool


def round_page(invoicing: Invoicing, user) -> RoundPage:
    """Return the page of a round, in a number of questions that no body adds to."""
    found = drafts_of(invoicing)
    state = _State.of(found)
    review = review_list(found, user)
    may_issue = permissions.can_issue_invoices(user, invoicing.version.plan.collaboration)
    action, text = _next(found, state, review) if may_issue else (None, "")
    payers = [draft for draft in found.drafts if draft.net or draft.invoice]
    return RoundPage(
        invoicing=invoicing,
        progress=Progress(len(payers), state.issued, state.sent),
        count_text=_count_text(state.issued, len(payers)),
        total_text=format_kr(found.total, decimals=2),
        total_amount=format_amount(found.total, decimals=2),
        issued_text=_issued(found) if state.issued < len(payers) else "",
        total_label=_total_label(state.issued, len(payers)),
        review=review,
        areas=tuple(_area(area) for area in found.areas),
        area_total=_area(_sum(found.areas)) if len(found.areas) > 1 else None,
        has_other_parts=invoicing.instalments > 1,
        drafts=tuple(_draft(draft, invoicing, state) for draft in found.drafts),
        next=action,
        next_text=text,
        others=_others(invoicing, state) if may_issue else (),
        may_change=may_issue and not invoicing.invoices.exists(),
        may_credit=may_issue and bool(state.issued),
    )


@dataclass(frozen=True, slots=True)
class _State:
    """How far the invoices of a round have come; ``batch`` is the work on them that is not done."""

    issued: int
    made: int
    sent_ids: frozenset[int]
    batch: InvoiceBatch | None

    @classmethod
    def of(cls, found: Round) -> "_State":
        ids = [draft.invoice.pk for draft in found.issued]
        open_items = Q(items__done_at__isnull=True, items__fault="")
        return cls(
            issued=len(ids),
            made=InvoiceDocument.objects.filter(invoice__in=ids).count(),
            sent_ids=frozenset(sent_at(ids)),
            batch=found.invoicing.batches.filter(open_items).distinct().order_by("-ordered_at").first(),
        )

    @property
    def sent(self) -> int:
        return len(self.sent_ids)


def _next(found: Round, state: _State, review: ReviewList) -> tuple[Action | None, str]:
    """Return what to do now, or why nothing can be done."""
    key = found.invoicing.key
    if found.ready:
        text = f"{_left(found)} väntar på uppgifter och kan faktureras senare." if found.waiting else ""
        return Action(f"Ställ ut {_invoices(len(found.ready))}", reverse("invoices:issue", args=[key]), text), ""
    if review.hinders and not state.issued:
        return _mend(found, review)
    if state.batch:
        text = "Arbetet pågår i bakgrunden. Du kan lämna sidan."
        return Action("Se hur det går", reverse("invoices:batch", args=[state.batch.key]), text), ""
    if state.made < state.issued:
        label = f"Gör filerna till {_invoices(state.issued - state.made)}"
        text = "Fakturorna är utställda. Deras PDF och e-faktura är inte gjorda än."
        return Action(label, reverse("invoices:make-files", args=[key]), text, is_post=True), ""
    if state.sent < state.issued:
        label = f"Skicka {_invoices(state.issued - state.sent)}"
        return Action(label, reverse("invoices:send-round", args=[key]), "Filerna är klara."), ""
    if review.hinders:
        return _mend(found, review)
    if not state.issued:
        return None, "Ingen har något att betala i omgången."
    return Action("Följ betalningarna", _list_of(found.invoicing), "Alla fakturor är skickade."), ""


def _mend(found: Round, review: ReviewList) -> tuple[Action | None, str]:
    """Lead to what hinders: the first fault of the whole round, or the bodies' addresses."""
    if review.whole:
        first = review.whole[0]
        action = Action(first.link, first.url, first.text) if first.url else None
        return action, "" if action else "Inget kan ställas ut förrän felet nedan är avhjälpt."
    recipients = {"address", "reference", "endpoint"}
    if any(fault.code in recipients for draft in found.waiting for fault in draft.blocking):
        text = f"{_left(found)} saknar uppgifter som en faktura måste ha."
        return Action("Fyll i mottagarna", reverse("invoices:recipients"), text), ""
    return None, f"{_left(found)} väntar. Se nedan vad som behöver rättas."


def _others(invoicing: Invoicing, state: _State) -> tuple[Action, ...]:
    if not state.issued:
        return ()
    found = []
    if state.made:
        found.append(Action("Hämta alla fakturor (ZIP)", reverse("invoices:zip", args=[invoicing.key])))
    if state.issued:
        found.append(Action("Se fakturorna i uppföljningen", _list_of(invoicing)))
        found.append(Action("Kreditera omgången", reverse("invoices:credit-round", args=[invoicing.key])))
    return tuple(found)


def _list_of(invoicing: Invoicing) -> str:
    return f"{reverse('invoices:list')}?omgang={invoicing.key}"


def _area(area: AreaSum) -> AreaRow:
    return AreaRow(
        name=area.area or WHOLE_YEAR,
        budget=format_amount(area.budget, decimals=2),
        this=format_amount(area.this, decimals=2),
        other=format_amount(area.earlier + area.later, decimals=2),
        difference=format_amount(area.difference, decimals=2),
        agrees=not area.difference,
    )


def _sum(areas: tuple[AreaSum, ...]) -> AreaSum:
    names = ("budget", "this", "earlier", "later")
    return AreaSum("Summa", "", *(sum(getattr(area, name) for area in areas) for name in names))


def _draft(draft: Draft, invoicing: Invoicing, state: _State) -> DraftRow:
    if draft.invoice:
        is_sent = draft.invoice.pk in state.sent_ids
        url = reverse("invoices:invoice", args=[draft.invoice.key])
        status, mark = ("skickad", "sent") if is_sent else ("utställd", "issued")
    else:
        url = reverse("invoices:draft", args=[invoicing.key, draft.organisation.slug]) if draft.content else ""
        status, mark = draft.status, "waiting" if draft.is_waiting else "draft"
    return DraftRow(
        name=draft.organisation.name,
        url=url,
        number=draft.invoice.number if draft.invoice else "",
        amount=format_amount(draft.amount, decimals=2),
        status=status,
        mark=mark,
    )


def _total_label(issued: int, payers: int) -> str:
    if not issued:
        return "Att fakturera"
    return "Fakturerat" if issued == payers else "Hela omgången"


def _issued(found: Round) -> str:
    """Return what has been issued of a round where something is left; empty where nothing has."""
    return format_kr(sum(draft.amount for draft in found.issued), decimals=2) if found.issued else ""


def _left(found: Round) -> str:
    count = len(found.waiting)
    return "1 organisation" if count == 1 else f"{count} organisationer"


def _count_text(issued: int, payers: int) -> str:
    """Return ``34``, and ``33 av 34`` where some have been issued and others wait."""
    return f"{issued} av {payers}" if 0 < issued < payers else str(payers)


def _invoices(count: int) -> str:
    return "1 faktura" if count == 1 else f"{count} fakturor"
