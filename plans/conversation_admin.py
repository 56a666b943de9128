"""Comments and referrals in the administration, where they are read. They are written in the workspace."""

from django.contrib import admin
from django.db.models import Q

from plans import permissions
from plans.models import Comment, CommentThread, Referral, ReferralAnswer


class WrittenElsewhere:
    """Admin of rows that nobody adds to, changes or removes here. They are read by those who work on the plan.

    ``plan_path`` is the lookup from a row to its plan.
    """

    plan_path = "plan"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).filter(self.of_readers(request.user))

    def of_readers(self, user) -> Q:
        """Return the condition for the rows that ``user`` may read."""
        return permissions.rows_to_write(user, permissions.READS_DRAFTS, f"{self.plan_path}__")

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(CommentThread)
class CommentThreadAdmin(WrittenElsewhere, admin.ModelAdmin):
    list_display = ["subject_name", "field", "plan", "organisation", "opened_by", "opened_at", "resolved_at"]
    list_filter = ["plan", "organisation", "opened_at", "resolved_at"]
    list_select_related = ["plan", "organisation", "opened_by"]
    search_fields = ["subject_name", "comments__text", "comments__author_name"]


@admin.register(Comment)
class CommentAdmin(WrittenElsewhere, admin.ModelAdmin):
    plan_path = "thread__plan"
    list_display = ["text", "thread", "author_name", "organisation", "written_at"]
    list_filter = ["thread__plan", "organisation", "written_at"]
    list_select_related = ["thread", "organisation"]
    search_fields = ["text", "author_name", "thread__subject_name"]


@admin.register(Referral)
class ReferralAdmin(WrittenElsewhere, admin.ModelAdmin):
    list_display = ["plan", "opened_at", "opened_by", "due_on", "closed_at", "log_number"]
    list_filter = ["plan", "due_on", "closed_at"]
    list_select_related = ["plan", "opened_by"]
    search_fields = ["plan__title", "plan__slug", "message"]


@admin.register(ReferralAnswer)
class ReferralAnswerAdmin(WrittenElsewhere, admin.ModelAdmin):
    plan_path = "referral__plan"
    list_display = ["organisation", "kind", "referral", "answered_on", "registry_number", "recorded_by"]
    list_filter = ["referral__plan", "kind", "answered_on"]
    list_select_related = ["organisation", "referral__plan", "recorded_by"]
    search_fields = ["organisation__name", "organisation__code", "text", "registry_number"]
