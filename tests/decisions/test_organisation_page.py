"""An organisation's page: its instances, the one that counts, conditions, corrections and what can be done."""

import datetime

import pytest
from django.urls import reverse

from plans.models import DecisionRound, Plan
from plans.roles import Role
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.conftest import (
    adopt_all,
    adopted_version,
    carried_version,
    organisation_address,
    queries_of,
    revised_version,
    soup_of,
    words,
)
from tests.decisions.rounds import make_readable_version, sign_in, sign_in_registrar

pytestmark = pytest.mark.django_db
Status, State = Plan.Status, DecisionRound.State


def read(client, version, code: str = "9101", query: str = ""):
    return soup_of(client, organisation_address(version, code, query))


def links(soup) -> set[str]:
    return {link["href"] for link in soup.main.select("a")}


def test_the_chain_is_in_order_and_the_one_that_counts_is_marked(client, version):
    """A body's own chain of preparing and deciding instances is recorded, the last one counts."""
    decide.make_decision(version, "9101", instance="Kommunfullmäktige", decided_on=datetime.date(2024, 4, 1))
    decide.make_decision(
        version, "9101", "rejected", stage="proposes", instance="Kommunstyrelsen", decided_on=datetime.date(2024, 3, 1)
    )
    sign_in(client, Role.READER, version)
    chain = read(client, version).select(".instance")
    assert [words(one.h3) for one in chain] == ["Kommunstyrelsen", "Kommunfullmäktige"]
    assert "Föreslår: avslag" in words(chain[0])
    assert [one.get("aria-current") for one in chain] == [None, "true"]
    assert "Det här beslutet räknas" in words(chain[1])
    assert "räknas" not in words(chain[0])


def test_what_was_corrected_is_shown_with_who_when_and_why(client, version):
    """Corrections supersede and stay visible."""
    old = decide.make_decision(version, "9101", "rejected")
    decide.make_decision(version, "9101", replaces=old, correction_reason="Fel utfall.", recorded_by_name="Rut Rätt")
    sign_in(client, Role.READER, version)
    soup = read(client, version)
    corrected = words(soup.select_one("#rattat").parent)
    assert "Avslag" in corrected
    assert "Rättad 2026-10-02 av Rut Rätt: Fel utfall." in corrected
    assert len(soup.select(".instance")) == 1


def test_what_was_withdrawn_is_shown_once_as_withdrawn(client, version):
    old = decide.make_decision(version, "9101")
    decide.make_decision(version, "9101", "withdrawn", replaces=old, correction_reason="Gällde en annan kommun.")
    sign_in(client, Role.READER, version)
    soup = read(client, version)
    (row,) = soup.select("#rattat ~ .said li")
    assert "Utgick 2026-10-02 av Rakel Registrator: Gällde en annan kommun." in words(row)
    assert "Inget beslut är registrerat än" in words(soup.main)


def test_a_condition_says_what_it_waits_for(client, version):
    decide.make_condition(decide.make_decision(version, "9101", "conditional"), "named", "9102", "9103")
    decide.make_decision(version, "9102")
    sign_in(client, Role.READER, version)
    said = words(read(client, version).select_one(".condition-status"))
    assert said == "Björnå kommun och Åkarp kommun antar. Väntar på Åkarp kommun."


def buttons(client, version) -> set[str]:
    key = version.decisions.get().key
    record = reverse("decisions:record", args=[version.plan.slug, "9101"])
    named = {record: "record", f"{record}?rattar={key}": "correct"}
    soup = read(client, version)
    found = {named[link] for link in links(soup) if link in named}
    return found | ({"find"} if soup.select('form[action*="/villkor/"]') else set())


@pytest.mark.parametrize(
    ("role", "code", "expected"),
    [
        (Role.READER, "", set()),
        (Role.AUDITOR, "", set()),
        (Role.ECONOMIST, "", set()),
        (Role.REGISTRAR, "9102", set()),
        (Role.REGISTRAR, "9101", {"record", "correct"}),
        (Role.EDITOR, "", {"record", "correct"}),
        (Role.CHAIR, "", {"record", "correct", "find"}),
        (Role.ADMINISTRATOR, "", {"record", "correct", "find"}),
    ],
)
def test_each_role_has_the_buttons_that_it_may_press(client, version, role, code, expected):
    decision = decide.make_decision(version, "9101", "conditional")
    decide.make_condition(decision, "free_text", text="Om avtalet förlängs.")
    sign_in(client, role, version, code)
    assert buttons(client, version) == expected


