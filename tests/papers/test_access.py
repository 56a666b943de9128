"""Every address of the papers × who asks. One that is not listed here fails."""

import pytest
from django.urls import URLResolver, get_resolver

from plans.models import Organisation, Plan
from plans.roles import Role
from tests import factories as make
from tests.papers.access import HAS_PAPERS, PAGES, POSTED, address_of

pytestmark = pytest.mark.django_db
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)


@pytest.fixture(autouse=True)
def _short(quick_papers):
    pass


def clients(client, people):
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(people[who])
        yield who


def test_every_address_of_the_papers_is_listed():
    """DESIGN: every URL listed in a test with who may open it."""
    resolvers = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLResolver)]
    papers = next(pattern for pattern in resolvers if pattern.app_name == "papers")
    assert {pattern.name for pattern in papers.url_patterns} == {*PAGES, *POSTED}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_by_role(name, client, people, version_2024):
    """What you may not see answers 404; one who is not signed in is asked to sign in."""
    address = address_of(name, version_2024, people)
    answers = {who: client.get(address).status_code for who in clients(client, people)}
    assert answers == {who: 302 if who == "anonymous" else 200 if who in PAGES[name] else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", POSTED)
def test_every_change_by_role(name, client, people, version_2024):
    address = address_of(name, version_2024, people)
    data = {"version": "1", "kinds": ["register"], "formats": ["pdf"], "text": "<p>Ny.</p>"}
    for who in clients(client, people):
        status = client.post(address, data).status_code
        allowed = {302, 409} if who in POSTED[name] else {302} if who == "anonymous" else {404}
        assert status in allowed, (who, status)


def test_a_change_is_never_made_by_following_a_link(client, people, version_2024):
    client.force_login(people["superuser"])
    assert client.get(address_of("order", version_2024, people)).status_code == 405
    for name in set(PAGES) - {"text"}:
        assert client.post(address_of(name, version_2024, people)).status_code == 405, name


class TestOneOrganisationsOwn:
    """A registrar must never see another body's papers."""

    @pytest.mark.parametrize(
        ("code", "kind", "status"),
        [
            ("1285", "decision", 200),
            ("1285", "letter", 200),
            ("1280", "decision", 404),
            ("12", "letter", 404),
            ("0180", "decision", 404),
            ("alla", "register", 200),
            ("alla", "decision", 404),
            ("1285", "invoice", 404),
        ],
    )
    def test_the_registrar_has_their_own(self, client, people, version_2024, code, kind, status):
        client.force_login(people["registrar"])
        assert client.get(f"/planer/2024/handlingar/{code}/{kind}.pdf").status_code == status

    def test_no_other_format_is_there(self, client, people, version_2024):
        client.force_login(people["superuser"])
        assert client.get("/planer/2024/handlingar/1285/decision.odt").status_code == 404

    def test_a_reader_of_one_organisation_has_its_papers(self, client, version_2024):
        reader = make.make_user("malmo@prov.example")
        malmo = Organisation.objects.get(code="1280")
        make.make_role(reader, Role.READER, collaboration=version_2024.plan.collaboration, organisation=malmo)
        client.force_login(reader)
        page = client.get("/planer/2024/handlingar/").content.decode()
        assert "Malmö stad" in page
        assert "Eslövs kommun" not in page
        assert "Gör alla handlingar" not in page
        assert client.get("/planer/2024/handlingar/1280/decision.docx").status_code == 200


class TestStates:
    def test_a_draft_that_is_not_frozen_shows_its_writers_what_will_be_here_and_others_nothing(self, client, people):
        plan = make.make_plan("utkast-2031", collaboration=Plan.objects.get(slug="2024").collaboration)
        for who in clients(client, people):
            answer = client.get(f"/planer/{plan.slug}/handlingar/")
            readers = HAS_PAPERS - {"registrar"}
            assert answer.status_code == (302 if who == "anonymous" else 200 if who in readers else 404), who
        client.force_login(people["chair"])
        assert (
            "när ordföranden i SGD har sänt planen" in client.get(f"/planer/{plan.slug}/handlingar/").content.decode()
        )
        assert client.post(f"/planer/{plan.slug}/handlingar/bestall/", {"kinds": ["letter"]}).status_code == 404

    def test_a_plan_under_revision_has_papers_of_the_version_that_stands(self, client, people, version_2024):
        """Live rows of a draft are not shown; the papers are of what was frozen."""
        Plan.objects.filter(slug="2024").update(status=Plan.Status.DRAFT, title="Hemlig ny titel")
        client.force_login(people["registrar"])
        page = client.get("/planer/2024/handlingar/").content.decode()
        assert "Eslövs kommun" in page
        assert "Hemlig ny titel" not in page
        answer = client.get("/planer/2024/handlingar/1285/decision.pdf")
        assert answer.status_code == 200
        assert "Handlingsplan%202024" in answer["Content-Disposition"]

    @pytest.mark.parametrize("number", ["2", "0", "x", "99999", "１"])
    def test_a_version_that_is_not_there_answers_404(self, client, people, version_2024, number):
        client.force_login(people["superuser"])
        assert client.get(f"/planer/2024/handlingar/?version={number}").status_code == 404
        assert client.get(f"/planer/2024/handlingar/1285/letter.pdf?version={number}").status_code == 404

    def test_a_batch_is_found_under_its_own_plan_only(self, client, people, version_2024):
        client.force_login(people["superuser"])
        address = address_of("batch", version_2024, people)
        assert client.get(address.replace("/2024/", "/2022-2023/")).status_code == 404
