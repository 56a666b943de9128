"""The pages of comments: the panel, the list, what is sent to them, and who gets in."""

import json

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from plans.commenting import answer_thread, resolve_thread
from plans.deletion import DECLARATION, delete_row
from plans.models import Comment, CommentThread, Plan
from plans.roles import Role
from tests import conversation_factories as talk
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan():
    return talk.make_draft(area_count=2)


@pytest.fixture
def goal(plan):
    return plan.focus_areas.first().goals.get()


@pytest.fixture
def editor(plan, client):
    user = talk.make_person(Role.EDITOR, plan, first_name="Ruben", last_name="Redaktör")
    client.force_login(user)
    return user


def about(row, field: str = "") -> dict:
    return {"slag": row._meta.model_name, "rad": row.pk, "falt": field}


def url(name: str, plan: Plan, *args) -> str:
    return reverse(f"workspace:{name}", args=[plan.slug, *args])


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


class TestPanel:
    def test_it_comes_by_itself_to_a_page_and_whole_to_one_without_script(self, client, plan, goal, editor):
        talk.make_thread(plan, goal, field="text", by=editor, text="Kan det <mätas>?")
        part = client.get(url("comments", plan), about(goal, "text"), headers=HTMX)
        page = client.get(url("comments", plan), about(goal, "text"))
        assert not soup_of(part).select("html")
        assert soup_of(part).select_one("[data-panel-focus]").text == "Kommentarer"
        assert soup_of(part).select("[data-close-panel]")
        assert soup_of(page).select_one("h1").text == "Ett mål."
        for answer in (part, page):
            assert [text.text for text in soup_of(answer).select(".comment__text")] == ["Kan det <mätas>?"]

    def test_a_comment_sent_by_htmx_gives_the_panel_back_and_says_that_there_is_more(self, client, plan, goal, editor):
        data = {**about(goal, "text"), "text": "Hej!"}
        answer = client.post(url("comment-open", plan), data, headers=HTMX)
        assert answer.status_code == 200
        said = json.loads(answer["HX-Trigger"])["comments-changed"]
        assert said == {"slag": "goal", "rad": goal.pk, "falt": "text", "open": 1}
        beside = soup_of(answer).select_one(f"[hx-swap-oob='innerHTML:#kommentar-goal-{goal.pk}-text']")
        assert " ".join(beside.text.split()) == "1 kommentar till Ett mål."
        assert "Kommentaren är sparad." in answer.content.decode()

    def test_without_script_the_reader_goes_back(self, client, plan, goal, editor):
        answer = client.post(url("comment-open", plan), {**about(goal), "text": "Hej!"}, follow=True)
        assert answer.redirect_chain == [(f"{url('comments', plan)}?slag=goal&rad={goal.pk}", 302)]
        assert "Kommentaren är sparad." in answer.content.decode()
        thread = CommentThread.objects.get()
        place = f"/planer/{plan.slug}/remiss/?x=1"
        for name, extra in (("answer", {"text": "Ja."}), ("resolve", {}), ("reopen", {})):
            answer = client.post(url(f"comment-{name}", plan, thread.key), {**extra, "fran": place})
            assert (answer.status_code, answer["Location"]) == (302, place)
        assert [comment.text for comment in thread.comments.all()] == ["Hej!", "Ja."]

    @pytest.mark.parametrize("elsewhere", ["https://ond.example/", "//ond.example/planer/", "/konto/"])
    def test_nobody_is_sent_to_another_place(self, client, plan, editor, elsewhere):
        thread = talk.make_thread(plan, by=editor)
        answer = client.post(url("comment-resolve", plan, thread.key), {"fran": elsewhere})
        assert answer["Location"].startswith(url("comments", plan))

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_what_was_typed_is_kept_when_it_is_refused(self, client, plan, goal, editor, headers):
        long = "å" * 5001
        answer = client.post(url("comment-open", plan), {**about(goal), "text": long}, headers=headers)
        assert answer.status_code == 422
        assert soup_of(answer).select_one("#ny-kommentar").text == long
        assert "längre än 5000 tecken" in soup_of(answer).select_one("[role=alert]").text
        thread = talk.make_thread(plan, goal, by=editor)
        resolve_thread(thread=thread, by=editor)
        answer = client.post(url("comment-answer", plan, thread.key), {"text": "Men vänta!"}, headers=headers)
        assert answer.status_code == 422
        assert "Men vänta!" in answer.content.decode()
        assert thread.comments.count() == 1

    def test_a_signed_out_reader_signs_in_and_keeps_what_was_typed(self, client, plan, goal):
        page = client.get(url("comments", plan), about(goal))
        assert page.status_code == 302
        assert page["Location"].startswith(reverse("account_login"))
        sent = client.post(url("comment-open", plan), {**about(goal), "text": "Viktigt."}, headers=HTMX)
        assert sent.status_code == 401
        assert soup_of(sent).select_one("textarea").text == "Viktigt."
        assert not Comment.objects.exists()

    @pytest.mark.parametrize(
        "asked",
        [
            {"slag": "goal"},
            {"slag": "goal", "rad": "x"},
            {"slag": "goal", "rad": "99999999999999999999"},
            {"slag": "goal", "rad": "0"},
            {"slag": "user", "rad": "1"},
            {"slag": "goal", "rad": "", "falt": "text"},
        ],
    )
    def test_what_does_not_exist_answers_404(self, client, plan, editor, asked):
        assert client.get(url("comments", plan), asked).status_code == 404

    def test_neither_does_a_field_that_is_none_nor_a_row_of_another_plan(self, client, plan, goal, editor):
        other = make.make_complete_area(make.make_plan())
        assert client.get(url("comments", plan), about(goal, "losenord")).status_code == 404
        assert client.get(url("comments", plan), about(other)).status_code == 404
        assert client.post(url("comment-open", plan), {**about(other), "text": "x"}).status_code == 400
        assert client.post(url("comment-answer", plan, "finns-inte"), {"text": "x"}).status_code == 404

    def test_a_thread_of_another_plan_is_not_reached_through_this_one(self, client, plan, editor):
        thread = talk.make_thread(make.make_plan())
        assert client.post(url("comment-resolve", plan, thread.key)).status_code == 404

    def test_every_kind_of_row_can_be_commented_on(self, client, plan, editor):
        area = plan.focus_areas.first()
        period = area.periods.get()
        rows = [
            plan,
            make.make_section(plan),
            make.make_watched_matter(plan),
            area,
            plan.lineage.first(),
            area.goals.get(),
            period,
            period.activities.get(),
            area.responsibilities.get(),
            area.budget_lines.get(),
            make.make_statement(area),
            make.make_note(plan),
            make.make_printed(plan, "year_total", 100),
        ]
        for row in rows:
            assert client.post(url("comment-open", plan), {**about(row), "text": "Hej!"}).status_code == 302
        page = client.get(url("comments", plan))
        assert len(soup_of(page).select(".thread")) == len(rows)
        links = [link["href"] for link in soup_of(page).select(".comments__about a")]
        assert len(links) == len(rows)
        assert "borttagna" not in page.content.decode().lower()


