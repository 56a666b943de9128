"""The pages of a referral: opened and followed by the chair, answered by the members, and its letters."""

import datetime
import smtplib

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from plans.commenting import open_thread
from plans.models import Plan, Referral, ReferralAnswer
from plans.referring import close_referral
from plans.roles import Role
from tests import conversation_factories as talk
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


@pytest.fixture
def plan():
    return talk.make_draft(area_count=2)


@pytest.fixture
def chair(plan, client):
    user = talk.make_person(Role.CHAIR, plan, first_name="Ofelia", last_name="Ordförande")
    client.force_login(user)
    return user


@pytest.fixture
def registrar(plan):
    return talk.make_person(Role.REGISTRAR, plan, code="9101", first_name="Rakel")


def url(name: str, plan: Plan, *args) -> str:
    return reverse(f"workspace:{name}", args=[plan.slug, *args])


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


def words_of(response) -> str:
    return " ".join(soup_of(response).select_one("main").text.split())


def states(response) -> dict[str, str]:
    rows = soup_of(response).select("table.answers")[0].select("tbody tr")
    return {row.th.text: row.select_one(".state").text for row in rows}


class TestTheChair:
    def test_opens_the_draft_and_every_registrar_and_reader_of_a_member_gets_a_letter(
        self, client, plan, chair, registrar
    ):
        reader = talk.make_person(Role.READER, plan, code="9102")
        talk.make_person(Role.READER, plan)
        talk.make_person(Role.EDITOR, plan)
        shut_off = talk.make_person(Role.REGISTRAR, plan, code="9103")
        shut_off.is_active = False
        shut_off.save()
        due_on = TODAY() + 20 * DAY
        data = {"due_on": due_on.isoformat(), "message": "Läs avsnitt 3 & 4."}
        answer = client.post(url("referral-open", plan), data, follow=True)
        assert answer.redirect_chain == [(url("referral", plan), 302)]
        assert "2 brev har gått ut" in words_of(answer)
        assert f"svara till och med {due_on}" in words_of(answer)
        assert "0 av 4 har svarat" in words_of(answer)
        plan.refresh_from_db()
        assert plan.status == Plan.Status.REFERRAL
        letters = {letter.to[0]: letter for letter in mail.outbox}
        assert set(letters) == {registrar.email, reader.email}
        letter = letters[registrar.email]
        assert letter.subject == f"Remiss: {plan.title}, svar senast {due_on}"
        assert "Hej Rakel," in letter.body
        assert "Alby kommun kan läsa utkastet" in letter.body
        assert f"http://testserver{url('referral', plan)}" in letter.body
        assert f"Svara senast {due_on}." in letter.body
        assert "Läs avsnitt 3 & 4." in letter.body

    def test_is_told_what_is_wrong_and_no_letter_goes_out(self, client, plan, chair, registrar):
        for due_on, why in (("", "Välj en dag"), ("snart", "Skriv dagen som"), (TODAY().isoformat(), "efter i dag")):
            answer = client.post(url("referral-open", plan), {"due_on": due_on, "message": "Mitt brev"})
            assert answer.status_code == 422
            assert why in soup_of(answer).select_one("#id_due_on_error").text
            assert soup_of(answer).select_one("#id_message").text.strip() == "Mitt brev"
        assert (mail.outbox, Referral.objects.count()) == ([], 0)

    def test_is_told_when_the_letters_stick_and_the_round_is_open_all_the_same(
        self, client, plan, chair, registrar, monkeypatch
    ):
        def fail(*args, **kwargs):
            raise smtplib.SMTPServerDisconnected

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
        data = {"due_on": (TODAY() + DAY).isoformat()}
        answer = client.post(url("referral-open", plan), data, follow=True)
        assert "breven kunde inte skickas" in words_of(answer)
        assert Referral.objects.get().is_open

    def test_reminds_those_who_have_not_answered(self, client, plan, chair, registrar):
        other = talk.make_person(Role.REGISTRAR, plan, code="9102")
        referral = talk.make_running_referral(plan, by=chair)
        talk.make_answer(referral, "9101")
        answer = client.post(url("referral-remind", plan), follow=True)
        assert "Påminnelsen är skickad. 1 brev" in words_of(answer)
        (letter,) = mail.outbox
        assert letter.to == [other.email]
        assert letter.subject.startswith("Påminnelse. Remiss:")
        assert "Björnå kommun har inte svarat" in letter.body

    def test_extends_and_closes(self, client, plan, chair):
        referral = talk.make_running_referral(plan, by=chair)
        too_early = client.post(url("referral-extend", plan), {"due_on": referral.due_on.isoformat()})
        assert too_early.status_code == 422
        assert "går redan till" in soup_of(too_early).select_one(".lead-referral .field__error").text
        later = referral.due_on + 5 * DAY
        answer = client.post(url("referral-extend", plan), {"due_on": later.isoformat()}, follow=True)
        assert f"Medlemmarna kan svara till och med {later}." in words_of(answer)
        closed = client.post(url("referral-close", plan), follow=True)
        assert "är ett utkast igen" in words_of(closed)
        assert "Omgång 1" in words_of(closed)
        for name in ("referral-close", "referral-extend", "referral-remind"):
            assert "Ingen remiss pågår." in words_of(client.post(url(name, plan), follow=True))

    def test_follows_who_has_answered_what(self, client, plan, chair):
        referral = talk.make_running_referral(plan, by=chair)
        day = TODAY()
        talk.make_answer(
            referral, "9102", "reject", text="Rad 1\n<Rad 2>", registry_number="KS 7", by=chair, at=timezone.now()
        )
        page = client.get(url("referral", plan))
        assert "1 av 4 har svarat" in words_of(page)
        assert list(states(page).items()) == [
            ("Region Prov", "Inte svarat"),
            ("Alby kommun", "Inte svarat"),
            ("Björnå kommun", "Har svarat"),
            ("Åkarp kommun", "Inte svarat"),
        ]
        row = soup_of(page).select("table.answers tbody tr")[2]
        wide = [cell.text for cell in row.select("td.wide-only")]
        assert wide == ["Avstyrker", day.isoformat(), "KS 7", "Ofelia Ordförande"]
        assert (
            soup_of(page).select_one(row.select_one("td.wide-only a")["href"] + " .answer__text").text
            == "Rad 1\n<Rad 2>"
        )

    def test_records_an_answer_that_came_by_letter(self, client, plan, chair):
        talk.make_running_referral(plan, by=chair, days_left=-1)
        address = url("referral-answer", plan, "9103")
        form = soup_of(client.get(address))
        assert form.select_one("#id_answered_on")["value"] == TODAY().isoformat()
        day = TODAY() - 3 * DAY
        data = {"kind": "no_comment", "text": "", "registry_number": "", "answered_on": day.isoformat()}
        assert client.post(address, {**data, "kind": "reject"}).status_code == 422
        assert client.post(address, data).status_code == 302
        answer = ReferralAnswer.objects.get()
        assert (answer.organisation.code, answer.kind, answer.answered_on) == ("9103", "no_comment", day)


