"""From a bank's file to payments: what was read travels signed by the page that shows what each row will do."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django import forms
from django.core import signing

from budgets.bank_files.entries import BankEntry, BankFileRefused, Ignored, ReadFile
from budgets.bank_files.reading import KINDS, read_entries
from budgets.bank_matching import MATCHED, Outcome, Proposal, ProposedRow, propose
from budgets.bank_storing import store_bank_file
from budgets.models import BankFile, Invoice
from budgets.money import format_amount, format_kr
from plans import permissions
from plans.models import Collaboration
from plans.sheets import MAX_BYTES
from skane_digi.cost_rules.fields import RowField
from skane_digi.invoices.form_parts import InvoiceForm
from skane_digi.invoices.payment_forms import collaborations_to_write

SALT = "skane_digi.invoices.bank_file"
KEPT_SECONDS = 24 * 60 * 60
LATEST_FILES = 8
TOO_OLD = "Uppgifterna är för gamla eller går inte att läsa. Läs in filen igen."
MARKS = {
    Outcome.PAYS: "paid",
    Outcome.PAYS_PART: "part-paid",
    Outcome.PAYS_OVER: "overdue",
    Outcome.UNKNOWN: "waiting",
    Outcome.UNNAMED: "waiting",
    Outcome.TAKEN: "credited",
}


class BankFileForm(InvoiceForm):
    """A file from the bank."""

    groups = (("", "", ("collaboration", "file")),)

    collaboration = RowField(label="Samverkan", error_messages={"required": "Välj en samverkan."})
    file = forms.FileField(
        label="Fil från banken",
        widget=forms.FileInput(attrs={"accept": KINDS}),
        help_text=f"camt.054 (.xml) eller CSV, högst {MAX_BYTES // 1024 // 1024} MB.",
        error_messages={"required": "Välj en fil.", "empty": "Filen är tom."},
    )

    def __init__(self, data=None, files=None, *, user):
        super().__init__(data, files)
        places = collaborations_to_write(user)
        self.fields["collaboration"].offer({place.slug: (place.name, place) for place in places})
        self.only = places[0] if len(places) == 1 else None
        if self.only:
            del self.fields["collaboration"]

    def clean_file(self):
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Filen är för stor: högst {MAX_BYTES // 1024 // 1024} MB går att läsa in.")
        return file

    def read(self) -> "ProposalPage":
        """Return what reading the file in would do. Raises ``BankFileRefused``."""
        place, file = self.only or self.cleaned_data["collaboration"], self.cleaned_data["file"]
        return proposal_page(place, read_entries(file.read(), file_name=file.name))

    def refuse_file(self, refusal: BankFileRefused) -> None:
        for fault in refusal.faults:
            self.add_error("file", fault)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A payment in the file, as it is shown. ``said`` is what becomes of it, ``mark`` the look of its outcome."""

    row: ProposedRow
    mark: str
    said: str

    @property
    def invoice(self) -> Invoice | None:
        return self.row.invoice

    @property
    def entry(self) -> BankEntry:
        return self.row.entry

    @property
    def outcome(self) -> str:
        return self.row.outcome.label

    @property
    def amount_text(self) -> str:
        return format_amount(self.row.entry.amount, decimals=2)


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """What reading the file in would do. ``sealed`` is what was read, ``token`` stands for what the page shows."""

    collaboration: Collaboration
    proposal: Proposal
    rows: tuple[ShownRow, ...]
    total_text: str
    matched_text: str
    waiting_text: str
    known_count: int
    button: str
    sealed: str

    @property
    def token(self) -> str:
        return self.proposal.token


def proposal_page(collaboration: Collaboration, read: ReadFile, proposal: Proposal | None = None) -> ProposalPage:
    """Return the page that shows what each row will do."""
    proposal = proposal or propose(collaboration, read)
    new = len(proposal.new)
    return ProposalPage(
        collaboration=collaboration,
        proposal=proposal,
        rows=tuple(_shown(proposal)),
        total_text=format_kr(read.total, decimals=2),
        matched_text=_sum_text(proposal.matched),
        waiting_text=_sum_text(proposal.waiting),
        known_count=len(proposal.rows) - new,
        button=f"Registrera {payments_text(new)}",
        sealed=signing.dumps(_plain(collaboration, read), salt=SALT, compress=True),
    )


def payments_text(count: int) -> str:
    return f"{count} betalning" if count == 1 else f"{count} betalningar"


def stored_text(proposal: Proposal) -> str:
    """Return in words what was done."""
    if not proposal.new:
        return "Filens alla betalningar var redan registrerade."
    waiting = len(proposal.waiting)
    end = f" {payments_text(waiting)} väntar på avprickning för hand." if waiting else " Alla är avprickade."
    return f"{payments_text(len(proposal.new))} ur {proposal.read.name} är registrerade.{end}"


def store_sealed(user, data: Mapping[str, str]) -> Proposal:
    """Store what a page has shown. Raises ``BankFileRefused`` and ``ProposalChanged``."""
    collaboration, read = opened(user, data.get("file", ""))
    return store_bank_file(collaboration=collaboration, read=read, shown=data.get("shown", ""), by=user)


def opened(user, sealed: str) -> tuple[Collaboration, ReadFile]:
    """Return what a page sealed, for one who may record payments there. Raises ``BankFileRefused``."""
    try:
        said = signing.loads(sealed, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as error:
        raise BankFileRefused(TOO_OLD) from error
    collaboration = Collaboration.objects.filter(slug=said["collaboration"]).first()
    if collaboration is None or not permissions.can_issue_invoices(user, collaboration):
        raise BankFileRefused(TOO_OLD)
    return collaboration, _read(said["file"])


def latest_files(user) -> list[BankFile]:
    """Return the files that were read in last."""
    found = BankFile.objects.filter(permissions.rows_to_write(user, permissions.READS_DRAFTS))
    return list(found.select_related("read_by")[:LATEST_FILES])


def _shown(proposal: Proposal) -> Iterator[ShownRow]:
    for row in proposal.rows:
        yield ShownRow(row, MARKS[row.outcome], _said(row))


def _said(row: ProposedRow) -> str:
    if row.outcome not in MATCHED:
        if row.outcome == Outcome.TAKEN:
            return "Registreras inte en gång till."
        return f"{row.reason} Väntar på avprickning för hand.".strip()
    if row.difference < 0:
        return f"{format_kr(-row.difference, decimals=2)} återstår att betala."
    if row.difference > 0:
        what = "Fakturan är redan betald: " if row.left <= 0 else ""
        return f"{what}{format_kr(row.difference, decimals=2)} är att återbetala."
    return "Inget återstår."


def _sum_text(rows: tuple[ProposedRow, ...]) -> str:
    return format_kr(sum((row.entry.amount for row in rows), Decimal("0.00")), decimals=2)


def _plain(collaboration: Collaboration, read: ReadFile) -> dict:
    entries = [
        {**asdict(entry), "received_on": entry.received_on.isoformat(), "amount": str(entry.amount)}
        for entry in read.entries
    ]
    return {"collaboration": collaboration.slug, "file": {**asdict(read), "entries": entries}}


def _read(said: dict) -> ReadFile:
    entries = tuple(
        BankEntry(
            **{
                **entry,
                "received_on": datetime.date.fromisoformat(entry["received_on"]),
                "amount": Decimal(entry["amount"]),
            }
        )
        for entry in said["entries"]
    )
    ignored = tuple(Ignored(**one) for one in said["ignored"])
    return ReadFile(**{**said, "entries": entries, "ignored": ignored, "accounts": tuple(said["accounts"])})
