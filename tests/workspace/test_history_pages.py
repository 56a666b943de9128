"""The history's page, panel and restoring, by role, and the command for auditors."""

import csv
import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from plans import log
from plans.commenting import open_thread
from plans.deletion import delete_row
from plans.editing import edit_row, value_digest
from plans.models import Goal, LogEntry, Plan
from plans.structure import move_row
from skane_digi.workspace.removal import DELETION
from tests import factories as make

AT = datetime.datetime(2030, 3, 1, 12, 0, tzinfo=datetime.UTC)
READERS = {"superuser", "administrator", "editor", "chair", "economist", "auditor"}
WRITERS = {"superuser", "administrator", "editor", "chair"}
HTMX = {"HX-Request": "true"}


def write(row, by=None, at=None, **values) -> LogEntry:
    bases = {name: value_digest(type(row).objects.get(pk=row.pk), name) for name in values}
    return edit_row(row, values=values, bases=bases, by=by, at=at).entry


def history(plan, **asked) -> str:
    return reverse("workspace:history", args=[plan.slug], query=asked or None)


def restore_url(plan, entry) -> str:
    return reverse("workspace:restore", args=[plan.slug, entry.number])


def offer(row, field, side="before", **more) -> dict:
    base = value_digest(type(row).objects.get(pk=row.pk), field)
    return {"falt": field, "sida": side, "base": base, **more}


