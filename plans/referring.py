"""Referral rounds: a draft goes out to the members until a day, each answers, and the round is closed."""

import datetime
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from plans import log, permissions
from plans.days import day_of
from plans.editing import value_digest
from plans.models import LogEntry, Organisation, Plan, Referral, ReferralAnswer
from plans.models.referral import LONGEST_ANSWER, LONGEST_MESSAGE

KEPT_FIELDS = ("kind", "text", "registry_number", "answered_on")


class ReferralRefused(Exception):
    """It cannot be done. ``reason`` is a Swedish sentence that says why; ``field`` what it concerns, where one does."""

    def __init__(self, reason: str, field: str = ""):
        self.reason, self.field = reason, field
        super().__init__(reason)


class AnswerChanged(ReferralRefused):
    """Somebody else has saved the organisation's answer meanwhile. ``base`` is the digest of it as it is now."""

    def __init__(self, answer: ReferralAnswer):
        self.base = answer_digest(answer)
        who = answer.recorded_by.get_full_name() or answer.recorded_by.get_username()
        said = f"{answer.get_kind_display()}{f', ”{answer.text}”' if answer.text else ''}"
        super().__init__(f"{who} har sparat ett svar sedan du öppnade sidan: {said}. Spara igen om ditt ska gälla.")


def answer_digest(answer: ReferralAnswer | None) -> str:
    """Return the digest of what is answered, to send along with a form; of nothing where there is no answer."""
    return "-".join(value_digest(answer or ReferralAnswer(), name) for name in KEPT_FIELDS)


@transaction.atomic
def open_referral(
    *, plan: Plan, due_on: datetime.date, message: str = "", by, at: datetime.datetime | None = None
) -> Referral:
    """Send a draft out to the members until ``due_on``, the last day to answer, and return the round.

    Raises ``ReferralRefused``, and then nothing is changed.
    """
    at = at or timezone.now()
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    _must_lead(by, plan)
    if plan.status != Plan.Status.DRAFT:
        raise ReferralRefused(f"Bara ett utkast går ut på remiss. {plan} är: {plan.get_status_display().lower()}.")
    _must_be_later(due_on, day_of(at))
    newest = LogEntry.objects.aggregate(number=models.Max("number"))["number"] or 0
    referral = Referral.objects.create(
        plan=plan,
        opened_by=by,
        opened_at=at,
        due_on=due_on,
        message=_tidy(message, LONGEST_MESSAGE, "message"),
        log_number=newest,
    )
    with log.batch():
        after = {"due_on": due_on, "message": referral.message, "log_number": newest}
        log.record(action=LogEntry.Action.CREATED, subject=referral, by=by, at=at, after=after)
        _set_status(plan, Plan.Status.REFERRAL, by=by, at=at)
    return referral


@transaction.atomic
def extend_referral(*, referral: Referral, due_on: datetime.date, by, at: datetime.datetime | None = None) -> Referral:
    """Give the members until ``due_on``, which is later than before, and return the round."""
    at = at or timezone.now()
    referral = _locked_open(referral)
    _must_lead(by, referral.plan)
    _must_be_later(due_on, day_of(at))
    if due_on <= referral.due_on:
        raise ReferralRefused(f"Svarstiden går redan till {referral.due_on}. Välj en senare dag.", "due_on")
    before = {"due_on": referral.due_on}
    referral.due_on = due_on
    referral.save(update_fields=["due_on"])
    log.record(action=LogEntry.Action.CHANGED, subject=referral, by=by, at=at, before=before, after={"due_on": due_on})
    return referral


