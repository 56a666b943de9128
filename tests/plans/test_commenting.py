"""Comments: who writes and reads which, what becomes of a thread, and where it is found again."""

import datetime
import itertools

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from budgets.models import BudgetLine
from plans.commenting import CommentRefused, answer_thread, open_thread, reopen_thread, resolve_thread, threads_of
from plans.deletion import DECLARATION, delete_row, restore
from plans.models import Comment, CommentThread, LogEntry, Plan
from plans.permissions import can_comment, can_read_comments
from plans.referring import close_referral
from plans.roles import Role
from tests import conversation_factories as talk
from tests import factories as make
from tests.conversation_factories import LAST_EVENING, OPENED_AT, TOO_LATE

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return talk.make_draft()


@pytest.fixture
def editor(plan):
    return talk.make_person(Role.EDITOR, plan, first_name="Ruben", last_name="Redaktör")


@pytest.fixture
def goal(plan):
    return plan.focus_areas.get().goals.get()


def whole(plan: Plan) -> Plan:
    return Plan.objects.with_content().get(pk=plan.pk)


def conversation(plan: Plan, user, **kwargs):
    lines = BudgetLine.objects.of_plan(plan).with_places()
    return threads_of(whole(plan), user, lines, **kwargs)


class TestAThread:
    def test_it_remembers_what_it_is_about_who_began_it_and_the_passage(self, plan, goal, editor):
        thread = open_thread(
            plan=plan, row=goal, field="text", text=" Kan det mätas?\r\n ", quote="Ett mål", by=editor, at=OPENED_AT
        )
        assert (thread.subject, thread.subject_key) == ("plans.goal", f'["{goal.key}"]')
        assert (thread.field, thread.subject_name, thread.quote) == ("text", "Ett mål.", "Ett mål")
        assert (thread.opened_by, thread.opened_at, thread.is_resolved) == (editor, OPENED_AT, False)
        assert (thread.referral, thread.organisation) == (None, None)
        (comment,) = thread.comments.all()
        assert (comment.text, comment.author_name, comment.author) == ("Kan det mätas?", "Ruben Redaktör", editor)

    def test_it_is_answered_resolved_and_opened_again_and_the_log_says_so(self, plan, goal, editor):
        thread = talk.make_thread(plan, goal, by=editor)
        answer_thread(thread=thread, text="Ja.", by=editor)
        assert resolve_thread(thread=thread, by=editor).is_resolved
        assert not reopen_thread(thread=thread, by=editor).is_resolved
        said = [
            (entry.subject, entry.action) for entry in LogEntry.objects.filter(plan_slug=plan.slug).order_by("number")
        ]
        assert said == [
            ("plans.commentthread", "created"),
            ("plans.comment", "created"),
            ("plans.comment", "created"),
            ("plans.commentthread", "changed"),
            ("plans.commentthread", "changed"),
        ]
        assert [comment.text for comment in thread.comments.all()] == ["En kommentar.", "Ja."]
        assert LogEntry.objects.filter(subject="plans.comment").first().after == {"text": "Ja."}

    def test_a_resolved_one_is_not_answered_and_nothing_is_done_twice(self, plan, editor):
        thread = talk.make_thread(plan, by=editor)
        with pytest.raises(CommentRefused, match="redan öppen"):
            reopen_thread(thread=thread, by=editor)
        resolve_thread(thread=thread, by=editor)
        with pytest.raises(CommentRefused, match="Öppna den igen"):
            answer_thread(thread=thread, text="För sent.", by=editor)
        with pytest.raises(CommentRefused, match="redan markerad"):
            resolve_thread(thread=thread, by=editor)
        assert thread.comments.count() == 1

    @pytest.mark.parametrize(("text", "why"), [(" \n\0", "Skriv en kommentar"), ("å" * 5001, "5000 tecken")])
    def test_an_empty_or_endless_comment_is_refused_and_nothing_is_kept(self, plan, editor, text, why):
        with pytest.raises(CommentRefused, match=why):
            open_thread(plan=plan, row=plan, text=text, by=editor)
        assert not CommentThread.objects.exists()
        assert not LogEntry.objects.exists()

    def test_a_row_of_another_plan_is_refused(self, plan, editor):
        other = make.make_complete_area(make.make_plan())
        with pytest.raises(CommentRefused, match="hör inte till planen"):
            open_thread(plan=plan, row=other, text="Fel plan.", by=editor)

    def test_whoever_has_written_and_what_they_wrote_about_stay(self, plan, editor):
        thread = talk.make_thread(plan, by=editor)
        for row in (thread, editor, plan):
            with pytest.raises(ProtectedError):
                row.delete()

    def test_the_database_keeps_its_rules(self, plan, editor):
        thread = talk.make_thread(plan, by=editor)
        broken = [
            lambda: CommentThread.objects.filter(pk=thread.pk).update(resolved_at=timezone.now()),
            lambda: CommentThread.objects.filter(pk=thread.pk).update(organisation=make.make_organisation("9101")),
            lambda: Comment.objects.filter(thread=thread).update(text=""),
        ]
        for break_rule in broken:
            with pytest.raises(IntegrityError), transaction.atomic():
                break_rule()
        with pytest.raises(ValidationError, match="Skriv en kommentar"):
            Comment(thread=thread, author=editor, author_name="R", text="").validate_constraints()


