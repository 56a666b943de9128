"""A plan under revision: the public reads the version that stands, and never a word or a krona of the draft."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.money import plain
from plans.models import Plan
from plans.roles import Role
from tests import factories as make
from tests.versions.revised import SECRETS, a_plan, adopt, freeze, revise, send_back

pytestmark = pytest.mark.django_db
PLAN_PAGES = ("plan", "budget", "comparison", "costs", "map", "focus-area")
ANCHORS = {"budget": "#budget", "costs": "#kostnad-2030", "map": "#kostnad-2030"}


def words(response) -> str:
    return " ".join(plain(BeautifulSoup(response.content, "html5lib").main.get_text(" ")).split())


@pytest.fixture
def plan(monkeypatch) -> Plan:
    """A plan of 2030 under revision, and an earlier plan that anyone may read."""
    make.make_shared_plan(500, slug="plan-2029", years=(2029,), status=Plan.Status.ADOPTED)
    plan = a_plan(slug="plan-2030")
    adopt(plan, monkeypatch)
    return revise(plan)


def reader(plan, role):
    user = make.make_user(f"{role}@prov.example")
    organisation = make.make_organisation("9101") if role == Role.REGISTRAR else None
    make.make_role(user, role, collaboration=plan.collaboration, organisation=organisation)
    return user


def address_of(name: str, plan) -> str:
    more = {"costs": [2030], "map": [2030], "focus-area": [plan.focus_areas.order_by("position").first().slug]}
    return reverse(f"portal:{name}", args=[plan.slug, *more.get(name, [])])


@pytest.mark.parametrize("who", ["anonymous", Role.REGISTRAR, Role.READER])
@pytest.mark.parametrize("name", PLAN_PAGES)
def test_a_page_of_the_draft_leads_to_the_same_place_in_the_standing_version(name, who, client, plan):
    if who != "anonymous":
        client.force_login(reader(plan, who))
    answer = client.get(address_of(name, plan))
    slug = plan.focus_areas.order_by("position").first().slug
    anchor = {**ANCHORS, "focus-area": f"#omrade-{slug}"}.get(name, "")
    assert (answer.status_code, answer["Location"]) == (302, f"/planer/plan-2030/versioner/1/{anchor}")
    if anchor:
        page = BeautifulSoup(client.get(answer["Location"]).content, "html5lib")
        assert page.find(id=anchor.removeprefix("#"))


def test_not_a_word_or_a_krona_of_the_draft_is_on_any_page_of_the_public(client, plan):
    addresses = [
        reverse("portal:start"),
        reverse("portal:plan-list"),
        reverse("portal:organisation-list"),
        *(reverse("portal:organisation", args=[f"organisation-{code}"]) for code in ("91", "9101")),
        reverse("portal:plan", args=["plan-2029"]),
        reverse("portal:budget", args=["plan-2029"]),
        *(f"{reverse('portal:search')}?q={word}" for word in ("igelkott", "mål", "plan")),
        *(address_of(name, plan) for name in PLAN_PAGES),
        reverse("versions:list", args=[plan.slug]),
        reverse("versions:page", args=[plan.slug, 1]),
        reverse("versions:comparison", args=[plan.slug, 1]),
    ]
    for address in addresses:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert not [secret for secret in SECRETS if secret in page], address


def test_lists_show_the_plan_with_the_figures_of_the_standing_version(client, plan):
    start = words(client.get(reverse("portal:start")))
    for expected in (
        "Handlingsplan 2030",
        "Fastställd version 1 gäller, en revidering pågår",
        "3 000 kr",
        "insatsområden 2",
    ):
        assert expected in start
    assert "Första området · Andra området" in words(client.get(reverse("portal:plan-list")))
    listed = words(client.get(reverse("portal:organisation-list")))
    assert "Belopp för 2030 i kronor enligt budgetposterna i Handlingsplan 2030" in listed
    assert "1 500,00" in listed


def test_the_newest_plan_comes_first_also_when_it_is_revised(client, plan):
    page = BeautifulSoup(client.get(reverse("portal:plan-list")).content, "html5lib")
    assert [" ".join(row.get_text().split()) for row in page.select(".plan-rows h2")[:2]] == [
        "Handlingsplan 2030",
        "Handlingsplan plan-2029",
    ]


def test_an_organisation_reads_what_it_pays_by_the_standing_version(client, plan):
    text = words(client.get(reverse("portal:organisation", args=["organisation-9101"])))
    assert "2030 Handlingsplan 2030 , version 1 250,00 kr av 3 000 kr" in text
    assert "Första området 500,00 × 10 / 60" in text
    assert "1 500,00 × 10 / 60 = 250,00" in text


def test_the_standing_figures_are_those_the_page_showed_before_the_revision(client, plan_2022_2023, monkeypatch):
    """The same sentences, to the öre, whether they are counted now or were frozen."""
    addresses = [reverse("portal:organisation", args=[slug]) for slug in ("eslov", "region-skane")]
    before = [words(client.get(address)) for address in addresses]
    adopt(plan_2022_2023, monkeypatch)
    Plan.objects.filter(pk=plan_2022_2023.pk).update(status=Plan.Status.DRAFT)
    after = [words(client.get(address)).replace(" , version 1", "") for address in addresses]
    assert after == before


def test_what_is_printed_otherwise_is_said_of_a_standing_version_too(client, plan_2024, monkeypatch):
    address = reverse("portal:organisation", args=["eslov"])
    before = words(client.get(address))
    assert "25 762,17" in before
    adopt(plan_2024, monkeypatch)
    Plan.objects.filter(pk=plan_2024.pk).update(status=Plan.Status.DRAFT)
    assert words(client.get(address)).replace(" , version 1", "") == before


def test_search_finds_the_standing_version_and_its_places(client, plan):
    page = BeautifulSoup(client.get(reverse("portal:search"), {"q": "igelkott"}).content, "html5lib")
    links = {link["href"] for link in page.main.select("a") if "versioner" in link["href"]}
    slug = plan.focus_areas.order_by("position").first().slug
    assert links == {f"/planer/plan-2030/versioner/1/#omrade-{slug}"}
    assert client.get(next(iter(links)).partition("#")[0]).status_code == 200
    assert "2 träffar" in words(client.get(reverse("portal:search"), {"q": "igelkott"}))
    assert "vessla" not in words(client.get(reverse("portal:search"), {"q": "vessla"})).replace("”vessla”", "")


def test_the_plans_pdf_is_that_of_the_standing_version(client, plan):
    answer = client.get(reverse("portal:plan-pdf", args=[plan.slug]))
    assert answer.content == b"%PDF-1.7 version 1"
    assert "version-1.pdf" in answer["Content-Disposition"]
    assert "immutable" not in answer["Cache-Control"]


@pytest.mark.parametrize("role", [Role.CHAIR, Role.EDITOR, Role.ECONOMIST, Role.AUDITOR])
def test_those_who_may_see_drafts_read_the_draft_and_are_told_what_is_in_force(role, client, plan):
    client.force_login(reader(plan, role))
    for name in ("plan", "budget", "costs", "map"):
        text = words(client.get(address_of(name, plan)))
        assert "Utkast till revidering. Version 1 gäller tills den nya är fastställd." in text, name
    page = client.get(plan.get_absolute_url())
    assert "vessla" in words(page)
    assert reverse("versions:revision", args=[plan.slug]) in page.content.decode()
    assert "Utkast till revidering, version 1 gäller" in words(client.get(reverse("portal:plan-list")))
    assert "3 300 kr" in words(client.get(reverse("portal:start")))


def test_those_who_may_see_the_draft_do_not_also_get_the_version_beside_it(client, plan):
    client.force_login(reader(plan, Role.CHAIR))
    assert words(client.get(reverse("portal:plan-list"))).count("2030 Nyskriven plan") == 1
    assert "Handlingsplan 2030" not in words(client.get(reverse("portal:plan-list")))
    assert "Inga träffar" in words(client.get(reverse("portal:search"), {"q": "igelkott"}))
    assert ", version 1" not in words(client.get(reverse("portal:organisation", args=["organisation-9101"])))


def test_a_referral_of_a_revision_is_read_by_the_members_and_by_nobody_else(client, plan):
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.REFERRAL)
    assert client.get(plan.get_absolute_url()).status_code == 302
    client.force_login(reader(plan, Role.READER))
    assert "vessla" in words(client.get(plan.get_absolute_url()))
    assert client.get(reverse("versions:revision", args=[plan.slug])).status_code == 200


def test_a_revision_that_is_sent_on_is_public_beside_the_version_that_stands(client, plan, monkeypatch):
    freeze(plan, monkeypatch, Plan.Status.SUBMITTED, replaces=plan.versions.get(number=1))
    text = words(client.get(plan.get_absolute_url()))
    assert "vessla" in text
    assert "Version 2 är inte fastställd än. Version 1 gäller tills den är det." in text
    assert client.get(reverse("portal:plan-pdf", args=[plan.slug])).content == b"%PDF-1.7 version 2"
    assert "För beslut version 1 gäller" in words(client.get(reverse("portal:plan-list")))


def test_a_version_that_was_sent_back_is_no_reason_to_show_a_draft(client, monkeypatch):
    plan = a_plan(slug="plan-2030")
    send_back(freeze(plan, monkeypatch))
    for name in ("plan", "budget", "costs"):
        assert client.get(address_of(name, plan)).status_code == 404
    assert client.get(reverse("portal:plan-pdf", args=[plan.slug])).status_code == 404
    assert "2030" not in words(client.get(reverse("portal:plan-list")))
    client.force_login(reader(plan, Role.CHAIR))
    assert "Version 1 är återförvisad och gäller inte." in words(client.get(plan.get_absolute_url()))


def test_a_sent_plan_is_read_as_it_was_frozen_also_while_the_plan_before_is_revised(client, plan, monkeypatch):
    """A document repeats names and figures of the plan before, which live in that plan's own rows."""
    area = plan.focus_areas.order_by("position").first()
    make.make_line(area, 100, year=2029)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.ADOPTED)
    later = make.make_plan("plan-2031", years=(2031,))
    heir = make.make_area(later, "Arvtagaren", slug="arvtagaren")
    make.make_lineage(later, "renamed", predecessor=area, successor=heir)
    make.make_line(heir, 700, year=2031)
    make.make_cost_basis(later, 2031)
    freeze(later, monkeypatch)
    addresses = [
        reverse("portal:plan", args=[later.slug]),
        reverse("portal:budget", args=[later.slug]),
        reverse("portal:focus-area", args=[later.slug, "arvtagaren"]),
    ]
    before = [words(client.get(address)) for address in addresses]
    assert all("Omdöpta området" in text for text in (before[0], before[2]))
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
    type(area).objects.filter(pk=area.pk).update(name="Hemligt namn")
    area.budget_lines.filter(year=2030).update(amount=987_654)
    after = [words(client.get(address)) for address in addresses]
    assert not [text for text in after if "Hemligt namn" in text or "987 654" in text]


