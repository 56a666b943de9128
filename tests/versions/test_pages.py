"""A plan's versions as pages and files: what was frozen, whatever is written since, and whether it is in force."""

import hashlib

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.money import plain
from plans.models import Plan, VersionFault
from tests import factories as make
from tests.versions.revised import a_plan, adopt, freeze, revise, send_back

pytestmark = pytest.mark.django_db


def words(node) -> str:
    return " ".join(plain(node.get_text(" ")).split())


def soup_of(client, name, plan, *args, **query) -> BeautifulSoup:
    response = client.get(reverse(f"versions:{name}", args=[plan.slug, *args]), query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html5lib")


@pytest.fixture
def plan():
    return a_plan()


@pytest.fixture
def chair(plan, client):
    user = make.make_user("chair@prov.example")
    make.make_role(user, "chair", collaboration=plan.collaboration)
    client.force_login(user)
    return user


def test_the_page_is_the_frozen_document_whatever_is_written_afterwards(client, plan, monkeypatch):
    version = adopt(plan, monkeypatch)
    frozen = words(soup_of(client, "page", plan, 1).article)
    revise(plan)
    assert words(soup_of(client, "page", plan, 1).article) == frozen
    for expected in ("igelkott", "Första området", "1 500,00", "Planen inleds."):
        assert expected in frozen
    assert version.content_digest == hashlib.sha256(version.content.encode()).hexdigest()


def test_the_page_and_the_plan_page_have_the_same_document(client, plan, monkeypatch):
    """DESIGN section 7: recognisably the same thing, from the same partials."""
    freeze(plan, monkeypatch)
    live = BeautifulSoup(client.get(plan.get_absolute_url()).content, "html5lib")
    frozen = soup_of(client, "page", plan, 1)
    assert str(frozen.select_one("article > section")) == str(live.select_one("article > section"))
    assert words(frozen.article) == words(live.article)


def test_every_link_in_the_contents_leads_to_a_place_on_the_page(client, plan, monkeypatch):
    freeze(plan, monkeypatch)
    soup = soup_of(client, "page", plan, 1)
    links = [link["href"] for link in soup.select(".contents a")]
    assert len(links) >= 5
    assert all(soup.find(id=link.removeprefix("#")) for link in links)


def test_the_head_says_who_froze_it_why_and_with_which_digests(client, plan, monkeypatch):
    version = freeze(plan, monkeypatch, reason="Styrgruppen är klar.\nNu till de 34.")
    head = words(soup_of(client, "page", plan, 1).select_one(".page-head"))
    for expected in (
        "Version 1, beslut hos huvudmännen",
        "2026-09-01 12:00 av Ofelia Ordförande",
        "Styrgruppen är klar. Nu till de 34.",
        version.fingerprint,
        version.content_digest,
        version.allocation_digest,
        version.pdf_digest,
    ):
        assert expected in head


def test_each_state_is_said_in_words(client, plan, chair, monkeypatch):
    adopt(plan, monkeypatch)
    assert "Version 1, fastställd 2026-10-12" in words(soup_of(client, "page", plan, 1).h1.parent)
    revise(plan)
    assert "Den här versionen gäller tills en ny är fastställd." in words(soup_of(client, "page", plan, 1))
    second = freeze(plan, monkeypatch, Plan.Status.SUBMITTED, replaces=plan.versions.get(number=1))
    assert "Version 2, för beslut" in words(soup_of(client, "page", plan, 2))
    assert "Version 1 gäller tills den här är fastställd." in words(soup_of(client, "page", plan, 2))
    assert "Version 2 är sänd för beslut. Den här gäller" in words(soup_of(client, "page", plan, 1))
    send_back(second, "Räkna om Åkarps del.")
    page = words(soup_of(client, "page", plan, 2))
    assert "Version 2, återförvisad 2026-10-12" in page
    assert "Versionen är återförvisad och gäller inte." in page
    assert "Räkna om Åkarps del." in page
    adopt(plan, monkeypatch)
    page = soup_of(client, "page", plan, 1)
    assert "Version 1, ersatt av version 3" in words(page)
    assert page.select_one(".notice a")["href"] == reverse("versions:page", args=[plan.slug, 3])
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.CLOSED)
    assert "Version 3, fastställd 2026-10-12, avslutad" in words(soup_of(client, "page", plan, 3))


def _fault(version, position, text, reason):
    VersionFault.objects.create(
        version=version, code="sum", text=text, where="Budget 2030", position=position, reason=reason
    )


