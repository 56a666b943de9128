from django.db import migrations

from plans import frozen_triggers


def install(apps, schema_editor):
    frozen_triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    frozen_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change or remove a frozen version and what has been decided about it."""

    dependencies = [("plans", "0008_versions_and_decisions")]

    operations = [migrations.RunPython(install, remove)]
