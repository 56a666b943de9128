"""Found by trying to break the workspace: races, strange input, and readers from next door."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans import commenting, editing, log, structure
from plans.editing import value_digest
from plans.models import Activity, LogEntry, Organisation, Plan, ReferralAnswer
from plans.referring import AnswerChanged, answer_digest, record_answer
from skane_digi.workspace.letters import send_referral_letters
from skane_digi.workspace.news import newest, news_since
from tests import conversation_factories as talk
from tests import factories as make

HTMX = {"HTTP_HX_REQUEST": "true"}


def address(name: str, plan: Plan, *args) -> str:
    return reverse(f"workspace:{name}", args=[plan.slug, *args])


class TestTwoAtOnce:
    def test_a_part_is_not_left_where_its_activity_has_been_moved_from_meanwhile(self, draft, area, editor):
        whole = Activity.objects.get(period__focus_area=area)
        part = Activity(period=whole.period, parent=whole, text="En del.")
        structure.move_activity(whole, area=make.make_area(draft, "Ett annat"), by=editor)
        with pytest.raises(editing.EditRefused, match="samma period"):
            structure.add_row(part, by=editor)

    @pytest.mark.parametrize("page", ["changelist", "change", "delete"])
    def test_the_administration_locks_the_plans_before_the_logs_end(self, client, people, area, page):
        """The workspace locks in that order, and two that lock in different orders wait for each other."""
        client.force_login(people["superuser"])
        goal = area.goals.first()
        sent = {
            "changelist": {"action": "delete_selected", "_selected_action": [goal.pk], "post": "yes"},
            "change": {"focus_area": area.pk, "text": "Ett annat mål.", "position": 1},
            "delete": {"post": "yes"},
        }
        args = [] if page == "changelist" else [goal.pk]
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse(f"admin:plans_goal_{page}", args=args), sent[page])
        assert LogEntry.objects.count() == 1
        assert first_locks(queries) == ["plans_plan", "plans_loghead"]

    def test_an_import_locks_the_plans_before_the_logs_end(self, area, tmp_path):
        file = tmp_path / "omraden.csv"
        file.write_text(f"Handlingsplan;Kortnamn i adresser;Namn\n{area.plan.slug};{area.slug};Nytt namn\n")
        with CaptureQueriesContext(connection) as queries:
            call_command("import_data", "focusarea", str(file))
        assert LogEntry.objects.get().after == {"name": "Nytt namn"}
        assert first_locks(queries) == ["plans_plan", "plans_loghead"]


def first_locks(queries) -> list[str]:
    """Return the two tables in the order in which all plans, and the log's end, are first asked for."""
    asked = {
        "plans_plan": 'SELECT "plans_plan"."id" AS "pk" FROM "plans_plan" ORDER BY',
        "plans_loghead": 'FROM "plans_loghead" WHERE',
    }
    found = {}
    for place, query in enumerate(queries.captured_queries):
        for table, words in asked.items():
            if words in query["sql"]:
                found.setdefault(table, place)
    return sorted(found, key=found.get)


class TestAnswers:
    """Two who write the same organisation's answer to a referral."""

    @pytest.fixture
    def referral(self, draft):
        referral = talk.make_running_referral(draft)
        draft.refresh_from_db()
        return referral

    @pytest.fixture
    def eslov(self, plan_2024):
        return Organisation.objects.get(code="1285")

    def test_an_answer_that_is_another_by_now_is_not_overwritten(self, referral, eslov, people):
        seen = answer_digest(None)
        first = record_answer(referral=referral, organisation=eslov, kind="approve", by=people["registrar"], base=seen)
        with pytest.raises(AnswerChanged, match="Tillstyrker"):
            record_answer(referral=referral, organisation=eslov, kind="no_comment", by=people["editor"], base=seen)
        assert ReferralAnswer.objects.get().kind == "approve"
        record_answer(
            referral=referral, organisation=eslov, kind="no_comment", by=people["editor"], base=answer_digest(first)
        )
        assert ReferralAnswer.objects.get().kind == "no_comment"

    def test_the_page_says_so_and_lets_the_next_try_through(self, client, draft, referral, eslov, people):
        client.force_login(people["registrar"])
        page = address("referral-answer", draft, eslov.code)
        form = client.get(page).context["form"]
        record_answer(referral=referral, organisation=eslov, kind="approve", text="SGD:s.", by=people["editor"])
        refused = client.post(page, {"kind": "no_comment", "base": form["base"].value()})
        assert refused.status_code == 422
        assert "”SGD:s.”" in refused.content.decode()
        answer = client.post(page, {"kind": "no_comment", "base": refused.context["form"]["base"].value()})
        assert answer.status_code == 302
        assert ReferralAnswer.objects.get().kind == "no_comment"


