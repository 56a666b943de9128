"""Adding, ordering, moving, splitting, ending, removing and taking back, as the page asks for it."""

import pytest
from django.urls import reverse

from plans.models import Activity, ActivityPeriod, AreaLineage, FocusArea, Goal, LogEntry, PlanSection, WatchedMatter
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def post(client, plan, name: str, *args, **data):
    return client.post(reverse(f"workspace:{name}", args=[plan.slug, *args]), data, headers=HTMX)


def texts(rows) -> list[str]:
    return [row.text for row in rows.order_by("position", "pk")]


def test_a_row_that_is_added_stands_last_and_the_part_is_answered(client, editor, draft, area):
    answer = post(client, draft, "add", "mal", area.pk, text="  Tredje   målet. ")
    assert texts(area.goals) == ["Första målet.", "Andra målet.", "Tredje målet."]
    page = answer.content.decode()
    assert 'id="mal"' in page
    assert "Målet är tillagt." in page
    assert answer["HX-Trigger"] == "plan-changed"
    entry = LogEntry.objects.first()
    assert (entry.action, entry.after["text"]) == (LogEntry.Action.CREATED, "Tredje målet.")


@pytest.mark.parametrize(
    ("what", "model", "told"),
    [
        ("aktivitet", Activity, "Aktiviteten är tillagd."),
        ("delaktivitet", Activity, "Delaktiviteten är tillagd."),
        ("avsnitt", PlanSection, "Avsnittet Nytt är tillagt."),
        ("fraga", WatchedMatter, "Frågan Nytt är tillagd."),
    ],
)
def test_every_kind_of_row_can_be_added(what, model, told, client, editor, draft, area):
    period = area.periods.get()
    holder = {"aktivitet": period, "delaktivitet": period.activities.get()}.get(what, draft)
    before = model.objects.count()
    answer = post(client, draft, "add", what, holder.pk, text="Nytt")
    assert model.objects.count() == before + 1
    assert told in answer.content.decode()


def test_an_empty_row_is_refused_where_one_looks_and_the_list_stays(client, editor, draft, area):
    answer = post(client, draft, "add", "mal", area.pk, text="  ")
    assert answer.status_code == 422
    assert "Skriv målet först." in answer.content.decode()
    assert answer["HX-Retarget"] == "#besked"
    assert area.goals.count() == 2


def test_a_new_area_is_stated_to_be_new_and_one_is_taken_there(client, editor, draft):
    answer = post(client, draft, "add", "omrade", draft.pk, text="Säkra möten")
    area = draft.focus_areas.get(name="Säkra möten")
    assert answer["HX-Redirect"] == reverse("workspace:area", args=[draft.slug, area.slug])
    assert [row.kind for row in area.origins.all()] == [AreaLineage.Kind.NEW]
    post(client, draft, "add", "omrade", draft.pk, text="Säkra möten")
    assert set(draft.focus_areas.filter(name="Säkra möten").values_list("slug", flat=True)) == {
        "sakra-moten",
        "sakra-moten-2",
    }


def test_rows_move_by_steps_and_before_another_and_stay_at_the_ends(client, editor, draft, area):
    first, second = area.goals.order_by("position")
    answer = post(client, draft, "move", "goal", second.pk, steg="-1")
    assert texts(area.goals) == ["Andra målet.", "Första målet."]
    assert "Målet står nu på plats 1 av 2." in answer.content.decode()
    post(client, draft, "move", "goal", second.pk, steg="-1")
    assert texts(area.goals) == ["Andra målet.", "Första målet."]
    post(client, draft, "move", "goal", first.pk, fore=second.pk)
    assert texts(area.goals) == ["Första målet.", "Andra målet."]
    post(client, draft, "move", "goal", first.pk, fore=0)
    assert texts(area.goals) == ["Andra målet.", "Första målet."]
    assert LogEntry.objects.filter(action=LogEntry.Action.MOVED).count() == 3


def test_areas_and_sections_move_too(client, editor, draft, area):
    other = make.make_area(draft, "Ett till", position=2)
    post(client, draft, "move", "focusarea", other.pk, steg="-1")
    assert list(draft.focus_areas.order_by("position")) == [other, area]


