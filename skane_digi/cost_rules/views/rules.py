"""The list of rules, a rule's page, and the form in which rules are composed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.models import AllocationRule
from budgets.rule_editing import delete_unused_rule, make_default
from plans import permissions
from plans.editing import EditRefused
from plans.models import Collaboration
from skane_digi.cost_rules import gates
from skane_digi.cost_rules.asking import Answer, answer, sent
from skane_digi.cost_rules.composing import Composing, Task
from skane_digi.cost_rules.fields import MORE, PREVIEW
from skane_digi.cost_rules.rule_example import rule_example
from skane_digi.cost_rules.rule_pages import listed_rules, rule_page


@require_safe
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    if not permissions.can_view_rules(request.user):
        raise Http404
    return render(request, "cost_rules/rules.html", {"collaborations": listed_rules(request.user)})


@require_safe
@gates.rule_readers
def rule(request: HttpRequest, rule: AllocationRule) -> HttpResponse:
    """Show what the rule says and does; ``belopp`` and ``dag`` in the address are what it is tried on."""
    example = rule_example(rule, request.user, request.GET)
    context = {"page": rule_page(rule, request.user), "example": example}
    return render(request, "cost_rules/rule.html", context, status=422 if example.form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.composers
def new(request: HttpRequest, collaboration: Collaboration) -> HttpResponse:
    return _compose(request, Task.NEW, collaboration, None)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.rule_composers
def change(request: HttpRequest, rule: AllocationRule) -> HttpResponse:
    return _compose(request, Task.CHANGE, rule.collaboration, rule)


@require_http_methods(["GET", "HEAD", "POST"])
@gates.rule_composers
def succeed(request: HttpRequest, rule: AllocationRule) -> HttpResponse:
    return _compose(request, Task.SUCCEED, rule.collaboration, rule)


@require_POST
@gates.rule_composers
def default(request: HttpRequest, rule: AllocationRule) -> HttpResponse:
    """Let the rule hold where nothing else is decided."""
    make_default(rule=rule, by=request.user)
    messages.success(request, f"{rule} gäller nu när inget annat är beslutat.")
    return redirect("cost_rules:rule", rule.collaboration.slug, rule.slug)


@require_POST
@gates.rule_composers
def delete(request: HttpRequest, rule: AllocationRule) -> HttpResponse:
    try:
        delete_unused_rule(rule=rule, by=request.user)
    except EditRefused as refusal:
        messages.error(request, refusal.reason)
        return redirect("cost_rules:rule", rule.collaboration.slug, rule.slug)
    messages.success(request, f"{rule} är borttagen.")
    return redirect("cost_rules:rules")


def _compose(request: HttpRequest, task: Task, collaboration: Collaboration, rule: AllocationRule | None):
    asked = request.POST.get("do", "")
    page = Composing(task, collaboration, rule, data=sent(request), user=request.user)
    given = Answer()
    if asked == MORE:
        page.form.add_rows()
    elif request.method == "POST":
        given = answer(page, saves=asked != PREVIEW, by=request.user)
    if given.done:
        messages.success(request, given.done)
        return redirect("cost_rules:rule", page.saved.collaboration.slug, page.saved.slug)
    context = {"page": page, "answer": given}
    return render(request, "cost_rules/compose.html", context, status=422 if page.form.problems else 200)