class TestAMember:
    @pytest.fixture
    def referral(self, plan, client, registrar):
        client.force_login(registrar)
        return talk.make_running_referral(plan, message="Läs noga.")

    def test_reads_what_it_is_about_and_answers(self, client, plan, referral):
        page = client.get(url("referral", plan))
        assert "Läs noga." in words_of(page)
        assert f"svara till och med {referral.due_on}" in words_of(page)
        form = soup_of(page).select_one("form.answer-form")
        assert form["action"] == url("referral-answer", plan, "9101")
        assert not form.select("#id_answered_on")
        data = {"kind": "approve_with_comments", "text": "Bra.", "registry_number": "KS 2030/7"}
        answered = client.post(form["action"], data, follow=True)
        assert "Svaret från Alby kommun är sparat." in words_of(answered)
        assert states(answered)["Alby kommun"] == "Har svarat"
        again = soup_of(answered).select_one("form.answer-form")
        assert again.select_one("input[checked]")["value"] == "approve_with_comments"
        assert again.select_one("textarea").text.strip() == "Bra."
        client.post(form["action"], {**data, "text": "Mycket bra."})
        assert ReferralAnswer.objects.get().text == "Mycket bra."

    def test_keeps_what_was_typed_when_the_answer_is_refused(self, client, plan, referral):
        data = {"kind": "no_comment", "text": "Men ändå.", "registry_number": "KS 7"}
        answer = client.post(url("referral-answer", plan, "9101"), data)
        assert answer.status_code == 422
        assert "lämnar texten tom" in soup_of(answer).select_one("#id_text_error").text
        assert soup_of(answer).select_one("#id_text").text.strip() == "Men ändå."
        nothing = client.post(url("referral-answer", plan, "9101"), {"text": "Hej"})
        assert "Välj vad organisationen svarar" in words_of(nothing)

    def test_sees_that_others_have_answered_but_not_what(self, client, plan, referral):
        talk.make_answer(referral, "9102", "reject", text="Hemlig synpunkt.", registry_number="KS-HEMLIGT")
        page = client.get(url("referral", plan))
        assert states(page)["Björnå kommun"] == "Har svarat"
        for secret in ("Hemlig synpunkt", "KS-HEMLIGT", "Avstyrker, "):
            assert secret not in words_of(page)
        assert "Registrera svar" not in words_of(page)
        for code in ("9102", "91", "9999"):
            assert client.get(url("referral-answer", plan, code)).status_code == 404
            assert client.post(url("referral-answer", plan, code), {"kind": "approve"}).status_code == 404
        assert referral.answers.count() == 1

    def test_sees_its_own_organisations_threads_and_no_others(self, client, plan, referral, registrar):
        goal = plan.focus_areas.first().goals.get()
        talk.make_thread(plan, goal, text="Internt.")
        talk.make_thread(plan, goal, text="Björnås.", by=talk.make_person(Role.REGISTRAR, plan, code="9102"))
        open_thread(plan=plan, row=goal, field="text", text="Vårt.", by=registrar)
        for address in (url("referral", plan), url("referral-reading", plan, goal.focus_area.slug)):
            page = words_of(client.get(address))
            assert "Internt." not in page
            assert "Björnås." not in page
        assert "Vårt." in words_of(client.get(url("referral", plan)))
        reading = soup_of(client.get(url("referral-reading", plan, goal.focus_area.slug)))
        assert reading.select_one(f"#kommentar-goal-{goal.pk}-text .comment-link__count").text == "1 kommentar"

    def test_leads_nothing(self, client, plan, referral):
        for name in ("referral-open", "referral-extend", "referral-remind", "referral-close"):
            assert client.post(url(name, plan), {"due_on": "2999-01-01"}).status_code == 404
        assert not soup_of(client.get(url("referral", plan))).select(".lead-referral")
        referral.refresh_from_db()
        assert referral.is_open

    def test_is_told_after_the_last_day_and_can_still_read(self, client, plan, registrar):
        client.force_login(registrar)
        talk.make_running_referral(plan, days_left=-1)
        page = client.get(url("referral", plan))
        assert "Svarstiden gick ut" in words_of(page)
        assert "Skicka svaret till SGD" in words_of(page)
        assert not soup_of(page).select("form")
        late = client.post(url("referral-answer", plan, "9101"), {"kind": "approve"})
        assert late.status_code == 422
        assert "Svarstiden gick ut" in words_of(late)
        area = plan.focus_areas.first()
        reading = soup_of(client.get(url("referral-reading", plan, area.slug)))
        assert "Kommentera" not in reading.select_one(".parts").text
        assert client.get(area.get_absolute_url()).status_code == 200

    def test_finds_its_answer_but_not_the_plan_when_the_round_is_closed(self, client, plan, referral, chair, registrar):
        talk.make_answer(referral, "9101", "reject", text="Vårt skäl.")
        talk.make_answer(referral, "9102", "reject", text="Deras skäl.")
        close_referral(referral=referral, by=chair)
        client.force_login(registrar)
        page = client.get(url("referral", plan))
        assert page.status_code == 200
        assert "Vårt skäl." in words_of(page)
        assert "Deras skäl." not in words_of(page)
        addresses = [link["href"] for link in soup_of(page).select("main a[href^='/']")]
        assert {client.get(address).status_code for address in addresses} == {200}
        assert client.get(url("referral-reading", plan, plan.focus_areas.first().slug)).status_code == 404
        assert client.get(url("referral-answer", plan, "9101")).status_code == 404

    def test_one_who_speaks_for_nobody_only_reads(self, client, plan, referral):
        client.force_login(talk.make_person(Role.READER, plan))
        page = client.get(url("referral", plan))
        assert page.status_code == 200
        assert not soup_of(page).select("form")
        assert client.get(url("referral-answer", plan, "9101")).status_code == 404

    def test_a_reader_of_an_organisation_sees_its_answer_and_does_not_write_it(self, client, plan, referral):
        talk.make_answer(referral, "9101", "reject", text="Vårt skäl.")
        client.force_login(talk.make_person(Role.READER, plan, code="9101"))
        page = client.get(url("referral", plan))
        assert "Vårt skäl." in words_of(page)
        assert not soup_of(page).select("form.answer-form")
        assert client.get(url("referral-answer", plan, "9101")).status_code == 404