def test_an_activity_moves_to_another_area_with_its_parts_and_finds_a_period_of_the_same_years(
    client, editor, draft, area
):
    activity = area.periods.get().activities.get()
    make.make_activity(activity.period, "En del.", parent=activity)
    other = make.make_area(draft, "Ett till", position=2)
    answer = post(client, draft, "move-activity", activity.pk, omrade=other.pk)
    period = other.periods.get()
    assert (period.start_year, period.end_year) == (2031, 2031)
    assert set(texts(period.activities)) == {"En aktivitet.", "En del."}
    assert not area.periods.get().activities.exists()
    assert "flyttad till Ett till" in answer.content.decode()


def test_a_period_is_split_and_the_ticked_activities_go_to_the_later_part(client, editor, draft, area):
    period = area.periods.get()
    ActivityPeriod.objects.filter(pk=period.pk).update(end_year=2033)
    late = make.make_activity(period, "Sen aktivitet.")
    answer = post(client, draft, "split-period", period.pk, ar=2032, senare=late.pk)
    assert [(row.heading, texts(row.activities)) for row in area.periods.order_by("start_year")] == [
        ("Verksamhetsåret 2031", ["En aktivitet."]),
        ("Verksamhetsåren 2032–2033", ["Sen aktivitet."]),
    ]
    assert "Verksamhetsåren 2032–2033 är en egen period." in answer.content.decode()


def test_a_period_cannot_be_split_outside_its_years(client, editor, draft, area):
    period = area.periods.get()
    assert post(client, draft, "split-period", period.pk, ar=2031).status_code == 422
    assert post(client, draft, "split-period", period.pk, ar="").status_code == 422
    assert area.periods.count() == 1


def test_the_years_of_a_period_are_changed_unless_another_has_them(client, editor, draft, area):
    period = area.periods.get()
    post(client, draft, "set-years", period.pk, fran_ar=2031, till_ar="")
    period.refresh_from_db()
    assert period.heading == "2031 och framåt"
    other = make.make_period(area, 2035, 2035)
    refused = post(client, draft, "set-years", other.pk, fran_ar=2031, till_ar="")
    assert refused.status_code == 422
    assert "har redan en period" in refused.content.decode()
    assert post(client, draft, "set-years", other.pk, fran_ar="x", till_ar=2030).status_code == 422


def test_what_is_removed_can_be_taken_back_as_it_was(client, editor, draft, area):
    """Undo a deletion."""
    goal = area.goals.first()
    key = goal.key
    answer = post(client, draft, "remove", "goal", goal.pk)
    assert texts(area.goals) == ["Andra målet."]
    undo = reverse("workspace:undo", args=[draft.slug, LogEntry.objects.first().number])
    assert undo in answer.content.decode()
    client.post(undo, headers=HTMX)
    assert texts(area.goals) == ["Första målet.", "Andra målet."]
    assert Goal.objects.get(text="Första målet.").key == key
    assert client.post(undo, headers=HTMX).status_code == 422


def test_the_page_offers_what_was_removed_until_it_is_back(client, editor, draft, area):
    address = reverse("workspace:area", args=[draft.slug, area.slug])
    post(client, draft, "remove", "goal", area.goals.first().pk)
    post(client, draft, "remove", "activity", area.periods.get().activities.get().pk)
    page = client.get(address).content.decode()
    assert "Nyligen borttaget" in page
    assert "Första målet." in page
    assert "En aktivitet." in page
    for entry in LogEntry.objects.filter(action=LogEntry.Action.DELETED):
        client.post(reverse("workspace:undo", args=[draft.slug, entry.number]))
    assert "Nyligen borttaget" not in client.get(address).content.decode()


