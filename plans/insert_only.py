"""Tables whose rows can be added but neither changed nor removed, whoever asks: triggers on either engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from plans.triggers import missing_of

Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsertOnly:
    """A set of such tables. ``unique`` names each table's sets of columns that no two rows share, besides the id.

    ``function`` is the name of the set's own function on PostgreSQL, ``refusal`` what the database answers, in Swedish.
    A table's own name stays under PostgreSQL's 63 characters with what is added to it.
    """

    unique: Mapping[str, tuple[Columns, ...]]
    function: str
    refusal: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put every trigger in place; those that are there already are made anew."""
        self.remove(connection)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(self._postgresql_function())
            for name, when in self._triggers(connection.vendor).items():
                if connection.vendor == "postgresql":
                    cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {self.function}()")
                else:
                    cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END")

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Take every trigger away."""
        with connection.cursor() as cursor:
            for name, when in self._triggers(connection.vendor).items():
                if connection.vendor == "postgresql":
                    table = when.partition(" ON ")[2].partition(" ")[0]
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                else:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS {self.function}()")

    def missing(self, connection: BaseDatabaseWrapper) -> tuple[str, ...]:
        """Return the names of the triggers that are not in place, or are turned off."""
        return missing_of(connection, self._triggers(connection.vendor))

    def _triggers(self, vendor: str) -> dict[str, str]:
        """Return when each trigger fires, by its name."""
        if vendor == "postgresql":
            rows = {f"{table}_frozen": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW" for table in self.unique}
            return rows | {f"{table}_kept": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT" for table in self.unique}
        rows = {}
        for table, sets in self.unique.items():
            rows[f"{table}_no_update"] = f"BEFORE UPDATE ON {table}"
            rows[f"{table}_no_delete"] = f"BEFORE DELETE ON {table}"
            # INSERT OR REPLACE removes the old row without waking the trigger on DELETE.
            same = " OR ".join(_same(columns) for columns in (("id",), *sets))
            is_there = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608 names of our own
            rows[f"{table}_no_replace"] = f"BEFORE INSERT ON {table} WHEN EXISTS ({is_there})"
        return rows

    def _postgresql_function(self) -> str:
        # Names of our own.
        return f"""
CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_empty boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO is_empty;
        IF is_empty THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '{self.refusal}' USING ERRCODE = 'restrict_violation';
END $$
"""  # noqa: S608


def _same(columns: Columns) -> str:
    # An empty text is the lack of a value, which rows may share.
    return "(" + " AND ".join(f"{column} = NULLIF(NEW.{column}, '')" for column in columns) + ")"
