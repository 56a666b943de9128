"""What the public reads of the decisions: what, when and by which instance, and never the name of a person."""

import pytest
from django.urls import reverse

from plans.models import DecisionRound, Plan
from plans.roles import Role
from tests import decision_factories as decide
from tests.decisions.conftest import (
    adopt_all,
    adopted_version,
    board_address,
    organisation_address,
    revised_version,
    soup_of,
    words,
)
from tests.decisions.rounds import make_readable_version, sign_in

pytestmark = pytest.mark.django_db
Status, State = Plan.Status, DecisionRound.State
# Every text where a person can be named, each with a mark of its own.
SECRETS = {
    "recorder": "Hemlige Registrator",
    "comment": "Kommentar om Hemliga Ledamoten",
    "reason": "Hemlige Skrivaren skrev fel",
    "finder": "Hemliga Ordföranden",
    "finding": "Hemlige Juristen har bekräftat",
    "file": "hemlige-ledamoten.pdf",
    "step": "Hemlige Sekreteraren",
}


@pytest.fixture
def version(db):
    version = make_readable_version(status=Status.ADOPTED)
    adopt_all(version, ("91", "9102", "9103"))
    old = decide.make_decision(
        version, "9101", "rejected", instance="Kommunstyrelsen", recorded_by_name="Hemlige Förste"
    )
    new = decide.make_decision(
        version,
        "9101",
        "conditional",
        replaces=old,
        correction_reason=SECRETS["reason"],
        comment=SECRETS["comment"],
        recorded_by_name=SECRETS["recorder"],
        paragraph="§ 45",
    )
    condition = decide.make_condition(new, "free_text", text="Att avtalet förlängs.")
    condition.findings.create(is_met=True, reason=SECRETS["finding"], found_by_name=SECRETS["finder"])
    decide.make_extract(new, name=SECRETS["file"])
    version.steps.create(
        plan=version.plan,
        kind="adopt",
        status_before="deciding",
        status_after="adopted",
        comment=SECRETS["step"],
        taken_by_name=SECRETS["step"],
    )
    return version


def addresses(version) -> list[str]:
    files = [reverse("decisions:export", args=[version.plan.slug, kind]) for kind in ("csv", "json")]
    return [board_address(version), organisation_address(version), *files]


def test_the_public_reads_what_was_decided_when_and_by_whom(client, version):
    board = words(soup_of(client, board_address(version)).main)
    assert "Kommunfullmäktige" in board
    assert "2026-10-01" in board
    page = words(soup_of(client, organisation_address(version)).main)
    assert "Antagen med villkor" in page
    assert "§ 45" in page
    assert "Att avtalet förlängs. Uppfyllt enligt ordförandens bedömning." in page


def test_the_public_reads_no_name_of_a_person_no_comment_and_no_file(client, version):
    """Public page per decided plan: what was decided, when, by whom; only instances."""
    for address in addresses(version):
        content = client.get(address).content.decode("utf-8-sig")
        assert "Kommunfullmäktige" in content
        assert "emlig" not in content, address
        assert "/utdrag/" not in content, address


def test_the_public_reads_that_something_was_corrected(client, version):
    """Corrections supersede and stay visible."""
    corrected = soup_of(client, organisation_address(version)).select_one("#rattat").parent
    assert "Avslag , Kommunstyrelsen" in words(corrected)
    assert "Rättad 2026-10-02" in words(corrected)


def test_those_who_take_part_read_all_of_it(client, version):
    """The same texts, so that the test above is known to look for what is there."""
    sign_in(client, Role.READER, version)
    found = "".join(client.get(address).content.decode("utf-8-sig") for address in addresses(version))
    missing = {name for name, text in SECRETS.items() if text not in found}
    assert missing == {"step"}, "the board tells of steps without comments, for all"


def test_the_public_is_shown_nothing_to_do(client, version):
    for address in (board_address(version), organisation_address(version)):
        main = soup_of(client, address).main
        assert not main.select('a[href*="registrera"], form[method="post"]')


def test_the_public_reads_the_version_that_stands_while_a_revision_is_decided_on(client, db):
    """Members see decisions while they are being made; nobody's account is needed for adopted plans."""
    first = adopted_version()
    second = revised_version(first)
    decide.make_decision(second, "9101", "rejected")
    soup = soup_of(client, board_address(first))
    assert words(soup.h1) == "Beslut om version 1"
    assert "Avslag" not in words(soup.main)
    assert not soup.select(".switch")
    export = reverse("decisions:export", args=[first.plan.slug, "csv"])
    for address in (board_address(first), organisation_address(first), export):
        assert client.get(address, {"version": "2"}).status_code == 404
    assert "Avslag" not in words(soup_of(client, organisation_address(first)).main)


def test_the_public_reads_the_adopted_version_also_of_a_plan_that_is_a_draft_again(client, db):
    first = adopted_version()
    Plan.objects.filter(pk=first.plan_id).update(status=Status.DRAFT, title="Hemlig ny titel")
    for address in (board_address(first), organisation_address(first)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Hemlig ny titel" not in answer.content.decode()


def test_the_public_is_asked_to_sign_in_while_the_first_version_is_decided_on(client, db):
    version = make_readable_version()
    for address in (board_address(version), organisation_address(version)):
        assert client.get(address).status_code == 302
