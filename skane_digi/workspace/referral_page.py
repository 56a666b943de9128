"""The page of a plan's referral rounds, as one reader may see it."""

import datetime
from dataclasses import dataclass

from plans import permissions
from plans.commenting import Conversation
from plans.days import day_of
from plans.models import FocusArea, Organisation, Plan, ReferralAnswer
from plans.referring import Round, rounds_of
from skane_digi.workspace.commented import Subject, conversation_of
from skane_digi.workspace.panels import ThreadCard, cards_of, works_on_plan
from skane_digi.workspace.referral_forms import AnswerForm, ExtendForm, OpenForm


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The reader's organisation in the round; ``form`` is there where they may write the answer now."""

    organisation: Organisation
    answer: ReferralAnswer | None
    form: AnswerForm | None


@dataclass(frozen=True, slots=True)
class AreaToRead:
    area: FocusArea
    open_count: int


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """``current`` is the open round, ``earlier`` the closed ones, the newest first.

    ``can_read`` says if the plan is open to the reader at the moment; ``cards`` are the comments of their organisation.
    ``is_over``: the last day has passed, but the round is not closed.
    """

    plan: Plan
    current: Round | None
    earlier: tuple[Round, ...]
    can_read: bool
    leads: bool
    writes: bool
    on_plan: bool
    is_over: bool
    own: tuple[OwnAnswer, ...]
    areas: tuple[AreaToRead, ...]
    whole: tuple[tuple[str, Subject, int], ...]
    cards: tuple[ThreadCard, ...]
    open_count: int
    may_comment: bool
    open_form: OpenForm | None
    extend_form: ExtendForm | None

    @property
    def reads_only(self) -> bool:
        return not self.may_comment


def referral_page(
    plan: Plan,
    user,
    *,
    at: datetime.datetime | None = None,
    open_form: OpenForm | None = None,
    extend_form: ExtendForm | None = None,
) -> ReferralPage:
    """Return the page; the forms are those that were sent and refused, each new where it is not given.

    ``plan`` is fetched by ``Plan.objects.with_content()``.
    """
    rounds = rounds_of(plan, user)
    current = next((one for one in rounds if one.referral.is_open), None)
    leads, on_plan = permissions.can_open_referral(user, plan), works_on_plan(user, plan)
    may_open = leads and current is None and plan.status == Plan.Status.DRAFT
    conversation = conversation_of(plan, user)
    can_read = permissions.can_view_plan(user, plan)
    asks = can_read and permissions.can_read_comments(user, plan)
    return ReferralPage(
        plan=plan,
        current=current,
        earlier=tuple(one for one in reversed(rounds) if not one.referral.is_open),
        can_read=can_read,
        leads=leads,
        writes=permissions.can_write_plan(user, plan),
        on_plan=on_plan,
        is_over=bool(current) and not current.referral.takes_answers_on(day_of(at)),
        own=_own_answers(plan, current or (rounds[-1] if rounds else None), user, at),
        areas=tuple(AreaToRead(area, conversation.open_in(area.slug)) for area in plan.focus_areas.all()),
        whole=_parts_outside_areas(plan, conversation) if asks else (),
        cards=() if on_plan else cards_of(conversation.threads, plan, user),
        open_count=conversation.open_count,
        may_comment=permissions.can_comment(user, plan, at),
        open_form=open_form or (OpenForm() if may_open else None),
        extend_form=extend_form or (ExtendForm() if leads and current else None),
    )


def answer_form_of(round_: Round, organisation: Organisation, user, data=None) -> AnswerForm:
    """Return the form for what the organisation answers; those who write the plan say which day it came."""
    with_day = permissions.can_write_plan(user, round_.referral.plan)
    return AnswerForm(data, answer=round_.answer_of(organisation), day=day_of(), with_day=with_day)


def _own_answers(plan: Plan, shown: Round | None, user, at: datetime.datetime | None) -> tuple[OwnAnswer, ...]:
    if shown is None:
        return ()
    own = permissions.organisations_of(user, plan.collaboration_id)
    return tuple(
        OwnAnswer(
            organisation=row.organisation,
            answer=row.answer,
            form=answer_form_of(shown, row.organisation, user)
            if permissions.can_answer_referral(user, shown.referral, row.organisation, at)
            else None,
        )
        for row in shown.rows
        if row.organisation.pk in own
    )


def _parts_outside_areas(plan: Plan, conversation: Conversation) -> tuple[tuple[str, Subject, int], ...]:
    """Return what stands outside the focus areas, as its name, the subject and how many open comments it has."""
    parts = [("Planen i sin helhet", Subject(plan, plan))]
    parts += [(section.heading, Subject(plan, section, "text")) for section in plan.sections.all()]
    return tuple((name, subject, conversation.open_on(subject.row, subject.field)) for name, subject in parts)
