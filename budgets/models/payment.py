from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from budgets.models.invoice import Invoice
from plans.models import Collaboration
from plans.models.frozen import Frozen, FrozenQuerySet
from plans.natural_keys import Keyed, NaturalKeyManager


class BankFile(Keyed, Frozen):
    """A file of payments that has been read in, known by the SHA-256 of its bytes: the same one is taken once."""

    class Format(models.TextChoices):
        CAMT = "camt", "camt.054"
        CSV = "csv", "CSV"

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="bank_files", verbose_name="samverkan"
    )
    name = models.CharField("filnamn", max_length=200)
    format = models.CharField("format", max_length=10, choices=Format.choices)
    digest = models.CharField("kontrollsumma", max_length=64)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="inläst av"
    )
    read_at = models.DateTimeField("inläst", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "bankfil"
        verbose_name_plural = "bankfiler"
        ordering = ["-read_at", "-pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "digest"],
                name="bank_file_once",
                violation_error_message="Filen är redan inläst.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Payment(Keyed, Frozen):
    """Money that has come in, in kronor, or gone back where ``amount`` is negative. It is written once.

    ``reference`` is the OCR number or text as the bank gave it, ``bank_reference`` the bank's own name of the entry:
    the same one is never taken twice. One that was recorded wrongly is withdrawn by another of the opposite amount,
    which ``withdraws`` it. What it pays for is in its settlements.
    """

    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="payments", verbose_name="samverkan")
    bank_file = models.ForeignKey(
        BankFile, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="bankfil"
    )
    received_on = models.DateField("betaldag")
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2)
    reference = models.CharField("referens", max_length=140, blank=True)
    payer = models.CharField("betalare", max_length=140, blank=True)
    bank_reference = models.CharField("bankens referens", max_length=140, blank=True)
    remark = models.CharField("anmärkning", max_length=300, blank=True)
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name="återtar"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="registrerad av"
    )
    recorded_at = models.DateTimeField("registrerad", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "betalning"
        verbose_name_plural = "betalningar"
        ordering = ["-received_on", "-pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="payment_once_per_bank_reference",
                violation_error_message="Betalningen är redan registrerad.",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="payment_has_amount",
                violation_error_message="Ange ett belopp som inte är noll.",
            ),
        ]

    def __str__(self) -> str:
        return f"Betalning {self.received_on}, {self.payer or self.reference or 'okänd betalare'}"


class Settlement(Keyed, Frozen):
    """What a payment pays of one invoice, in kronor; negative where a payment is withdrawn or money goes back."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="settlements", verbose_name="betalning")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="settlements", verbose_name="faktura")
    amount = models.DecimalField("belopp", max_digits=14, decimal_places=2)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="avprickad av"
    )
    settled_at = models.DateTimeField("avprickad", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "avprickning"
        verbose_name_plural = "avprickningar"
        ordering = ["payment", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="settlement_has_amount",
                violation_error_message="Ange ett belopp som inte är noll.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.invoice}"
