from django.db import migrations

from plans import log_triggers


def install(apps, schema_editor):
    log_triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    log_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change or remove what the log says."""

    dependencies = [("plans", "0003_log")]

    operations = [migrations.RunPython(install, remove)]