class TestWhoWrites:
    WRITERS = {Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR, Role.ECONOMIST}

    @pytest.mark.parametrize("role", Role.values)
    def test_on_a_draft_those_who_write_text_or_budget(self, plan, role):
        code = "9101" if role == Role.REGISTRAR else ""
        user = talk.make_person(role, plan, code=code)
        assert can_comment(user, plan) is (role in self.WRITERS)
        assert can_read_comments(user, plan) is (role in self.WRITERS | {Role.AUDITOR})

    @pytest.mark.parametrize(("role", "code"), [(Role.REGISTRAR, "9101"), (Role.READER, "9101"), (Role.READER, "")])
    def test_during_a_referral_also_a_member_through_its_last_day(self, plan, role, code):
        user = talk.make_person(role, plan, code=code)
        talk.make_referral(plan)
        assert can_comment(user, plan, LAST_EVENING) is bool(code)
        assert not can_comment(user, plan, TOO_LATE)
        assert can_read_comments(user, plan) is bool(code)

    def test_an_auditor_never(self, plan):
        auditor = talk.make_person(Role.AUDITOR, plan)
        thread = talk.make_thread(plan)
        talk.make_referral(plan)
        for act in (open_thread, answer_thread, resolve_thread, reopen_thread):
            words = {"text": "Nej."} if act in (open_thread, answer_thread) else {}
            about = {"plan": plan, "row": plan} if act is open_thread else {"thread": thread}
            with pytest.raises(CommentRefused):
                act(by=auditor, at=OPENED_AT, **about, **words)

    def test_nobody_once_the_plan_is_sent_for_decision(self, plan, editor):
        thread = talk.make_thread(plan, by=editor)
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        with pytest.raises(CommentRefused, match="skickad för beslut"):
            answer_thread(thread=thread, text="Sent.", by=editor)
        with pytest.raises(CommentRefused):
            resolve_thread(thread=thread, by=editor)

    def test_nobody_from_another_collaboration(self, plan):
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        stranger = talk.make_person(Role.EDITOR, other)
        assert not can_comment(stranger, plan)
        with pytest.raises(CommentRefused):
            open_thread(plan=plan, row=plan, text="Hej.", by=stranger)

    def test_a_thread_is_resolved_by_its_opener_and_by_those_who_write_the_plan(self, plan, editor):
        economist, other = (talk.make_person(Role.ECONOMIST, plan) for _ in range(2))
        thread = talk.make_thread(plan, by=economist)
        with pytest.raises(CommentRefused, match="skriver planen"):
            resolve_thread(thread=thread, by=other)
        resolve_thread(thread=thread, by=economist)
        with pytest.raises(CommentRefused):
            reopen_thread(thread=thread, by=other)
        reopen_thread(thread=thread, by=editor)


