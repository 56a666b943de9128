"""The site of the administration: entered by role, and by the same sign-in as everything else."""

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from plans.permissions import can_enter_administration

GROUPS = (
    (
        "samverkan",
        "Samverkan och organisationer",
        ("plans.collaboration", "plans.organisation", "plans.party", "plans.membership", "plans.body"),
    ),
    (
        "planer",
        "Handlingsplaner",
        (
            "plans.plan",
            "plans.planyear",
            "plans.plansection",
            "plans.focusarea",
            "plans.arealineage",
            "plans.goal",
            "plans.activityperiod",
            "plans.activity",
            "plans.responsibility",
            "plans.watchedmatter",
            "plans.commentthread",
            "plans.comment",
            "plans.referral",
            "plans.referralanswer",
        ),
    ),
    (
        "beslut",
        "Versioner och beslut",
        (
            "plans.planversion",
            "plans.versionfault",
            "plans.planstep",
            "plans.decisionround",
            "plans.decision",
            "plans.decisioncondition",
            "plans.conditionfinding",
            "plans.protocolextract",
            "plans.papertext",
            "skane_digi.paperbatch",
            "skane_digi.paper",
            "plans.reminderletter",
        ),
    ),
    (
        "budget",
        "Budget och kostnader",
        (
            "budgets.budgetline",
            "budgets.budgetstatement",
            "budgets.fundingform",
            "budgets.tablenote",
            "budgets.noteplacement",
            "budgets.printedfigure",
        ),
    ),
    (
        "kostnadsregler",
        "Kostnadsregler och nyckeltal",
        (
            "budgets.allocationrule",
            "budgets.partyweight",
            "budgets.rulelimit",
            "budgets.costbasis",
            "budgets.figurechoice",
            "budgets.ruleuse",
            "budgets.ruleseal",
            "budgets.allocationkey",
            "budgets.keycomponent",
            "budgets.keyfigureset",
            "budgets.keyfigure",
            "budgets.scenario",
        ),
    ),
    (
        "statsbidrag",
        "Statsbidrag",
        (
            "budgets.grantagreement",
            "budgets.grantarea",
            "budgets.grantamount",
            "budgets.grantshare",
            "budgets.grantcondition",
            "budgets.grantduty",
            "budgets.grantmeasure",
            "budgets.grantfunding",
            "skane_digi.grantletter",
        ),
    ),
    (
        "fakturor",
        "Fakturor",
        (
            "budgets.invoicing",
            "budgets.invoice",
            "budgets.invoicerow",
            "budgets.invoicedocument",
            "skane_digi.invoicebatch",
            "skane_digi.invoicebatchitem",
            "skane_digi.invoicesending",
            "budgets.payment",
            "budgets.settlement",
            "budgets.bankfile",
            "budgets.invoicingterms",
            "budgets.ledgerdimension",
            "budgets.invoicerecipient",
        ),
    ),
    (
        "konton",
        "Konton och logg",
        ("auth.user", "plans.roleassignment", "skane_digi.invitation", "plans.letterchoice", "plans.logentry"),
    ),
)


class Administration(AdminSite):
    site_header = site_title = "Skånegemensam digitalisering"
    index_title = "Administration"
    index_template = "admin/start.html"
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        return can_enter_administration(request.user)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Return the models in groups that follow the work. A model that no group names is in its app's own list."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        apps = super().get_app_list(request)
        found = {model["model"]._meta.label_lower: model for app in apps for model in app["models"]}
        groups = []
        for label, name, wanted in GROUPS:
            models = [found.pop(model) for model in wanted if model in found]
            if models:
                url = f"{reverse('admin:index')}#{label}"
                groups.append({"name": name, "app_label": label, "app_url": url, "models": models})
        for app in apps:
            rest = [model for model in app["models"] if model["model"]._meta.label_lower in found]
            if rest:
                groups.append({**app, "models": rest, "name": f"{app['name']}, övrigt"})
        return groups

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send the reader to the site's own sign-in, where the second factor is asked for.

        Who is signed in without a role here is told that there is no such page.
        """
        index = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or index)
        if not self.has_permission(request):
            raise Http404
        return redirect(index)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("account_change_password")