class TestStrangeInput:
    @pytest.mark.parametrize("year", ["40000", "99999", "999999999999"])
    def test_a_period_without_end_is_split_at_a_year_that_a_plan_may_have(self, client, editor, draft, area, year):
        period = make.make_period(area, 2032, None)
        answer = client.post(address("split-period", draft, period.pk), {"ar": year}, **HTMX)
        assert answer.status_code == 422
        period.refresh_from_db()
        assert period.end_year is None

    @pytest.mark.parametrize(
        ("name", "sent"),
        [
            ("budget-part-add", {"kolumn": "2031 s\0gd", "namn": "Del", "belopp": "1"}),
            ("budget-part-rename", {"var": "De\0l", "namn": "Annat"}),
        ],
    )
    def test_a_character_that_no_database_takes_is_no_error_of_ours(self, client, editor, draft, area, name, sent):
        make.make_line(area, 100, year=2031, label="Annan del")
        assert client.post(address(name, draft, area.pk), sent, **HTMX).status_code in (404, 422)

    @pytest.mark.parametrize("day", ["9999-12-31", "9999-12-30", "0001-01-01"])
    def test_the_history_is_read_until_any_day(self, client, editor, draft, day):
        for name in ("fran", "till"):
            assert client.get(address("history", draft), {name: day}).status_code == 200

    def test_a_title_with_a_line_break_goes_in_a_letters_subject(self, draft, people):
        referral = talk.make_running_referral(draft)
        referral.plan.title = "Handlingsplan\r\nBcc: nagon@annan.example"
        send_referral_letters(referral, link="https://prov.example/")
        assert {letter.subject.partition(",")[0] for letter in mail.outbox} == {
            "Remiss: Handlingsplan Bcc: nagon@annan.example"
        }


class TestReadersFromNextDoor:
    """The log and the lists' filters tell nobody of a draft that they may not read."""

    @pytest.fixture
    def secret(self, draft, area, people):
        commenting.open_thread(plan=draft, row=area, text="En hemlig kommentar.", by=people["editor"])
        return draft

    @pytest.mark.parametrize("page", ["logentry", "commentthread", "goal", "plansection", "referral"])
    def test_who_works_in_another_collaboration_reads_nothing_of_it(self, client, secret, people, page):
        client.force_login(people["stranger"])
        text = client.get(reverse(f"admin:plans_{page}_changelist")).content.decode()
        assert "hemlig" not in text
        assert secret.slug not in text
        assert secret.title not in text

    def test_an_entry_of_it_is_not_found_either(self, client, secret, people):
        client.force_login(people["stranger"])
        entry = LogEntry.objects.filter(plan_slug=secret.slug).first()
        answer = client.get(reverse("admin:plans_logentry_change", args=[entry.pk]))
        assert "hemlig" not in answer.content.decode()

    @pytest.mark.parametrize(("role", "reads"), [("economist", False), ("editor", False), ("auditor", True)])
    def test_accounts_and_roles_are_told_to_those_who_administer_or_audit(self, client, secret, people, role, reads):
        given = people["stranger"].role_assignments.first()
        log.record(action=LogEntry.Action.CREATED, subject=given, by=people["chair"])
        client.force_login(people[role])
        listed = client.get(reverse("admin:plans_logentry_changelist")).context["cl"].result_list
        assert (given._meta.label_lower in {entry.subject for entry in listed}) is reads


class TestNews:
    def test_a_comment_is_no_change_of_the_plan(self, draft, area, people):
        number = newest(draft)
        commenting.open_thread(plan=draft, row=area, text="En kommentar.", by=people["chair"])
        news = news_since(draft, number, people["editor"])
        assert news.others == ()
        assert news.number == newest(draft) > number

    def test_many_changed_areas_take_as_many_queries_as_two(self, draft, people):
        def queries_of(count: int) -> int:
            number = newest(draft)
            for name in range(count):
                area = make.make_area(draft, f"Område {count} {name}")
                values = {"background": "<p>Nytt.</p>"}
                bases = {"background": value_digest(area, "background")}
                editing.edit_row(area, values=values, bases=bases, by=people["chair"])
            with CaptureQueriesContext(connection) as queries:
                assert len(news_since(draft, number, people["editor"]).fields) == count
            return len(queries)

        assert queries_of(2) == queries_of(12)