class TestReading:
    def test_every_part_of_an_area_can_be_commented_on(self, client, plan, registrar):
        area = plan.focus_areas.first()
        make.make_statement(area, text="<p>Pengarna räcker.</p>")
        make.make_line(area, 700, year=2029)
        talk.make_running_referral(plan)
        client.force_login(registrar)
        page = soup_of(client.get(url("referral-reading", plan, area.slug)))
        assert page.select_one("article h1").text.split()[-2:] == ["Område", "1"]
        parts = {part.select_one(".parts__name").text: part.a["href"] for part in page.select(".parts li")}
        assert list(parts) == [
            "Området i sin helhet",
            "Bakgrund",
            "Syfte och nytta",
            "Ett mål.",
            "En aktivitet.",
            "2030: Pengarna räcker.",
            "2030: 1 000 kr (SGD)",
            "Styrgrupp",
        ]
        for address in parts.values():
            assert client.get(address).status_code == 200

    @pytest.mark.parametrize("status", Plan.Status.values)
    @pytest.mark.parametrize("role", Role.values)
    def test_who_gets_in_by_role_and_state(self, client, plan, role, status):
        code = "9101" if role in (Role.REGISTRAR, Role.READER) else ""
        client.force_login(talk.make_person(role, plan, code=code))
        Plan.objects.filter(pk=plan.pk).update(status=status)
        allowed = 404 if code and status == "draft" else 200
        for address in (url("referral", plan), url("referral-reading", plan, plan.focus_areas.first().slug)):
            assert client.get(address).status_code == allowed

    def test_what_does_not_exist_answers_404(self, client, plan, chair):
        assert client.get(url("referral-reading", plan, "finns-inte")).status_code == 404
        assert client.get("/planer/finns-inte/remiss/").status_code == 404
        assert client.get(url("referral-answer", plan, "9101")).status_code == 404

    def test_a_stranger_is_not_told_and_the_signed_out_sign_in_first(self, client, plan):
        talk.make_running_referral(plan)
        addresses = (
            url("referral", plan),
            url("referral-reading", plan, plan.focus_areas.first().slug),
            url("referral-answer", plan, "9101"),
        )
        for address in addresses:
            answer = client.get(address)
            assert answer["Location"] == f"{reverse('account_login')}?next={address}"
        other = make.make_plan(collaboration=make.make_collaboration("annan"))
        client.force_login(talk.make_person(Role.CHAIR, other))
        for address in addresses:
            assert client.get(address).status_code == 404

    def test_changes_are_sent_and_never_followed(self, client, plan, chair):
        talk.make_running_referral(plan, by=chair)
        for name in ("referral-open", "referral-extend", "referral-remind", "referral-close"):
            assert client.get(url(name, plan)).status_code == 405

    @pytest.mark.parametrize("who", [Role.CHAIR, Role.REGISTRAR])
    def test_the_number_of_queries_does_not_grow(self, client, plan, who, django_assert_max_num_queries):
        referral = talk.make_running_referral(plan)
        user = talk.make_person(who, plan, code="9101" if who == Role.REGISTRAR else "")
        client.force_login(user)
        area = plan.focus_areas.first()
        addresses = (url("referral", plan), url("referral-reading", plan, area.slug))
        talk.make_answer(referral, "9101", "reject", text="Skäl.")
        open_thread(plan=plan, row=area, text="Hej.", by=user)
        few = []
        for address in addresses:
            with django_assert_max_num_queries(60) as asked:
                client.get(address)
            few.append(len(asked))
        for code in ("9102", "9103"):
            talk.make_answer(referral, code, "reject", text="Skäl.")
        for number in range(4):
            make.make_membership(make.make_organisation(f"919{number}"), make.make_party())
            more = make.make_complete_area(plan)
            make.make_line(more)
            for row in (more, area.goals.first(), make.make_goal(area)):
                open_thread(plan=plan, row=row, text="Hej.", by=user)
        for address, number in zip(addresses, few, strict=True):
            with django_assert_max_num_queries(number):
                client.get(address)
