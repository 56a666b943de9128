"""A plan's history as a page shows it: by day, with what its reader may put back, and what proves the log."""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from budgets.history_words import WORDS as BUDGET_WORDS
from plans.days import day_of
from plans.history import Happening, Page, Question, history_page, people_in
from plans.history_places import AreaPlace, Whereabouts, whereabouts_of
from plans.history_words import WORDS as PLAN_WORDS
from plans.history_words import Noun, Words, label
from plans.log import FIRST_DIGEST
from plans.models import LogEntry, LogHead, Plan
from plans.permissions import can_write_budget, can_write_plan
from plans.restoring import Offer, offers_of, rows_named
from plans.text_comparison import WordRun
from skane_digi.workspace.history_form import HistoryForm, row_asked_for, saves_asked_for
from skane_digi.workspace.removal import DELETION
from skane_digi.workspace.requests import number_in

SITE_WORDS = Words(
    nouns={
        "skane_digi.invoicebatch": Noun("arbetet med fakturor", made="Beställde", quoted=True),
        "skane_digi.invoicesending": Noun("sändningen av", made="Påbörjade"),
    }
)
WORDS = PLAN_WORDS.joined(SITE_WORDS).joined(BUDGET_WORDS)
BUDGET = "budgets."


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody has changed since the history was read: what it holds now and what was to be put back."""

    label: str
    who: str
    theirs: tuple[WordRun, ...]
    mine: tuple[WordRun, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A happening with what its reader may put back.

    ``saves_url`` leads to each save of one that is several. ``said`` tells that something was put back, ``refusal``
    that it was not, ``clashes`` why.
    """

    happening: Happening
    offers: tuple[Offer, ...]
    area_url: str
    saves_url: str
    said: str = ""
    refusal: str = ""
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    date: datetime.date
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """How many entries there are in all and of the plan, and the digest of the last of all."""

    count: int
    of_plan: int
    digest: str


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What an answer about the history shows. ``about`` names the field or row that it is limited to."""

    plan: Plan
    days: tuple[Day, ...]
    older_url: str
    about: str
    about_label: str
    form: HistoryForm
    may_write: bool
    is_of_row: bool
    is_older: bool


def read_chronicle(plan: Plan, sent: QueryDict, user) -> Chronicle:
    """Return what the address asks for, or answer 404 where it names something that the plan never had."""
    whereabouts = whereabouts_of(plan, DELETION)
    form = HistoryForm(sent, areas=whereabouts.areas.values(), people=people_in(plan))
    if "varje" in sent:
        question = saves_asked_for(plan, sent)
    elif "slag" in sent:
        question = row_asked_for(plan, sent, whereabouts)
    else:
        question = form.question()
    before = number_in(sent, "fore")
    page = history_page(plan, question, whereabouts=whereabouts, words=WORDS, before=before)
    return Chronicle(
        plan=plan,
        days=_days(_shown(plan, page.happenings, whereabouts, user)),
        older_url=_older(plan, sent, page),
        about=_about(page, question),
        about_label=label(question.row[0], question.field) if question.row and question.field else "",
        form=form,
        may_write=can_write_budget(user, plan),
        is_of_row=question.row is not None,
        is_older=before is not None,
    )


def shown_again(plan: Plan, first: int, number: int, user) -> Shown | None:
    """Return one happening anew, after something of it was put back; ``first`` and ``number`` are its entries."""
    last = LogEntry.objects.get(number=number)
    whereabouts = whereabouts_of(plan, DELETION)
    question = Question(row=(last.subject, last.subject_key), numbers=(min(first, number), number))
    page = history_page(plan, question, whereabouts=whereabouts, words=WORDS)
    return next(iter(_shown(plan, page.happenings[:1], whereabouts, user)), None)


def proof_of(plan: Plan) -> Proof:
    head = LogHead.objects.filter(pk=LogHead.ROW).first()
    of_plan = LogEntry.objects.filter(plan_slug=plan.slug).count()
    return Proof(head.number if head else 0, of_plan, head.digest if head else FIRST_DIGEST)


def may_put_back(user, plan: Plan, kind: str) -> bool:
    """Whether ``user`` may put back rows of the kind: the budget's are written by the economist too."""
    return can_write_budget(user, plan) if kind.startswith(BUDGET) else can_write_plan(user, plan)


def history_url(plan: Plan) -> str:
    return reverse("workspace:history", args=[plan.slug])


def _shown(plan: Plan, happenings: Iterable[Happening], whereabouts: Whereabouts, user) -> list[Shown]:
    happenings = list(happenings)
    writable = [told for told in happenings if may_put_back(user, plan, told.subject[0])]
    offers = offers_of(writable, whereabouts, rows_named(writable)) if writable else {}
    return [
        Shown(
            happening=told,
            offers=offers.get(told.number, ()),
            area_url=_area_url(plan, told.area, user),
            saves_url="" if told.is_one_save else f"{history_url(plan)}?varje={told.first}-{told.number}",
        )
        for told in happenings
    ]


def _days(shown: Iterable[Shown]) -> tuple[Day, ...]:
    by_day = itertools.groupby(shown, key=lambda one: day_of(one.happening.at))
    return tuple(Day(date, tuple(of_day)) for date, of_day in by_day)


def _area_url(plan: Plan, area: AreaPlace | None, user) -> str:
    if area is None or area.is_gone:
        return ""
    name = "workspace:area" if can_write_plan(user, plan) else "portal:focus-area"
    return reverse(name, args=[plan.slug, area.slug])


def _older(plan: Plan, sent: QueryDict, page: Page) -> str:
    if page.older is None:
        return ""
    asked = sent.copy()
    asked["fore"] = page.older
    return f"{history_url(plan)}?{asked.urlencode()}"


def _about(page: Page, question: Question) -> str:
    if question.row is None:
        return ""
    named = [told for told in page.happenings if told.subject == question.row]
    return named[0].name if named else ""