class TestList:
    def groups(self, response) -> dict[str, int]:
        sections = soup_of(response).select(".comments--group")
        return {next(part.h2.stripped_strings): len(part.select(".thread")) for part in sections}

    def test_it_shows_open_threads_by_area_and_resolved_ones_on_request(self, client, plan, goal, editor):
        other = plan.focus_areas.last()
        talk.make_thread(plan, goal, by=editor)
        talk.make_thread(plan, by=editor)
        resolve_thread(thread=talk.make_thread(plan, other, by=editor), by=editor)
        open_ones = client.get(url("comments", plan))
        assert self.groups(open_ones) == {"Planen i sin helhet": 1, "Område 1": 1, "Område 2": 0}
        assert "Öppna trådar: 2 av 3." in " ".join(soup_of(open_ones).select_one(".lead").text.split())
        assert self.groups(client.get(url("comments", plan), {"visa": "alla"}))["Område 2"] == 1
        only = client.get(url("comments", plan), {"visa": "alla", "omrade": other.slug})
        assert self.groups(only) == {"Område 2": 1}
        assert soup_of(only).select_one(f"option[value={other.slug}]").has_attr("selected")
        assert self.groups(client.get(url("comments", plan), {"omrade": "finns-inte"})) == {}

    def test_a_thread_leads_to_the_page_of_its_row(self, client, plan, goal, editor):
        talk.make_thread(plan, goal, field="text", by=editor)
        link = soup_of(client.get(url("comments", plan))).select_one(".comments__about a")["href"]
        assert link == f"/planer/{plan.slug}/arbetsyta/omraden/{goal.focus_area.slug}/#falt-goal-{goal.pk}-text"
        client.force_login(talk.make_person(Role.AUDITOR, plan))
        link = soup_of(client.get(url("comments", plan))).select_one(".comments__about a")["href"]
        assert link == f"/planer/{plan.slug}/remiss/{goal.focus_area.slug}/#kommentar-goal-{goal.pk}-text"
        assert client.get(link).status_code == 200

    def test_threads_of_removed_rows_can_still_be_dealt_with(self, client, plan, goal, editor):
        thread = talk.make_thread(plan, goal, by=editor)
        delete_row(goal, declaration=DECLARATION, by=editor)
        page = client.get(url("comments", plan))
        assert self.groups(page) == {"Borttagna rader": 1}
        assert not soup_of(page).select(".comments__about a")
        answer = client.post(url("comment-resolve", plan, thread.key), headers=HTMX)
        assert (answer.status_code, answer["Location"]) == (302, url("comments", plan))
        thread.refresh_from_db()
        assert thread.is_resolved
        again = client.post(url("comment-resolve", plan, thread.key), follow=True)
        assert "redan markerad som klar" in again.content.decode()

    def test_an_empty_one_says_what_will_be_there(self, client, plan, editor):
        assert "Här samlas alla kommentarer" in client.get(url("comments", plan)).content.decode()

    def test_the_number_of_queries_does_not_grow(self, client, plan, editor, django_assert_max_num_queries):
        talk.make_thread(plan, plan.focus_areas.first(), by=editor)
        with django_assert_max_num_queries(50) as few:
            client.get(url("comments", plan))
        for number in range(4):
            area = make.make_complete_area(plan, f"Mer {number}")
            make.make_line(area)
            for row in (area, area.goals.get(), area.periods.get().activities.get(), area.budget_lines.get()):
                answer_thread(thread=talk.make_thread(plan, row, by=editor), text="Ja.", by=editor)
        with django_assert_max_num_queries(len(few)):
            assert len(soup_of(client.get(url("comments", plan))).select(".thread")) == 17


