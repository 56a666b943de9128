"""The public surface of the plan models."""

from plans.models.activity import Activity, ActivityPeriod
from plans.models.collaboration import Body, Collaboration, Party
from plans.models.comment import Comment, CommentThread
from plans.models.decision import ConditionFinding, Decision, DecisionCondition, ProtocolExtract
from plans.models.focus_area import AreaLineage, FocusArea, Goal, Responsibility
from plans.models.frozen import FrozenRowError
from plans.models.log import LogEntry, LogHead, LogIsClosedError
from plans.models.organisation import Membership, Organisation
from plans.models.paper_text import PaperText
from plans.models.plan import Plan, PlanSection, PlanYear, WatchedMatter
from plans.models.referral import AnswerIsKeptError, Referral, ReferralAnswer
from plans.models.reminder import LetterChoice, ReminderLetter
from plans.models.role import RoleAssignment, RoleGrant
from plans.models.version import DecisionRound, PlanStep, PlanVersion, VersionFault

__all__ = [
    "Activity",
    "ActivityPeriod",
    "AnswerIsKeptError",
    "AreaLineage",
    "Body",
    "Collaboration",
    "Comment",
    "CommentThread",
    "ConditionFinding",
    "Decision",
    "DecisionCondition",
    "DecisionRound",
    "FocusArea",
    "FrozenRowError",
    "Goal",
    "LetterChoice",
    "LogEntry",
    "LogHead",
    "LogIsClosedError",
    "Membership",
    "Organisation",
    "PaperText",
    "Party",
    "Plan",
    "PlanSection",
    "PlanStep",
    "PlanVersion",
    "PlanYear",
    "ProtocolExtract",
    "Referral",
    "ReferralAnswer",
    "ReminderLetter",
    "Responsibility",
    "RoleAssignment",
    "RoleGrant",
    "VersionFault",
    "WatchedMatter",
]
