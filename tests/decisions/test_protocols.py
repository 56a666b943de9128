"""Protocol extracts: what is taken in, and that one is only ever handed out as a file."""

import pytest
from django.urls import reverse

from plans import deciding
from plans.models import Decision, ProtocolExtract
from plans.roles import Role
from skane_digi.decisions import record_form
from tests import decision_factories as decide
from tests.decisions import rounds
from tests.decisions.rounds import page_of, record_address, said, sign_in, sign_in_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return rounds.make_readable_version()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"MZ\x90\x00 a program called protokoll.pdf", "protokoll.pdf är ingen PDF."),
        (b"<html>%PDF-1.7 %%EOF</html>", "protokoll.pdf är ingen PDF."),
        (b"%PDF-1.7 cut off", "Protokollsutdraget är inte en hel PDF-fil."),
        (b"", "Filen är tom."),
    ],
)
def test_what_is_no_whole_pdf_is_refused_and_what_was_typed_stays(client, version, content, fault):
    """Issue 4: protocol extract as a file, a PDF checked for type and size."""
    sign_in_registrar(client, version)
    answer = client.post(record_address(version), {**said(comment="Enhälligt."), "extract": rounds.pdf(content)})
    page = page_of(answer)
    assert (answer.status_code, Decision.objects.count()) == (422, 0)
    assert fault in page
    assert "Enhälligt." in page
    assert "Välj protokoll.pdf en gång till." not in page


def test_a_file_that_was_well_has_to_be_chosen_again_after_another_fault_and_that_is_said(client, version):
    sign_in_registrar(client, version)
    page = page_of(client.post(record_address(version), {**said(instance=""), "extract": rounds.pdf()}))
    assert "Välj protokoll.pdf en gång till." in page


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, version, monkeypatch):
    monkeypatch.setattr(record_form, "LARGEST_EXTRACT", 40)
    sign_in_registrar(client, version)
    answer = client.post(record_address(version), {**said(), "extract": rounds.pdf()})
    assert "Filen är större än" in page_of(answer)
    assert not Decision.objects.exists()


def test_the_limit_on_the_page_is_that_of_the_register(client, version):
    assert deciding.LARGEST_EXTRACT == 10 * 1024 * 1024
    sign_in_registrar(client, version)
    page = page_of(client.get(record_address(version)))
    assert f'data-largest="{deciding.LARGEST_EXTRACT}"' in page
    assert "högst 10 MB" in page


def test_an_extract_is_handed_out_as_a_file_and_never_shown(client, version):
    """The file comes from outside: attachment, no sniffing, and a policy that lets it run nothing."""
    extract = decide.make_extract(decide.make_decision(version, "9101"), name="Protokoll åäö.pdf")
    sign_in(client, Role.READER, version)
    answer = client.get(address(extract))
    assert answer.content == decide.A_PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Protokoll%20%C3%A5")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


def test_an_extract_of_another_plan_is_not_found_here(client, version):
    foreign = decide.make_extract(decide.make_decision(rounds.make_readable_version(), "9101"))
    sign_in(client, Role.READER, version)
    assert client.get(reverse("decisions:extract", args=[version.plan.slug, foreign.decision.key])).status_code == 404


def test_a_name_with_a_path_in_it_loses_the_path(client, version):
    sign_in_registrar(client, version)
    client.post(record_address(version), {**said(), "extract": rounds.pdf(name="..\\..\\etc\\prot.PDF")})
    assert ProtocolExtract.objects.get().name == "prot.pdf"


def address(extract: ProtocolExtract) -> str:
    decision = extract.decision
    return reverse("decisions:extract", args=[decision.version.plan.slug, decision.key])
