"""Where the bodies take their invoices, as a list with what is missing."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from budgets.invoice_faults import body_faults
from budgets.models import InvoiceRecipient
from plans import permissions
from plans.models import Organisation

MISSING = {
    "number": "rätt organisationsnummer",
    "address": "fakturaadress",
    "reference": "referens",
    "endpoint": "rätt e-adress",
    "email": "e-post",
}


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An organisation's address for invoices. ``hindering`` keeps its invoice back; ``missing`` does not."""

    organisation: Organisation
    recipient: InvoiceRecipient | None
    hindering: str
    missing: str
    may_write: bool

    @property
    def place(self) -> str:
        """The postal code and the town."""
        return f"{self.recipient.postal_code} {self.recipient.city}".strip() if self.recipient else ""

    @property
    def reference(self) -> str:
        return (self.recipient.reference or self.recipient.order_reference) if self.recipient else ""

    @property
    def endpoint(self) -> str:
        """The address in Peppol that is used."""
        if self.recipient and self.recipient.endpoint:
            return f"{self.recipient.get_endpoint_scheme_display().partition(' ')[0]} {self.recipient.endpoint}"
        return "organisationsnumret" if self.organisation.organisation_number else ""


@dataclass(frozen=True, slots=True)
class RecipientsPage:
    """The organisations that the reader may see; ``hindered`` and ``without_email`` count those that lack something."""

    rows: tuple[RecipientRow, ...]
    hindered: int
    without_email: int
    shows_all: bool


def organisations_for(user) -> QuerySet[Organisation]:
    """Return the organisations whose address for invoices ``user`` may read: those of SGD all, others their own."""
    if user.is_superuser:
        return Organisation.objects.filter(memberships__isnull=False).distinct()
    readable = permissions.collaborations_with(user, permissions.READS_DRAFTS)
    own = [
        organisation
        for collaboration in permissions.collaborations_with(user, permissions.ROLES_WITH_ORGANISATION)
        for organisation in permissions.organisations_of(user, collaboration)
    ]
    return Organisation.objects.filter(Q(memberships__collaboration__in=readable) | Q(pk__in=own)).distinct()


def may_write(user, organisation: Organisation) -> bool:
    """Whether ``user`` may write the address, of one of the organisations that they may read."""
    is_near = organisations_for(user).filter(pk=organisation.pk).exists()
    return is_near and permissions.can_write_recipient(user, organisation)


def recipients_page(user) -> RecipientsPage:
    """Return the list, in a number of questions that does not grow with it."""
    organisations = organisations_for(user).select_related("invoice_recipient").order_by("code")
    rows = tuple(_row(organisation, user) for organisation in organisations)
    return RecipientsPage(
        rows=rows,
        hindered=sum(1 for row in rows if row.hindering),
        without_email=sum(1 for row in rows if not (row.recipient and row.recipient.email)),
        shows_all=permissions.can_view_all_invoices(user),
    )


def _row(organisation: Organisation, user) -> RecipientRow:
    recipient = getattr(organisation, "invoice_recipient", None)
    faults = body_faults(organisation, recipient)
    return RecipientRow(
        organisation=organisation,
        recipient=recipient,
        hindering=_listed(MISSING[fault.code] for fault in faults if fault.is_blocking),
        missing=_listed(MISSING[fault.code] for fault in faults if not fault.is_blocking),
        may_write=permissions.can_write_recipient(user, organisation),
    )


def _listed(words) -> str:
    """Return ``adress, referens och e-post``."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} och {last}" if first else last
