"""Filters of the administration's lists."""

from django.contrib.admin import AllValuesFieldListFilter


class FilledValuesFilter(AllValuesFieldListFilter):
    """Every value that rows have; those that have none are found under words instead of an empty link."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice if choice["display"] else {**choice, "display": "Inte angivet"}
