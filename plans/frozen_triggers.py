"""What makes the database itself refuse to change what has been frozen and decided, whoever asks.

The migration installs it. SQLite drops a table's triggers when a migration rebuilds the table, so a migration that
alters one of these ends with ``install``. An owner of the database can still remove the triggers: the digests tell.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from plans.triggers import missing_of

TABLES = (
    "plans_planversion",
    "plans_versionfault",
    "plans_planstep",
    "plans_decision",
    "plans_decisioncondition",
    "plans_decisioncondition_organisations",
    "plans_conditionfinding",
    "plans_protocolextract",
)
_REFUSAL = "Det som är fryst ändras inte."
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION plans_frozen_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_empty boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO is_empty;
        IF is_empty THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION 'Det som är fryst ändras inte.' USING ERRCODE = 'restrict_violation';
END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place; those that are there already are made anew."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for name, when in _triggers(connection.vendor).items():
            if connection.vendor == "postgresql":
                cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION plans_frozen_refuse()")
            else:
                cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away."""
    with connection.cursor() as cursor:
        for name, when in _triggers(connection.vendor).items():
            if connection.vendor == "postgresql":
                table = when.partition(" ON ")[2].partition(" ")[0]
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS plans_frozen_refuse()")


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of the triggers that are not in place, or are turned off."""
    return missing_of(connection, _triggers(connection.vendor))


def _triggers(vendor: str) -> dict[str, str]:
    """Return when each trigger fires, by its name. A table's own names stay under PostgreSQL's 63 characters."""
    if vendor == "postgresql":
        rows = {f"{table}_frozen": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW" for table in TABLES}
        return rows | {f"{table}_kept": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT" for table in TABLES}
    rows = {}
    for table in TABLES:
        rows[f"{table}_no_update"] = f"BEFORE UPDATE ON {table}"
        rows[f"{table}_no_delete"] = f"BEFORE DELETE ON {table}"
        # INSERT OR REPLACE removes the old row without waking the trigger on DELETE.
        is_there = f"SELECT 1 FROM {table} WHERE id = NEW.id{_same_row(table)}"  # noqa: S608 names of our own
        rows[f"{table}_no_replace"] = f"BEFORE INSERT ON {table} WHEN EXISTS ({is_there})"
    return rows


def _same_row(table: str) -> str:
    if table == "plans_decisioncondition_organisations":
        same = "decisioncondition_id = NEW.decisioncondition_id AND organisation_id = NEW.organisation_id"
        return f" OR ({same})"
    if table == "plans_planversion":
        return (
            " OR key = NEW.key OR content_digest = NEW.content_digest"
            " OR (plan_id = NEW.plan_id AND number = NEW.number)"
        )
    if table in ("plans_decision", "plans_protocolextract"):
        other = "replaces_id" if table == "plans_decision" else "decision_id"
        return f" OR key = NEW.key OR {other} = NEW.{other}"
    return " OR key = NEW.key"