@transaction.atomic
def close_referral(*, referral: Referral, by, at: datetime.datetime | None = None) -> Referral:
    """End the round, make the plan a draft again and return the round. Answers can no longer be changed."""
    at = at or timezone.now()
    referral = _locked_open(referral)
    _must_lead(by, referral.plan)
    referral.closed_by, referral.closed_at = by, at
    referral.save(update_fields=["closed_by", "closed_at"])
    with log.batch():
        log.record(
            action=LogEntry.Action.CHANGED,
            subject=referral,
            by=by,
            at=at,
            before={"closed_at": None},
            after={"closed_at": at},
        )
        if referral.plan.status == Plan.Status.REFERRAL:
            _set_status(referral.plan, Plan.Status.DRAFT, by=by, at=at)
    return referral


@transaction.atomic
def record_answer(
    *,
    referral: Referral,
    organisation: Organisation,
    kind: str,
    text: str = "",
    registry_number: str = "",
    answered_on: datetime.date | None = None,
    base: str = "",
    by,
    at: datetime.datetime | None = None,
) -> ReferralAnswer:
    """Record, or change, what ``organisation`` answers, and return it. ``answered_on`` is today unless given.

    ``base`` is the digest of the answer that the writer has seen. Raises ``AnswerChanged`` where it is another by now,
    and otherwise ``ReferralRefused``, and then nothing is changed.
    """
    at = at or timezone.now()
    referral = _locked_open(referral)
    if not permissions.can_answer_referral(by, referral, organisation, at):
        raise ReferralRefused(_why_not(by, referral, organisation, at))
    if organisation.pk not in {member.pk for member in members_on(referral)}:
        raise ReferralRefused(f"{organisation} är inte medlem i {referral.plan.collaboration}.", "organisation")
    wished = {
        "kind": kind,
        "text": _tidy(text, LONGEST_ANSWER, "text"),
        "registry_number": " ".join(_tidy(registry_number, 60, "registry_number").split()),
        "answered_on": answered_on or day_of(at),
    }
    _check(referral, wished, day_of(at))
    answer = ReferralAnswer.objects.filter(referral=referral, organisation=organisation).first()
    before = {name: getattr(answer, name) for name in KEPT_FIELDS} if answer else {}
    if before == wished:
        return answer
    if base and base != answer_digest(answer):
        raise AnswerChanged(answer)
    if answer is None:
        answer = ReferralAnswer(referral=referral, organisation=organisation)
    for name, value in {**wished, "recorded_by": by, "recorded_at": at}.items():
        setattr(answer, name, value)
    answer.save()
    changed = {name: value for name, value in wished.items() if before.get(name, "") != value}
    log.record(
        action=LogEntry.Action.CHANGED if before else LogEntry.Action.CREATED,
        subject=answer,
        by=by,
        at=at,
        before={name: before[name] for name in changed} if before else {},
        after=changed,
    )
    return answer


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One member in a round; ``answer`` is ``None`` where none has come, or where the reader may not know it."""

    organisation: Organisation
    has_answered: bool
    answer: ReferralAnswer | None

    @property
    def is_readable(self) -> bool:
        return self.answer is not None


@dataclass(frozen=True, slots=True)
class Round:
    """A referral round with its number, 1 for the plan's first, and a row per member: the Region first."""

    referral: Referral
    number: int
    rows: tuple[AnswerRow, ...]

    @property
    def answered_count(self) -> int:
        return sum(row.has_answered for row in self.rows)

    @property
    def member_count(self) -> int:
        return len(self.rows)

    @property
    def unanswered(self) -> tuple[Organisation, ...]:
        return tuple(row.organisation for row in self.rows if not row.has_answered)

    def answer_of(self, organisation: Organisation) -> ReferralAnswer | None:
        return next((row.answer for row in self.rows if row.organisation == organisation), None)


