"""The administration of accounts and their roles, and what the site has made and sent, which is only read.

Accounts are made by invitation and never deleted, only shut off.
"""

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as socialaccount_admin
from allauth.usersessions import admin as usersessions_admin
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django_tasks_db import admin as tasks_admin

from budgets.invoice_admin import WithInvoices
from plans import log, permissions
from plans.admin import MasterDataAdmin
from plans.conversation_admin import WrittenElsewhere
from plans.decision_admin import WithVersions
from plans.models import LogEntry, ReminderLetter, RoleAssignment
from plans.roles import Role
from plans.write_rules import WrittenInCollaboration
from skane_digi.invoices.occasions import AGAIN, ORIGINAL, REMINDER
from skane_digi.models import (
    GrantLetter,
    Invitation,
    InvitedRole,
    InvoiceBatch,
    InvoiceBatchItem,
    InvoiceSending,
    Paper,
    PaperBatch,
)
from skane_digi.reminders.occasions import words_of

SECOND_FACTOR = "andra faktorn"

# What these register on import is either told here instead, holds secrets that no page should show, or is the machinery
# of the background, which says nothing to those who work here: how far an order has come is in its own rows.
REPLACED = (auth_admin, account_admin, mfa_admin, socialaccount_admin, usersessions_admin, tasks_admin)
for model in list(admin.site._registry):
    if model._meta.app_config.name in {module.__package__ for module in REPLACED}:
        admin.site.unregister(model)


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(WrittenInCollaboration, MasterDataAdmin):
    """Roles are given and taken back in the collaborations that one administers; the others' are not even seen."""

    writers = frozenset({Role.ADMINISTRATOR})
    list_display = ["person", "role", "organisation", "collaboration", "granted_at", "granted_by"]
    list_filter = ["role", "collaboration"]
    list_select_related = ["person", "organisation", "collaboration", "granted_by"]
    search_fields = ["person__first_name", "person__last_name", "person__email", "organisation__name"]
    autocomplete_fields = ["person", "organisation"]
    readonly_fields = ["granted_at", "granted_by"]

    def get_queryset(self, request):
        readers = {Role.ADMINISTRATOR, Role.AUDITOR}
        return super().get_queryset(request).filter(permissions.rows_to_write(request.user, readers))

    def has_change_permission(self, request, obj=None) -> bool:
        """A role is given or taken back; who gave it and when then stays true."""
        return super().has_change_permission(request, obj) and obj is None

    def sign(self, obj, user) -> None:
        obj.granted_by = user


@admin.register(get_user_model())
class AccountAdmin(MasterDataAdmin):
    """Names, and whether the account may be used. Roles have pages of their own, so that each is dated and signed."""

    list_display = ["email", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "role_assignments__role"]
    search_fields = ["email", "username", "first_name", "last_name"]
    fields = ["email", "first_name", "last_name", "is_active", "last_login", "date_joined"]
    readonly_fields = ["email", "last_login", "date_joined"]
    actions = ["remove_second_factor"]
    logged_fields = ["email", "first_name", "last_name", "is_active"]

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """A superuser's account is for superusers, and nobody shuts the door behind themselves.

        An administrator of one collaboration leaves the accounts with roles only in others alone.
        """
        may_change = super().has_change_permission(request, obj)
        if not may_change or obj is None or request.user.is_superuser:
            return may_change and (obj is None or obj.pk != request.user.pk)
        own = permissions.collaborations_with(request.user, {Role.ADMINISTRATOR})
        theirs = set(obj.role_assignments.values_list("collaboration", flat=True))
        return not obj.is_superuser and obj.pk != request.user.pk and theirs <= own

    @admin.action(description="Ta bort andra faktorn (tappad telefon)", permissions=["change"])
    def remove_second_factor(self, request, queryset) -> None:
        accounts = [account for account in queryset if self.has_change_permission(request, account)]
        with transaction.atomic(), log.batch():
            for account in accounts:
                self._remove_factors(account, by=request.user)
        names = ", ".join(account.email or account.username for account in accounts) or "inget konto"
        messages.info(request, f"Andra faktorn är borttagen för: {names}.")

    def _remove_factors(self, account, *, by) -> None:
        factors = Authenticator.objects.filter(user=account)
        kinds = sorted(factor.get_type_display() for factor in factors)
        if kinds:
            factors.delete()
            changes = {"before": {SECOND_FACTOR: kinds}, "after": {SECOND_FACTOR: []}}
            log.record(action=LogEntry.Action.CHANGED, subject=account, by=by, **changes)


