"""The administration's way to write: what is added, changed or deleted there is in the log, in the same transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from plans import log
from plans.editing import lock_plans
from plans.row_log import record_deletion, record_row, stored_values


@contextmanager
def writing(request) -> Iterator[None]:
    """Hold every plan while a form is read and answered, so that nobody else writes what it is compared with."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        lock_plans()
        yield


class LoggedAdmin:
    """Admin mixin, before ``WriteRules``. ``logged_fields`` are the fields that the log tells of, all unless given."""

    logged_fields: Sequence[str] = ()

    def changeform_view(self, request, *args, **kwargs):
        with writing(request):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        with writing(request):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        with writing(request):
            return super().delete_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change) -> None:
        with transaction.atomic():
            before = stored_values(obj, self.logged_fields) if change else None
            self.sign(obj, request.user)
            super().save_model(request, obj, form, change)
            record_row(row=obj, before=before, by=request.user, names=self.logged_fields)

    def save_formset(self, request, form, formset, change) -> None:
        """Save the rows shown on another row's page, and log each."""
        with transaction.atomic(), log.batch():
            formset.save(commit=False)
            for row in formset.deleted_objects:
                record_deletion(row=row, by=request.user)
                row.delete()
            for row, _ in formset.changed_objects:
                before = stored_values(row)
                row.save()
                record_row(row=row, before=before, by=request.user)
            for row in formset.new_objects:
                row.save()
                record_row(row=row, before=None, by=request.user)
            formset.save_m2m()

    def delete_model(self, request, obj) -> None:
        with transaction.atomic():
            record_deletion(row=obj, by=request.user)
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset) -> None:
        with transaction.atomic(), log.batch():
            for row in queryset:
                record_deletion(row=row, by=request.user)
            super().delete_queryset(request, queryset)
