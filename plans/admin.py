"""The administration of collaborations, organisations and plans."""

from django.contrib import admin
from django.db.models import Q

from plans import conversation_admin, decision_admin, permissions  # noqa: F401 the two register what they read
from plans.exchange_admin import ExchangeAdmin
from plans.list_filters import FilledValuesFilter
from plans.logged_admin import LoggedAdmin
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Collaboration,
    FocusArea,
    Goal,
    LogEntry,
    Membership,
    Organisation,
    Party,
    Plan,
    PlanSection,
    PlanVersion,
    PlanYear,
    Responsibility,
    WatchedMatter,
)
from plans.resources import RESOURCES
from plans.seen_form import SeenAdmin
from plans.write_rules import LockedWithPlan, WriteRules, WrittenInCollaboration


class MasterDataAdmin(SeenAdmin, LoggedAdmin, ExchangeAdmin, WriteRules, admin.ModelAdmin):
    """Admin of rows that are exported, imported and logged, and that no form overwrites unseen."""

    list_per_page = 50
    resources = RESOURCES


@admin.register(Collaboration)
class CollaborationAdmin(WrittenInCollaboration, MasterDataAdmin):
    collaboration_path = ""
    list_display = ["name", "agreement", "strategy"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Party)
class PartyAdmin(WrittenInCollaboration, MasterDataAdmin):
    list_display = ["name", "collaboration", "position"]
    list_filter = ["collaboration"]
    list_select_related = ["collaboration"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["collaboration"]


@admin.register(Body)
class BodyAdmin(WrittenInCollaboration, MasterDataAdmin):
    list_display = ["name", "abbreviation", "task", "collaboration", "position"]
    list_filter = ["collaboration"]
    list_select_related = ["collaboration"]
    search_fields = ["name", "abbreviation", "slug"]
    autocomplete_fields = ["collaboration"]


@admin.register(Organisation)
class OrganisationAdmin(MasterDataAdmin):
    list_display = ["name", "code", "kind", "organisation_number", "county"]
    list_filter = ["kind", ("sub_region", FilledValuesFilter), "county"]
    search_fields = ["name", "short_name", "code", "organisation_number"]

    def fixed_fields(self, obj: Organisation | None) -> list[str]:
        """Versions name by code those who are to decide, and conditions go by their kind."""
        return ["code", "kind"] if obj and obj.code in PlanVersion.objects.deciding_codes() else []

    def has_delete_permission(self, request, obj=None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and not (obj and obj.code in PlanVersion.objects.deciding_codes())


@admin.register(Membership)
class MembershipAdmin(WrittenInCollaboration, MasterDataAdmin):
    list_display = ["organisation", "collaboration", "party", "joined_on", "left_on"]
    list_filter = ["collaboration", "party"]
    list_select_related = ["organisation", "collaboration", "party"]
    search_fields = ["organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation", "collaboration", "party"]

    def has_delete_permission(self, request, obj=None) -> bool:
        """Who shares the cost of a sent plan stays; a member that leaves gets a last day instead."""
        return super().has_delete_permission(request, obj) and not (obj and (obj.sent_years() or self._decides(obj)))

    def _decides(self, membership: Membership) -> bool:
        versions = PlanVersion.objects.filter(plan__collaboration=membership.collaboration_id)
        return membership.organisation.code in versions.deciding_codes()


class PlanYearInline(SeenAdmin, admin.TabularInline):
    model = PlanYear
    extra = 0


class PlanSectionInline(SeenAdmin, admin.StackedInline):
    model = PlanSection
    extra = 0
    show_change_link = True


class WatchedMatterInline(SeenAdmin, admin.TabularInline):
    model = WatchedMatter
    extra = 0


@admin.register(Plan)
class PlanAdmin(LockedWithPlan, MasterDataAdmin):
    plan_path = ""
    list_display = ["title", "slug", "status", "dated_on", "collaboration"]
    list_filter = ["status", "collaboration"]
    list_select_related = ["collaboration"]
    search_fields = ["title", "slug"]
    autocomplete_fields = ["collaboration"]
    inlines = [PlanYearInline, PlanSectionInline, WatchedMatterInline]

    def fixed_fields(self, obj: Plan | None) -> list[str]:
        """A status is a decision, not a field to type in."""
        return ["status"]


@admin.register(PlanYear)
class PlanYearAdmin(LockedWithPlan, MasterDataAdmin):
    list_display = ["year", "plan"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["year", "plan__title", "plan__slug"]
    autocomplete_fields = ["plan"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("plan")


@admin.register(PlanSection)
class PlanSectionAdmin(LockedWithPlan, MasterDataAdmin):
    list_display = ["heading", "plan", "place", "position"]
    list_filter = ["plan", "place"]
    list_select_related = ["plan"]
    search_fields = ["heading", "text"]
    autocomplete_fields = ["plan"]


@admin.register(WatchedMatter)
class WatchedMatterAdmin(LockedWithPlan, MasterDataAdmin):
    list_display = ["name", "plan", "position"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "description"]
    autocomplete_fields = ["plan"]


class GoalInline(SeenAdmin, admin.TabularInline):
    model = Goal
    extra = 0


class ActivityPeriodInline(SeenAdmin, admin.StackedInline):
    model = ActivityPeriod
    extra = 0
    show_change_link = True


@admin.register(FocusArea)
class FocusAreaAdmin(LockedWithPlan, MasterDataAdmin):
    list_display = ["name", "abbreviation", "plan", "position"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "abbreviation", "slug"]
    autocomplete_fields = ["plan"]
    inlines = [GoalInline, ActivityPeriodInline]


@admin.register(AreaLineage)
class AreaLineageAdmin(LockedWithPlan, MasterDataAdmin):
    list_display = ["plan", "kind", "predecessor", "successor"]
    list_filter = ["plan", "kind"]
    list_select_related = ["plan", "predecessor", "successor"]
    search_fields = ["predecessor__name", "successor__name"]
    autocomplete_fields = ["plan", "predecessor", "successor"]

    def get_queryset(self, request):
        """Leave out what comes from a plan under revision that is not the reader's to see."""
        earlier = permissions.visible_plans(request.user, Plan, "predecessor__plan__")
        return super().get_queryset(request).filter(Q(predecessor=None) | earlier)


@admin.register(Goal)
class GoalAdmin(LockedWithPlan, MasterDataAdmin):
    plan_path = "focus_area__plan"
    list_display = ["text", "focus_area", "plan", "position"]
    list_filter = ["focus_area__plan"]
    list_select_related = ["focus_area__plan"]
    search_fields = ["text", "focus_area__name"]
    autocomplete_fields = ["focus_area"]

    @admin.display(description="handlingsplan", ordering="focus_area__plan")
    def plan(self, goal: Goal) -> Plan:
        return goal.focus_area.plan


class ActivityInline(SeenAdmin, admin.TabularInline):
    """The period's activities; their sub-activities have pages of their own."""

    model = Activity
    extra = 0
    fields = ["text", "position"]
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).top_level()


@admin.register(ActivityPeriod)
class ActivityPeriodAdmin(LockedWithPlan, MasterDataAdmin):
    plan_path = "focus_area__plan"
    list_display = ["heading", "focus_area", "plan"]
    list_filter = ["focus_area__plan", "start_year"]
    list_select_related = ["focus_area__plan"]
    search_fields = ["focus_area__name", "focus_area__plan__slug", "start_year"]
    autocomplete_fields = ["focus_area"]
    inlines = [ActivityInline]

    @admin.display(description="handlingsplan", ordering="focus_area__plan")
    def plan(self, period: ActivityPeriod) -> Plan:
        return period.focus_area.plan


@admin.register(Activity)
class ActivityAdmin(LockedWithPlan, MasterDataAdmin):
    plan_path = "period__focus_area__plan"
    list_display = ["text", "period", "focus_area", "parent", "position"]
    list_filter = ["period__focus_area__plan", "period__start_year"]
    list_select_related = ["period__focus_area__plan", "parent"]
    search_fields = ["text", "period__focus_area__name"]
    autocomplete_fields = ["period", "parent"]

    @admin.display(description="insatsområde", ordering="period__focus_area")
    def focus_area(self, activity: Activity) -> FocusArea:
        return activity.period.focus_area


@admin.register(Responsibility)
class ResponsibilityAdmin(LockedWithPlan, MasterDataAdmin):
    plan_path = "focus_area__plan"
    list_display = ["focus_area", "body", "on_behalf_of", "plan", "position"]
    list_filter = ["focus_area__plan", "body"]
    list_select_related = ["focus_area__plan", "body", "on_behalf_of"]
    search_fields = ["focus_area__name", "body__name"]
    autocomplete_fields = ["focus_area", "body", "on_behalf_of"]

    @admin.display(description="handlingsplan", ordering="focus_area__plan")
    def plan(self, responsibility: Responsibility) -> Plan:
        return responsibility.focus_area.plan


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):
    """The log can be read, searched and filtered. Nobody adds to it, changes it or removes from it here."""

    list_display = ["number", "at", "actor_name", "action", "subject_name", "plan_slug"]
    list_filter = ["action", "plan_slug", "subject", "at"]
    search_fields = ["actor_name", "subject_name", "subject_key", "plan_slug", "digest"]
    fields = [
        "number",
        "at",
        "actor_name",
        "actor",
        "action",
        "subject_name",
        "plan_slug",
        "in_words",
        "subject",
        "subject_key",
        "previous_digest",
        "digest",
    ]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).filter(permissions.log_to_read(request.user, Plan))

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    @admin.display(description="vad som ändrades")
    def in_words(self, entry: LogEntry) -> str:
        return "\n".join(entry.words) or "–"
