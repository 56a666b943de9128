"""Writing what invoices are made by: rounds, the collaboration's terms, and where each body takes its invoices.

Each function is one transaction and is told in the log. All raise ``IssueRefused`` with a Swedish sentence, and the
field that it is about, where the change cannot be made; then nothing is changed.
"""

import datetime
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import models, transaction

from budgets.frozen_shares import years_of
from budgets.invoice_content import digest_of
from budgets.models import InvoiceRecipient, Invoicing, InvoicingTerms, LedgerDimension
from plans import log
from plans.editing import EditRefused, last_change, tidy, value_digest
from plans.models import Collaboration, DecisionRound, LogEntry, Organisation, PlanVersion

DIMENSION_FIELDS = ("number", "name", "source", "fixed_value")
ROUND_FIELDS = ("issued_on", "due_on", "text")
LONGEST_TERM = datetime.timedelta(days=366)


class IssueRefused(EditRefused):
    """It cannot be done. ``field`` is what the reason is about; empty where it is about the whole."""

    def __init__(self, reason: str, field: str = ""):
        self.field = field
        super().__init__(reason)


class IssueCollision(IssueRefused):
    """Somebody else has written the same row since the writer first saw it."""


def seen_of(row: InvoicingTerms | InvoiceRecipient | None) -> str:
    """Return what a form sends along as ``seen``: a digest of all that the writer has in front of them."""
    if row is None or row.pk is None:
        return ""
    rows = [row, *row.dimensions.all()] if isinstance(row, InvoicingTerms) else [row]
    values = [value_digest(each, field.name) for each in rows for field in each._meta.concrete_fields]
    return digest_of(" ".join(values))


def locked_terms(collaboration: Collaboration) -> InvoicingTerms:
    """Lock and return a collaboration's terms for the rest of the transaction: whoever gives invoices numbers holds it.

    Raises ``IssueRefused`` where there are none.
    """
    # The row alone: its manager joins the collaboration, whose lock would stop all that refers to it.
    terms = InvoicingTerms.objects.select_for_update(of=("self",)).filter(collaboration=collaboration).first()
    if terms is None:
        raise IssueRefused(f"{collaboration} saknar faktureringsvillkor. Fyll i dem först.")
    return terms


@transaction.atomic
def write_terms(
    *,
    collaboration: Collaboration,
    values: Mapping[str, object],
    dimensions: Iterable[Mapping[str, object]] | None = None,
    seen: str | None = None,
    by,
    at: datetime.datetime | None = None,
) -> InvoicingTerms:
    """Keep the terms of a collaboration, new or changed, and its ledger's dimensions where they are given.

    Raises ``IssueCollision`` where ``seen`` is given and is no longer what ``seen_of`` the terms is.
    """
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    terms = InvoicingTerms.objects.select_for_update(of=("self",)).filter(collaboration=collaboration).first()
    _refuse_unseen(terms, seen)
    with log.batch():
        terms = _write(terms or InvoicingTerms(collaboration=collaboration), values, by=by, at=at)
        if dimensions is not None:
            _write_dimensions(terms, list(dimensions), by=by, at=at)
    return terms


