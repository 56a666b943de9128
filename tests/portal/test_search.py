"""Search: what it finds, what it marks, and that it neither shows too much nor asks too often."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from skane_digi.portal.search import FETCHED, MAX_QUERY, SHOWN, search_plans
from tests import factories

READER = AnonymousUser()


@pytest.fixture
def area(plan_2024):
    return factories.make_area(
        plan_2024, "Åldrande i hemmet", background="<p>Om <strong>Örtagård</strong> &amp; co</p>"
    )


@pytest.mark.parametrize("query", ["åldrande", "ÅLDRANDE", "Åldrande hemmet", "  åldrande  ", "örtagård", "ÖRTAGÅRD"])
def test_letters_count_whatever_their_case_also_å_ä_ö(query, area):
    found = [hit.url for group in search_plans(query, READER).groups for hit in group.hits]
    assert area.get_absolute_url() in found


@pytest.mark.parametrize("query", ["strong", "amp", "åldrande finnsinte"])
def test_mark_up_is_not_words_and_every_word_must_be_there(query, area):
    found = [hit.url for group in search_plans(query, READER).groups for hit in group.hits]
    assert area.get_absolute_url() not in found


@pytest.mark.parametrize("query", ["%", "_", "100%_", "\\", "'", '"', "\x00"])
def test_signs_that_mean_something_to_a_database_are_only_signs(query, real_plans):
    assert search_plans(query + "zzz", READER).count == 0


def test_goals_and_activities_are_found(plan_2024):
    area = factories.make_area(plan_2024, "Område")
    factories.make_goal(area, "Ett mål med kvastskaft.")
    factories.make_activity(factories.make_period(area), "En aktivitet med kvastskaft.")
    results = search_plans("kvastskaft", READER)
    assert [group.heading for group in results.groups] == ["Övergripande mål", "Aktiviteter"]
    assert results.count_text == "2 träffar"


def test_what_was_searched_for_is_marked_and_everything_is_escaped(client, plan_2024):
    area = factories.make_area(plan_2024, "Område")
    factories.make_goal(area, "Före <script>alert(1)</script> Kvastskaft efter.")
    html = client.get(reverse("portal:search"), {"q": "kvastskaft"}).content.decode()
    assert "<mark>Kvastskaft</mark>" in html
    assert "<script>alert" not in html
    html = client.get(reverse("portal:search"), {"q": "<script>x"}).content.decode()
    assert "<script>x" not in html


def test_many_hits_are_cut_and_counted(plan_2024):
    area = factories.make_area(plan_2024, "Område")
    for number in range(SHOWN + 3):
        factories.make_goal(area, f"Kvastskaft {number}")
    (group,) = search_plans("kvastskaft", READER).groups
    assert (len(group.hits), group.count, group.is_cut) == (SHOWN, SHOWN + 3, True)
    for number in range(FETCHED):
        factories.make_goal(area, f"Kvastskaft till {number}")
    results = search_plans("kvastskaft", READER)
    assert results.groups[0].count_text == f"fler än {FETCHED}"
    assert results.count_text == f"Fler än {FETCHED} träffar"


def test_a_long_text_is_cut_around_the_hit(plan_2024):
    factories.make_section(plan_2024, text=f"<p>{'före ' * 200}kvastskaft {'efter ' * 200}</p>")
    (group,) = search_plans("kvastskaft", READER).groups
    excerpt = "".join(piece.text for piece in group.hits[0].excerpt)
    assert excerpt.startswith("… före")
    assert excerpt.endswith("efter …")
    assert "kvastskaft" in excerpt
    assert len(excerpt) < 400


def test_an_endless_query_is_cut(real_plans):
    assert len(search_plans("a" * 5000, READER).query) == MAX_QUERY


def test_the_number_of_queries_is_the_same_whatever_is_found(real_plans, django_assert_num_queries):
    with django_assert_num_queries(6):
        search_plans("samtycke", READER)
    with django_assert_num_queries(6):
        search_plans("finnsinte", READER)
    with django_assert_num_queries(0):
        search_plans("", READER)


def test_the_number_of_queries_does_not_grow_with_the_hits(plan_2024, django_assert_num_queries):
    for number in range(4):
        area = factories.make_area(plan_2024, f"Kvastskaft {number}")
        factories.make_goal(area, "Kvastskaft.")
        factories.make_activity(factories.make_period(area), "Kvastskaft.")
        factories.make_section(plan_2024, text="<p>Kvastskaft.</p>")
    with django_assert_num_queries(6):
        assert search_plans("kvastskaft", READER).count == 16