class TestMembers:
    @pytest.fixture
    def referral(self, plan):
        return talk.make_referral(plan)

    def test_what_a_member_writes_is_its_organisations_and_of_the_round(self, plan, goal, referral):
        registrar = talk.make_person(Role.REGISTRAR, plan, code="9101")
        thread = open_thread(plan=plan, row=goal, text="Hej.", by=registrar, at=OPENED_AT)
        assert (thread.referral, thread.organisation.code) == (referral, "9101")
        assert thread.comments.get().organisation.code == "9101"

    def test_what_sgd_writes_meanwhile_is_of_the_round_and_no_organisations(self, plan, editor, referral):
        thread = talk.make_thread(plan, by=editor, at=OPENED_AT)
        assert (thread.referral, thread.organisation) == (referral, None)

    def test_a_member_sees_its_own_organisations_threads_and_no_others(self, plan, editor, referral):
        alby, also_alby, bjornaa = (
            talk.make_person(Role.REGISTRAR, plan, code=code) for code in ("9101", "9101", "9102")
        )
        internal, own, others = (
            open_thread(plan=plan, row=plan, text="Hej.", by=by, at=OPENED_AT) for by in (editor, alby, bjornaa)
        )
        reader = talk.make_person(Role.READER, plan)
        auditor = talk.make_person(Role.AUDITOR, plan)
        seen = {
            user: set(conversation(plan, user).threads) for user in (alby, also_alby, bjornaa, reader, editor, auditor)
        }
        assert seen == {
            alby: {own},
            also_alby: {own},
            bjornaa: {others},
            reader: set(),
            editor: {internal, own, others},
            auditor: {internal, own, others},
        }

    def test_sgd_answers_a_member_who_answers_back_and_nobody_else_does(self, plan, editor, referral):
        alby, bjornaa = (talk.make_person(Role.REGISTRAR, plan, code=code) for code in ("9101", "9102"))
        thread = open_thread(plan=plan, row=plan, text="Fråga.", by=alby, at=OPENED_AT)
        answer_thread(thread=thread, text="Svar.", by=editor, at=OPENED_AT + datetime.timedelta(hours=1))
        answer_thread(thread=thread, text="Tack.", by=alby, at=LAST_EVENING)
        with pytest.raises(CommentRefused):
            answer_thread(thread=thread, text="Vi också.", by=bjornaa, at=LAST_EVENING)
        who = [(comment.text, comment.organisation and comment.organisation.code) for comment in thread.comments.all()]
        assert who == [("Fråga.", "9101"), ("Svar.", None), ("Tack.", "9101")]

    def test_a_member_does_not_write_in_sgds_threads(self, plan, editor, referral):
        internal = talk.make_thread(plan, by=editor)
        with pytest.raises(CommentRefused):
            answer_thread(
                thread=internal, text="Hej.", by=talk.make_person(Role.REGISTRAR, plan, code="9101"), at=OPENED_AT
            )

    def test_after_the_last_day_and_after_closing_a_member_no_longer_writes(self, plan, referral):
        alby = talk.make_person(Role.REGISTRAR, plan, code="9101")
        thread = open_thread(plan=plan, row=plan, text="I tid.", by=alby, at=LAST_EVENING)
        with pytest.raises(CommentRefused, match="Svarstiden har gått ut"):
            answer_thread(thread=thread, text="För sent.", by=alby, at=TOO_LATE)
        with pytest.raises(CommentRefused):
            resolve_thread(thread=thread, by=alby, at=TOO_LATE)
        close_referral(referral=referral, by=talk.make_person(Role.CHAIR, plan), at=TOO_LATE)
        with pytest.raises(CommentRefused, match="inte ute på remiss"):
            answer_thread(thread=thread, text="För sent.", by=alby, at=LAST_EVENING)

    def test_one_who_speaks_for_two_organisations_says_for_which(self, plan, referral):
        both = talk.make_person(Role.REGISTRAR, plan, code="9101")
        make.make_role(
            both, Role.REGISTRAR, collaboration=plan.collaboration, organisation=make.make_organisation("9102")
        )
        with pytest.raises(CommentRefused, match="Välj vilken"):
            open_thread(plan=plan, row=plan, text="Hej.", by=both, at=OPENED_AT)
        with pytest.raises(CommentRefused, match="egen organisation"):
            open_thread(
                plan=plan, row=plan, text="Hej.", by=both, organisation=make.make_organisation("9103"), at=OPENED_AT
            )
        chosen = make.make_organisation("9102")
        thread = open_thread(plan=plan, row=plan, text="Hej.", by=both, organisation=chosen, at=OPENED_AT)
        assert thread.organisation == chosen


class TestReading:
    def test_threads_are_found_by_row_field_and_area(self, plan, goal, editor):
        area = plan.focus_areas.get()
        line = area.budget_lines.get()
        activity = area.periods.get().activities.get()
        for row, field in (
            (goal, "text"),
            (goal, ""),
            (activity, "text"),
            (line, ""),
            (area, "background"),
            (plan, ""),
        ):
            talk.make_thread(plan, row, field=field, by=editor)
        resolve_thread(thread=talk.make_thread(plan, goal, field="text", by=editor), by=editor)
        found = conversation(plan, editor)
        assert (found.open_on(goal, "text"), len(found.about(goal, "text")), found.open_on(goal)) == (1, 2, 1)
        assert (found.open_in(area.slug), len(found.by_area[area.slug])) == (5, 6)
        assert (len(found.on_whole_plan), found.removed, found.open_count) == (1, (), 6)

    def test_they_stand_in_the_order_of_the_plan(self, plan, goal, editor):
        area = plan.focus_areas.get()
        for row in (area.budget_lines.get(), goal, area, plan):
            talk.make_thread(plan, row, by=editor)
        kinds = [thread.subject for thread in conversation(plan, editor).threads]
        assert kinds == ["plans.plan", "plans.focusarea", "plans.goal", "budgets.budgetline"]

    def test_threads_of_a_removed_row_are_kept_and_found_again_when_it_is_back(self, plan, goal, editor):
        thread = talk.make_thread(plan, goal, by=editor)
        entry = delete_row(goal, declaration=DECLARATION, by=editor)
        found = conversation(plan, editor)
        assert (found.removed, found.open_in(plan.focus_areas.get().slug), found.open_count) == ((thread,), 0, 1)
        restored = restore(entry, by=editor)
        assert conversation(plan, editor).about(restored) == (thread,)

    def test_the_number_of_queries_does_not_grow(self, plan, editor, django_assert_num_queries):
        def read():
            found = conversation(plan, editor)
            return [
                (comment.text, thread.organisation) for thread in found.threads for comment in thread.comments.all()
            ]

        talk.make_thread(plan, plan.focus_areas.get().goals.get(), by=editor)
        read()
        with django_assert_num_queries(16) as few:
            read()
        for area in itertools.chain(plan.focus_areas.all(), (make.make_complete_area(plan) for _ in range(5))):
            make.make_line(area, 10, year=2031)
            for row in (area, area.goals.get(), area.periods.get().activities.get(), area.budget_lines.last()):
                answer_thread(thread=talk.make_thread(plan, row, by=editor), text="Ja.", by=editor)
        with django_assert_num_queries(len(few)):
            assert len(read()) == 49