class TestReading:
    @pytest.mark.parametrize("status", Plan.Status)
    def test_is_for_those_who_work_on_the_plan_also_when_it_has_been_sent(self, client, people, draft, status):
        write(draft.focus_areas.get(), name="Nytt namn")
        Plan.objects.filter(pk=draft.pk).update(status=status)
        for who, person in people.items():
            client.force_login(person)
            assert client.get(history(draft)).status_code == (200 if who in READERS else 404), who
            assert client.get(history(draft), headers=HTMX).status_code == (200 if who in READERS else 404), who

    def test_asks_one_who_is_not_signed_in_to_sign_in(self, client, draft):
        assert client.get(history(draft))["Location"].startswith(reverse("account_login"))
        assert client.get(history(draft), headers=HTMX).status_code == 401

    def test_says_what_was_done_and_what_proves_it(self, client, editor, area):
        write(area, editor, background="<p>Det var två gånger &lt;script&gt;.</p>")
        page = client.get(history(area.plan)).content.decode()
        assert "Ändrade bakgrunden i Området" in page
        assert '<span class="visually-hidden">tillagt: </span>två gånger &lt;script&gt;</ins>' in page
        assert LogEntry.objects.first().digest in page
        assert "verify_log" in page

    def test_of_an_untouched_plan_says_what_will_be_there(self, client, editor, draft):
        assert "Här visas allt som görs med planen" in client.get(history(draft)).content.decode()

    def test_of_a_field_is_a_panel_for_the_panel_and_a_page_otherwise(self, client, editor, area):
        write(area, name="Nytt namn")
        write(area, purpose="<p>Syfte.</p>")
        asked = {"slag": "focusarea", "rad": area.pk, "falt": "purpose"}
        panel = client.get(history(area.plan, **asked), headers={**HTMX, "HX-Target": "sidopanel"}).content.decode()
        assert "<html" not in panel
        assert "data-panel-focus" in panel
        assert "Ändrade syftet och nyttan" in panel
        assert "Ändrade namnet" not in panel
        assert "<html" in client.get(history(area.plan, **asked)).content.decode()

    def test_of_a_row_that_is_gone_is_still_there(self, client, editor, area):
        goal = area.goals.first()
        asked = {"slag": "goal", "rad": goal.pk}
        delete_row(goal, declaration=DELETION, by=editor)
        page = client.get(history(area.plan, **asked)).content.decode()
        assert "Tog bort målet ”Första målet.” i Området" in page
        assert "Ångra borttagningen" in page

    @pytest.mark.parametrize(
        "asked",
        [
            {"slag": "user", "rad": "1"},
            {"slag": "goal", "rad": "x"},
            {"slag": "goal", "rad": "999999999"},
            {"slag": "goal", "rad": "9" * 40},
            {"slag": "goal"},
            {"varje": "1-x"},
            {"varje": "1-999999"},
        ],
    )
    def test_of_what_never_was_does_not_exist(self, client, editor, draft, asked):
        assert client.get(history(draft, **asked)).status_code == 404

    def test_of_a_row_of_another_plan_or_a_field_that_it_has_not_does_not_exist(self, client, editor, area):
        other = make.make_goal(make.make_area())
        assert client.get(history(area.plan, slag="goal", rad=other.pk)).status_code == 404
        assert client.get(history(area.plan, slag="goal", rad=area.goals.first().pk, falt="pengar")).status_code == 404

    def test_is_limited_as_the_form_says(self, client, editor, people, area):
        other = make.make_area(area.plan, "Ett annat", slug="annat")
        write(area, editor, AT, name="Området A")
        write(other, people["chair"], AT + datetime.timedelta(days=3), name="Området B")
        for asked in ({"omrade": "omradet"}, {"person": editor.pk}, {"till": "2030-03-02"}):
            page = client.get(history(area.plan, **asked)).content.decode()
            assert "namnet i Området A" in page, asked
            assert "namnet i Området B" not in page, asked
        assert "Ingenting i urvalet" in client.get(history(area.plan, gjort="flyttat")).content.decode()

    def test_says_what_is_wrong_with_a_filter_and_leaves_nothing_out(self, client, editor, area):
        write(area, editor, name="Nytt namn")
        page = client.get(history(area.plan, fran="i går", omrade="finns-inte", fore="abc")).content.decode()
        assert "Fyll i ett giltigt datum" in page or "Ange ett giltigt datum" in page
        assert "Ändrade namnet i Nytt namn" in page

    def test_goes_on_to_what_is_older(self, client, editor, area):
        with log.batch():
            for number in range(60):
                log.record(
                    action="changed",
                    subject=area,
                    by=editor,
                    at=AT + datetime.timedelta(hours=number),
                    before={"name": f"Namn {number}"},
                    after={"name": f"Namn {number + 1}"},
                )
        page = client.get(history(area.plan, omrade="omradet"))
        (older,) = {url for url in page.content.decode().split('"') if "fore=" in url}
        rest = client.get(older.replace("&amp;", "&"), headers=HTMX).content.decode()
        assert page.content.decode().count('class="happening"') == 50
        assert rest.count('class="happening"') == 10
        assert "Visa äldre" not in rest

    def test_shows_each_save_of_what_was_written_in_one_go(self, client, editor, area):
        for number in range(3):
            write(area, editor, AT + datetime.timedelta(minutes=number), name=f"Namn {number}")
        page = client.get(history(area.plan)).content.decode()
        assert "sparat 3 gånger sedan 13:00" in page
        numbers = sorted(LogEntry.objects.values_list("number", flat=True))
        each = client.get(history(area.plan, varje=f"{numbers[0]}-{numbers[-1]}"), headers=HTMX).content.decode()
        assert each.count('class="happening"') == 3

    def test_takes_as_many_queries_however_long_it_is(self, client, editor, area, django_assert_max_num_queries):
        def counted() -> int:
            with django_assert_max_num_queries(60) as queries:
                assert client.get(history(area.plan)).status_code == 200
            return len(queries)

        write(area, editor, name="Namn")
        write(area.goals.first(), editor, text="Text")
        few = counted()
        for number in range(60):
            write(make.make_goal(area), editor, text=f"Mål {number}")
            write(make.make_area(area.plan), editor, name=f"Namn {number}")
        assert counted() == few


