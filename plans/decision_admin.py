"""Versions, the steps towards a decision, and the decisions themselves in the administration, where they are read.

What is large, a version's text, shares and PDF and the files, is loaded by no page here; it has pages of its own.
"""

from typing import ClassVar

from django.contrib import admin

from plans import permissions
from plans.conversation_admin import WrittenElsewhere
from plans.models import (
    ConditionFinding,
    Decision,
    DecisionCondition,
    DecisionRound,
    LetterChoice,
    PaperText,
    PlanStep,
    PlanVersion,
    ProtocolExtract,
    VersionFault,
)
from plans.roles import Role

LARGE = ("content", "allocation", "pdf")


class WithVersions(WrittenElsewhere):
    """Admin of rows that point to versions, along ``versions``. ``related`` are the lookups to what else they name."""

    plan_path = "version__plan"
    versions: ClassVar[tuple[str, ...]] = ("version",)
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related(*(f"{path}__plan" for path in self.versions), *self.related)
        return rows.defer(*(f"{path}__{name}" for path in self.versions for name in LARGE))


@admin.register(PlanVersion)
class PlanVersionAdmin(WithVersions, admin.ModelAdmin):
    plan_path = "plan"
    versions = ("replaces",)
    related = ("plan", "round", "frozen_by")
    ordering = ["-frozen_at", "-pk"]
    list_display = ["plan", "number", "kind", "state_text", "frozen_at", "frozen_by_name", "fingerprint_text"]
    list_filter = ["plan", "kind", "round__state", "frozen_at"]
    search_fields = ["plan__title", "plan__slug", "content_digest", "pdf_digest", "reason", "frozen_by_name"]
    fields = [
        "plan",
        "number",
        "kind",
        "state_text",
        "reason",
        "replaces",
        "frozen_at",
        "frozen_by_name",
        "frozen_by",
        "member_codes",
        "log_number",
        "fingerprint_text",
        "content_digest",
        "allocation_digest",
        "pdf_digest",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*LARGE)

    @admin.display(description="läge")
    def state_text(self, version: PlanVersion) -> str:
        return version.round.get_state_display()

    @admin.display(description="fingeravtryck")
    def fingerprint_text(self, version: PlanVersion) -> str:
        return version.fingerprint


@admin.register(VersionFault)
class VersionFaultAdmin(WithVersions, admin.ModelAdmin):
    list_display = ["text", "where", "version", "code", "reason"]
    list_filter = ["version__plan", "code"]
    search_fields = ["text", "where", "code", "reason", "version__plan__title"]


@admin.register(DecisionRound)
class DecisionRoundAdmin(WithVersions, admin.ModelAdmin):
    versions = ("version", "consents_from")
    related = ("plan",)
    list_display = ["version", "state", "wanted_on", "needs_all", "consents_from"]
    list_filter = ["plan", "state", "needs_all", "wanted_on"]
    search_fields = ["plan__title", "plan__slug"]


@admin.register(PlanStep)
class PlanStepAdmin(WithVersions, admin.ModelAdmin):
    plan_path = "plan"
    related = ("plan", "body", "taken_by")
    ordering = ["-taken_at", "-pk"]
    list_display = ["plan", "kind", "version", "body", "taken_on", "paragraph", "taken_by_name", "taken_at"]
    list_filter = ["plan", "kind", "body", "taken_at"]
    search_fields = ["plan__title", "plan__slug", "case_number", "paragraph", "comment", "taken_by_name"]


@admin.register(Decision)
class DecisionAdmin(WithVersions, admin.ModelAdmin):
    related = ("organisation", "recorded_by")
    ordering = ["-recorded_at", "-pk"]
    list_display = ["organisation", "instance", "outcome", "stage", "decided_on", "version", "replaces", "recorded_at"]
    list_filter = ["version__plan", "outcome", "stage", "organisation", "decided_on"]
    search_fields = ["organisation__name", "organisation__code", "instance", "paragraph", "case_number", "comment"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("replaces__organisation")


@admin.register(DecisionCondition)
class DecisionConditionAdmin(WithVersions, admin.ModelAdmin):
    plan_path = "decision__version__plan"
    versions = ("decision__version",)
    related = ("decision__organisation",)
    list_display = ["decision", "kind", "text", "position"]
    list_filter = ["decision__version__plan", "kind", "decision__organisation"]
    search_fields = ["text", "decision__organisation__name", "decision__organisation__code"]


@admin.register(ConditionFinding)
class ConditionFindingAdmin(WithVersions, admin.ModelAdmin):
    plan_path = "condition__decision__version__plan"
    versions = ("condition__decision__version",)
    related = ("condition__decision__organisation", "found_by")
    list_display = ["condition", "organisation", "is_met", "reason", "found_by_name", "found_at"]
    list_filter = ["condition__decision__version__plan", "is_met", "found_at"]
    search_fields = ["reason", "found_by_name", "condition__text", "condition__decision__organisation__name"]

    @admin.display(description="organisation")
    def organisation(self, finding: ConditionFinding) -> str:
        return str(finding.condition.decision.organisation)


@admin.register(ProtocolExtract)
class ProtocolExtractAdmin(WithVersions, admin.ModelAdmin):
    plan_path = "decision__version__plan"
    versions = ("decision__version",)
    related = ("decision__organisation",)
    list_display = ["name", "decision", "size", "digest"]
    list_filter = ["decision__version__plan", "decision__organisation"]
    search_fields = ["name", "digest", "decision__organisation__name", "decision__organisation__code"]
    fields = ["decision", "name", "size", "digest"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(PaperText)
class PaperTextAdmin(WrittenElsewhere, admin.ModelAdmin):
    """To read: the chair words the papers on a page of their own."""

    list_display = ["slot", "kind", "collaboration"]
    list_filter = ["collaboration", "kind", "slot"]
    list_select_related = ["collaboration"]
    search_fields = ["slot", "text"]

    def of_readers(self, user):
        return permissions.rows_to_write(user, permissions.READS_DRAFTS)


@admin.register(LetterChoice)
class LetterChoiceAdmin(WrittenElsewhere, admin.ModelAdmin):
    """To read, for those who may read accounts: everyone chooses for themselves."""

    list_display = ["person", "wants_reminders"]
    list_filter = ["wants_reminders"]
    list_select_related = ["person"]
    search_fields = ["person__email", "person__first_name", "person__last_name"]

    def get_queryset(self, request):
        return super().get_queryset(request).distinct()

    def of_readers(self, user):
        roles = {Role.ADMINISTRATOR, Role.AUDITOR}
        return permissions.rows_to_write(user, roles, "person__role_assignments__")
