"""Who may open each page of the workspace, and make each change. Read by ``test_doors``."""

from itertools import count

from django.urls import reverse

from plans import deletion
from skane_digi.workspace.budget_cells import part_digest
from skane_digi.workspace.removal import DELETION
from tests import conversation_factories as talk
from tests import factories as make

WRITERS = {"superuser", "administrator", "editor", "chair"}
BUDGET_WRITERS = WRITERS | {"economist"}
READERS = BUDGET_WRITERS | {"auditor"}
OPENERS = {"superuser", "administrator", "chair"}

PAGES = {
    "plan": WRITERS,
    "area": WRITERS,
    "preview-area": BUDGET_WRITERS,
    "preview-plan": BUDGET_WRITERS,
    "beside": BUDGET_WRITERS,
    "news": BUDGET_WRITERS,
    "budget": BUDGET_WRITERS,
    "budget-figures": BUDGET_WRITERS,
    "budget-area-figures": BUDGET_WRITERS,
    "history": READERS,
    "comments": READERS,
    "referral": READERS,
    "referral-reading": READERS,
    # In an open round, and for the registrar's own organisation.
    "referral-answer": WRITERS | {"registrar"},
}
POSTED = {
    "field": WRITERS,
    "add": WRITERS,
    "move": WRITERS,
    "move-activity": WRITERS,
    "split-period": WRITERS,
    "set-years": WRITERS,
    "remove": WRITERS,
    "end-area": WRITERS,
    "undo": WRITERS,
    "budget-cell": BUDGET_WRITERS,
    "budget-part-cell": BUDGET_WRITERS,
    "budget-basis": BUDGET_WRITERS,
    "budget-note-mark": BUDGET_WRITERS,
    "budget-part-add": BUDGET_WRITERS,
    "budget-part-rename": BUDGET_WRITERS,
    "budget-statement-add": BUDGET_WRITERS,
    "budget-line-remove": BUDGET_WRITERS,
    "budget-statement-remove": BUDGET_WRITERS,
    "budget-note-add": BUDGET_WRITERS,
    "budget-note-move": BUDGET_WRITERS,
    "budget-note-remove": BUDGET_WRITERS,
    "budget-note-place": BUDGET_WRITERS,
    "budget-note-unplace": BUDGET_WRITERS,
    "budget-undo": BUDGET_WRITERS,
    "restore": WRITERS,
    "comment-open": BUDGET_WRITERS,
    "comment-answer": BUDGET_WRITERS,
    "comment-resolve": BUDGET_WRITERS,
    "comment-reopen": BUDGET_WRITERS,
    "referral-open": OPENERS,
    "referral-extend": OPENERS,
    "referral-remind": OPENERS,
    "referral-close": OPENERS,
}
# Addresses that show what they change when they are fetched.
SHOWN = {"field", "budget-cell", "budget-part-cell", "budget-basis", "budget-note-mark"}
# A change without its form is made, refused in words, or finds that what it names is not there.
ANSWERS_TO_POST = {200, 302, 409, 422, 400}


def address_of(name: str, plan) -> str:
    """Return an address of ``plan`` that exists for those who may use it."""
    area = plan.focus_areas.first()
    period = area.periods.first()
    more = {
        "area": [area.slug],
        "preview-area": [area.slug],
        "field": ["goal", area.goals.first().pk, "text"],
        "add": ["mal", area.pk],
        "move": ["goal", area.goals.first().pk],
        "move-activity": [period.activities.first().pk],
        "split-period": [period.pk],
        "set-years": [period.pk],
        "remove": ["goal", area.goals.first().pk],
        "end-area": [area.pk],
        "undo": lambda: [_removal(area)],
        "restore": lambda: [_removal(area)],
        "referral-reading": [area.slug],
        "referral-answer": lambda: [_asked(plan)],
        **_budget_addresses(area),
        "comment-answer": lambda: [talk.make_thread(plan).key],
        "comment-resolve": lambda: [talk.make_thread(plan).key],
        "comment-reopen": lambda: [talk.make_thread(plan).key],
    }
    args = more.get(name, [])
    return reverse(f"workspace:{name}", args=[plan.slug, *(args() if callable(args) else args)])


def _budget_addresses(area) -> dict:
    """Return what names the budget's rows; those that a change removes are made anew each time they are asked for."""
    year = area.plan.years.get().year
    number = count(1)

    def line(**fields):
        return make.make_line(area, 100, year=year, label=f"Del {next(number)}", **fields)

    def note():
        return make.make_note(area.plan, "*" * next(number))

    def placement():
        return make.make_placement(note(), "cost_table")

    return {
        "budget-area-figures": [area.pk],
        "budget-cell": [area.pk, year, "sgd"],
        "budget-part-cell": lambda: [area.pk, year, "sgd", part_digest(line().label)],
        "budget-basis": [year],
        "budget-note-mark": lambda: [note().pk],
        "budget-part-add": [area.pk],
        "budget-part-rename": [area.pk],
        "budget-statement-add": [area.pk],
        "budget-line-remove": lambda: [line().pk],
        "budget-statement-remove": lambda: [make.make_statement(area, year).pk],
        "budget-note-move": lambda: [note().pk],
        "budget-note-remove": lambda: [note().pk],
        "budget-note-place": lambda: [note().pk],
        "budget-note-unplace": lambda: [placement().pk],
        "budget-undo": lambda: [deletion.delete_row(line(), declaration=DELETION, by=None).number],
    }


def _asked(plan) -> str:
    """Open a round and return the code of the organisation that the registrar speaks for."""
    talk.make_running_referral(plan)
    return "1285"


def _removal(area) -> int:
    """Remove a goal and return the number of the entry that says so."""
    return deletion.delete_row(area.goals.last(), declaration=DELETION, by=None).number
