"""Export of rows to a file that can be imported again."""

from django.db import models
from django.utils.text import capfirst, slugify

from plans import sheets
from plans.importing import MasterDataResource


def export_rows(rows: models.QuerySet, *, resource: MasterDataResource, file_format: str) -> bytes:
    """Return a file with ``rows`` in their order, in columns named in Swedish. Raises ``sheets.FileRefused``."""
    table = resource.export(rows.select_related(*resource.paths).defer(*resource.unloaded))
    return sheets.write(table, columns=resource.columns, name=sheet_of(rows.model), file_format=file_format)


def sheet_of(model: type[models.Model]) -> str:
    """Return the name of the sheet that holds the model's rows: ``Organisationer``."""
    return sheets.sheet_name(capfirst(str(model._meta.verbose_name_plural)))


def file_name(model: type[models.Model], file_format: str) -> str:
    return f"{slugify(model._meta.verbose_name_plural)}.{file_format}"