def test_faults_of_a_printed_plan_stand_on_the_page_with_the_reason_for_each(client, plan, monkeypatch):
    version = freeze(plan, monkeypatch, kind="as_printed")
    _fault(version, 2, "Rubriken nämner fel år.", "Den skickades så.")
    _fault(version, 1, "Summan är 100 000 kr för stor.", "Huvudmännen har fått den.")
    box = soup_of(client, "page", plan, 1).select_one(".findings")
    assert "2 uppgifter stämmer inte" in words(box.h2)
    assert [words(row) for row in box.select("li")] == [
        "Summan är 100 000 kr för stor. Budget 2030 Varför det står kvar: Huvudmännen har fått den.",
        "Rubriken nämner fel år. Budget 2030 Varför det står kvar: Den skickades så.",
    ]


def test_one_reason_for_all_the_faults_is_said_once(client, plan, monkeypatch):
    version = freeze(plan, monkeypatch, kind="as_printed")
    for position in (1, 2):
        _fault(version, position, f"Fel {position}.", "Den skickades så.")
    box = words(soup_of(client, "page", plan, 1).select_one(".findings"))
    assert box.count("Den skickades så.") == 1
    assert "Fel 1." in box
    assert "Fel 2." in box


def test_a_version_without_faults_has_no_box(client, plan, monkeypatch):
    freeze(plan, monkeypatch)
    assert soup_of(client, "page", plan, 1).select_one(".findings") is None


def test_the_pdf_is_the_stored_bytes_and_is_kept_for_ever_once_it_stands(client, plan, monkeypatch):
    version = adopt(plan, monkeypatch)
    address = reverse("versions:pdf", args=[plan.slug, 1])
    answer = client.get(address)
    assert answer.content == bytes(version.pdf)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["ETag"] == f'"{version.pdf_digest}"'
    assert {"public", "immutable", "max-age=31536000"} <= set(answer["Cache-Control"].split(", "))
    assert f"handlingsplan-{plan.slug}-version-1.pdf" in answer["Content-Disposition"]
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_may_still_be_sent_back_is_not_kept_by_others(client, plan, monkeypatch):
    freeze(plan, monkeypatch)
    answer = client.get(reverse("versions:pdf", args=[plan.slug, 1]))
    assert {"private", "no-cache"} <= set(answer["Cache-Control"].split(", "))
    assert "immutable" not in answer["Cache-Control"]


def test_what_a_signed_in_reader_fetches_is_kept_by_them_alone(client, plan, chair, monkeypatch):
    freeze(plan, monkeypatch)
    for name in ("pdf", "content"):
        answer = client.get(reverse(f"versions:{name}", args=[plan.slug, 1]))
        assert "private" in answer["Cache-Control"]
        assert "public" not in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]


def test_the_content_is_the_stored_text_byte_for_byte(client, plan, monkeypatch):
    version = freeze(plan, monkeypatch)
    answer = client.get(reverse("versions:content", args=[plan.slug, 1]))
    assert answer.content == version.content.encode()
    assert hashlib.sha256(answer.content).hexdigest() == version.content_digest
    assert answer["Content-Type"].startswith("application/json")
    assert answer["ETag"] == f'"{version.content_digest}"'


def test_the_list_has_every_version_the_latest_first(client, plan, chair, monkeypatch):
    send_back(freeze(plan, monkeypatch, reason="Första försöket."), "Inte klar.")
    adopt(plan, monkeypatch, reason="Andra försöket.")
    rows = [words(row) for row in soup_of(client, "list", plan).select(".version-rows > li")]
    assert "Version 2" in rows[0]
    assert "Fastställd 2026-10-12" in rows[0]
    assert "Andra försöket." in rows[0]
    assert "Återförvisad 2026-10-12" in rows[1]
    assert "Inte klar." in rows[1]
    assert plan.versions.get(number=1).fingerprint in rows[1]


def test_the_list_of_a_plan_without_versions_says_what_will_be_there(client, plan, chair):
    assert "när ordföranden i SGD har sänt planen för beslut" in words(soup_of(client, "list", plan))


def test_a_version_is_compared_with_the_one_it_replaces(client, plan, chair, monkeypatch):
    first = adopt(plan, monkeypatch)
    send_back(freeze(revise(plan), monkeypatch, replaces=first))
    adopt(plan, monkeypatch)
    soup = soup_of(client, "comparison", plan, 3)
    assert words(soup.h1) == "Version 3 jämförd med version 1"
    assert "+300 kr" in words(soup.select_one(".comparison-sum"))
    assert "Budgeten får inte överskridas utan att alla huvudmän godkänner det" in words(soup)
    rows = {words(row.th): [words(cell) for cell in row.select("td")] for row in soup.select("tbody tr")}
    assert rows["Omdöpta området"] == ["1 000", "1 300", "+300 +30 %", "+30 %"]
    assert rows["Region Prov"] == ["1 500,00", "1 650,00", "+150,00 +10 %", "+10 %"]
    assert words(soup.select_one(".area-change del")).endswith("igelkott")
    assert words(soup.select_one(".switch [aria-current]")) == "Version 1, ersatt av version 3"
    beside_returned = soup_of(client, "comparison", plan, 3, med="2")
    assert "Inget skiljer dem åt" in words(beside_returned)
    address = reverse("versions:comparison", args=[plan.slug, 3])
    for wrong in ("3", "9", "0", "x", ""):
        assert client.get(address, {"med": wrong}).status_code == 404


