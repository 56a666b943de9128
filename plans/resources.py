"""What of the plans can be exported and imported, and by which names a file knows the rows.

A row is known by its natural key. Of a row with a key of its own (``plans.natural_keys.Keyed``) an empty key means a
new row, or the one that ``other_ids`` point out.
"""

from collections.abc import Mapping, Sequence

from django.contrib.auth import get_user_model
from django.db import models
from import_export.resources import ModelResource, modelresource_factory

from plans.columns import Column, KeyColumn, PartColumn, ReferenceColumn, cell_for, heading_of
from plans.importing import MasterDataResource
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Collaboration,
    FocusArea,
    Goal,
    Membership,
    Organisation,
    Party,
    Plan,
    PlanSection,
    PlanYear,
    Responsibility,
    RoleAssignment,
    WatchedMatter,
)

Own = Mapping[str, str]

COLLABORATION = {"Samverkan": "slug"}
PLAN = {"Handlingsplan": "slug"}
AREA = {"Handlingsplan": "plan__slug", "Insatsområde": "slug"}
IN_PLANS_COLLABORATION = {"Handlingsplan": "collaboration__plans__slug"}
IN_COLLABORATION = {"Samverkan": "collaboration__slug"}


def resource_for(
    model: type[models.Model],
    *,
    fields: Sequence[str],
    ids: Sequence[str],
    references: Mapping[str, Own | tuple[Own, Own]] | None = None,
    other_ids: Sequence[str] = (),
    unread: Sequence[str] = (),
) -> type[ModelResource]:
    """Return the resource of ``model`` with ``fields`` as columns, in their order.

    ``references`` gives each foreign key its own columns, or a pair of those and the columns that it shares with
    another. ``ids`` and ``other_ids`` are the fields that a row is found by; ``unread`` are exported, never imported.
    """
    columns = {}
    for name in fields:
        field = model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            columns |= _reference(field, (references or {})[name], is_unread=name in unread)
            continue
        kind = KeyColumn if name == "key" else Column
        columns[name] = kind(
            attribute=name,
            column_name=heading_of(field),
            widget=cell_for(field),
            default=field.default,
            readonly=name in unread,
        )
    options = {"fields": tuple(columns), "import_id_fields": tuple(ids), "clean_model_instances": True}
    resource = modelresource_factory(model, MasterDataResource, options, columns)
    resource.other_ids = tuple(other_ids)
    return resource


def _reference(field: models.ForeignKey, named: Own | tuple[Own, Own], *, is_unread: bool) -> dict:
    own, shared = named if isinstance(named, tuple) else (named, {})
    column = ReferenceColumn(field, own, shared, readonly=is_unread)
    *parts, _ = own.items()
    found = {
        f"{field.name}__{lookup}": PartColumn(f"{field.name}__{lookup}", heading, column.cells[lookup])
        for heading, lookup in parts
    }
    return {**found, field.name: column}


RESOURCES = {
    Collaboration: resource_for(
        Collaboration, fields=("slug", "name", "strategy", "agreement", "description"), ids=("slug",)
    ),
    Organisation: resource_for(
        Organisation,
        fields=(
            "code",
            "kind",
            "name",
            "short_name",
            "slug",
            "organisation_number",
            "website",
            "county",
            "sub_region",
            "is_sub_region_confirmed",
            "tile_column",
            "tile_row",
        ),
        ids=("code",),
    ),
    Party: resource_for(
        Party,
        fields=("collaboration", "slug", "name", "position"),
        references={"collaboration": COLLABORATION},
        ids=("collaboration", "slug"),
    ),
    Body: resource_for(
        Body,
        fields=("collaboration", "slug", "name", "abbreviation", "task", "position"),
        references={"collaboration": COLLABORATION},
        ids=("collaboration", "slug"),
    ),
    Membership: resource_for(
        Membership,
        fields=("collaboration", "organisation", "party", "joined_on", "left_on"),
        references={
            "collaboration": COLLABORATION,
            "organisation": {"Organisation": "code"},
            "party": ({"Part": "slug"}, IN_COLLABORATION),
        },
        ids=("collaboration", "organisation"),
    ),
    Plan: resource_for(
        Plan,
        fields=("collaboration", "slug", "title", "subtitle", "status", "dated_on", "date_note"),
        references={"collaboration": COLLABORATION},
        ids=("slug",),
    ),
    PlanYear: resource_for(PlanYear, fields=("plan", "year"), references={"plan": PLAN}, ids=("plan", "year")),
    PlanSection: resource_for(
        PlanSection,
        fields=("plan", "slug", "heading", "place", "position", "text", "key"),
        references={"plan": PLAN},
        ids=("key",),
        other_ids=("plan", "slug"),
    ),
    WatchedMatter: resource_for(
        WatchedMatter,
        fields=("plan", "name", "description", "position", "key"),
        references={"plan": PLAN},
        ids=("key",),
    ),
    FocusArea: resource_for(
        FocusArea,
        fields=("plan", "slug", "name", "abbreviation", "table_name", "position", "background", "purpose"),
        references={"plan": PLAN},
        ids=("plan", "slug"),
    ),
    AreaLineage: resource_for(
        AreaLineage,
        fields=("plan", "kind", "predecessor", "successor", "reason", "key"),
        references={
            "plan": PLAN,
            "predecessor": {"Planen före": "plan__slug", "Område i planen före": "slug"},
            "successor": ({"Område i den här planen": "slug"}, {"Handlingsplan": "plan__slug"}),
        },
        ids=("key",),
        other_ids=("plan", "predecessor", "successor"),
    ),
    Goal: resource_for(
        Goal, fields=("focus_area", "text", "position", "key"), references={"focus_area": AREA}, ids=("key",)
    ),
    ActivityPeriod: resource_for(
        ActivityPeriod,
        fields=("focus_area", "start_year", "end_year", "introduction", "no_activities_reason", "key"),
        references={"focus_area": AREA},
        ids=("key",),
        other_ids=("focus_area", "start_year", "end_year"),
    ),
    Activity: resource_for(
        Activity,
        fields=("period", "parent", "text", "position", "key"),
        references={
            "period": {
                "Handlingsplan": "focus_area__plan__slug",
                "Insatsområde": "focus_area__slug",
                "Från år": "start_year",
                "Till år": "end_year",
            },
            "parent": {"Del av": "key"},
        },
        ids=("key",),
    ),
    Responsibility: resource_for(
        Responsibility,
        fields=("focus_area", "body", "on_behalf_of", "position"),
        references={
            "focus_area": AREA,
            "body": ({"Ansvarigt organ": "slug"}, IN_PLANS_COLLABORATION),
            "on_behalf_of": ({"På uppdrag av": "slug"}, IN_PLANS_COLLABORATION),
        },
        ids=("focus_area", "body"),
    ),
    RoleAssignment: resource_for(
        RoleAssignment,
        fields=("person", "role", "collaboration", "organisation", "granted_at", "granted_by"),
        references={
            "person": {"Konto": "username"},
            "collaboration": COLLABORATION,
            "organisation": {"Organisation": "code"},
            "granted_by": {"Given av": "username"},
        },
        ids=("person", "role", "collaboration", "organisation"),
        unread=("granted_at", "granted_by"),
    ),
    get_user_model(): resource_for(
        get_user_model(),
        fields=("username", "email", "first_name", "last_name", "is_active", "last_login"),
        ids=("username",),
        unread=("email", "last_login"),
    ),
}
