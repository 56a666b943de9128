import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce, Round
from django.utils import timezone

from budgets.models.invoicing import LONGEST_TEXT, Invoicing, InvoicingTerms
from plans.models import Collaboration, Organisation
from plans.models.frozen import Frozen, FrozenQuerySet
from plans.natural_keys import Keyed, NaturalKeyManager

MOST_ROWS = 200


class InvoiceQuerySet(FrozenQuerySet):
    def without_content(self):
        """Leave out what is large."""
        return self.defer("content")

    def originals(self):
        return self.filter(kind=Invoice.Kind.INVOICE)

    def credit_invoices(self):
        return self.filter(kind=Invoice.Kind.CREDIT)

    def with_credited(self):
        """Add ``credited``: what has been credited of each, without VAT."""
        # SQLite adds in binary fractions.
        total = Coalesce(Sum("credit_invoices__net_amount"), Decimal(0), output_field=models.DecimalField())
        return self.annotate(credited=Round(total, precision=2))


class Invoice(Keyed, Frozen):
    """An issued invoice or credit invoice. It is written once; a credit invoice corrects it.

    ``number`` is the series' letters and ``sequence``, which has neither gaps nor doubles in a collaboration.
    ``content`` is ``budgets.invoice_content.InvoiceContent`` as canonical JSON: the whole invoice, from which its PDF
    and its XML are made. Amounts are kronor and positive, also those of a credit invoice; ``payable_amount`` is
    ``net_amount + vat_amount + rounding_amount``. ``attempt`` counts the invoices, or the credit invoices, that the
    same organisation has had in the round: a new invoice may follow when the one before has been credited in full.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "faktura"
        CREDIT = "credit", "kreditfaktura"

    kind = models.CharField("slag", max_length=10, choices=Kind.choices, default=Kind.INVOICE)
    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="invoices", verbose_name="samverkan")
    invoicing = models.ForeignKey(Invoicing, models.PROTECT, related_name="invoices", verbose_name="omgång")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invoices", verbose_name="organisation")
    attempt = models.PositiveSmallIntegerField("försök", default=1)
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credit_invoices", verbose_name="krediterar"
    )
    sequence = models.PositiveIntegerField("löpnummer")
    number = models.CharField("fakturanummer", max_length=20)
    ocr = models.CharField("OCR-nummer", max_length=25)
    issued_on = models.DateField("fakturadatum")
    due_on = models.DateField("förfallodag")
    vat_category = models.CharField("moms", max_length=1, choices=InvoicingTerms.VatCategory.choices)
    net_amount = models.DecimalField("belopp utan moms", max_digits=14, decimal_places=2)
    vat_amount = models.DecimalField("moms", max_digits=14, decimal_places=2, default=Decimal(0))
    rounding_amount = models.DecimalField("öresutjämning", max_digits=14, decimal_places=2, default=Decimal(0))
    payable_amount = models.DecimalField("att betala", max_digits=14, decimal_places=2)
    reason = models.CharField("skäl", max_length=LONGEST_TEXT, blank=True)
    content = models.TextField("innehåll")
    content_digest = models.CharField("innehållets kontrollsumma", max_length=64)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="utställd av"
    )
    issued_by_name = models.CharField("vem som ställde ut", max_length=300)
    issued_at = models.DateTimeField("utställd", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(InvoiceQuerySet)()

    class Meta:
        verbose_name = "faktura"
        verbose_name_plural = "fakturor"
        ordering = ["collaboration", "sequence"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "sequence"], name="invoice_sequence_once"),
            models.UniqueConstraint(fields=["collaboration", "number"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["invoicing", "organisation", "kind", "attempt"],
                name="invoice_once_per_organisation",
                violation_error_message="Organisationen har redan en faktura i omgången.",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits__isnull=True) | Q(kind="credit", credits__isnull=False),
                name="invoice_credit_refers",
                violation_error_message="En kreditfaktura hänvisar till den faktura som den rättar.",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice") | ~Q(reason=""),
                name="invoice_credit_has_reason",
                violation_error_message="Skriv varför fakturan krediteras.",
            ),
            models.CheckConstraint(
                # SQLite adds in binary fractions.
                condition=Q(
                    payable_amount=Round(F("net_amount") + F("vat_amount") + F("rounding_amount"), precision=2)
                ),
                name="invoice_amounts_add_up",
                violation_error_message="Belopp, moms och öresutjämning är tillsammans det som ska betalas.",
            ),
            models.CheckConstraint(
                condition=Q(net_amount__gt=0, vat_amount__gte=0, payable_amount__gte=0, sequence__gte=1),
                name="invoice_amounts_positive",
                violation_error_message="En fakturas belopp är större än noll.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()} {self.number}"

    @property
    def is_credited_in_full(self) -> bool:
        """Whether nothing is left of it. The invoice comes from ``with_credited``."""
        return self.credited >= self.net_amount

    @property
    def is_credit(self) -> bool:
        return self.kind == self.Kind.CREDIT


class InvoiceRow(Frozen):
    """One row of an issued invoice: what an organisation pays of a focus area one year, in kronor without VAT."""

    NATURAL_KEY = ("invoice__key", "position")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="rows", verbose_name="faktura")
    position = models.PositiveSmallIntegerField("rad")
    area = models.CharField("insatsområde", max_length=200, blank=True)
    area_slug = models.CharField("insatsområdets kortnamn", max_length=80, blank=True)
    year = models.PositiveSmallIntegerField("verksamhetsår")
    text = models.CharField("text", max_length=400)
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "fakturarad"
        verbose_name_plural = "fakturarader"
        ordering = ["invoice", "position"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_row_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="invoice_row_positive",
                violation_error_message="En rads belopp är större än noll.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, rad {self.position}"

    def natural_key(self) -> tuple:
        return self.invoice.key, self.position


class InvoiceDocument(Frozen):
    """The invoice as it was sent: its PDF, with the XML inside, and the XML, each with its SHA-256."""

    NATURAL_KEY = ("invoice__key",)

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="document", verbose_name="faktura")
    pdf = models.BinaryField("PDF")
    pdf_digest = models.CharField("PDF-filens kontrollsumma", max_length=64)
    xml = models.BinaryField("XML")
    xml_digest = models.CharField("XML-filens kontrollsumma", max_length=64)
    made_at = models.DateTimeField("gjord", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "fakturans filer"
        verbose_name_plural = "fakturors filer"
        ordering = ["invoice"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"Filer till {self.invoice}"

    def natural_key(self) -> tuple:
        return (self.invoice.key,)


def is_overdue(due_on: datetime.date, day: datetime.date) -> bool:
    """Whether something due on ``due_on`` is late on ``day``: it may be paid through its last day."""
    return due_on < day
