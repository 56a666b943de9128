"""Referral rounds: opened by the chair, answered by each member, closed; and who may do and see what."""

import datetime
import json
from io import StringIO

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from plans.models import AnswerIsKeptError, LogEntry, Membership, Plan, Referral, ReferralAnswer
from plans.permissions import (
    can_answer_referral,
    can_open_referral,
    can_read_answers,
    can_view_plan,
    can_view_referrals,
)
from plans.referring import (
    ReferralRefused,
    close_referral,
    extend_referral,
    members_on,
    open_referral,
    record_answer,
    rounds_of,
)
from plans.roles import Role
from tests import conversation_factories as talk
from tests import factories as make
from tests.conversation_factories import DUE_ON, LAST_EVENING, OPENED_AT, TOO_LATE

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def plan():
    return talk.make_draft()


@pytest.fixture
def chair(plan):
    return talk.make_person(Role.CHAIR, plan, first_name="Ofelia", last_name="Ordförande")


@pytest.fixture
def referral(plan, chair):
    return talk.make_referral(plan, by=chair, message="Läs avsnitt 3.")


def log_of(plan) -> list[tuple]:
    entries = LogEntry.objects.filter(plan_slug=plan.slug).order_by("number")
    return [(entry.subject, entry.action, entry.before, entry.after) for entry in entries]


class TestOpening:
    def test_a_draft_goes_out_to_the_members_and_the_log_says_so(self, plan, chair):
        goal = plan.focus_areas.get().goals.get()
        talk.make_thread(plan, goal)
        newest = LogEntry.objects.first().number
        before = len(log_of(plan))
        referral = open_referral(plan=plan, due_on=DUE_ON, message=" Läs\r\nnoga. ", by=chair, at=OPENED_AT)
        plan.refresh_from_db()
        assert plan.status == Plan.Status.REFERRAL
        assert (referral.log_number, referral.message, referral.is_open) == (newest, "Läs\nnoga.", True)
        said = {"due_on": "2030-03-31", "message": "Läs\nnoga.", "log_number": newest}
        assert log_of(plan)[before:] == [
            ("plans.referral", "created", {}, said),
            ("plans.plan", "changed", {"status": "Utkast"}, {"status": "Remiss"}),
        ]

    @pytest.mark.parametrize("status", [status for status in Plan.Status.values if status != "draft"])
    def test_only_a_draft_goes_out(self, plan, chair, status):
        Plan.objects.filter(pk=plan.pk).update(status=status)
        with pytest.raises(ReferralRefused):
            open_referral(plan=plan, due_on=DUE_ON, by=chair, at=OPENED_AT)
        assert not Referral.objects.exists()

    @pytest.mark.parametrize("days", [-1, 0])
    def test_the_last_day_lies_ahead(self, plan, chair, days):
        with pytest.raises(ReferralRefused, match="efter i dag") as refusal:
            open_referral(plan=plan, due_on=OPENED_AT.date() + days * DAY, by=chair, at=OPENED_AT)
        assert refusal.value.field == "due_on"
        plan.refresh_from_db()
        assert plan.status == Plan.Status.DRAFT

    def test_a_plan_is_out_once_at_a_time(self, plan, referral, chair):
        again = Referral(plan=plan, opened_by=chair, due_on=DUE_ON)
        with pytest.raises(ValidationError, match="redan ute på remiss"):
            again.validate_constraints()
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()

    @pytest.mark.parametrize("role", Role.values)
    def test_it_is_led_by_the_chair_and_the_administrator(self, plan, role):
        user = talk.make_person(role, plan, code="9101" if role == Role.REGISTRAR else "")
        leads = role in (Role.CHAIR, Role.ADMINISTRATOR)
        assert can_open_referral(user, plan) is leads
        if leads:
            return
        with pytest.raises(ReferralRefused, match="Ordföranden"):
            open_referral(plan=plan, due_on=DUE_ON, by=user, at=OPENED_AT)
        referral = talk.make_referral(plan)
        with pytest.raises(ReferralRefused):
            extend_referral(referral=referral, due_on=DUE_ON + DAY, by=user, at=OPENED_AT)
        with pytest.raises(ReferralRefused):
            close_referral(referral=referral, by=user, at=OPENED_AT)

    def test_a_chair_elsewhere_leads_nothing_here(self, plan):
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        assert not can_open_referral(talk.make_person(Role.CHAIR, other), plan)


