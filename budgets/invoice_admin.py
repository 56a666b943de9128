"""The administration of invoices: what they are issued by is kept here, what has been issued and paid is read.

What is large, an invoice's content and its files, is loaded by no page here; it has pages of its own under Fakturor.
"""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q

from budgets.invoice_resources import INVOICE_EXPORTS
from budgets.locked_admin import BudgetDataAdmin
from budgets.models import (
    BankFile,
    Invoice,
    InvoiceDocument,
    InvoiceRecipient,
    InvoiceRow,
    Invoicing,
    InvoicingTerms,
    LedgerDimension,
    Payment,
    Settlement,
)
from plans import permissions
from plans.conversation_admin import WrittenElsewhere
from plans.decision_admin import WithVersions
from plans.exchange_admin import ExchangeAdmin
from plans.write_rules import WrittenInCollaboration


class WrittenByEconomist(WrittenInCollaboration):
    """Admin of what invoices are issued by: those who work in the collaboration read it, the economist writes it."""

    writers = permissions.WRITES_COST_MODEL

    def get_queryset(self, request):
        path = self.collaboration_path.removesuffix("collaboration")
        readable = permissions.rows_to_write(request.user, permissions.READS_DRAFTS, path)
        return super().get_queryset(request).filter(readable)


@admin.register(InvoicingTerms)
class InvoicingTermsAdmin(WrittenByEconomist, BudgetDataAdmin):
    list_display = ["collaboration", "seller_name", "vat_category", "bankgiro", "plusgiro", "due_days", "first_number"]
    list_filter = ["vat_category"]
    list_select_related = ["collaboration"]
    search_fields = ["collaboration__name", "seller_name", "seller_organisation_number", "bankgiro", "plusgiro"]
    autocomplete_fields = ["collaboration"]

    def fixed_fields(self, obj: InvoicingTerms | None) -> list[str]:
        """The series of numbers stays as it began once an invoice has been issued."""
        return ["collaboration", "number_prefix", "first_number"] if self._has_invoices(obj) else []

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and not self._has_invoices(obj)

    def _has_invoices(self, terms: InvoicingTerms | None) -> bool:
        return bool(terms and terms.pk) and Invoice.objects.filter(collaboration=terms.collaboration_id).exists()


@admin.register(LedgerDimension)
class LedgerDimensionAdmin(WrittenByEconomist, BudgetDataAdmin):
    collaboration_path = "terms__collaboration"
    list_display = ["number", "name", "source", "fixed_value", "terms"]
    list_filter = ["terms__collaboration", "source"]
    list_select_related = ["terms__collaboration"]
    search_fields = ["number", "name", "fixed_value"]
    autocomplete_fields = ["terms"]


@admin.register(InvoiceRecipient)
class InvoiceRecipientAdmin(BudgetDataAdmin):
    list_display = ["organisation", "address", "postal_code", "city", "reference", "email", "endpoint"]
    list_filter = ["organisation__kind"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "organisation__code", "city", "reference", "email", "endpoint"]
    autocomplete_fields = ["organisation"]

    def fixed_fields(self, obj: InvoiceRecipient | None) -> list[str]:
        return ["organisation"] if obj and obj.pk else []

    def refusal(self, user, obj: InvoiceRecipient) -> str:
        if user is None or permissions.can_write_recipient(user, obj.organisation):
            return super().refusal(user, obj)
        return f"Du har ingen roll som får skriva vart {obj.organisation} tar sina fakturor."


@admin.register(Invoicing)
class InvoicingAdmin(WithVersions, admin.ModelAdmin):
    related = ("made_by",)
    list_display = ["version", "period", "basis", "issued_on", "due_on", "made_by", "made_at"]
    list_filter = ["version__plan", "year", "issued_on", "due_on"]
    search_fields = ["version__plan__title", "version__plan__slug", "year", "text", "key"]

    @admin.display(description="del av året", ordering="year")
    def period(self, invoicing: Invoicing) -> str:
        return invoicing.period_text


