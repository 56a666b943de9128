"""What has been issued and paid can neither be changed nor removed, in the product or in the database, whoever asks."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import UniqueConstraint

from budgets import invoice_triggers
from budgets.models import Invoice, InvoiceDocument, InvoiceRow, Invoicing, Payment, RuleSeal, Settlement
from plans import frozen_triggers
from plans.insert_only import InsertOnly
from plans.models import FrozenRowError
from plans.models.frozen import Frozen
from tests import decision_factories as decide
from tests import invoice_rows as rows

pytestmark = pytest.mark.django_db
# The seal of a rule has a guard of its own, see tests/budgets/test_rule_sealing.py.
FROZEN = [
    model
    for model in apps.get_app_config("budgets").get_models()
    if issubclass(model, Frozen) and model is not RuleSeal
]
every_table = pytest.mark.parametrize("table", invoice_triggers.TABLES)
REFUSAL = "En utställd faktura och en registrerad betalning ändras inte"


@pytest.fixture
def invoice() -> Invoice:
    """One row or more in every table."""
    return rows.make_written_rows(decide.make_version())


def columns_of(table: str) -> list[str]:
    model = next(model for model in FROZEN if model._meta.db_table == table)
    return [field.column for field in model._meta.concrete_fields]


def contents(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in cursor]


def refused(sql: str, table: str) -> None:
    """Assert that the database refuses, and that the table is as it was."""
    before = contents(table)
    assert before
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert contents(table) == before


class TestTheDatabase:
    """Issue 6: an issued invoice cannot be changed or deleted, in the product or in the database."""

    def test_every_frozen_table_is_guarded(self):
        assert {model._meta.db_table for model in FROZEN} == set(invoice_triggers.TABLES)
        assert invoice_triggers.missing(connection) == ()

    def test_a_guard_that_is_taken_away_is_missed(self, invoice):
        invoice_triggers.remove(connection)
        assert len(invoice_triggers.missing(connection)) >= 2 * len(invoice_triggers.TABLES)
        invoice_triggers.install(connection)
        assert invoice_triggers.missing(connection) == ()

    @every_table
    def test_it_refuses_to_change_a_row(self, table, invoice):
        for column in columns_of(table):
            refused(f'UPDATE {table} SET "{column}" = "{column}"', table)

    @every_table
    def test_it_refuses_to_remove_a_row(self, table, invoice):
        refused(f"DELETE FROM {table}", table)

    @every_table
    def test_it_refuses_to_put_a_row_in_place_of_another(self, table, invoice):
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", table)
            refused(f"REPLACE INTO {table} SELECT * FROM {table}", table)
            conflict = "ON CONFLICT (id) DO UPDATE SET id = excluded.id"
            refused(f"INSERT INTO {table} SELECT * FROM {table} WHERE true {conflict}", table)
        else:
            conflict = f"ON CONFLICT (id) DO UPDATE SET id = {table}.id"
            refused(f"INSERT INTO {table} SELECT * FROM {table} {conflict}", table)

    @every_table
    def test_it_refuses_to_replace_a_row_under_another_id_and_to_empty_a_table(self, table, invoice):
        """Whatever else is unique of a row goes for it: its key, its number, its place."""
        if connection.vendor == "sqlite":
            others = ", ".join(f'"{column}"' for column in columns_of(table) if column != "id")
            refused(f"INSERT OR REPLACE INTO {table} (id, {others}) SELECT id + 1000, {others} FROM {table}", table)
        else:
            refused(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE", table)

    @pytest.mark.parametrize(
        ("table", "unique"),
        [
            ("budgets_invoice", ("collaboration_id", "sequence")),
            ("budgets_invoice", ("collaboration_id", "number")),
            ("budgets_invoice", ("invoicing_id", "organisation_id", "kind", "attempt")),
            ("budgets_bankfile", ("collaboration_id", "digest")),
            ("budgets_payment", ("collaboration_id", "bank_reference")),
        ],
    )
    def test_it_refuses_to_replace_a_row_by_one_that_shares_a_single_thing_with_it(self, table, unique):
        """``REPLACE`` removes every row that the new one would be a double of, for any reason, and wakes no trigger."""
        invoicing = rows.make_invoicing()
        rows.make_invoice(invoicing)
        rows.make_bank_file()
        rows.make_payment(bank_reference="BGC-1")
        new = {"id": "id + 1000", "key": "key || 'x'", "number": "number || 'x'", "sequence": "sequence + 1000"}
        new |= {"attempt": "attempt + 1", "digest": "digest || 'x'", "bank_reference": "bank_reference || 'x'"}
        new = {name: value for name, value in new.items() if name not in unique}
        columns = columns_of(table)
        quoted = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(new.get(column, f'"{column}"') for column in columns)
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE INTO {table} ({quoted}) SELECT {values} FROM {table}", table)
        else:  # there is nothing of the kind; what there is names one uniqueness
            conflict = f"ON CONFLICT (id) DO UPDATE SET id = {table}.id"
            refused(f"INSERT INTO {table} SELECT * FROM {table} {conflict}", table)

    def test_an_empty_table_may_be_emptied(self):
        """A restore into a new database begins so."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE budgets_invoice CASCADE")
        assert not Invoice.objects.exists()

    def test_a_row_with_nothing_in_common_is_taken_in(self, invoice):
        rows.make_payment(invoice.collaboration, bank_reference="BGC-1")
        rows.make_payment(invoice.collaboration, bank_reference="BGC-2")
        rows.make_payment(invoice.collaboration)
        assert Payment.objects.count() == 4

    def test_what_an_invoice_rests_on_is_not_taken_from_under_it(self, invoice):
        """Foreign keys hold in the database too."""
        for table in ("plans_organisation", "budgets_invoicing", "plans_collaboration"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table}")
                connection.check_constraints()


