"""What a field, or what leads to a row from elsewhere, is called in Swedish."""

from django.db import models


def word_of(field: models.Field) -> str:
    """Return the field's Swedish name; of rows that point here it is the name of those rows."""
    if field.auto_created and not field.concrete:
        return str(field.related_model._meta.verbose_name_plural)
    return str(field.verbose_name)