@transaction.atomic
def write_recipient(
    *,
    organisation: Organisation,
    values: Mapping[str, object],
    seen: str | None = None,
    by,
    at: datetime.datetime | None = None,
) -> InvoiceRecipient:
    """Keep where an organisation takes its invoices, new or changed; ``seen`` is as in ``write_terms``."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    recipient = InvoiceRecipient.objects.select_for_update(of=("self",)).filter(organisation=organisation).first()
    _refuse_unseen(recipient, seen)
    return _write(recipient or InvoiceRecipient(organisation=organisation), values, by=by, at=at)


@transaction.atomic
def make_round(
    *,
    version: PlanVersion,
    year: int,
    basis: str = Invoicing.Basis.LINES,
    instalments: int = Invoicing.Instalments.WHOLE,
    instalment: int = 1,
    issued_on: datetime.date,
    due_on: datetime.date | None = None,
    text: str = "",
    by,
    at: datetime.datetime | None = None,
) -> Invoicing:
    """Make a round of invoices and return it; without ``due_on`` the terms' days are added to ``issued_on``.

    A year that has been begun in one way, whole or in parts, goes on in that way.
    """
    terms = locked_terms(version.plan.collaboration)
    _refuse_unadopted(version)
    if not any(frozen.year == year and frozen.basis == basis for frozen in years_of(version)):
        raise IssueRefused(f"{version} fördelar ingen kostnad för {year} på det sättet.", "year")
    begun = Invoicing.objects.filter(version=version, year=year)
    if other := begun.exclude(instalments=instalments, basis=basis).first():
        how = f"{other.get_instalments_display()}, efter {other.get_basis_display()}"
        raise IssueRefused(f"Året faktureras redan på ett annat sätt: {how}.", "instalments")
    row = Invoicing(
        version=version,
        year=year,
        basis=basis,
        instalments=instalments,
        instalment=instalment,
        made_by=by,
        **_dates(issued_on, due_on or issued_on + datetime.timedelta(days=terms.due_days)),
    )
    row.text = _tidied(row, "text", text)
    _refuse_unsound(row)
    row.save(force_insert=True)
    after = {name: _shown(row, name) for name in ("year", "basis", "instalments", "instalment", *ROUND_FIELDS)}
    log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=after)
    return row


@transaction.atomic
def change_round(
    *,
    invoicing: Invoicing,
    issued_on: datetime.date,
    due_on: datetime.date,
    text: str = "",
    by,
    at: datetime.datetime | None = None,
) -> Invoicing:
    """Change the days and the text of a round that no invoice has been issued in."""
    row = _locked_unissued(invoicing, "Omgången har fakturor och ändras inte.")
    return _write(row, {**_dates(issued_on, due_on), "text": text}, by=by, at=at)


@transaction.atomic
def remove_round(*, invoicing: Invoicing, by, at: datetime.datetime | None = None) -> None:
    """Remove a round that no invoice has been issued in."""
    row = _locked_unissued(invoicing, "Omgången har fakturor och kan inte tas bort.")
    before = {name: _shown(row, name) for name in ("year", "basis", "instalments", "instalment", *ROUND_FIELDS)}
    log.record(action=LogEntry.Action.DELETED, subject=row, by=by, at=at, before=before)
    row.delete()


def locked_round(invoicing: Invoicing) -> tuple[InvoicingTerms, Invoicing]:
    """Lock and return the terms, and the round as it is by now. Raises ``IssueRefused`` where either is not there."""
    terms = locked_terms(invoicing.version.plan.collaboration)
    row = Invoicing.objects.select_for_update(of=("self",)).filter(pk=invoicing.pk).first()
    if row is None:
        raise IssueRefused("Omgången är borttagen.")
    # Read already, and it never changes.
    row.version = invoicing.version
    return terms, row


def _locked_unissued(invoicing: Invoicing, refusal: str) -> Invoicing:
    _, row = locked_round(invoicing)
    if row.invoices.exists():
        raise IssueRefused(refusal)
    return row


def _refuse_unseen(row: InvoicingTerms | InvoiceRecipient | None, seen: str | None) -> None:
    if seen is None or seen == seen_of(row):
        return
    names = [field.name for field in row._meta.concrete_fields] if row else []
    entry = last_change(row, names) if row else None
    who = entry.actor_name if entry else "Någon annan"
    raise IssueCollision(
        f"{who} har sparat andra uppgifter under tiden. Det du har skrivit står kvar: jämför, och spara igen om det "
        "är det som ska gälla."
    )


def _refuse_unadopted(version: PlanVersion) -> None:
    if DecisionRound.objects.get(version=version).state != DecisionRound.State.ADOPTED:
        raise IssueRefused(f"{version} är inte fastställd. Bara en fastställd plan faktureras.", "version")


def _dates(issued_on: datetime.date, due_on: datetime.date) -> dict[str, datetime.date]:
    if due_on < issued_on:
        raise IssueRefused("Förfallodagen kan inte ligga före fakturadatum.", "due_on")
    if due_on - issued_on > LONGEST_TERM:
        raise IssueRefused("Förfallodagen ligger mer än ett år efter fakturadatum. Se efter om året är rätt.", "due_on")
    return {"issued_on": issued_on, "due_on": due_on}


def _write_dimensions(terms: InvoicingTerms, wished: list[Mapping[str, object]], *, by, at) -> None:
    numbers = [each["number"] for each in wished]
    if len(set(numbers)) != len(numbers):
        raise IssueRefused("Två dimensioner har samma nummer.", "dimensions")
    there = {row.number: row for row in terms.dimensions.select_for_update(of=("self",))}
    for number, row in there.items():
        if number not in numbers:
            log.record(action=LogEntry.Action.DELETED, subject=row, by=by, at=at, before=_told(row, DIMENSION_FIELDS))
            row.delete()
    for values in wished:
        row = there.get(values["number"]) or LedgerDimension(terms=terms)
        try:
            _write(row, values, by=by, at=at)
        except IssueRefused as refusal:
            raise IssueRefused(f"Dimension {values['number']}: {refusal.reason}", "dimensions") from refusal


def _write(row: models.Model, values: Mapping[str, object], *, by, at) -> models.Model:
    """Save what differs, log it and return the row; nothing is logged where nothing differs."""
    is_new, names = row._state.adding, list(values)
    before = {} if is_new else _told(row, names)
    for name, value in values.items():
        setattr(row, name, _tidied(row, name, value))
    after = _told(row, names)
    changed = [name for name in names if is_new or before[name] != after[name]]
    if not changed and not is_new:
        return row
    _refuse_unsound(row)
    row.save()
    if is_new:
        told = {name: value for name, value in after.items() if value not in ("", None, False)}
        log.record(action=LogEntry.Action.CREATED, subject=row, by=by, at=at, after=told)
    else:
        log.record(
            action=LogEntry.Action.CHANGED,
            subject=row,
            by=by,
            at=at,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return row


def _told(row: models.Model, names: Iterable[str]) -> dict[str, object]:
    return {name: _shown(row, name) for name in names}


def _shown(row: models.Model, name: str) -> object:
    field = row._meta.get_field(name)
    return getattr(row, f"get_{name}_display")() if field.choices else getattr(row, name)


def _tidied(row: models.Model, name: str, value: object) -> object:
    field = row._meta.get_field(name)
    if isinstance(field, models.TextField) and isinstance(value, str):
        # Free text keeps its lines.
        lines = [tidy(models.CharField(), line) for line in value.splitlines()]
        return "\n".join(lines).strip()
    return tidy(field, value)


def _refuse_unsound(row: models.Model) -> None:
    """Raise ``IssueRefused`` for the first thing that is wrong with the row, with its field."""
    try:
        row.full_clean()
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise IssueRefused(" ".join(error.messages)) from error
        name, messages = next(iter(error.message_dict.items()))
        raise IssueRefused(" ".join(messages), "" if name == "__all__" else name) from error
