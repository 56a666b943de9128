"""The comments as a page shows them: cards of threads, the panel about one thing, the list of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from plans.commenting import Conversation, threads_about
from plans.models import CommentThread, Organisation, Plan
from plans.permissions import CommentRights, can_view_drafts, comment_rights
from skane_digi.workspace.commented import Subject, label_of_thread, place_of

OPEN, ALL = "oppna", "alla"
WHOLE_PLAN, REMOVED = "-planen", "-borttagna"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a comment could not be made, and what had been typed. ``thread`` is the key of the one answered, or empty."""

    reason: str
    text: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """A thread and what its reader may do. ``url`` leads to what it is about; empty where that is gone."""

    thread: CommentThread
    label: str
    url: str
    may_answer: bool
    may_resolve: bool
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The threads about one thing, with the forms to open one more.

    ``organisations`` are those that a member may write for, ``audience`` says who reads what is written.
    """

    subject: Subject
    unresolved: tuple[ThreadCard, ...]
    resolved: tuple[ThreadCard, ...]
    may_open: bool
    organisations: tuple[Organisation, ...]
    audience: str
    refusal: Refusal | None = None

    @property
    def open_count(self) -> int:
        return len(self.unresolved)

    @property
    def is_refused(self) -> bool:
        return bool(self.refusal or any(card.refusal for card in (*self.unresolved, *self.resolved)))


@dataclass(frozen=True, slots=True)
class Group:
    """The threads of one area, of the plan as a whole, or of rows that are gone."""

    slug: str
    title: str
    open_count: int
    cards: tuple[ThreadCard, ...]


def panel_about(subject: Subject, user, refusal: Refusal | None = None) -> Panel:
    rights = comment_rights(user, subject.plan)
    threads = threads_about(subject.plan, subject.row, subject.field, user)
    cards = [_card(thread, rights, url="", refusal=refusal) for thread in threads]
    organisations = tuple(Organisation.objects.by_name().filter(pk__in=rights.organisations))
    return Panel(
        subject=subject,
        unresolved=tuple(card for card in cards if not card.thread.is_resolved),
        resolved=tuple(card for card in cards if card.thread.is_resolved),
        may_open=rights.may_open,
        organisations=() if rights.is_on_plan else organisations,
        audience="" if rights.is_on_plan else audience(organisations),
        refusal=refusal if refusal and not refusal.thread else None,
    )


def audience(organisations: Sequence[Organisation]) -> str:
    """Return who reads what a member writes, as a sentence; empty where nobody writes."""
    if not organisations:
        return ""
    names = " eller ".join(organisation.name for organisation in organisations)
    return f"Det du skriver läses av SGD och av er i {names}, inte av andra medlemmar."


def groups_of(plan: Plan, conversation: Conversation, user, *, shown: str = OPEN, only: str = "") -> list[Group]:
    """Return the plan's threads by area; ``only`` is the slug of one group, ``shown`` says if resolved ones too."""
    rights = comment_rights(user, plan)
    parts = [
        (WHOLE_PLAN, "Planen i sin helhet", conversation.on_whole_plan),
        *((area.slug, area.title, conversation.by_area[area.slug]) for area in plan.focus_areas.all()),
        (REMOVED, "Borttagna rader", conversation.removed),
    ]
    groups = []
    for slug, title, threads in parts:
        if threads and only in ("", slug):
            wanted = [thread for thread in threads if shown == ALL or not thread.is_resolved]
            cards = tuple(_card(thread, rights, url=_url(thread, conversation, user)) for thread in wanted)
            groups.append(Group(slug, title, sum(not thread.is_resolved for thread in threads), cards))
    return groups


def cards_of(threads: Iterable[CommentThread], plan: Plan, user) -> tuple[ThreadCard, ...]:
    """Return cards without a link to what they are about."""
    rights = comment_rights(user, plan)
    return tuple(_card(thread, rights, url="") for thread in threads)


def chosen_organisation(pk: str, user, plan: Plan) -> Organisation | None:
    """Return the organisation that a member chose to write for; ``None`` where none of theirs was chosen."""
    own = comment_rights(user, plan).organisations
    return Organisation.objects.filter(pk__in=own, pk=int(pk)).first() if pk.isdecimal() and int(pk) in own else None


def list_url(plan: Plan) -> str:
    return reverse("workspace:comments", args=[plan.slug])


def works_on_plan(user, plan: Plan) -> bool:
    return can_view_drafts(user, plan.collaboration_id)


def _card(thread: CommentThread, rights: CommentRights, *, url: str, refusal: Refusal | None = None) -> ThreadCard:
    return ThreadCard(
        thread=thread,
        label=label_of_thread(thread),
        url=url,
        may_answer=rights.may_answer(thread) and not thread.is_resolved,
        may_resolve=rights.may_resolve(thread),
        refusal=refusal if refusal and refusal.thread == thread.key else None,
    )


def _url(thread: CommentThread, conversation: Conversation, user) -> str:
    row = conversation.rows.get(thread.reference[:2])
    return place_of(row, thread.field, user) if row else ""
