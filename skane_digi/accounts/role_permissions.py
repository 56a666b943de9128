"""What a role may do in the administration, as Django's permissions.

Nothing is stored: the permissions follow from the roles that a person has at the moment. Which rows they reach is said
by ``plans.permissions`` and by the administration's own classes.
"""

from functools import cache

from django.apps import apps
from django.contrib.auth.backends import BaseBackend
from django.db.models import Model

from plans.permissions import roles_of
from plans.roles import Role

MASTER_DATA = ("collaboration", "party", "body", "organisation", "membership")
BUDGET_MASTER_DATA = (
    "fundingform",
    "allocationkey",
    "keycomponent",
    "keyfigureset",
    "keyfigure",
    "allocationrule",
    "partyweight",
    "rulelimit",
    "invoicingterms",
    "ledgerdimension",
    "invoicerecipient",
)
ROLES = ("roleassignment",)
WRITE = ("add", "change", "delete")


def _models(app_label: str) -> list[type[Model]]:
    return list(apps.get_app_config(app_label).get_models())


def _names(models: list[type[Model]], actions: tuple[str, ...]) -> set[str]:
    return {
        f"{model._meta.app_label}.{action}_{model._meta.model_name}"
        for model in models
        for action in actions
        if action in model._meta.default_permissions
    }


@cache
def permissions_of(role: str) -> frozenset[str]:
    """Return the names of Django's permissions, ``"plans.change_goal"``, that ``role`` carries."""
    plan_models, budget_models = _models("plans"), _models("budgets")
    in_plans = [model for model in plan_models if model._meta.model_name not in (*MASTER_DATA, *ROLES)]
    in_budgets = [model for model in budget_models if model._meta.model_name not in BUDGET_MASTER_DATA]
    reads = _names([model for model in plan_models + budget_models if model._meta.model_name not in ROLES], ("view",))
    reads_accounts = {
        *_names([model for model in plan_models if model._meta.model_name in ROLES], ("view",)),
        *_names(_models("skane_digi"), ("view",)),
        "auth.view_user",
    }
    match role:
        case Role.ADMINISTRATOR:
            writes = _names(plan_models + budget_models, WRITE)
            return frozenset(reads | reads_accounts | writes | {"auth.change_user"})
        case Role.EDITOR | Role.CHAIR:
            return frozenset(reads | _names(in_plans + in_budgets, WRITE))
        case Role.ECONOMIST:
            return frozenset(reads | _names(budget_models, WRITE))
        case Role.AUDITOR:
            return frozenset(reads | reads_accounts)
    return frozenset()


class RolePermissions(BaseBackend):
    """Gives each account the permissions of its roles."""

    def get_group_permissions(self, user_obj, obj=None) -> set[str]:
        if obj is not None:
            return set()
        return {name for role in roles_of(user_obj) for name in permissions_of(role)}

    def has_module_perms(self, user_obj, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.get_group_permissions(user_obj))