class TestTheProduct:
    @pytest.mark.parametrize("model", FROZEN, ids=[model.__name__ for model in FROZEN])
    def test_the_model_and_its_rows_refuse(self, model, invoice):
        row = model.objects.first()
        name = row._meta.concrete_fields[-1].name
        for attempt in (
            row.save,
            row.delete,
            lambda: model.objects.update(**{name: getattr(row, name)}),
            lambda: model.objects.filter(pk=row.pk).delete(),
            lambda: model.objects.bulk_update([row], [name]),
            lambda: model.objects.bulk_create([row], ignore_conflicts=True),
            lambda: model.objects.bulk_create([row], update_conflicts=True, update_fields=[name], unique_fields=["id"]),
        ):
            with pytest.raises(FrozenRowError, match="fryst"):
                attempt()

    def test_neither_do_the_rows_that_lead_to_another(self, invoice):
        for related in (invoice.rows, invoice.settlements, invoice.credit_invoices):
            with pytest.raises(FrozenRowError):
                related.all().delete()
        assert InvoiceRow.objects.exists()
        assert Settlement.objects.exists()

    def test_the_files_go_with_no_invoice(self, invoice):
        with pytest.raises(FrozenRowError):
            invoice.document.delete()
        assert InvoiceDocument.objects.exists()


class TestInsertOnly:
    """``plans.insert_only``: what versions and invoices share."""

    def test_both_kinds_stand_side_by_side(self):
        """Each has a function of its own: to take one away leaves the other."""
        invoice_triggers.remove(connection)
        assert frozen_triggers.missing(connection) == ()
        invoice_triggers.install(connection)

    def test_they_may_be_put_in_place_twice(self):
        invoice_triggers.install(connection)
        assert invoice_triggers.missing(connection) == ()

    def test_its_names_fit_in_postgresql(self):
        tables = (*invoice_triggers.TABLES, *frozen_triggers.TABLES)
        assert max(len(f"{table}_no_replace") for table in tables) <= 63

    @pytest.mark.parametrize("model", FROZEN, ids=[model.__name__ for model in FROZEN])
    def test_every_uniqueness_of_a_table_is_guarded(self, model):
        """A new unique field or constraint has to be added to the triggers, or ``REPLACE`` goes through it."""
        unique = {(field.column,) for field in model._meta.concrete_fields if field.unique and field.name != "id"}
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                unique.add(tuple(model._meta.get_field(name).column for name in constraint.fields))
        assert unique == set(invoice_triggers._issued.unique[model._meta.db_table])

    def test_a_set_of_its_own_guards_its_own_tables(self):
        other = InsertOnly(
            unique={"budgets_invoicing": (("key",),)}, function="prov_refuse", refusal="Prov ändras inte."
        )
        other.install(connection)
        invoicing = rows.make_invoicing()
        for attempt in (invoicing.delete, lambda: Invoicing.objects.update(text="Ändrat")):
            with pytest.raises(DatabaseError, match="Prov ändras inte"), transaction.atomic():
                attempt()
        assert len(other.missing(connection)) == 0
        other.remove(connection)
        assert len(other.missing(connection)) >= 2
        Invoicing.objects.update(text="Ändrat")