class TestExtendingAndClosing:
    def test_members_get_a_later_day_never_an_earlier(self, plan, referral, chair):
        for due_on in (DUE_ON, DUE_ON - DAY):
            with pytest.raises(ReferralRefused, match="går redan till 2030-03-31"):
                extend_referral(referral=referral, due_on=due_on, by=chair, at=OPENED_AT)
        extended = extend_referral(referral=referral, due_on=DUE_ON + DAY, by=chair, at=TOO_LATE - DAY)
        assert extended.due_on == DUE_ON + DAY
        assert log_of(plan)[-1][2:] == ({"due_on": "2030-03-31"}, {"due_on": "2030-04-01"})
        registrar = talk.make_person(Role.REGISTRAR, plan, code="9101")
        assert can_answer_referral(registrar, extended, make.make_organisation("9101"), TOO_LATE)

    def test_closing_makes_the_plan_a_draft_and_nothing_in_the_round_changes_after(self, plan, referral, chair):
        talk.make_answer(referral, "9101")
        closed = close_referral(referral=referral, by=chair, at=TOO_LATE)
        plan.refresh_from_db()
        assert (plan.status, closed.closed_by, closed.closed_at) == (Plan.Status.DRAFT, chair, TOO_LATE)
        assert log_of(plan)[-1] == ("plans.plan", "changed", {"status": "Remiss"}, {"status": "Utkast"})
        for act in (
            lambda: talk.make_answer(referral, "9102"),
            lambda: talk.make_answer(referral, "9101", "no_comment"),
            lambda: extend_referral(referral=referral, due_on=DUE_ON + DAY, by=chair, at=OPENED_AT),
            lambda: close_referral(referral=referral, by=chair),
        ):
            with pytest.raises(ReferralRefused, match="avslutad"):
                act()
        assert referral.answers.get().kind == "approve"

    def test_a_new_round_can_follow(self, plan, referral, chair):
        close_referral(referral=referral, by=chair, at=TOO_LATE)
        talk.make_referral(plan, by=chair, at=TOO_LATE + DAY, due_on=DUE_ON + 30 * DAY)
        assert [(one.number, one.referral.is_open) for one in rounds_of(plan)] == [(1, False), (2, True)]

    def test_a_round_closed_by_nobody_is_refused_by_the_database(self, referral):
        with pytest.raises(IntegrityError), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(closed_at=TOO_LATE)