def test_an_area_with_a_forerunner_is_ended_with_a_reason_and_can_be_taken_back(client, editor, draft, area, plan_2024):
    AreaLineage.objects.filter(successor=area).delete()
    before = plan_2024.focus_areas.first()
    make.make_lineage(draft, "continued", predecessor=before, successor=area)
    assert post(client, draft, "end-area", area.pk, skal=" ").status_code == 422
    answer = post(client, draft, "end-area", area.pk, skal="I drift.")
    assert answer["HX-Redirect"] == reverse("workspace:plan", args=[draft.slug])
    assert not draft.focus_areas.exists()
    ended = draft.lineage.get()
    assert (ended.kind, ended.predecessor, ended.reason) == (AreaLineage.Kind.ENDED, before, "I drift.")
    page = client.get(reverse("workspace:plan", args=[draft.slug])).content.decode()
    assert f"{before.title}: I drift." in page
    entry = LogEntry.objects.get(action=LogEntry.Action.ENDED)
    client.post(reverse("workspace:undo", args=[draft.slug, entry.number]))
    assert texts(FocusArea.objects.get(plan=draft).goals) == ["Första målet.", "Andra målet."]
    assert draft.lineage.get().kind == AreaLineage.Kind.CONTINUED


def test_a_new_area_is_removed_and_not_ended(client, editor, draft, area):
    assert post(client, draft, "end-area", area.pk, skal="I drift.").status_code == 422
    post(client, draft, "remove", "focusarea", area.pk)
    assert not draft.focus_areas.exists()
    assert not draft.lineage.exists()


def test_an_area_that_comes_from_an_earlier_plan_is_ended_and_not_removed(client, editor, draft, area, plan_2024):
    AreaLineage.objects.filter(successor=area).delete()
    before = plan_2024.focus_areas.first()
    make.make_lineage(draft, "continued", predecessor=before, successor=area)
    answer = post(client, draft, "remove", "focusarea", area.pk)
    assert answer.status_code == 422
    assert "Avsluta området" in answer.content.decode()
    other = make.make_area(draft, "Andra halvan", position=2)
    make.make_lineage(draft, "renamed", predecessor=before, successor=other)
    post(client, draft, "end-area", area.pk, skal="Delat.")
    assert [(step.kind, step.successor) for step in draft.lineage.all()] == [("renamed", other)]


def test_bodies_answer_for_an_area_and_are_taken_away(client, editor, draft, area):
    body = draft.collaboration.bodies.first()
    assert post(client, draft, "add", "ansvar", area.pk, organ="").status_code == 422
    post(client, draft, "add", "ansvar", area.pk, organ=body.pk)
    row = area.responsibilities.get()
    assert row.body == body
    post(client, draft, "remove", "responsibility", row.pk)
    assert not area.responsibilities.exists()
    foreign = make.make_body("frammande")
    assert post(client, draft, "add", "ansvar", area.pk, organ=foreign.pk).status_code == 422


def test_without_script_every_change_goes_back_and_is_told(client, editor, draft, area):
    data = {"text": "Tredje.", "fran": reverse("workspace:area", args=[draft.slug, area.slug])}
    answer = client.post(reverse("workspace:add", args=[draft.slug, "mal", area.pk]), data, follow=True)
    assert answer.redirect_chain == [(data["fran"], 302)]
    assert "Målet är tillagt." in answer.content.decode()


def test_without_script_one_comes_back_to_the_page_one_was_on(client, editor, draft, area):
    page = reverse("workspace:area", args=[draft.slug, area.slug])
    address = reverse("workspace:add", args=[draft.slug, "mal", area.pk])
    assert client.post(address, {"text": "A."}, headers={"Referer": f"http://testserver{page}"})["Location"] == page
    foreign = {"Referer": "https://ont.example/planer/annan/"}
    home = reverse("workspace:plan", args=[draft.slug])
    assert client.post(address, {"text": "B."}, headers=foreign)["Location"] == home


def test_forged_kinds_and_rows_do_not_exist(client, editor, draft, area, plan_2024):
    foreign = plan_2024.focus_areas.first().goals.first()
    assert post(client, draft, "remove", "goal", foreign.pk).status_code == 404
    assert post(client, draft, "remove", "plan", draft.pk).status_code == 404
    assert post(client, draft, "move", "membership", 1).status_code == 404
    assert post(client, draft, "add", "roll", 1).status_code == 404
    assert post(client, draft, "add", "mal", plan_2024.focus_areas.first().pk, text="x").status_code == 404
