"""Filters of the administration's lists."""

from django.contrib.admin import AllValuesFieldListFilter, FieldListFilter, RelatedOnlyFieldListFilter


class FilledValuesFilter(AllValuesFieldListFilter):
    """Every value that rows have; those that have none are found under words instead of an empty link."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice if choice["display"] else {**choice, "display": "Inte angivet"}


# A list's filter names only what its own rows have: those of another collaboration's draft are nobody else's business.
FieldListFilter.register(lambda field: field.remote_field, RelatedOnlyFieldListFilter, take_priority=True)
