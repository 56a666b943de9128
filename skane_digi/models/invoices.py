from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from budgets.models import Invoice, Invoicing
from plans.natural_keys import new_key


class InvoiceBatch(models.Model):
    """Work on many invoices in the background: making their files, or sending them. Each item is done by itself.

    A batch has no progress of its own: how far it has come is counted from its items.
    """

    class Kind(models.TextChoices):
        MAKE = "make", "gör filer"
        SEND = "send", "skicka med e-post"
        REMIND = "remind", "skicka betalningspåminnelser"

    key = models.SlugField("nyckel", max_length=32, unique=True, default=new_key, editable=False)
    kind = models.CharField("slag", max_length=10, choices=Kind.choices)
    invoicing = models.ForeignKey(
        Invoicing, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name="omgång"
    )
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="beställd av"
    )
    ordered_at = models.DateTimeField("beställd", default=timezone.now)
    worked_at = models.DateTimeField("senast arbetad med", null=True, blank=True)

    class Meta:
        verbose_name = "arbete med fakturor"
        verbose_name_plural = "arbeten med fakturor"
        ordering = ["-ordered_at", "-pk"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()}, {self.ordered_at:%Y-%m-%d %H:%M}"


class InvoiceBatchItem(models.Model):
    """One invoice in a batch. A worker claims it before it begins; a claim that is too old may be taken over."""

    batch = models.ForeignKey(InvoiceBatch, models.PROTECT, related_name="items", verbose_name="arbete")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="batch_items", verbose_name="faktura")
    claimed_at = models.DateTimeField("påbörjad", null=True, blank=True)
    done_at = models.DateTimeField("klar", null=True, blank=True)
    fault = models.CharField("fel", max_length=500, blank=True)

    class Meta:
        verbose_name = "faktura i ett arbete"
        verbose_name_plural = "fakturor i arbeten"
        ordering = ["batch", "invoice__sequence"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["batch", "invoice"], name="invoice_once_in_batch")]

    def __str__(self) -> str:
        return f"{self.invoice}: {'klar' if self.done_at else self.fault or 'väntar'}"


class InvoiceSending(models.Model):
    """One time that an invoice went out, or was about to: claimed and committed before the letter is handed over.

    ``occasion`` is ``original``, ``reminder-1`` …, ``again-1`` …; an invoice has each once. A row without ``sent_at``
    and ``fault`` is either on its way or was cut off, and then nobody but a human can tell whether it arrived:
    ``outcome`` is what that human found.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "e-post"
        OTHER = "other", "på annat sätt"

    class Outcome(models.TextChoices):
        ARRIVED = "arrived", "kom fram"
        LOST = "lost", "kom inte fram"

    key = models.SlugField("nyckel", max_length=32, unique=True, default=new_key, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="sendings", verbose_name="faktura")
    occasion = models.CharField("tillfälle", max_length=20)
    channel = models.CharField("sätt", max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    address = models.CharField("adress", max_length=254, blank=True)
    claimed_at = models.DateTimeField("påbörjad", default=timezone.now)
    sent_at = models.DateTimeField("skickad", null=True, blank=True)
    fault = models.CharField("fel vid sändning", max_length=300, blank=True)
    outcome = models.CharField("vad som hände", max_length=10, choices=Outcome.choices, blank=True)
    remark = models.CharField("anmärkning", max_length=300, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="skickad av"
    )

    class Meta:
        verbose_name = "sändning av faktura"
        verbose_name_plural = "sändningar av fakturor"
        ordering = ["invoice", "claimed_at", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "occasion"], name="invoice_sending_once_per_occasion"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(fault=""),
                name="invoice_sending_sent_or_refused",
                violation_error_message="En sändning som har gått har inget fel.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, {self.occasion}"
