"""Workbooks for tests of imports, as a person would fill them in."""

import io

import openpyxl
from django.contrib import admin

from plans.exporting import sheet_of
from plans.importing import import_sheet
from plans.sheets import read
from plans.write_rules import RowRules


def workbook(*rows, title: str = "Blad1") -> bytes:
    """Return a workbook of one sheet. An empty row stays empty, and is counted by the spreadsheet all the same."""
    book = openpyxl.Workbook()
    book.active.title = title
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            book.active.cell(row=number, column=column, value=value)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def import_rows(model, headings, *rows, by=None, request=None, is_dry_run: bool = False):
    """Import the rows as the administration would, and return the outcome."""
    model_admin = admin.site._registry[model]
    title = sheet_of(model)
    sheet = read(workbook(headings, *rows, title=title), file_name="fil.xlsx", wanted=title)
    resource = model_admin.resource(rules=RowRules(model_admin, request), by=by, is_dry_run=is_dry_run)
    return import_sheet(sheet, resource=resource)


def table_of(model) -> set[str]:
    """Return the names of the columns that the model's file has."""
    return set(admin.site._registry[model].resource().fields)
