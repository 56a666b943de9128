"""Who comes in to a scenario: those who see its plan's drafts, and of a scenario whoever made it until it is shared."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from budgets.models import Scenario
from plans import permissions
from plans.models import Plan
from skane_digi.decisions.gates import for_those
from skane_digi.scenarios.list_page import scenarios_of

View = Callable[..., HttpResponse]

viewers = for_those(permissions.can_view_scenarios)


def of_scenario(may: Callable[[object, Scenario], bool] = lambda user, scenario: True) -> Callable[[View], View]:
    """Let in those who see the scenario and of whom ``may(user, scenario)`` is true; the view gets its row."""

    def gate(view: View) -> View:
        @viewers
        @functools.wraps(view)
        def guarded(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
            scenario = scenarios_of(plan, request.user).filter(key=key).first()
            if scenario is None or not may(request.user, scenario):
                raise Http404
            scenario.plan = plan
            return view(request, scenario)

        return guarded

    return gate
