"""The page where next year's plan is started."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from plans.models import LogEntry, Plan
from tests import factories as make

ADDRESS = "/planer/2024/nasta-plan/"


@pytest.fixture
def signed_in(client, superuser, plan_2024):
    client.force_login(superuser)
    return client


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def filled(client, **changes) -> dict:
    """What a browser would send from the form as it is shown, with ``changes``."""
    form = soup_of(client.get(ADDRESS)).select_one("form.start-plan")
    fields = {}
    for field in form.select("input[name], textarea[name]"):
        if field.get("type") in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        fields[field["name"]] = (
            field.text
            if field.name == "textarea"
            else field.get("value", "on" if field.get("type") == "checkbox" else "")
        )
    return {**fields, **changes}


def test_the_form_as_shown_starts_2025_and_leads_to_the_draft(signed_in, superuser):
    response = signed_in.post(ADDRESS, filled(signed_in), follow=True)
    plan = Plan.objects.get(slug="2025")
    assert response.redirect_chain == [(reverse("workspace:plan", args=[plan.slug]), 302)]
    assert "Handlingsplan 2025 är påbörjad utifrån Handlingsplan 2024. Den är ett utkast." in response.content.decode()
    assert plan.focus_areas.count() == 7
    assert {entry.actor for entry in LogEntry.objects.all()} == {superuser}


def test_choices_are_carried_out(signed_in):
    choices = {
        "area-sdk-kind": "ended",
        "area-sdk-reason": "I drift.",
        "area-npo-kind": "renamed",
        "area-npo-name": "Journal för alla",
        "last_year": "2026",
        "slug": "",
        "title": "",
    }
    signed_in.post(ADDRESS, filled(signed_in, **choices))
    plan = Plan.objects.get(slug="2025-2026")
    assert plan.title == "Handlingsplan 2025–2026"
    assert (
        dict(plan.lineage.values_list("predecessor__slug", "kind")).items()
        >= {"sdk": "ended", "npo": "renamed"}.items()
    )


def test_activities_stay_when_the_box_is_empty(signed_in):
    fields = filled(signed_in)
    del fields["with_unfinished"]
    signed_in.post(ADDRESS, fields)
    assert not [area for area in Plan.objects.get(slug="2025").focus_areas.all() if area.periods.exists()]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"first_year": "2024"}, "first_year", "tidigast 2025"),
        ({"first_year": "i år"}, "first_year", "heltal"),
        ({"last_year": "2020"}, "last_year", "före det första"),
        ({"last_year": "2199"}, "last_year", "högst 10 år"),
        ({"slug": "2024"}, "slug", "finns redan"),
        ({"area-sdk-kind": "ended"}, "area-sdk-reason", "Skriv varför"),
        ({"area-sdk-kind": "renamed"}, "area-sdk-name", "nya namnet"),
        ({"area-sdk-kind": "borta"}, "area-sdk-kind", "borta"),
    ],
)
def test_a_fault_is_told_at_its_field_and_keeps_what_was_typed(signed_in, changes, field, sentence):
    typed = {"title": "Min egen titel", "area-npo-kind": "ended", "area-npo-reason": "Ett långt\nskäl", **changes}
    response = signed_in.post(ADDRESS, filled(signed_in, **typed))
    soup = soup_of(response)
    assert response.status_code == 200
    links = {link["href"]: link.text for link in soup.select(".findings a")}
    assert sentence in links[f"#id_{field}"]
    assert soup.select_one(f"#id_{field}") is not None
    assert soup.select_one("#id_title")["value"] == "Min egen titel"
    assert soup.select_one("#id_area-npo-reason").text.strip() == "Ett långt\nskäl"
    assert soup.select_one('[name="area-npo-kind"][value="ended"]').has_attr("checked")
    assert Plan.objects.count() == 2
    if field != "area-sdk-kind":
        assert soup.select_one(f"#id_{field}")["aria-invalid"] == "true"


def test_every_field_has_a_label_and_every_reference_an_element(signed_in):
    soup = soup_of(signed_in.post(ADDRESS, filled(signed_in, first_year="2024", **{"area-sdk-kind": "ended"})))
    for field in soup.select("form.start-plan :is(input:not([type=hidden]), textarea)"):
        assert soup.select_one(f'label[for="{field["id"]}"]'), field
        for described in field.get("aria-describedby", "").split():
            assert soup.find(id=described), described


def test_the_plan_offers_it_to_those_who_may(client, signed_in, draft_reader):
    address = reverse("portal:plan", args=["2024"])
    assert ADDRESS in signed_in.get(address).content.decode()
    client.force_login(draft_reader)
    assert ADDRESS not in client.get(address).content.decode()
    client.logout()
    assert ADDRESS not in client.get(address).content.decode()


def test_only_those_who_write_plans_in_the_collaboration_start_one(client, people, draft):
    opened = {}
    for name, person in people.items():
        client.force_login(person)
        opened[name] = [client.get(address).status_code for address in (ADDRESS, draft_address(draft))]
    writers = {"administrator", "editor", "chair", "superuser"}
    assert opened == {name: [200, 200] if name in writers else [404, 404] for name in people}


def draft_address(draft) -> str:
    return reverse("portal:start-plan", args=[draft.slug])


def test_a_plan_without_years_has_no_next(signed_in):
    assert signed_in.get(reverse("portal:start-plan", args=[make.make_plan(years=()).slug])).status_code == 404


def test_the_page_takes_the_same_queries_however_many_areas(signed_in, django_assert_max_num_queries):
    few = make.make_shared_plan(1)
    many = make.make_shared_plan(*range(15))
    with django_assert_max_num_queries(20) as queries:
        signed_in.get(reverse("portal:start-plan", args=[few.slug]))
    with django_assert_max_num_queries(len(queries)):
        signed_in.get(reverse("portal:start-plan", args=[many.slug]))


def test_nobody_keeps_the_page(signed_in):
    assert "no-store" in signed_in.get(ADDRESS).headers["Cache-Control"]
