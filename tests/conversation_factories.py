"""Comments and referrals for tests, in the small world of ``tests.factories``.

The moments are fixed: a referral is opened at noon on 1 March 2030 and can be answered through the last of March.
"""

import datetime
from itertools import count

from django.utils import timezone

from plans.commenting import open_thread
from plans.days import day_of
from plans.models import CommentThread, Organisation, Plan, Referral, ReferralAnswer
from plans.referring import open_referral, record_answer
from plans.roles import Role
from tests import factories as make

OPENED_AT = datetime.datetime(2030, 3, 1, 11, tzinfo=datetime.UTC)
DUE_ON = datetime.date(2030, 3, 31)
# 23.30 on the last day in Skåne, which is summer time by then, and a quarter past midnight.
LAST_EVENING = datetime.datetime(2030, 3, 31, 21, 30, tzinfo=datetime.UTC)
TOO_LATE = datetime.datetime(2030, 3, 31, 22, 15, tzinfo=datetime.UTC)

_serial = count(1)


def make_person(role: str, plan: Plan, *, code: str = "", **names):
    """An account with one role in the plan's collaboration, for the organisation with ``code`` where one is given."""
    organisation = Organisation.objects.get(code=code) if code else None
    user = make.make_user(f"{role}-{next(_serial)}@prov.example", **names)
    make.make_role(user, role, collaboration=plan.collaboration, organisation=organisation)
    return user


def make_draft(*, area_count: int = 1) -> Plan:
    """A draft with complete areas, in a collaboration with its region and three municipalities."""
    plan = make.make_plan()
    make.make_members(plan.collaboration)
    for number in range(1, area_count + 1):
        area = make.make_complete_area(plan, f"Område {number}")
        make.make_line(area, 1000)
    return plan


def make_referral(plan: Plan, *, by=None, at=OPENED_AT, due_on=DUE_ON, **fields) -> Referral:
    chair = by or make_person(Role.CHAIR, plan)
    referral = open_referral(plan=plan, due_on=due_on, by=chair, at=at, **fields)
    plan.refresh_from_db()
    return referral


def make_thread(plan: Plan, row=None, *, by=None, text: str = "En kommentar.", **fields) -> CommentThread:
    return open_thread(plan=plan, row=row or plan, text=text, by=by or make_person(Role.EDITOR, plan), **fields)


def make_answer(referral: Referral, code: str, kind: str = "approve", *, by=None, at=None, **fields) -> ReferralAnswer:
    return record_answer(
        referral=referral,
        organisation=Organisation.objects.get(code=code),
        kind=kind,
        by=by or make_person(Role.CHAIR, referral.plan),
        at=at or referral.opened_at,
        **fields,
    )


def make_running_referral(plan: Plan, *, days_left: int = 10, **fields) -> Referral:
    """A round whose last day to answer is ``days_left`` days from now, and passed where that is negative."""
    now = timezone.now()
    return make_referral(
        plan, at=now - datetime.timedelta(days=30), due_on=day_of(now) + datetime.timedelta(days=days_left), **fields
    )