class TestAnswering:
    def test_a_registrar_answers_for_the_own_organisation_and_changes_it(self, plan, referral):
        registrar = talk.make_person(Role.REGISTRAR, plan, code="9101")
        answer = talk.make_answer(referral, "9101", "no_comment", by=registrar)
        assert (answer.answered_on, answer.recorded_by) == (OPENED_AT.date(), registrar)
        changed = talk.make_answer(
            referral, "9101", "reject", text="För dyrt.", registry_number=" KS  2030/7 ", by=registrar, at=LAST_EVENING
        )
        assert changed == answer
        assert (changed.registry_number, changed.answered_on) == ("KS 2030/7", DUE_ON)
        assert log_of(plan)[-1] == (
            "plans.referralanswer",
            "changed",
            {"kind": "no_comment", "text": "", "registry_number": "", "answered_on": "2030-03-01"},
            {"kind": "reject", "text": "För dyrt.", "registry_number": "KS 2030/7", "answered_on": "2030-03-31"},
        )

    def test_the_same_answer_again_changes_nothing(self, plan, referral):
        talk.make_answer(referral, "9101")
        before = len(log_of(plan))
        talk.make_answer(referral, "9101")
        assert len(log_of(plan)) == before

    @pytest.mark.parametrize("role", Role.values)
    @pytest.mark.parametrize("at", [OPENED_AT, LAST_EVENING, TOO_LATE])
    def test_who_may_answer_when(self, plan, referral, role, at):
        with_organisation = role in (Role.REGISTRAR, Role.READER)
        user = talk.make_person(role, plan, code="9101" if with_organisation else "")
        own, other = make.make_organisation("9101"), make.make_organisation("9102")
        writes = role in (Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR)
        in_time = role == Role.REGISTRAR and at != TOO_LATE
        assert can_answer_referral(user, referral, own, at) is (writes or in_time)
        assert can_answer_referral(user, referral, other, at) is writes
        for organisation, may in ((own, writes or in_time), (other, writes)):
            if not may:
                with pytest.raises(ReferralRefused):
                    record_answer(referral=referral, organisation=organisation, kind="approve", by=user, at=at)
        assert referral.answers.count() == 0

    def test_a_registrar_who_comes_too_late_is_told_what_to_do(self, plan, referral):
        registrar = talk.make_person(Role.REGISTRAR, plan, code="9101")
        with pytest.raises(ReferralRefused, match="gick ut 2030-03-31. Skicka svaret till SGD"):
            talk.make_answer(referral, "9101", by=registrar, at=TOO_LATE)

    def test_sgd_records_one_that_came_by_letter_on_its_day(self, referral, chair):
        answer = talk.make_answer(referral, "9102", by=chair, at=TOO_LATE, answered_on=DUE_ON)
        assert answer.answered_on == DUE_ON
        for day in (OPENED_AT.date() - DAY, DUE_ON + 2 * DAY):
            with pytest.raises(ReferralRefused, match="Svarsdagen") as refusal:
                talk.make_answer(referral, "9103", by=chair, at=TOO_LATE, answered_on=day)
            assert refusal.value.field == "answered_on"

    @pytest.mark.parametrize("kind", ["approve_with_comments", "reject"])
    def test_one_with_comments_says_which(self, referral, kind):
        with pytest.raises(ReferralRefused, match="Skriv synpunkterna"):
            talk.make_answer(referral, "9101", kind, text=" \n ")
        assert talk.make_answer(referral, "9101", kind, text="Synpunkt.").text == "Synpunkt."
        with pytest.raises(IntegrityError), transaction.atomic():
            ReferralAnswer.objects.update(text="")

    def test_one_without_comments_has_none(self, referral):
        with pytest.raises(ReferralRefused, match="lämnar texten tom"):
            talk.make_answer(referral, "9101", "no_comment", text="Men ändå.")

    def test_an_unknown_answer_is_refused(self, referral):
        with pytest.raises(ReferralRefused, match="Välj vad"):
            talk.make_answer(referral, "9101", "kanske")

    def test_only_members_when_the_round_was_opened_are_asked(self, plan, referral, chair):
        outsider = make.make_organisation("9188")
        with pytest.raises(ReferralRefused, match="inte medlem"):
            record_answer(referral=referral, organisation=outsider, kind="approve", by=chair, at=OPENED_AT)
        Membership.objects.filter(organisation__code="9103").update(left_on=OPENED_AT.date() - DAY)
        assert [member.code for member in members_on(referral)] == ["91", "9101", "9102"]

    def test_an_answer_is_kept_once_for_each_organisation(self, referral, chair):
        answer = talk.make_answer(referral, "9101")
        with pytest.raises(AnswerIsKeptError):
            answer.delete()
        with pytest.raises(AnswerIsKeptError):
            ReferralAnswer.objects.filter(pk=answer.pk).delete()
        for row in (referral, chair):
            with pytest.raises(ProtectedError):
                row.delete()
        again = ReferralAnswer(
            referral=referral, organisation=answer.organisation, kind="approve", answered_on=DUE_ON, recorded_by=chair
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()


class TestWhoHasAnswered:
    def test_the_region_stands_first_and_then_the_swedish_alphabet(self, plan, referral):
        make.make_membership(
            make.make_organisation("9104", "Ärtemark"), make.make_party(collaboration=plan.collaboration)
        )
        talk.make_answer(referral, "9103")
        (only,) = rounds_of(plan)
        assert [row.organisation.short_name for row in only.rows] == [
            "Region Prov",
            "Alby",
            "Björnå",
            "Åkarp",
            "Ärtemark",
        ]
        assert [row.has_answered for row in only.rows] == [False, False, False, True, False]
        assert (only.answered_count, only.member_count, len(only.unanswered)) == (1, 5, 4)

    def test_a_member_sees_that_others_have_answered_and_what_it_said_itself(self, plan, referral):
        for code in ("9101", "9102"):
            talk.make_answer(referral, code)
        (seen,) = rounds_of(plan, talk.make_person(Role.REGISTRAR, plan, code="9101"))
        said = {row.organisation.code: (row.has_answered, row.is_readable) for row in seen.rows}
        assert said == {"91": (False, False), "9101": (True, True), "9102": (True, False), "9103": (False, False)}

    @pytest.mark.parametrize("role", Role.values)
    def test_every_answer_is_read_by_those_who_work_on_the_plan(self, plan, referral, role):
        user = talk.make_person(role, plan, code="9101" if role == Role.REGISTRAR else "")
        talk.make_answer(referral, "9102")
        reads = role not in (Role.REGISTRAR, Role.READER)
        assert can_read_answers(user, plan) is reads
        assert rounds_of(plan, user)[0].rows[2].is_readable is reads

    def test_a_member_finds_its_answer_when_the_plan_is_a_draft_again(self, plan, chair):
        registrar = talk.make_person(Role.REGISTRAR, plan, code="9101")
        assert not can_view_referrals(registrar, plan)
        referral = talk.make_referral(plan, by=chair)
        assert can_view_referrals(registrar, plan)
        close_referral(referral=referral, by=chair, at=TOO_LATE)
        plan.refresh_from_db()
        assert can_view_referrals(registrar, plan)
        assert not can_view_plan(registrar, plan)

    def test_the_number_of_queries_does_not_grow(self, plan, chair, django_assert_num_queries):
        reader = talk.make_person(Role.AUDITOR, plan)

        def read():
            return [
                (row.organisation.name, row.answer and row.answer.recorded_by.username)
                for one in rounds_of(Plan.objects.get(pk=plan.pk), reader)
                for row in one.rows
            ]

        talk.make_answer(talk.make_referral(plan, by=chair), "9101")
        read()
        with django_assert_num_queries(6) as few:
            read()
        for number in range(3):
            close_referral(referral=plan.referrals.still_open().get(), by=chair, at=TOO_LATE + number * DAY)
            again = talk.make_referral(plan, by=chair, at=TOO_LATE + number * DAY, due_on=DUE_ON + 60 * DAY)
            for code in ("91", "9101", "9102"):
                talk.make_answer(again, code, at=TOO_LATE + number * DAY)
        with django_assert_num_queries(len(few)):
            assert len(read()) == 16


class TestCommand:
    def answers(self, *args) -> str:
        output = StringIO()
        call_command("referral_answers", *args, stdout=output)
        return output.getvalue()

    def test_it_answers_in_words_and_for_machines(self, plan, referral, chair):
        talk.make_answer(referral, "9102", "reject", text="=HYPERLINK(1)", registry_number="KS 7", by=chair)
        text = self.answers(plan.slug)
        assert "1 av 4 har svarat" in text
        assert "Björnå kommun  Avstyrker, 2030-03-01, KS 7" in text
        assert "Alby kommun    inte svarat" in text
        said = json.loads(self.answers(plan.slug, "--format", "json"))
        assert (said["round"], said["members"], said["answered"], said["due_on"]) == (1, 4, 1, "2030-03-31")
        assert said["answers"][2] | {"recorded_at": ""} == {
            "code": "9102",
            "organisation": "Björnå kommun",
            "answered": True,
            "kind": "reject",
            "text": "=HYPERLINK(1)",
            "registry_number": "KS 7",
            "answered_on": "2030-03-01",
            "recorded_by": "Ofelia Ordförande",
            "recorded_at": "",
        }
        lines = self.answers(plan.slug, "--format", "csv").splitlines()
        assert len(lines) == 5
        assert "9102;Björnå kommun;ja;reject;'=HYPERLINK(1);KS 7;2030-03-01;Ofelia Ordförande;" in lines[3]

    def test_an_earlier_round_is_named_by_its_number(self, plan, referral, chair):
        close_referral(referral=referral, by=chair, at=TOO_LATE)
        talk.make_referral(plan, by=chair, at=TOO_LATE, due_on=DUE_ON + 9 * DAY)
        assert "remissomgång 2 (öppen), svar senast 2030-04-09" in self.answers(plan.slug)
        assert "remissomgång 1 (avslutad), svar senast 2030-03-31" in self.answers(plan.slug, "--round", "1")
        with pytest.raises(CommandError, match="ingen omgång 3. Den sista är 2"):
            self.answers(plan.slug, "--round", "3")

    def test_it_says_what_does_not_exist(self, plan):
        with pytest.raises(CommandError, match="inte varit ute på remiss"):
            self.answers(plan.slug)
        with pytest.raises(CommandError, match="ingen handlingsplan"):
            self.answers("finns-inte")


class TestAdministration:
    @pytest.fixture
    def rows(self, plan, referral):
        thread = talk.make_thread(plan, at=OPENED_AT)
        return [referral, talk.make_answer(referral, "9101"), thread, thread.comments.get()]

    def test_everything_is_read_there_and_nothing_written(self, rows, admin_client):
        for row in rows:
            name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
            assert type(row) in admin.site._registry
            listed = admin_client.get(reverse(f"{name}_changelist"), {"q": "å"})
            page = admin_client.get(reverse(f"{name}_change", args=[row.pk]))
            assert (listed.status_code, page.status_code) == (200, 200)
            assert b'name="_save"' not in page.content
            assert admin_client.get(reverse(f"{name}_add")).status_code == 403
            assert admin_client.post(reverse(f"{name}_change", args=[row.pk]), {"text": "Ändrat"}).status_code == 403
            assert admin_client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403

    def test_it_shows_nothing_of_another_collaborations_plans(self, plan, rows, client):
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        for user, status in ((talk.make_person(Role.AUDITOR, plan), 200), (talk.make_person(Role.AUDITOR, other), 302)):
            client.force_login(user)
            for row in rows:
                address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
                assert client.get(address).status_code == status

    def test_queries_of_the_lists_do_not_grow(self, plan, rows, admin_client, django_assert_max_num_queries):
        for row in rows:
            page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
            admin_client.get(page)
            with django_assert_max_num_queries(40) as few:
                admin_client.get(page)
            for code in ("9102", "9103"):
                talk.make_answer(plan.referrals.get(), code)
                talk.make_thread(plan, at=OPENED_AT)
            with django_assert_max_num_queries(len(few)):
                admin_client.get(page)