def rounds_of(plan: Plan, user=None) -> tuple[Round, ...]:
    """Return the plan's referral rounds, the first one first, as ``user`` may see them; ``None`` sees everything.

    A member sees that others have answered, but not what. The number of queries does not grow with rounds or members.
    """
    referrals = list(
        plan.referrals.select_related("opened_by", "closed_by").prefetch_related(
            models.Prefetch("answers", ReferralAnswer.objects.select_related("organisation", "recorded_by"))
        )
    )
    if not referrals:
        return ()
    memberships = list(plan.collaboration.memberships.all())
    organisations = list(Organisation.objects.by_name())
    sees_all = user is None or permissions.can_read_answers(user, plan)
    own = permissions.organisations_of(user, plan.collaboration_id)
    rounds = []
    for number, referral in enumerate(referrals, start=1):
        answers = {answer.organisation_id: answer for answer in referral.answers.all()}
        active = _active_on(memberships, day_of(referral.opened_at)) | answers.keys()
        rows = tuple(
            AnswerRow(
                organisation=organisation,
                has_answered=organisation.pk in answers,
                answer=answers.get(organisation.pk) if sees_all or organisation.pk in own else None,
            )
            for organisation in organisations
            if organisation.pk in active
        )
        rounds.append(Round(referral, number, rows))
    return tuple(rounds)


def members_on(referral: Referral) -> list[Organisation]:
    """Return the members that the round was opened to, the Region first and then by the Swedish alphabet."""
    active = _active_on(referral.plan.collaboration.memberships.all(), day_of(referral.opened_at))
    return list(Organisation.objects.by_name().filter(pk__in=active))


def _active_on(memberships: Sequence, day: datetime.date) -> set[int]:
    return {membership.organisation_id for membership in memberships if membership.is_active_on(day)}


def _locked_open(referral: Referral) -> Referral:
    plan = Plan.objects.select_for_update().get(pk=referral.plan_id)
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    referral.plan = plan
    if not referral.is_open:
        raise ReferralRefused("Remissen är avslutad. Det som står i den ändras inte.")
    return referral


def _set_status(plan: Plan, status: str, *, by, at: datetime.datetime) -> None:
    before = {"status": plan.get_status_display()}
    plan.status = status
    plan.save(update_fields=["status"])
    after = {"status": plan.get_status_display()}
    log.record(action=LogEntry.Action.CHANGED, subject=plan, by=by, at=at, before=before, after=after)


def _must_lead(by, plan: Plan) -> None:
    if not permissions.can_open_referral(by, plan):
        raise ReferralRefused("Ordföranden i SGD öppnar, förlänger och avslutar remisser.")


def _must_be_later(due_on: datetime.date, today: datetime.date) -> None:
    if due_on <= today:
        raise ReferralRefused("Sista dagen att svara ska ligga efter i dag.", "due_on")


def _check(referral: Referral, wished: dict, today: datetime.date) -> None:
    kinds = ReferralAnswer.Kind
    if wished["kind"] not in kinds.values:
        raise ReferralRefused("Välj vad organisationen svarar.", "kind")
    if not wished["text"] and wished["kind"] not in ReferralAnswer.KINDS_WITHOUT_TEXT:
        raise ReferralRefused("Skriv synpunkterna, eller varför organisationen avstyrker.", "text")
    if wished["text"] and wished["kind"] == kinds.NO_COMMENT:
        raise ReferralRefused("Den som inte har synpunkter lämnar texten tom. Välj annars ett annat svar.", "text")
    if not day_of(referral.opened_at) <= wished["answered_on"] <= today:
        first = day_of(referral.opened_at)
        raise ReferralRefused(f"Svarsdagen ligger mellan {first}, när remissen öppnades, och i dag.", "answered_on")


def _why_not(by, referral: Referral, organisation: Organisation, at: datetime.datetime) -> str:
    own = permissions.organisations_of(by, referral.plan.collaboration_id)
    if organisation.pk in own and not referral.takes_answers_on(day_of(at)):
        return f"Svarstiden gick ut {referral.due_on}. Skicka svaret till SGD, som kan registrera det."
    return f"Svaret från {organisation} registreras av organisationens registrator eller av SGD."


def _tidy(text: str, longest: int, field: str) -> str:
    tidy = unicodedata.normalize("NFC", text).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(tidy) > longest:
        raise ReferralRefused(f"Texten är längre än {longest} tecken. Korta den.", field)
    return tidy
