from django.db import migrations

from budgets import invoice_triggers


def install(apps, schema_editor):
    invoice_triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    invoice_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change or remove an issued invoice, its files and what has been paid."""

    dependencies = [("budgets", "0004_invoices")]

    operations = [migrations.RunPython(install, remove)]
