from django.core.management import call_command
from django.db import migrations


def create_table(apps, schema_editor):
    call_command("createcachetable", "site_cache", database=schema_editor.connection.alias, verbosity=0)


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS site_cache")


class Migration(migrations.Migration):
    """The table that counts attempts to sign in for all processes together."""

    initial = True
    dependencies = []
    operations = [migrations.RunPython(create_table, drop_table)]
