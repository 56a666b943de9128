"""The page where anyone may prove a document: what it answers, to whom, and what it refuses."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.models import DecisionRound, PlanVersion
from plans.roles import Role
from skane_digi.versions import verify_form, verify_views
from tests import factories
from tests.decision_factories import make_version

ADDRESS = "/kontrollera/"


def send(client: Client, content: bytes = b"", name: str = "handlingsplan.pdf", **fields):
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, content), **fields} if content else fields)


def words(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2])
    return " ".join(text.split())


def set_state(version: PlanVersion, state: str) -> None:
    DecisionRound.objects.filter(version=version).update(state=state)


@pytest.fixture
def known(version_2024):
    return version_2024


def test_it_has_the_address_that_is_printed_nowhere_else():
    assert reverse("versions:verify") == ADDRESS


def test_anyone_sees_the_form_and_is_told_how_to_do_without_it(client, db):
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert "Pröva en fil" in words(response)
    assert "sha256sum" in words(response)
    assert "no-store" in response["Cache-Control"]


def test_a_registered_file_is_answered_with_what_the_register_knows(client, known):
    response = send(client, bytes(known.pdf))
    assert response.status_code == 200
    said = words(response)
    assert "Filen är den som är registrerad" in said
    assert "Handlingsplan 2024, version 1" in said
    assert "2024-03-01 av Ofelia Ordförande, återgiven som tryckt" in said
    assert "Beslut pågår" in said
    assert known.fingerprint in said
    assert known.pdf_digest in said
    assert "Registret är prövat samtidigt" in said
    assert reverse("versions:page", args=["2024", 1]) in response.content.decode()


def test_the_content_as_a_file_is_registered_too(client, known):
    assert "Innehållet är det som är registrerat" in words(send(client, known.content.encode(), "innehall.json"))


def test_a_changed_file_is_not_accepted_and_the_registered_one_is_offered(client, known):
    pdf = bytes(known.pdf)
    place = pdf.index(b"endstream") - 10
    response = send(client, pdf[:place] + b"x" + pdf[place + 1 :])
    assert "Filen är inte den som är registrerad" in words(response)
    assert "säger sig vara versionen nedan" in words(response)
    assert "Filen är den som är registrerad" not in words(response)
    assert reverse("versions:pdf", args=["2024", 1]) in response.content.decode()


def test_an_unknown_file_and_an_unknown_fingerprint_are_not_in_the_register(client, known):
    for response in (send(client, b"%PDF-1.7 something"), send(client, fingerprint="00000000")):
        assert response.status_code == 200
        assert "Registret har ingen sådan handling" in words(response)


def test_a_fingerprint_is_answered_with_a_warning_that_it_can_be_copied(client, known):
    said = words(send(client, fingerprint=f"Version 1 · {known.fingerprint}"))
    assert "Fingeravtrycket finns i registret" in said
    assert "går att skriva av" in said


@pytest.mark.parametrize(
    ("state", "said"),
    [("open", "Beslut pågår"), ("adopted", "Fastställd"), ("replaced", "Ersatt av en senare version")],
)
def test_it_says_how_it_went_for_the_version(state, said, client, known):
    set_state(known, state)
    assert said in words(send(client, fingerprint=known.fingerprint))


def test_every_standing_has_words():
    assert set(verify_form._STANDINGS) == set(DecisionRound.State.values)


def test_what_was_sent_back_is_found_by_its_collaboration_only(client, known):
    """plans.permissions.can_view_version: what one may not see does not exist."""
    set_state(known, DecisionRound.State.RETURNED)
    asked = [{"content": bytes(known.pdf)}, {"fingerprint": known.fingerprint}, {"content": bytes(known.pdf) + b" "}]
    stranger = factories.make_user("stranger@prov.example")
    factories.make_role(stranger, Role.CHAIR, collaboration=factories.make_collaboration("en-annan"))
    reader = factories.make_user("reader@prov.example")
    factories.make_role(reader, Role.READER, collaboration=known.plan.collaboration)
    for person in (None, stranger):
        if person:
            client.force_login(person)
        for fields in asked:
            assert "Registret har ingen sådan handling" in words(send(client, **fields))
    client.force_login(reader)
    assert "Återförvisad till utkast" in words(send(client, **asked[0]))
    assert "Filen är inte den som är registrerad" in words(send(client, **asked[2]))


def test_a_register_that_does_not_hold_is_said_aloud(client, known, tamper):
    tamper(known, allocation="[]")
    said = words(send(client, bytes(known.pdf)))
    assert "Registret självt håller inte" in said
    assert "Kostnadsfördelningen är ändrad" in said


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Välj en fil eller skriv ett fingeravtryck"),
        ({"content": b"PK\x03\x04", "name": "plan.docx"}, "varken en PDF eller ett innehåll"),
        ({"content": b"%PDF-1.7", "fingerprint": "3f2a9c1e"}, "ett i taget"),
        ({"fingerprint": "3f2a"}, "minst 8 tecken"),
        ({"fingerprint": "åäö"}, "siffrorna 0–9"),
        ({"fingerprint": "a" * 201}, "högst 64 tecken"),
    ],
)
def test_what_cannot_be_proved_is_refused_in_swedish(fields, message, client, db):
    response = send(client, **fields)
    assert response.status_code == 422
    assert message in words(response)


def test_an_empty_file_is_refused_in_swedish(client, db):
    response = client.post(ADDRESS, {"file": SimpleUploadedFile("tom.pdf", b"")})
    assert response.status_code == 422
    assert "varken en PDF eller ett innehåll" in words(response)


def test_a_start_that_fits_several_is_refused(client, db):
    for last in "ab":
        make_version(content_digest="0123456789" + last * 54)
    response = send(client, fingerprint="0123456789")
    assert response.status_code == 422
    assert "Flera versioner börjar så" in words(response)


def test_a_file_that_is_too_large_is_refused(client, db, monkeypatch):
    monkeypatch.setattr(verify_form, "LARGEST_FILE", 1000)
    response = send(client, b"%PDF-" + b" " * 1000)
    assert response.status_code == 422
    assert "större än 25 MB" in words(response)


def test_a_request_that_is_too_large_is_refused_before_it_is_read(client, db, monkeypatch):
    monkeypatch.setattr(verify_views, "LARGEST_FILE", 1000)

    def never(*args):
        raise AssertionError("the file was read")

    monkeypatch.setattr(verify_views, "_verify", never)
    response = send(client, b"%PDF-" + b" " * 2 * verify_views.AROUND_THE_FILE)
    assert response.status_code == 413
    assert "större än 25 MB" in words(response)


def test_a_form_from_elsewhere_is_refused(db):
    client = Client(enforce_csrf_checks=True)
    assert send(client, fingerprint="3f2a9c1e").status_code == 403
    client.get(ADDRESS)
    token = client.cookies["csrftoken"].value
    assert send(client, fingerprint="3f2a9c1e", csrfmiddlewaretoken=token).status_code == 200


def test_other_methods_are_refused(client, db):
    assert client.put(ADDRESS).status_code == 405
    assert client.head(ADDRESS).status_code == 200


def test_queries_do_not_grow_with_the_register(client, known):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            send(client, bytes(known.pdf))
        counts.append(len(queries))
        for _ in range(5):
            make_version()
    assert counts[0] == counts[1] <= 6


def test_the_page_names_nothing_that_it_lacks(client, known, settings):
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "MISSING"
    for response in (client.get(ADDRESS), send(client, bytes(known.pdf)), send(client, fingerprint="x")):
        assert "MISSING" not in response.content.decode()


def test_a_length_that_is_no_number_is_no_fault_of_ours(client):
    assert client.generic("POST", reverse("versions:verify"), b"", CONTENT_LENGTH="abc").status_code == 422