class InvitedRoleInline(admin.TabularInline):
    model = InvitedRole
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("collaboration", "organisation")


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """To read: invitations are made, sent again and withdrawn on their own page."""

    list_display = ["email", "state_text", "invited_by", "invited_at", "expires_at", "accepted_at", "accepted_by"]
    list_select_related = ["invited_by", "accepted_by"]
    search_fields = ["email"]
    fields = [
        "email",
        "invited_by",
        "invited_at",
        "sent_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
        "withdrawn_at",
    ]
    inlines = [InvitedRoleInline]

    @admin.display(description="läge")
    def state_text(self, invitation: Invitation) -> str:
        return invitation.state

    def get_queryset(self, request):
        invitations = super().get_queryset(request)
        if request.user.is_superuser:
            return invitations
        own = permissions.collaborations_with(request.user, {Role.ADMINISTRATOR, Role.AUDITOR})
        return invitations.filter(roles__collaboration__in=own).distinct()

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(ReminderLetter)
class ReminderLetterAdmin(WithVersions, admin.ModelAdmin):
    related = ("organisation", "person")
    ordering = ["-claimed_at", "-pk"]
    list_display = ["organisation", "address", "occasion_text", "version", "claimed_at", "sent_at", "fault"]
    list_filter = ["version__plan", "organisation", "claimed_at", "sent_at"]
    search_fields = ["address", "organisation__name", "organisation__code", "fault", "key"]
    fields = [
        "key",
        "version",
        "organisation",
        "person",
        "address",
        "occasion_text",
        "claimed_at",
        "sent_at",
        "fault",
    ]
    readonly_fields = ["key"]

    @admin.display(description="tillfälle", ordering="occasion")
    def occasion_text(self, letter: ReminderLetter) -> str:
        return words_of(letter.occasion)


class ReadWithDrafts:
    """Admin of what the site has made and sent for a plan or a grant: it is read by all who read drafts."""

    def has_view_permission(self, request, obj=None) -> bool:
        return permissions.can_enter_administration(request.user)

    def has_module_permission(self, request) -> bool:
        return permissions.can_enter_administration(request.user)


@admin.register(GrantLetter)
class GrantLetterAdmin(ReadWithDrafts, WrittenElsewhere, admin.ModelAdmin):
    plan_path = "duty__agreement"
    ordering = ["-claimed_at", "-pk"]
    list_display = ["duty", "address", "occasion_text", "claimed_at", "sent_at", "fault"]
    list_filter = ["duty__agreement", "claimed_at", "sent_at"]
    list_select_related = ["duty"]
    search_fields = ["address", "duty__name", "duty__agreement__name", "fault", "key"]
    fields = ["key", "duty", "person", "address", "occasion_text", "claimed_at", "sent_at", "fault"]
    readonly_fields = ["key"]

    @admin.display(description="tillfälle", ordering="occasion")
    def occasion_text(self, letter: GrantLetter) -> str:
        return words_of(letter.occasion)


@admin.register(PaperBatch)
class PaperBatchAdmin(ReadWithDrafts, WithVersions, admin.ModelAdmin):
    related = ("ordered_by",)
    list_display = ["version", "total", "ordered_by", "ordered_at", "finished_at", "fault"]
    list_filter = ["version__plan", "ordered_at", "finished_at"]
    search_fields = ["version__plan__title", "version__plan__slug", "ordered_by__email", "key", "fault"]


@admin.register(Paper)
class PaperAdmin(ReadWithDrafts, WithVersions, admin.ModelAdmin):
    plan_path = "batch__version__plan"
    versions = ("batch__version",)
    related = ("organisation",)
    list_display = ["name", "organisation", "batch", "made_at"]
    list_filter = ["batch__version__plan", "organisation", "made_at"]
    search_fields = ["name", "organisation__name", "organisation__code", "batch__key"]
    fields = ["name", "organisation", "batch", "made_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(InvoiceBatch)
class InvoiceBatchAdmin(ReadWithDrafts, WithInvoices, admin.ModelAdmin):
    invoices = ()
    related = ("ordered_by",)
    list_display = ["kind", "ordered_by", "ordered_at", "worked_at"]
    list_filter = ["kind", "invoicing__version__plan", "ordered_at"]
    search_fields = ["key", "ordered_by__email", "items__invoice__number"]
    fields = ["key", "kind", "ordered_by", "ordered_at", "worked_at"]
    readonly_fields = ["key"]

    def of_readers(self, user) -> Q:
        own = InvoiceBatchItem.objects.filter(super().of_readers(user)).order_by()
        return Q(pk__in=own.values("batch"))


@admin.register(InvoiceBatchItem)
class InvoiceBatchItemAdmin(ReadWithDrafts, WithInvoices, admin.ModelAdmin):
    related = ("batch",)
    ordering = ["-batch__ordered_at", "-batch", "invoice__sequence"]
    list_display = ["invoice", "batch", "claimed_at", "done_at", "fault"]
    list_filter = ["batch__kind", "invoice__collaboration", "done_at"]
    search_fields = ["invoice__number", "batch__key", "fault"]


@admin.register(InvoiceSending)
class InvoiceSendingAdmin(ReadWithDrafts, WithInvoices, admin.ModelAdmin):
    related = ("invoice__organisation", "ordered_by")
    ordering = ["-claimed_at", "-pk"]
    list_display = ["invoice", "organisation", "occasion_text", "channel", "address", "claimed_at", "sent_at", "fault"]
    list_filter = ["invoice__collaboration", "channel", "outcome", "claimed_at", "sent_at"]
    search_fields = ["invoice__number", "invoice__organisation__name", "address", "fault", "key"]
    readonly_fields = ["key"]

    @admin.display(description="tillfälle", ordering="occasion")
    def occasion_text(self, sending: InvoiceSending) -> str:
        what, _, number = sending.occasion.partition("-")
        return {ORIGINAL: "fakturan", AGAIN: f"på nytt, gång {number}", REMINDER: f"påminnelse {number}"}[what]

    @admin.display(description="organisation", ordering="invoice__organisation")
    def organisation(self, sending: InvoiceSending) -> str:
        return str(sending.invoice.organisation)
