"""The public surface of the plan models."""

from plans.models.activity import Activity, ActivityPeriod
from plans.models.collaboration import Body, Collaboration, Party
from plans.models.comment import Comment, CommentThread
from plans.models.focus_area import AreaLineage, FocusArea, Goal, Responsibility
from plans.models.log import LogEntry, LogHead, LogIsClosedError
from plans.models.organisation import Membership, Organisation
from plans.models.plan import Plan, PlanSection, PlanYear, WatchedMatter
from plans.models.referral import AnswerIsKeptError, Referral, ReferralAnswer
from plans.models.role import RoleAssignment, RoleGrant

__all__ = [
    "Activity",
    "ActivityPeriod",
    "AnswerIsKeptError",
    "AreaLineage",
    "Body",
    "Collaboration",
    "Comment",
    "CommentThread",
    "FocusArea",
    "Goal",
    "LogEntry",
    "LogHead",
    "LogIsClosedError",
    "Membership",
    "Organisation",
    "Party",
    "Plan",
    "PlanSection",
    "PlanYear",
    "Referral",
    "ReferralAnswer",
    "Responsibility",
    "RoleAssignment",
    "RoleGrant",
    "WatchedMatter",
]
