"""What no reader means to send: pages answer calmly, in Swedish, the same on both engines."""

import contextlib

import pytest
from django.urls import reverse

from plans.models import Plan
from skane_digi.portal.search import as_asked
from tests import factories

SECURITY_HEADERS = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")


@pytest.mark.parametrize("name", ["q", "organisation"])
def test_a_null_character_in_a_question_is_no_fault_of_ours(name, client, real_plans):
    response = client.get(f"{reverse('portal:organisation-list')}?{name}=%00eslov%00")
    assert response.status_code in (200, 302, 404)
    assert client.get(f"{reverse('portal:search')}?q=a%0%000b").status_code == 200


def test_a_null_character_does_not_stop_the_lists_of_the_administration(admin_client):
    assert admin_client.get("/admin/plans/organisation/?kind__exact=%00").status_code in (200, 302)


@pytest.mark.parametrize("typed", ["Åstorp", "A\u030astorp", "a\u030aSTORP"])
def test_a_letter_typed_as_two_characters_is_the_same_letter(typed, client, real_plans):
    page = client.get(reverse("portal:organisation-list"), {"q": typed})
    assert [member.organisation.short_name for member in page.context["organisations"]] == ["Åstorp"]


def test_what_was_asked_for_is_composed_and_cut():
    assert as_asked(" a\u030a \x00 b ") == "å b"
    assert len(as_asked("x" * 10_000)) == 100


def test_running_text_is_stored_with_composed_letters(plan_2024):
    area = factories.make_area(plan_2024, background="<p>La\u030angt</p>")
    area.refresh_from_db()
    assert area.background == "<p>Långt</p>"


def test_a_plan_without_years_is_not_the_newest(plan_2024):
    factories.make_plan("aldrig", years=(), status=Plan.Status.SUBMITTED)
    assert Plan.objects.newest_first().last().slug == "aldrig"
    assert Plan.objects.newest_first().first() == plan_2024


def test_the_start_page_counts_the_members_of_the_plan_it_shows(client, plan_2024):
    factories.make_members(factories.make_collaboration("en-annan"))
    page = client.get(reverse("portal:start"))
    assert len(page.context["organisations"]) == plan_2024.collaboration.memberships.count() == 34
    assert "34 huvudmän" in page.content.decode()


def test_a_host_that_is_not_ours_gets_a_swedish_page(client):
    response = client.get("/", headers={"host": "annan.example"})
    assert response.status_code == 400
    assert "Frågan gick inte att läsa" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/finns-inte/", "/halsa/", "/static/css/base.css", "/konto/logga-in/"])
def test_every_answer_has_the_security_headers(path, client, real_plans, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    with contextlib.closing(client.get(path)) as response:
        assert response.status_code == (404 if "finns-inte" in path else 200)
        assert [name for name in SECURITY_HEADERS if name not in response.headers] == []


def test_sign_in_leads_nowhere_else(client, db):
    person = factories.make_user("ake@prov.example")
    person.set_password("ett-langt-losenord-i-juni")
    person.save()
    response = client.post(
        "/konto/logga-in/",
        {"login": person.email, "password": "ett-langt-losenord-i-juni", "next": "https://annan.example/"},
    )
    assert response.headers["Location"] == reverse("portal:start")
