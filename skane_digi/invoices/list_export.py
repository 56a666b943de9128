"""Follow-up as files: the invoices that were asked for, and the sums of organisations and areas."""

from collections.abc import Sequence
from dataclasses import dataclass

from import_export.resources import Resource

from plans import permissions, sheets
from plans.columns import Column, DayCell, MomentCell, MoneyCell, TextCell, WholeCell
from skane_digi.invoices.list_page import shows_bodies
from skane_digi.invoices.list_rows import ListRow
from skane_digi.invoices.sums_page import AreaSum, OrganisationSum


@dataclass(frozen=True, slots=True)
class ExportFile:
    name: str
    content: bytes
    content_type: str


class FileResource(Resource):
    """A resource whose columns say how they are written."""

    @property
    def sheet_columns(self) -> list[sheets.SheetColumn]:
        return [sheets.SheetColumn(field.column_name, field.widget.kind) for field in self.fields.values()]


class InvoiceRowResource(FileResource):
    """What a body gets of its invoices; amounts of a credit invoice are negative."""

    number = Column("invoice__number", "Nummer", widget=TextCell())
    kind = Column("invoice__get_kind_display", "Slag", widget=TextCell())
    ocr = Column("invoice__ocr", "OCR-nummer", widget=TextCell())
    year = Column("invoice__invoicing__year", "År", widget=WholeCell())
    period = Column("period_text", "Period", widget=TextCell())
    issued_on = Column("invoice__issued_on", "Fakturadatum", widget=DayCell())
    due_on = Column("invoice__due_on", "Förfallodag", widget=DayCell())
    amount = Column("amount", "Belopp, kr", widget=MoneyCell())
    credited = Column("standing__credited", "Krediterat, kr", widget=MoneyCell())
    paid = Column("standing__paid", "Betalt, kr", widget=MoneyCell())
    left = Column("standing__left", "Kvar, kr", widget=MoneyCell())
    days_late = Column("standing__days_late", "Dagar försenad", widget=WholeCell())
    status = Column("standing__status__label", "Läge", widget=TextCell())
    corrects = Column("corrects", "Krediterar", widget=TextCell())
    reason = Column("invoice__reason", "Skäl", widget=TextCell())


class SeveralBodiesResource(InvoiceRowResource):
    """With whose each invoice is, for one who reads those of several bodies."""

    code = Column("organisation__code", "Kod", widget=TextCell())
    organisation = Column("organisation__name", "Organisation", widget=TextCell())


class SgdRowResource(SeveralBodiesResource):
    """With when each was sent and reminded of, too."""

    sent_at = Column("sent_at", "Skickad", widget=MomentCell())
    reminded_at = Column("reminded_at", "Påmind senast", widget=MomentCell())
    issued_by = Column("invoice__issued_by_name", "Utställd av", widget=TextCell())


class OrganisationSumResource(FileResource):
    code = Column("code", "Kod", widget=TextCell())
    name = Column("name", "Organisation", widget=TextCell())
    year = Column("year", "År", widget=WholeCell())
    invoiced = Column("sums__invoiced", "Fakturerat, kr", widget=MoneyCell())
    credited = Column("sums__credited", "Krediterat, kr", widget=MoneyCell())
    paid = Column("sums__paid", "Betalt, kr", widget=MoneyCell())
    left = Column("sums__left", "Kvar, kr", widget=MoneyCell())
    overdue = Column("sums__overdue", "Förfallet, kr", widget=MoneyCell())


class AreaSumResource(FileResource):
    slug = Column("slug", "Kortnamn", widget=TextCell())
    area = Column("area", "Insatsområde", widget=TextCell())
    year = Column("year", "År", widget=WholeCell())
    invoiced = Column("invoiced", "Fakturerat utan moms, kr", widget=MoneyCell())
    credited = Column("credited", "Krediterat utan moms, kr", widget=MoneyCell())
    net = Column("net", "Netto utan moms, kr", widget=MoneyCell())


def list_file(user, rows: Sequence[ListRow], every: Sequence[ListRow], *, file_format: str) -> ExportFile:
    """Return ``rows`` as a file of ``file_format``, one of ``sheets.FORMATS``. Raises ``sheets.FileRefused``.

    The columns do not follow from which rows were asked for, but from ``every`` invoice that the reader may see.
    """
    if permissions.can_view_all_invoices(user):
        resource = SgdRowResource()
    else:
        resource = SeveralBodiesResource() if shows_bodies(user, every) else InvoiceRowResource()
    return _file(resource, rows, "Fakturor", "fakturor", file_format)


def organisation_sums_file(sums: Sequence[OrganisationSum], *, file_format: str) -> ExportFile:
    """Return the sums of organisations and years as a file. Raises ``sheets.FileRefused``."""
    return _file(OrganisationSumResource(), sums, "Summor", "fakturor-summor", file_format)


def area_sums_file(sums: Sequence[AreaSum], *, file_format: str) -> ExportFile:
    """Return the sums of focus areas and years as a file. Raises ``sheets.FileRefused``."""
    return _file(AreaSumResource(), sums, "Insatsområden", "fakturor-insatsomraden", file_format)


def _file(resource, rows: Sequence, sheet: str, stem: str, file_format: str) -> ExportFile:
    table = resource.export(list(rows))
    content = sheets.write(
        table, columns=resource.sheet_columns, name=sheets.sheet_name(sheet), file_format=file_format
    )
    return ExportFile(f"{stem}.{file_format}", content, sheets.CONTENT_TYPES[file_format])
