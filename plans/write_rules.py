"""Who may write which rows: asked by the administration's forms and by every import alike.

An administration class says its rules in three methods; Django's forms and ``RowRules`` both follow from them. Without
a user it is the system that asks, which is bound by the locks and by nothing else.
"""

from collections.abc import Iterable, Mapping

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models

from plans import permissions
from plans.models import Collaboration, Plan


class WriteRules:
    """Admin mixin: every row may be written by whoever has the model's permission."""

    def refusal(self, user, obj: models.Model) -> str:
        """Return why ``user`` may not write the row where it stands, in Swedish; empty where they may."""
        return ""

    def open_places(self, name: str, user) -> models.QuerySet | None:
        """Return the rows that the foreign key ``name`` of a new or moved row may point to, ``None`` for all."""
        return None

    def fixed_fields(self, obj: models.Model | None) -> Iterable[str]:
        """Return the fields that nobody writes here: what they hold follows from something else."""
        return ()

    def sign(self, obj: models.Model, user) -> None:
        """Fill in what the row says of whoever writes it."""

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.fixed_fields(obj)]

    def has_change_permission(self, request, obj=None) -> bool:
        may_write = super().has_change_permission(request, obj)
        return may_write and not (obj and self.refusal(request.user, obj))

    def has_delete_permission(self, request, obj=None) -> bool:
        may_write = super().has_delete_permission(request, obj)
        return may_write and not (obj and self.refusal(request.user, obj))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer no row of a locked plan, nor of one that someone else writes, as the place of a new or moved one."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        places = self.open_places(db_field.name, request.user)
        if field is not None and places is not None:
            field.queryset = field.queryset.filter(pk__in=places.order_by().values("pk"))
        return field


class LockedWithPlan(WriteRules):
    """Admin of rows that may not be added to, changed in or deleted from a plan that has been sent for decision.

    ``plan_path`` is the lookup from a row to its plan, empty for the plan itself. Rows shown on a locked row's page
    are read-only with it. Rows are shown to those who may see their plan, and written by the ``writers`` of its
    collaboration.
    """

    plan_path = "plan"
    writers = permissions.WRITES_PLANS

    def plan_of(self, obj: models.Model) -> Plan:
        for name in filter(None, self.plan_path.split("__")):
            obj = getattr(obj, name)
        return obj

    def is_locked(self, obj: models.Model) -> bool:
        return self.plan_of(obj).is_locked

    def refusal(self, user, obj: models.Model) -> str:
        plan = self.plan_of(obj)
        if self.is_locked(obj):
            return f"{plan} är skickad för beslut. Det som hör till den kan varken läggas till eller ändras."
        if user is not None and not permissions.has_role(user, self.writers, plan.collaboration_id):
            return f"Du har ingen roll som får skriva i {plan}."
        return ""

    def open_places(self, name: str, user) -> models.QuerySet | None:
        first, _, rest = self.plan_path.partition("__")
        if not first and name == "collaboration" and user is not None and not user.is_superuser:
            return Collaboration.objects.filter(pk__in=permissions.collaborations_with(user, self.writers))
        if name != first:
            return super().open_places(name, user)
        path = f"{rest}__" if rest else ""
        places = self.model._meta.get_field(name).related_model._default_manager.exclude(
            **{f"{path}status__in": Plan.PUBLIC_STATUSES}
        )
        return places if user is None else places.filter(permissions.rows_to_write(user, self.writers, path))

    def get_queryset(self, request):
        path = f"{self.plan_path}__" if self.plan_path else ""
        return super().get_queryset(request).filter(permissions.visible_plans(request.user, Plan, path))


class WrittenInCollaboration(WriteRules):
    """Admin of rows that belong to a collaboration and are written by the ``writers`` in it. Others read them.

    ``collaboration_path`` is the lookup from a row to its collaboration, empty for the collaboration itself.
    """

    collaboration_path = "collaboration"
    writers = permissions.MANAGES_MASTER_DATA

    def refusal(self, user, obj: models.Model) -> str:
        if reason := super().refusal(user, obj):
            return reason
        for name in filter(None, self.collaboration_path.split("__")):
            obj = getattr(obj, name)
        if user is None or permissions.has_role(user, self.writers, obj):
            return ""
        return f"Du har ingen roll som får skriva i {obj}."

    def open_places(self, name: str, user) -> models.QuerySet | None:
        first, _, rest = self.collaboration_path.partition("__")
        places = super().open_places(name, user)
        if name != first or user is None or user.is_superuser:
            return places
        if places is None:
            places = self.model._meta.get_field(name).related_model._default_manager.all()
        path = f"{rest}__pk__in" if rest else "pk__in"
        return places.filter(**{path: permissions.collaborations_with(user, self.writers)})


class RowRules:
    """The rules of one administration class for rows that are imported. ``request`` is ``None`` for the system."""

    def __init__(self, model_admin: WriteRules, request=None):
        self.model_admin, self.request = model_admin, request
        self.user = request.user if request else None
        self.places: dict[str, frozenset[int] | None] = {}

    def faults(self, row: models.Model, stored: Mapping[str, object] | None) -> dict[str, str]:
        """Return by field name why the row may not be saved so; ``stored`` is what it held by attribute."""
        if reason := self._refusal(row, stored):
            return {NON_FIELD_ERRORS: reason}
        found = {}
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.primary_key or (stored is not None and stored[field.attname] == value):
                continue
            if isinstance(field, models.ForeignKey) and value is not None and not self._is_open(field.name, value):
                found[field.name] = self._why_closed(row)
        for name in self.model_admin.fixed_fields(row if stored else None):
            field = row._meta.get_field(name)
            held = stored[field.attname] if stored else field.get_default()
            if getattr(row, field.attname) != held:
                found[name] = f"Fältet ändras inte här. Lämna det som det är, {_word(field, held)}."
        return found

    def _refusal(self, row: models.Model, stored: Mapping[str, object] | None) -> str:
        admin, request = self.model_admin, self.request
        names = row._meta
        if stored is None:
            may_add = request is None or admin.has_add_permission(request)
            return "" if may_add else f"Du får inte lägga till {names.verbose_name_plural} här."
        before = type(row)(**{"pk": row.pk, **stored})
        if reason := admin.refusal(self.user, before):
            return reason
        may_change = request is None or admin.has_change_permission(request, before)
        return "" if may_change else f"Du får inte ändra den här raden bland {names.verbose_name_plural}."

    def sign(self, row: models.Model) -> None:
        """Fill in what a new row says of whoever writes it."""
        self.model_admin.sign(row, self.user)

    def _is_open(self, name: str, pk: int) -> bool:
        if name not in self.places:
            places = self.model_admin.open_places(name, self.user)
            self.places[name] = None if places is None else frozenset(places.values_list("pk", flat=True))
        places = self.places[name]
        return places is None or pk in places

    def _why_closed(self, row: models.Model) -> str:
        return self.model_admin.refusal(self.user, row) or "Här kan raden inte läggas."


def _word(field: models.Field, value: object) -> object:
    return dict(field.choices or ()).get(value, value)