class TestWhoGetsIn:
    READERS = {"administrator", "editor", "chair", "economist", "auditor"}
    WRITERS = READERS - {"auditor"}

    @pytest.mark.parametrize("role", Role.values)
    def test_by_role_and_state(self, client, plan, goal, role):
        code = "9101" if role in (Role.REGISTRAR, Role.READER) else ""
        client.force_login(talk.make_person(role, plan, code=code))
        member = bool(code)

        def asked() -> tuple[int, int, bool]:
            page = client.get(url("comments", plan), about(goal))
            sent = client.post(url("comment-open", plan), {**about(goal), "text": "Hej!"})
            return page.status_code, sent.status_code, b'id="ny-kommentar"' in page.content

        reads, writes = role in self.READERS, role in self.WRITERS
        expected = (200, 302 if writes else 404, writes) if reads else (404, 404, False)
        assert asked() == expected
        talk.make_running_referral(plan)
        assert asked() == ((200, 302, True) if member else expected)
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        assert asked() == (200, 422 if writes or member else 404, False)

    def test_neither_a_reader_without_organisation_nor_a_stranger(self, client, plan, goal):
        talk.make_running_referral(plan)
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        for user in (talk.make_person(Role.READER, plan), talk.make_person(Role.EDITOR, other)):
            client.force_login(user)
            for address, data in ((url("comments", plan), about(goal)), (url("comments", plan), {})):
                assert client.get(address, data).status_code == 404
            assert client.post(url("comment-open", plan), {**about(goal), "text": "x"}).status_code == 404

    def test_a_member_neither_sees_nor_answers_what_is_not_its_organisations(self, client, plan, goal):
        internal = talk.make_thread(plan, goal, text="Internt.")
        talk.make_running_referral(plan)
        bjornaa = talk.make_person(Role.REGISTRAR, plan, code="9102")
        others = talk.make_thread(plan, goal, by=bjornaa, text="Björnås.")
        client.force_login(talk.make_person(Role.REGISTRAR, plan, code="9101"))
        for data in ({}, about(goal)):
            page = client.get(url("comments", plan), data).content.decode()
            assert "Internt." not in page
            assert "Björnås." not in page
        for thread in (internal, others):
            for name in ("answer", "resolve", "reopen"):
                assert client.post(url(f"comment-{name}", plan, thread.key), {"text": "x"}).status_code == 404

    def test_a_member_is_told_who_reads_it_and_chooses_between_two_organisations(self, client, plan, goal):
        talk.make_running_referral(plan)
        both = talk.make_person(Role.REGISTRAR, plan, code="9101")
        client.force_login(both)
        page = client.get(url("comments", plan), about(goal)).content.decode()
        assert "läses av SGD och av er i Alby kommun, inte av andra medlemmar" in page
        second = make.make_organisation("9103")
        make.make_role(both, Role.REGISTRAR, collaboration=plan.collaboration, organisation=second)
        names = [
            one.text for one in soup_of(client.get(url("comments", plan), about(goal))).select("#skriver-for option")
        ]
        assert names == ["Alby kommun", "Åkarp kommun"]
        client.post(url("comment-open", plan), {**about(goal), "text": "Hej!", "organisation": second.pk})
        assert CommentThread.objects.get().organisation == second

    def test_a_change_is_sent_and_never_followed(self, client, plan, editor):
        thread = talk.make_thread(plan, by=editor)
        for address in (
            url("comment-open", plan),
            *(url(f"comment-{name}", plan, thread.key) for name in ("answer", "resolve", "reopen")),
        ):
            assert client.get(address).status_code == 405
