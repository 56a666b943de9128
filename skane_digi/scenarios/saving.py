"""Saving what is on the desk."""

from budgets.models import Scenario
from budgets.scenario_editing import change_scenario, keep_scenario
from skane_digi.scenarios.desk import Desk


def save(desk: Desk) -> Scenario:
    """Keep the changes on the desk as a new scenario, or in the one that is open. Raises ``EditRefused``."""
    said = desk.form.cleaned_data
    told = {"name": said["namn"], "description": said["beskrivning"], "changes": desk.changes, "by": desk.user}
    if desk.scenario:
        return change_scenario(scenario=desk.scenario, seen=said["sedd"], **told)
    return keep_scenario(plan=desk.plan, year=desk.year, **told)
