"""What makes the database itself refuse to change a rule that a frozen version shares by, whoever asks.

Of the rule's own row only the last day that it holds and whether it is the default may change; its weights, its
exceptions and the weighted keys behind it do not change at all, and neither does the seal. The migration installs it.
SQLite drops a table's triggers when a migration rebuilds the table, so a migration that alters one of these ends with
``install``.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from plans.triggers import missing_of

RULE, SEAL = "budgets_allocationrule", "budgets_ruleseal"
PARTS = ("budgets_partyweight", "budgets_rulelimit")
COMPONENT = "budgets_keycomponent"
OPEN_FIELDS = ("is_default", "valid_to")
FIXED_FIELDS = (
    "collaboration_id",
    "slug",
    "name",
    "description",
    "allocation_key_id",
    "base_amount",
    "rebate_above",
    "rebate_percent",
    "rounding",
    "decided_on",
    "decided_by",
    "decision_reference",
    "valid_from",
    "replaces_id",
)
_REFUSAL = "En regel som en fryst version fördelar efter ändras inte. Ersätt den med en ny."
_OPERATIONS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place; those that are there already are made anew."""
    remove(connection)
    with connection.cursor() as cursor:
        for name, (operation, table, condition) in _triggers(connection.vendor).items():
            if connection.vendor == "postgresql":
                cursor.execute(_function(name, operation, condition))
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                )
            else:
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
                )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away."""
    with connection.cursor() as cursor:
        for name, (_, table, _) in _triggers(connection.vendor).items():
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return the names of the triggers that are not in place, or are turned off."""
    return missing_of(connection, _triggers(connection.vendor))


def _triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Return the operation, the table and the condition under which each trigger refuses, by its name."""
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    changed = " OR ".join(f"NEW.{field} {differs} OLD.{field}" for field in FIXED_FIELDS)
    found = {f"{RULE}_sealed_update": ("UPDATE", RULE, f"({_sealed('OLD.id')}) AND ({changed})")}
    for table in PARTS:
        for operation, rows in _OPERATIONS.items():
            condition = " OR ".join(_sealed(f"{row}.rule_id") for row in rows)
            found[f"{table}_sealed_{operation.lower()}"] = operation, table, condition
    for operation, rows in _OPERATIONS.items():
        condition = " OR ".join(_sealed_key(f"{row}.allocation_key_id") for row in rows)
        found[f"{COMPONENT}_sealed_{operation.lower()}"] = operation, COMPONENT, condition
    for operation in ("UPDATE", "DELETE"):
        found[f"{SEAL}_no_{operation.lower()}"] = operation, SEAL, "1 = 1"
    return found


def _function(name: str, operation: str, condition: str) -> str:
    row = "OLD" if operation == "DELETE" else "NEW"
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {condition} THEN
        RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN {row};
END $$
"""


def _sealed(rule: str) -> str:
    return f"EXISTS (SELECT 1 FROM {SEAL} WHERE {SEAL}.rule_id = {rule})"  # noqa: S608 names of our own


def _sealed_key(key: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {SEAL} JOIN {RULE} ON {RULE}.id = {SEAL}.rule_id "  # noqa: S608 names of our own
        f"LEFT JOIN budgets_partyweight ON budgets_partyweight.rule_id = {RULE}.id "
        f"WHERE {RULE}.allocation_key_id = {key} OR budgets_partyweight.allocation_key_id = {key})"
    )
