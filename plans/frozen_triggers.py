"""What makes the database itself refuse to change what has been frozen and decided, whoever asks.

The migration installs it. SQLite drops a table's triggers when a migration rebuilds the table, so a migration that
alters one of these ends with ``install``. An owner of the database can still remove the triggers: the digests tell.
"""

from plans.insert_only import InsertOnly

_KEY = (("key",),)
_frozen = InsertOnly(
    unique={
        "plans_planversion": (("key",), ("content_digest",), ("plan_id", "number")),
        "plans_versionfault": _KEY,
        "plans_planstep": _KEY,
        "plans_decision": (("key",), ("replaces_id",)),
        "plans_decisioncondition": _KEY,
        "plans_decisioncondition_organisations": (("decisioncondition_id", "organisation_id"),),
        "plans_conditionfinding": _KEY,
        "plans_protocolextract": (("key",), ("decision_id",)),
    },
    function="plans_frozen_refuse",
    refusal="Det som är fryst ändras inte.",
)
TABLES = tuple(_frozen.unique)
install, remove, missing = _frozen.install, _frozen.remove, _frozen.missing
