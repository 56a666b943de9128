"""What makes the database itself refuse to change the log, whoever asks.

The migration installs it; ``verify_log`` says when it is gone. SQLite drops a table's triggers when a migration
rebuilds the table, so a migration that alters the log ends with ``install``. An owner of the database can still remove
the triggers: then the chain tells.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from plans.triggers import missing_of

_SQLITE = {
    "plans_logentry_no_update": "BEFORE UPDATE ON plans_logentry",
    "plans_logentry_no_delete": "BEFORE DELETE ON plans_logentry",
    # INSERT OR REPLACE removes the old row without waking the trigger on DELETE.
    "plans_logentry_no_replace": (
        "BEFORE INSERT ON plans_logentry WHEN EXISTS (SELECT 1 FROM plans_logentry "
        "WHERE id = NEW.id OR number = NEW.number OR digest = NEW.digest)"
    ),
    "plans_loghead_no_delete": "BEFORE DELETE ON plans_loghead",
    "plans_loghead_no_replace": "BEFORE INSERT ON plans_loghead WHEN EXISTS (SELECT 1 FROM plans_loghead)",
    "plans_loghead_forward": "BEFORE UPDATE ON plans_loghead WHEN NEW.number <= OLD.number",
}
_SQLITE_REFUSAL = "BEGIN SELECT RAISE(ABORT, 'Loggen kan bara fyllas på.'); END"
_POSTGRESQL = {
    "plans_logentry_no_change": "BEFORE UPDATE OR DELETE ON plans_logentry FOR EACH ROW",
    "plans_logentry_no_truncate": "BEFORE TRUNCATE ON plans_logentry FOR EACH STATEMENT",
    "plans_loghead_no_delete": "BEFORE DELETE ON plans_loghead FOR EACH ROW",
    "plans_loghead_no_truncate": "BEFORE TRUNCATE ON plans_loghead FOR EACH STATEMENT",
    "plans_loghead_forward": "BEFORE UPDATE ON plans_loghead FOR EACH ROW WHEN (NEW.number <= OLD.number)",
}
# An empty log may be truncated, so that a database without content can be flushed.
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION plans_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT 1 FROM plans_logentry) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'Loggen kan bara fyllas på.' USING ERRCODE = 'restrict_violation';
END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place; those that are there already are made anew."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
            for name, when in _POSTGRESQL.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION plans_log_refuse()")
        else:
            for name, when in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} {_SQLITE_REFUSAL}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, when in _POSTGRESQL.items():
                table = when.partition(" ON ")[2].partition(" ")[0]
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute("DROP FUNCTION IF EXISTS plans_log_refuse()")
        else:
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of the triggers that are not in place, or are turned off."""
    return missing_of(connection, _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)