@pytest.mark.parametrize(
    ("status", "state"),
    [(Status.RECOMMENDED, State.OPEN), (Status.DRAFT, State.RETURNED), (Status.CLOSED, State.ADOPTED)],
)
def test_nobody_has_buttons_where_nothing_can_be_recorded(client, db, status, state):
    version = make_readable_version(status=status, state=state)
    decide.make_condition(decide.make_decision(version, "9101", "conditional"), "free_text", text="Om.")
    sign_in(client, Role.CHAIR, version)
    assert buttons(client, version) == set()


def test_an_older_version_and_carried_decisions_have_no_buttons(client, db):
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.CHAIR, second)
    assert not [link for link in links(read(client, first, query="version=1")) if "registrera" in link]
    assert [link for link in links(read(client, second)) if "registrera" in link]


def test_carried_decisions_are_not_corrected_and_not_told_twice(client, db):
    second = carried_version(adopted_version())
    sign_in(client, Role.CHAIR, second)
    soup = read(client, second)
    assert not [link for link in links(soup) if "registrera" in link]
    assert len(soup.select(".instance")) == 1
    assert not soup.select("#andra-versioner")


def test_the_chair_finds_a_condition_met_from_the_page(client, version):
    """Free text ticked as met by the chair with a reason."""
    decision = decide.make_decision(version, "9101", "conditional")
    decide.make_condition(decision, "free_text", text="Om avtalet förlängs.")
    sign_in(client, Role.CHAIR, version)
    form = read(client, version).select_one('form[action*="/villkor/"]')
    sent = {"is_met": form.select_one('input[type="radio"]')["value"], "reason": "Avtalet är förlängt."}
    client.post(form["action"], sent)
    said = words(read(client, version).select_one(".condition-status"))
    assert said.startswith("Om avtalet förlängs. Uppfyllt: Avtalet är förlängt. Bedömt av Rakel Registrator")
    assert "Bedöm på nytt" in said


def test_a_condition_that_the_register_works_out_is_not_for_the_chair_to_find(client, version):
    decide.make_condition(decide.make_decision(version, "9101", "conditional"), "named", "9102")
    sign_in(client, Role.CHAIR, version)
    assert "find" not in buttons(client, version)


def test_the_forms_of_two_conditions_do_not_share_ids(client, version):
    decision = decide.make_decision(version, "9101", "conditional")
    for text in ("Om det.", "Om detta."):
        decide.make_condition(decision, "free_text", text=text)
    sign_in(client, Role.CHAIR, version)
    ids = [node["id"] for node in read(client, version).select("[id]")]
    assert len(ids) == len(set(ids))


def test_decisions_on_the_plans_other_versions_are_listed(client, db):
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.READER, second)
    said = words(read(client, second).select_one("#andra-versioner").parent)
    assert "Version 1, fastställd" in said
    assert "Antagen , Kommunfullmäktige" in said


def test_the_registrar_comes_from_the_page_to_the_form(client, version):
    sign_in_registrar(client, version)
    (link,) = [link for link in links(read(client, version)) if "registrera" in link]
    assert client.get(link).status_code == 200


def test_a_plan_without_a_version_says_what_will_be_here(client, db):
    plan = make.make_shared_plan(1000)
    sign_in(client, Role.EDITOR, decide.make_version(make.make_plan()))
    answer = client.get(reverse("decisions:organisation", args=[plan.slug, "9101"]))
    assert "när planen har sänts för beslut" in answer.content.decode()


def test_one_who_joined_later_is_not_said_to_lack_a_decision(client, db):
    version = make_readable_version(member_codes=["91", "9102", "9103"])
    sign_in(client, Role.READER, version)
    assert "Alby kommun är inte en av dem som beslutar om version 1." in words(read(client, version).main)


@pytest.mark.parametrize("code", ["1285", "9999", "lista"])
def test_an_organisation_outside_the_collaboration_is_not_found(client, version, code):
    sign_in(client, Role.READER, version)
    assert client.get(organisation_address(version, code)).status_code == 404


def test_the_queries_of_the_page_do_not_grow_with_decisions(client, db, django_assert_max_num_queries):
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.CHAIR, second)
    decision = decide.make_decision(second, "9101", "conditional")
    decide.make_condition(decision, "free_text", text="Om.")
    few = queries_of(client, organisation_address(second), django_assert_max_num_queries)
    adopt_all(first, ("9101",), stage="prepares")
    for number in range(5):
        decide.make_decision(second, "9101", stage="proposes", instance=f"Nämnd {number}")
        decide.make_condition(decision, "free_text", text=f"Om {number}.")
        old = decide.make_decision(second, "9101", instance=f"Byrå {number}", stage="prepares")
        new = decide.make_decision(second, "9101", replaces=old, stage="prepares", correction_reason="Fel.")
        decide.make_extract(new)
    assert queries_of(client, organisation_address(second), django_assert_max_num_queries) == few
