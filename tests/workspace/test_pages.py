"""The pages of the workspace: what they show, and that a large plan asks no more of the database than a small one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.models import Activity, AreaLineage, CommentThread, FocusArea, Goal
from tests import factories as make
from tests.conversation_factories import make_thread

pytestmark = pytest.mark.django_db


def fill(plan, *, areas: int, activities: int) -> None:
    """Make a plan of so many areas with so many activities in each, some goals and comments."""
    body = make.make_body(collaboration=plan.collaboration)
    for number in range(areas):
        area = make.make_area(plan, f"Område {number}", slug=f"o-{number}", position=number, background="<p>B.</p>")
        make.make_lineage(plan, AreaLineage.Kind.NEW, successor=area)
        make.make_responsibility(area, body)
        period = make.make_period(area, 2031, 2031)
        Goal.objects.bulk_create(Goal(focus_area=area, text=f"Mål {n}", position=n) for n in range(4))
        Activity.objects.bulk_create(
            Activity(period=period, text=f"Aktivitet {n}", position=n) for n in range(activities)
        )
        whole = period.activities.first()
        make.make_activity(period, "Del", parent=whole)
        make.make_line(area, 100, year=2031)
        make_thread(plan, area.goals.first())


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["plan", "area", "beside", "preview-area", "preview-plan"])
def test_a_plan_of_30_areas_and_40_activities_asks_no_more_queries_than_one_of_3_and_4(name, client, people, plan_2024):
    """The issue: a page load takes the same number of queries for 30 areas × 40 activities as for 3 × 4."""
    client.force_login(people["editor"])
    counts = []
    for areas, activities in ((3, 4), (30, 40)):
        plan = make.make_plan(years=(2031,), collaboration=plan_2024.collaboration)
        fill(plan, areas=areas, activities=activities)
        args = [plan.slug, "o-1"] if "area" in name else [plan.slug]
        address = reverse(f"workspace:{name}", args=args)
        client.get(address)
        counts.append(queries_of(client, address))
    assert counts[0] == counts[1]


def test_an_area_shows_every_text_as_a_field(client, editor, draft, area):
    page = client.get(reverse("workspace:area", args=[draft.slug, area.slug])).content.decode()
    goal = area.goals.first()
    for row, names in ((area, ("name", "abbreviation", "table_name", "background", "purpose")), (goal, ("text",))):
        for name in names:
            assert f'id="falt-{row._meta.model_name}-{row.pk}-{name}"' in page


def test_what_is_missing_links_to_the_very_place(client, editor, draft, area):
    """Completeness per area as a short list of what is missing with links."""
    FocusArea.objects.filter(pk=area.pk).update(background="")
    area.goals.all().delete()
    page = client.get(reverse("workspace:area", args=[draft.slug, area.slug])).content.decode()
    address = reverse("workspace:area", args=[draft.slug, area.slug])
    for anchor in ("bakgrund", "syfte", "mal", "ekonomi", "ansvar"):
        assert f'href="{address}#{anchor}"' in page
        assert f'id="{anchor}"' in page
    assert "0 av 1" in page


def test_open_comments_are_counted_per_area_and_at_their_text(client, editor, draft, area):
    make_thread(draft, area, field="background")
    make_thread(draft, area.goals.first(), field="text")
    page = client.get(reverse("workspace:area", args=[draft.slug, area.slug])).content.decode()
    assert "2 kommentarer" in page
    assert page.count("1 kommentar<") == 2
    make_thread(draft, area)
    page = client.get(reverse("workspace:area", args=[draft.slug, area.slug])).content.decode()
    assert "3 kommentarer" in page
    assert page.count("1 kommentar<") == 3
    assert CommentThread.objects.count() == 3


def test_the_preview_is_framed_by_the_site_alone_and_the_page_by_nobody(client, editor, draft, area):
    preview = client.get(reverse("workspace:preview-area", args=[draft.slug, area.slug]))
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    page = client.get(reverse("workspace:area", args=[draft.slug, area.slug]))
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_the_preview_is_the_document_with_the_print_style(client, editor, draft, area):
    page = client.get(reverse("workspace:preview-area", args=[draft.slug, area.slug])).content.decode()
    assert "css/print-plan.css" in page
    assert "<p>Det var en gång.</p>" in page
    whole = client.get(reverse("workspace:preview-plan", args=[draft.slug])).content.decode()
    assert "Första målet." in whole
    figures = client.get(reverse("workspace:preview-plan", args=[draft.slug]), {"del": "budget"}).content.decode()
    assert "Samlad budget" in figures
    assert "Första målet." not in figures


def test_an_area_that_is_not_in_the_plan_does_not_exist(client, editor, draft):
    assert client.get(reverse("workspace:area", args=[draft.slug, "annat"])).status_code == 404


def test_the_plans_page_leads_those_who_write_to_the_workspace(client, people, draft):
    link = reverse("workspace:plan", args=[draft.slug])
    for who, sees in (("editor", True), ("economist", False), ("auditor", False)):
        client.force_login(people[who])
        assert (f'href="{link}"' in client.get(draft.get_absolute_url()).content.decode()) is sees, who


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_the_plans_page_leads_those_who_read_drafts_to_its_history(status, client, people, draft):
    draft.status = status
    draft.save()
    link = reverse("workspace:history", args=[draft.slug])
    for who, sees in (("auditor", True), ("economist", True), ("reader", False)):
        client.force_login(people[who])
        assert (f'href="{link}"' in client.get(draft.get_absolute_url()).content.decode()) is sees, who


def test_a_draft_of_nothing_says_what_to_do_first(client, people, plan_2024):
    plan = make.make_plan(collaboration=plan_2024.collaboration)
    client.force_login(people["editor"])
    page = client.get(reverse("workspace:plan", args=[plan.slug])).content.decode()
    assert "Planen har inga insatsområden än" in page
