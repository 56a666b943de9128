"""The page where a year's costs are changed and the effect is seen: tried, or kept as a scenario.

What is tried is in the address, so that it can be reloaded, sorted, gone back to and sent to somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import Http404

from budgets.allocation import AllocationError
from budgets.models import Scenario
from budgets.scenario_editing import read_scenario, scenario_digest
from budgets.scenario_effect import Against, Effect, effect_of
from budgets.scenario_text import KINDS, changes_from, texts_of
from budgets.scenario_words import ChangesInWords, Names, in_words
from budgets.scenarios import Changes, ScenarioRefused
from budgets.year_basis import YearBasis, load_years
from plans import permissions
from plans.models import Plan
from skane_digi.scenarios.change_form import ChangeForm
from skane_digi.scenarios.choices import Choices
from skane_digi.scenarios.effect_page import EffectPage, effect_page

TRIED, AGAINST = "provat", "mot"
LONGEST_ADDRESS = 3_500  # a server in between may refuse a longer one


@dataclass
class Desk:
    """What is on the page. ``changes`` are shown; ``saved`` those of the scenario, none without one.

    ``problems`` are sentences with the id of the field that each is about, empty where it is about none.
    """

    plan: Plan
    basis: YearBasis
    user: object
    scenario: Scenario | None
    choices: Choices
    saved: Changes
    changes: Changes
    query: object
    form: ChangeForm = None
    words: ChangesInWords | None = None
    result: EffectPage | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def year(self) -> int:
        return self.basis.year

    @property
    def year_text(self) -> str:
        return str(self.basis.year)

    @property
    def title(self) -> str:
        return self.scenario.name if self.scenario else f"Pröva {self.year}"

    @property
    def is_unsaved(self) -> bool:
        return self.changes != self.saved

    @property
    def may_save(self) -> bool:
        if self.scenario:
            return permissions.can_change_scenario(self.user, self.scenario)
        return permissions.can_make_scenarios(self.user, self.plan)

    @property
    def is_own(self) -> bool:
        return self.scenario is not None and self.scenario.made_by_id == self.user.pk

    @property
    def may_stop_sharing(self) -> bool:
        return self.is_own and self.may_save

    @property
    def may_introduce(self) -> bool:
        return self.scenario is not None and self.may_save and permissions.can_write_budget(self.user, self.plan)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What every link on the page keeps of the address."""
        is_tried = self.is_unsaved or (TRIED in self.query and not self.form.is_bound)
        tried = [(TRIED, "1"), *texts_of(self.changes)] if is_tried or not self.scenario else []
        against = self.query.get(AGAINST, "")
        return tried + ([(AGAINST, against)] if against else [])

    @property
    def is_open(self) -> bool:
        """Whether the form begins open: something is being tried, or there is nothing else to see."""
        return TRIED in self.query or self.changes.is_empty or self.form.is_bound or bool(self.problems)

    @property
    def changes_sharing(self) -> bool:
        return bool(self.changes.rule or self.changes.figures or self.changes.rules) or self.form.is_bound

    @property
    def changes_members(self) -> bool:
        return bool(self.changes.joining or self.changes.leaving) or self.form.is_bound


def open_desk(plan: Plan, year: int, user, query, scenario: Scenario | None = None, data=None) -> Desk:
    """Return the desk with what the address, or else the scenario, says, and the form as it was filled in by ``data``.

    Raises ``Http404`` where the plan has no such year.
    """
    basis = next((basis for basis in load_years([plan]) if basis.year == year), None)
    if basis is None:
        raise Http404(f"{plan} gäller inte {year}.")
    problems: list[tuple[str, str]] = []
    saved = _read(lambda: read_scenario(scenario) if scenario else Changes(), problems)
    changes = saved
    if TRIED in query or not scenario:
        changes = _read(lambda: changes_from(basis, {kind: query.getlist(kind) for kind in KINDS}), problems)
    desk = Desk(plan, basis, user, scenario, Choices.of(basis), saved, changes, query, problems=problems)
    initial = {"namn": scenario.name, "beskrivning": scenario.description} if scenario else {}
    initial |= {name: query[name] for name in ("namn", "beskrivning") if name in query}
    initial["sedd"] = scenario_digest(scenario) if scenario else ""
    desk.form = ChangeForm(basis, desk.choices, changes, data, initial)
    return desk


def calculate(desk: Desk) -> Desk:
    """Put what the changes are in words and their effect on the desk, or why there is none."""
    desk.words = in_words(desk.basis, desk.changes, Names.of(desk.plan, [desk.changes]))
    chosen = desk.query.get(AGAINST, "")
    against = Against(chosen) if chosen in list(Against) else None
    found = _effect(desk, against)
    if found is not None:
        desk.result = effect_page(found, desk.query, desk.kept, desk.choices.parties, against)
    return desk


def address_of(desk: Desk, path: str) -> str:
    """Return the address that says what has been filled in, empty where it would be too long for one."""
    said = desk.form.cleaned_data
    typed = {name: said[name] for name in ("namn", "beskrivning") if said[name] != desk.form.initial.get(name, "")}
    pairs: Iterable[tuple[str, str]] = [*desk.kept, *typed.items()]
    address = f"{path}?{urlencode(list(pairs))}#effekten"
    return address if len(address) <= LONGEST_ADDRESS else ""


def _read(read, problems: list[tuple[str, str]]) -> Changes:
    try:
        return read()
    except ScenarioRefused as refusal:
        problems += [("", reason) for reason in refusal.reasons]
        return Changes()


def _effect(desk: Desk, against: Against | None) -> Effect | None:
    try:
        return effect_of(desk.basis, desk.changes, against=against)
    except ScenarioRefused as refusal:
        desk.problems += [("", reason) for reason in refusal.reasons]
    except AllocationError as error:
        desk.problems.append(("", str(error)))
    return None
