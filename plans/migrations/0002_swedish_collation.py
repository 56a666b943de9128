from django.contrib.postgres.operations import CreateCollation
from django.db import migrations


class Migration(migrations.Migration):
    """The Swedish alphabet on PostgreSQL; SQLite gets it with each connection (plans.collation)."""

    dependencies = [("plans", "0001_initial")]

    operations = [CreateCollation("sv_se", provider="icu", locale="sv-SE")]
