from django.db import migrations

from budgets import rule_triggers


def install(apps, schema_editor):
    rule_triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    rule_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change a rule that a frozen version shares by."""

    dependencies = [("budgets", "0002_rules_scenarios_grants")]

    operations = [migrations.RunPython(install, remove)]
