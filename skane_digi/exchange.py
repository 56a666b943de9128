"""Export and import of master data from the command line: the administration's own, without its pages."""

from collections.abc import Mapping
from pathlib import Path

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from plans import sheets
from plans.exchange_admin import ExchangeAdmin
from plans.exporting import export_rows, sheet_of
from plans.import_outcome import UNCHANGED, ImportOutcome
from plans.importing import import_sheet
from plans.write_rules import RowRules


class UnknownModel(Exception):
    """There is no such master data; the text names what there is, in Swedish."""


class UnknownAccount(Exception):
    """No account has the address."""


def exchangeable() -> dict[str, ExchangeAdmin]:
    """Return the administration's class by model name, ``organisation``, for all that is exported."""
    registered = {model._meta.model_name: model_admin for model, model_admin in admin.site._registry.items()}
    return {name: found for name, found in sorted(registered.items()) if isinstance(found, ExchangeAdmin)}


def importable() -> dict[str, ExchangeAdmin]:
    """Return the administration's class by model name for all that is imported."""
    return {name: found for name, found in exchangeable().items() if found.is_importable}


def find_model_admin(name: str, known: Mapping[str, ExchangeAdmin]) -> ExchangeAdmin:
    """Return the administration's class, among ``known``, of the model with that name. Raises ``UnknownModel``."""
    if found := known.get(name.lower().rpartition(".")[2]):
        return found
    raise UnknownModel(f"Det finns inga uppgifter som heter ”{name}”. De som finns: {', '.join(known)}.")


def export_file(name: str, *, file_format: str) -> bytes:
    """Return a file with every row. Raises ``UnknownModel`` and ``sheets.FileRefused``."""
    model_admin = find_model_admin(name, exchangeable())
    rows = model_admin.model._default_manager.all()
    return export_rows(rows, resource=model_admin.resource(), file_format=file_format)


def import_file(name: str, path: Path, *, is_dry_run: bool, email: str = "") -> ImportOutcome:
    """Import a file as the account with the address ``email``, or else as the system, which is bound by locks alone.

    Raises ``UnknownModel``, ``UnknownAccount``, ``sheets.FileRefused`` and ``OSError``.
    """
    model_admin = find_model_admin(name, importable())
    request = _request_of(email) if email else None
    sheet = sheets.read(path.read_bytes(), file_name=path.name, wanted=sheet_of(model_admin.model))
    rules = RowRules(model_admin, request)
    return import_sheet(sheet, resource=model_admin.resource(rules=rules, by=rules.user, is_dry_run=is_dry_run))


def answer(outcome: ImportOutcome, *, is_dry_run: bool) -> Mapping[str, object]:
    """Return the outcome as plain data for a program to read."""
    return {
        "sheet": outcome.sheet,
        "dry_run": is_dry_run,
        "saved": outcome.is_saved,
        "counts": dict(outcome.counts),
        "faults": [
            {
                "sheet": fault.sheet,
                "row": fault.row,
                "column": fault.column or None,
                "letter": fault.letter or None,
                "message": fault.message,
            }
            for fault in outcome.faults
        ],
        "rows": [
            {
                "row": row.number,
                "state": row.state,
                "name": row.name,
                "changes": {
                    cell.column: {"before": cell.before, "after": cell.after} for cell in row.cells if cell.is_changed
                },
            }
            for row in outcome.rows
            if row.state != UNCHANGED
        ],
    }


def _request_of(email: str) -> HttpRequest:
    request = HttpRequest()
    request.user = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    if request.user is None:
        raise UnknownAccount(f"Det finns inget konto i bruk med adressen {email}.")
    return request