def test_the_page_of_a_sent_plan_names_its_version_and_leads_to_its_pages(client, plan_2024, monkeypatch):
    version = freeze(plan_2024, monkeypatch)
    page = client.get(plan_2024.get_absolute_url())
    assert f"Version 1 · {version.fingerprint} · PDF" in words(page)
    assert reverse("versions:list", args=["2024"]) in page.content.decode()
    assert "Vägen till beslut" not in words(page)
    assert client.get(reverse("portal:plan-pdf", args=["2024"])).content == bytes(version.pdf)


@pytest.mark.parametrize(
    ("role", "steps", "papers", "register"),
    [
        (None, False, False, False),
        (Role.ADMINISTRATOR, True, True, True),
        (Role.CHAIR, True, True, True),
        (Role.EDITOR, False, True, True),
        (Role.AUDITOR, False, True, True),
        (Role.REGISTRAR, False, True, True),
    ],
)
def test_the_doors_of_a_sent_plan_by_role(role, steps, papers, register, client, plan_2024, monkeypatch):
    freeze(plan_2024, monkeypatch)
    if role:
        client.force_login(reader(plan_2024, role))
    page = client.get(plan_2024.get_absolute_url()).content.decode()
    assert (reverse("decisions:steps", args=["2024"]) in page) is steps
    assert (reverse("papers:papers", args=["2024"]) in page) is papers
    assert (f'href="{reverse("decisions:board", args=["2024"])}"' in page) is register


def _queries(client, address) -> int:
    client.get(address, follow=True)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, follow=True).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_the_plans_under_revision(client, plan, monkeypatch):
    """DESIGN: query counts do not grow with the number of rows."""
    names = ("start", "plan-list", "organisation-list", "search")
    addresses = [
        f"{reverse(f'portal:{name}')}?q=ord" if name == "search" else reverse(f"portal:{name}") for name in names
    ]
    addresses += [reverse("portal:organisation", args=["organisation-9101"]), plan.get_absolute_url()]
    before = [_queries(client, address) for address in addresses]
    for year in (2030, 2030):
        more = a_plan(years=(year,))
        adopt(more, monkeypatch)
        revise(more)
    assert [_queries(client, address) for address in addresses] == before