class TestRestoring:
    def test_puts_a_text_back_and_says_that_the_plan_has_changed(self, client, editor, area):
        entry = write(area, background="<p>Två.</p>")
        sent = offer(area, "background", forsta=entry.number, sista=entry.number)
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{history(area.plan)}"}
        answer = client.post(restore_url(area.plan, entry), sent, headers=headers)
        assert (answer.status_code, answer["HX-Trigger"]) == (200, "plan-changed")
        page = answer.content.decode()
        assert page.count('class="happening"') == 1
        assert "kan i sin tur ångras" in page
        assert "Återställ det som stod efter" in page
        area.refresh_from_db()
        assert area.background == "<p>Det var en gång.</p>"
        assert LogEntry.objects.first().actor == editor

    def test_gives_the_field_anew_where_it_is_being_written(self, client, editor, area):
        entry = write(area, background="<p>Två.</p>")
        page = reverse("workspace:area", args=[area.plan.slug, area.slug])
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}"}
        answer = client.post(restore_url(area.plan, entry), offer(area, "background"), headers=headers).content.decode()
        assert f'hx-swap-oob="outerHTML:#falt-focusarea-{area.pk}-background"' in answer
        assert "Det var en gång." in answer

    def test_reads_the_page_anew_where_more_than_a_field_changes(self, client, editor, area):
        entry = delete_row(area.goals.first(), declaration=DELETION, by=None)
        page = reverse("workspace:area", args=[area.plan.slug, area.slug])
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}"}
        answer = client.post(restore_url(area.plan, entry), {}, headers=headers)
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
        assert area.goals.count() == 2

    def test_that_collides_shows_both_texts_and_can_be_done_all_the_same(self, client, editor, people, area):
        entry = write(area, background="<p>Två.</p>")
        sent = offer(area, "background")
        write(area, people["chair"], background="<p>Tre &lt;b&gt;.</p>")
        url = restore_url(area.plan, entry)
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{history(area.plan)}"}
        answer = client.post(url, sent, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "har ändrat här sedan du läste historiken" in page
        assert "Tre &lt;b&gt;" in page
        assert "Det var en gång" in page
        area.refresh_from_db()
        assert area.background == "<p>Tre &lt;b&gt;.</p>"
        fresh = offer(area, "background")
        assert fresh["base"] in page
        assert client.post(url, fresh, headers=headers).status_code == 200

    def test_without_script_goes_back_with_a_message(self, client, editor, area):
        entry = write(area, name="B")
        sent = offer(area, "name", fran=history(area.plan, omrade=area.slug))
        answer = client.post(restore_url(area.plan, entry), sent, follow=True)
        assert answer.redirect_chain == [(history(area.plan, omrade=area.slug), 302)]
        assert "Återställt." in answer.content.decode()
        answer = client.post(restore_url(area.plan, entry), {**sent, "base": "gammal"}, follow=True)
        assert "Så står det redan" in answer.content.decode()
        write(area, name="C")
        answer = client.post(restore_url(area.plan, entry), sent, follow=True)
        assert "Ingenting är återställt än. Läs vad som står nu" in answer.content.decode()

    def test_that_is_refused_says_why_in_place(self, client, editor, area):
        goal = area.goals.first()
        move_row(goal, steps=1, by=None)
        entry = LogEntry.objects.first()
        move_row(goal, steps=-1, by=None)
        answer = client.post(restore_url(area.plan, entry), {"falt": "position"}, headers=HTMX)
        assert answer.status_code == 422
        assert "Raden har flyttats sedan dess" in answer.content.decode()

    def test_is_for_those_who_write_the_text_and_of_the_budget_for_the_economist_too(self, client, people, draft, area):
        line = make.make_line(area, 1, year=2031)
        for number, (who, person) in enumerate(people.items(), start=10):
            text, money = write(area, name=f"Namn {who}"), write(line, amount=number)
            client.force_login(person)
            url = restore_url(draft, text)
            answer = client.post(url, offer(area, "name"), headers=HTMX)
            assert (answer.status_code != 404) is (who in WRITERS), who
            answer = client.post(restore_url(draft, money), offer(line, "amount"), headers=HTMX)
            assert (answer.status_code != 404) is (who in WRITERS | {"economist"}), who

    @pytest.mark.parametrize("status", Plan.PUBLIC_STATUSES)
    def test_in_a_plan_that_has_been_sent_is_neither_offered_nor_done(self, client, editor, area, status):
        entry = write(area, name="B")
        sent = offer(area, "name")
        Plan.objects.filter(pk=area.plan_id).update(status=status)
        page = client.get(history(area.plan)).content.decode()
        assert "ingenting i planen kan återställas" in page
        assert "Återställ det" not in page
        client.post(restore_url(area.plan, entry), sent)
        area.refresh_from_db()
        assert area.name == "B"

    def test_of_another_plans_entry_does_not_exist(self, client, editor, draft):
        other = write(make.make_area(make.make_plan()), name="B")
        assert client.post(restore_url(draft, other), {"falt": "name"}).status_code == 404

    def test_is_nothing_to_ask_for(self, client, editor, area):
        assert client.get(restore_url(area.plan, write(area, name="B"))).status_code == 405


class TestCommand:
    @pytest.fixture
    def told(self, area, people):
        write(area, people["editor"], AT, name="Området A")
        write(area.goals.first(), people["chair"], AT + datetime.timedelta(days=1), text="=1+1")
        return area.plan.slug

    def run(self, *arguments, **options) -> str:
        out = io.StringIO()
        call_command("history", *arguments, stdout=out, **options)
        return out.getvalue()

    def test_tells_the_same_in_words(self, told):
        lines = self.run(told).splitlines()
        assert lines[0] == "2030-03-02 13:00  chair@prov.example: Ändrade målet ”=1+1” i Området A"
        assert lines[3] == "    Namn: Området[+ A+]"

    def test_gives_digests_as_json(self, told):
        entries = json.loads(self.run(told, format="json"))
        assert [entry["digests"] for entry in entries] == [
            [digest] for digest in LogEntry.objects.values_list("digest", flat=True)
        ]
        assert entries[0]["fields"] == [{"name": "text", "label": "Mål", "before": "Första målet.", "after": "=1+1"}]

    def test_gives_rows_that_no_spreadsheet_takes_for_formulas(self, told):
        rows = list(csv.DictReader(io.StringIO(self.run(told, format="csv"))))
        assert (rows[0]["efter"], rows[1]["efter"]) == ("'=1+1", "Området A")

    def test_is_limited_as_asked(self, told):
        assert len(json.loads(self.run(told, person="EDITOR@prov.example", format="json"))) == 1
        assert len(json.loads(self.run(told, since=datetime.date(2030, 3, 2), format="json"))) == 1
        assert len(json.loads(self.run(told, area="omradet", format="json"))) == 2

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["finns-inte"], "ingen handlingsplan med kortnamnet ”finns-inte”"),
            (["utkast-2031", "--area", "x"], "inget område ”x”. De som finns: omradet."),
            (["utkast-2031", "--person", "x@y.z"], "Ingen har kontot ”x@y.z”."),
            (["utkast-2031", "--since", "i går"], "”i går” är inget datum"),
        ],
    )
    def test_says_what_is_wrong(self, told, arguments, words):
        with pytest.raises(CommandError, match=words) as error:
            self.run(*arguments)
        assert error.value.returncode == 1

    def test_tells_all_of_a_long_log(self, area):
        with log.batch():
            for number in range(1100):
                at = AT + datetime.timedelta(hours=number)
                before, after = {"text": f"{number}"}, {"text": f"{number + 1}"}
                log.record(action="changed", subject=Goal.objects.first(), by=None, at=at, before=before, after=after)
        plan = LogEntry.objects.first().plan_slug
        assert len(json.loads(self.run(plan, format="json"))) == 1100


def test_a_comment_is_told_by_what_it_is_about(client, people, plan_2024):
    plan = make.make_plan("utkast-kommentar", collaboration=plan_2024.collaboration)
    area = make.make_area(plan, "Säkra möten")
    open_thread(plan=plan, row=area, field="background", text="Stämmer det?", by=people["editor"])
    client.force_login(people["editor"])
    page = client.get(reverse("workspace:history", args=[plan.slug])).content.decode()
    assert "Öppnade kommentarstråden om ”Säkra möten”" in page
    assert "Stämmer det?" in page
    assert ">background<" not in page