def test_the_first_version_has_nothing_to_be_compared_with(client, plan, monkeypatch):
    freeze(plan, monkeypatch)
    assert "ingen att jämföras med" in words(soup_of(client, "comparison", plan, 1))


def test_the_draft_is_compared_with_the_standing_version_or_one_sent_back(client, plan, chair, monkeypatch):
    adopt(plan, monkeypatch)
    send_back(freeze(revise(plan), monkeypatch))
    link = soup_of(client, "list", plan).select_one(".notice a")
    assert (words(link), link["href"]) == (
        "Se vad som är ändrat sedan version 1",
        reverse("versions:revision", args=[plan.slug]),
    )
    soup = soup_of(client, "revision", plan)
    assert words(soup.h1) == "Utkastet jämfört med version 1"
    assert "vessla" in words(soup)
    assert "Inget skiljer dem åt" in words(soup_of(client, "revision", plan, med="2"))


def test_the_draft_is_compared_with_what_was_sent_back_when_nothing_stands(client, plan, chair, monkeypatch):
    send_back(freeze(plan, monkeypatch))
    revise(plan)
    assert words(soup_of(client, "revision", plan).h1) == "Utkastet jämfört med version 1"


def test_the_revision_of_a_plan_that_is_sent_on_is_the_comparison_of_its_version(client, plan, monkeypatch):
    adopt(plan, monkeypatch)
    freeze(revise(plan), monkeypatch, replaces=plan.versions.get(number=1))
    answer = client.get(reverse("versions:revision", args=[plan.slug]))
    assert answer["Location"] == reverse("versions:comparison", args=[plan.slug, 2])


def test_only_an_area_that_has_changed_folds_out(client, plan, chair, monkeypatch):
    adopt(plan, monkeypatch)
    revise(plan)
    soup = soup_of(client, "revision", plan)
    assert [words(area.h3) for area in soup.select("details.area-change")] == ["Omdöpta området", "Titel och datum"]
    assert "Oförändrade: Andra området." in words(soup)
    assert not soup.select("details[open]")
    opened = soup_of(client, "revision", plan, visa="allt").select("details.area-change")
    assert all(part.has_attr("open") for part in opened)


def _queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_versions_faults_or_areas(client, plan, chair, monkeypatch):
    """DESIGN: query counts do not grow with the number of rows."""
    _fault(adopt(plan, monkeypatch), 1, "Ett fel.", "Så var det.")
    adopt(revise(plan), monkeypatch)
    revise(plan)
    names = (("list", ()), ("page", (1,)), ("comparison", (2,)), ("revision", ()), ("pdf", (1,)), ("content", (1,)))
    addresses = [reverse(f"versions:{name}", args=[plan.slug, *args]) for name, args in names]
    addresses.append(plan.get_absolute_url())
    before = [_queries(client, address) for address in addresses]
    for number in range(2):
        make.make_line(make.make_complete_area(plan), 100 * number)
        _fault(plan.versions.get(number=1), number + 2, f"Fel {number}.", f"Skäl {number}.")
        send_back(freeze(plan, monkeypatch))
    assert [_queries(client, address) for address in addresses] == before


def test_no_page_asks_for_a_name_that_is_not_there(client, plan, chair, monkeypatch, settings):
    """STYLE: a missing name fails."""
    options = {**settings.TEMPLATES[0]["OPTIONS"], "string_if_invalid": "⟦%s⟧"}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
    _fault(adopt(plan, monkeypatch), 1, "Ett fel.", "Så var det.")
    send_back(freeze(revise(plan), monkeypatch))
    names = (("list", ()), ("page", (1,)), ("page", (2,)), ("comparison", (1,)), ("comparison", (2,)), ("revision", ()))
    addresses = [reverse(f"versions:{name}", args=[plan.slug, *args]) for name, args in names]
    addresses += [reverse(f"portal:{name}", args=[plan.slug]) for name in ("plan", "budget")]
    addresses += [reverse(f"portal:{name}") for name in ("start", "plan-list")]
    for address in addresses:
        assert "⟦" not in client.get(address, {"visa": "allt"}).content.decode(), address