class WithInvoices(WrittenElsewhere):
    """Admin of rows that are written where invoices are issued, sent and paid.

    ``holder`` is the lookup, with its underscores, to the row that names the collaboration; ``invoices`` are those to
    invoices, and ``related`` those to what else a row names.
    """

    holder = "invoice__"
    invoices: ClassVar[tuple[str, ...]] = ("invoice",)
    related: ClassVar[tuple[str, ...]] = ()

    def of_readers(self, user) -> Q:
        return permissions.rows_to_write(user, permissions.READS_DRAFTS, self.holder)

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related(*self.invoices, *self.related)
        return rows.defer(*(f"{path}__content" for path in self.invoices))


class ExportedOnly(ExchangeAdmin):
    """Admin of rows that go out in files and are never read from them."""

    resources = INVOICE_EXPORTS
    is_importable = False


@admin.register(Invoice)
class InvoiceAdmin(WithInvoices, ExportedOnly, admin.ModelAdmin):
    invoices = ("credits",)
    related = ("collaboration", "organisation", "issued_by")
    ordering = ["-issued_at", "-pk"]
    list_display = [
        "number",
        "kind",
        "organisation",
        "issued_on",
        "due_on",
        "payable_amount",
        "credits",
        "issued_by_name",
    ]
    list_filter = ["collaboration", "kind", "invoicing__version__plan", "invoicing__year", "organisation", "issued_on"]
    search_fields = ["number", "ocr", "organisation__name", "organisation__code", "reason", "key"]
    exclude = ["content", "invoicing"]
    readonly_fields = ["key", "round"]

    def of_readers(self, user) -> Q:
        return permissions.visible_invoices(user)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

    @admin.display(description="omgång")
    def round(self, invoice: Invoice) -> str:
        rounds = Invoicing.objects.select_related("version__plan")
        return str(rounds.defer("version__content", "version__allocation", "version__pdf").get(pk=invoice.invoicing_id))


@admin.register(InvoiceRow)
class InvoiceRowAdmin(WithInvoices, ExportedOnly, admin.ModelAdmin):
    related = ("invoice__organisation",)
    ordering = ["-invoice__issued_at", "-invoice", "position"]
    list_display = ["invoice", "organisation", "position", "area", "year", "amount"]
    list_filter = ["invoice__collaboration", "invoice__kind", "year", "invoice__organisation"]
    search_fields = ["invoice__number", "invoice__organisation__name", "area", "area_slug", "text"]

    @admin.display(description="organisation", ordering="invoice__organisation")
    def organisation(self, row: InvoiceRow) -> str:
        return str(row.invoice.organisation)


@admin.register(InvoiceDocument)
class InvoiceDocumentAdmin(WithInvoices, admin.ModelAdmin):
    ordering = ["-made_at", "-pk"]
    list_display = ["invoice", "made_at", "pdf_digest", "xml_digest"]
    list_filter = ["invoice__collaboration", "made_at"]
    search_fields = ["invoice__number", "pdf_digest", "xml_digest"]
    fields = ["invoice", "made_at", "pdf_digest", "xml_digest"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("pdf", "xml")


@admin.register(BankFile)
class BankFileAdmin(WithInvoices, admin.ModelAdmin):
    holder, invoices = "", ()
    related = ("collaboration", "read_by")
    list_display = ["name", "format", "collaboration", "read_by", "read_at"]
    list_filter = ["collaboration", "format", "read_at"]
    search_fields = ["name", "digest", "key"]


@admin.register(Payment)
class PaymentAdmin(WithInvoices, ExportedOnly, admin.ModelAdmin):
    holder, invoices = "", ()
    related = ("collaboration", "bank_file", "withdraws", "recorded_by")
    list_display = ["received_on", "amount", "payer", "reference", "bank_file", "withdraws", "recorded_by"]
    list_filter = ["collaboration", "received_on", "recorded_at"]
    search_fields = ["reference", "payer", "bank_reference", "remark", "key"]


@admin.register(Settlement)
class SettlementAdmin(WithInvoices, ExportedOnly, admin.ModelAdmin):
    related = ("payment", "settled_by")
    ordering = ["-settled_at", "-pk"]
    list_display = ["invoice", "payment", "amount", "settled_by", "settled_at"]
    list_filter = ["invoice__collaboration", "settled_at"]
    search_fields = ["invoice__number", "payment__reference", "payment__payer", "key"]
