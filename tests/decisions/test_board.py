"""The board: how many have decided what about which version, what remains, and what a reader may not misread."""

import datetime

import pytest

from plans.models import DecisionRound, Plan, PlanStep, VersionFault
from plans.register import register_of
from plans.roles import Role
from skane_digi.decisions.register_words import conditions_in_short, days_left, remaining
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.conftest import (
    adopt_all,
    adopted_version,
    board_address,
    carried_version,
    notices_of,
    queries_of,
    revised_version,
    soup_of,
    take_step,
    words,
)
from tests.decisions.rounds import make_readable_version, sign_in

pytestmark = pytest.mark.django_db
Status, State, Kind = Plan.Status, DecisionRound.State, PlanStep.Kind
DAY = datetime.date(2026, 11, 25)


def read(client, version, query: str = ""):
    return soup_of(client, board_address(version, query))


def test_one_big_fact_says_how_many_have_adopted_and_a_sentence_what_remains(client, version):
    sign_in(client, Role.READER, version)
    decide.make_decision(version, "9101")
    decide.make_condition(decide.make_decision(version, "91", "conditional"), "all_municipalities")
    decide.make_decision(version, "9102", "returned")
    soup = read(client, version)
    assert words(soup.select_one(".headline")) == "1 av 4 har antagit"
    assert words(soup.select_one(".lead")) == "1 har inte svarat, 1 väntar på villkor och 1 har återremitterat."


def test_a_registrar_is_led_to_record_and_once_that_is_done_to_what_is_recorded(client, version):
    sign_in(client, Role.REGISTRAR, version, "9101")
    address = f"{board_address(version)}9101/"
    link = read(client, version).select_one(f'.page-head a[href="{address}registrera/"]')
    assert words(link) == "Registrera beslut för Alby kommun"
    decide.make_decision(version, "9101")
    head = read(client, version).select_one(".page-head")
    assert words(head.select_one(f'a[href="{address}"]')) == "Beslutet i Alby kommun"
    assert not head.select_one(f'a[href="{address}registrera/"]')


def test_those_who_record_for_all_or_for_none_have_no_decision_of_their_own(client, version):
    for role in (Role.CHAIR, Role.READER, Role.AUDITOR):
        sign_in(client, role, version)
        assert not read(client, version).select(f'.page-head a[href^="{board_address(version)}9"]')


def test_the_sentence_names_every_standing_that_is_not_an_adoption(version):
    decide.make_decision(version, "91", "rejected")
    decide.make_decision(version, "9101", "tabled")
    decide.make_decision(version, "9102", stage="proposes")
    said = remaining(register_of(version))
    assert said == "1 har inte svarat, 1 bereder ärendet, 1 har bordlagt och 1 har avslagit."


def test_the_page_names_the_version_its_fingerprint_and_where_to_read_it(client, version):
    sign_in(client, Role.READER, version)
    head = read(client, version).select_one(".page-head")
    assert words(head.h1) == "Beslut om version 1"
    assert version.fingerprint in words(head)
    assert head.select_one(f'a[href="/planer/{version.plan.slug}/versioner/1/"]')
    assert head.select_one(f'a[href="/planer/{version.plan.slug}/versioner/1/handlingsplan.pdf"]')


@pytest.mark.parametrize(
    ("wanted_on", "said"),
    [
        (None, ""),
        (datetime.date(2026, 12, 13), "2026-12-13, 18 dagar kvar"),
        (datetime.date(2026, 11, 26), "2026-11-26, 1 dag kvar"),
        (datetime.date(2026, 11, 25), "2026-11-25, i dag"),
        (datetime.date(2026, 11, 24), "2026-11-24, för 1 dag sedan"),
        (datetime.date(2026, 11, 22), "2026-11-22, för 3 dagar sedan"),
    ],
)
def test_the_days_left_to_the_wanted_day_are_said(version, wanted_on, said):
    DecisionRound.objects.update(wanted_on=wanted_on)
    assert days_left(register_of(version), DAY) == said


def test_a_version_that_is_not_yet_with_the_members_is_not_said_to_lack_answers(client, db):
    version = make_readable_version(status=Status.PREPARED)
    sign_in(client, Role.READER, version)
    soup = read(client, version)
    assert words(soup.select_one(".headline")) == "4 huvudmän ska besluta"
    assert words(soup.select_one(".lead")) == "De har inte fått planen än. Dess läge är ”Behandlad”."


def test_an_adopted_version_says_when_and_by_how_many(client, db):
    soup = read(client, adopted_version())
    assert words(soup.select_one(".headline")) == "Fastställd 2024-03-01 av 4 huvudmän"


def test_a_version_sent_back_says_that_its_decisions_no_longer_count(client, db):
    version = make_readable_version(status=Status.DRAFT, state=State.RETURNED)
    take_step(version, Kind.RETURN, datetime.date(2024, 4, 1))
    sign_in(client, Role.READER, version)
    soup = read(client, version)
    assert words(soup.select_one(".headline")) == "Återförvisad 2024-04-01"
    assert "räknas inte längre" in words(soup.select_one(".lead"))


def test_lapsed_consents_are_told_and_each_row_says_what_was_decided_before(client, db):
    """Then consents lapse visibly and are asked for anew."""
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.READER, second)
    soup = read(client, second)
    assert "Besluten om version 1 gäller inte för version 2, så alla beslutar på nytt." in notices_of(soup)
    rows = [words(row) for row in soup.select(".decision-list tbody tr")]
    assert all("Version 1: antagen 2026-10-01" in row for row in rows)
    assert words(soup.select_one(".headline")) == "0 av 4 har antagit"


def test_consents_have_not_lapsed_before_it_is_decided_that_all_are_asked_again(client, db):
    """CSO decides whether the change goes back to the 34."""
    second = revised_version(adopted_version(), status=Status.PREPARED)
    sign_in(client, Role.READER, second)
    assert "upphört" not in words(read(client, second))


def test_carried_consents_say_whose_decisions_they_are_and_who_found_that_they_hold(client, db):
    second = carried_version(adopted_version())
    soup = read(client, second)
    said = notices_of(soup)
    assert "Besluten är de om version 1." in said
    assert "Centralt Samverkansorgan beslutade 2024-05-02 § 8 att den inte behöver gå till huvudmännen" in said
    assert "4 huvudmäns beslut om version 1" in words(soup.select_one(".headline"))
    assert "Beslut om version 1" in words(soup.select_one(".decision-list caption"))


def test_a_plan_adopted_on_paper_says_that_the_register_has_no_decision(client, db):
    """A version given as printed: the document says that it is adopted, the register has no decision for those."""
    version = make_readable_version(status=Status.ADOPTED, kind="as_printed")
    decide.make_condition(decide.make_decision(version, "91", "conditional", decided_on=None), "all_municipalities")
    soup = read(client, version)
    text = words(soup.main)
    assert words(soup.select_one(".headline")) == "Fastställd enligt handlingarna"
    assert "Registret har uppgifter från 1 av de 4 huvudmännen." in text
    assert "registret har inte alla besluten" in notices_of(soup)
    assert text.count("Inget registrerat") >= 3
    assert "inte svarat" not in text
    assert "Inget beslut" not in text
    assert "Väntar på" not in text


def test_a_plan_adopted_on_paper_whose_decisions_are_all_registered_is_simply_adopted(client, db):
    version = make_readable_version(status=Status.ADOPTED, kind="as_printed")
    adopt_all(version)
    assert "Fastställd av 4 huvudmän" in words(read(client, version).select_one(".headline"))


def test_printed_faults_are_counted_with_a_way_to_them(client, version):
    for position in (1, 2):
        VersionFault.objects.create(version=version, code="x", text="Fel.", position=position, reason="Tryckt så.")
    sign_in(client, Role.READER, version)
    assert words(read(client, version).select_one('a:-soup-contains("godtagna")')) == "2 fel godtagna"


def test_a_plan_without_a_version_says_what_will_be_here_and_who_puts_it_there(client, db):
    plan = make.make_shared_plan(1000)
    sign_in(client, Role.EDITOR, decide.make_version(make.make_plan()))
    answer = client.get(f"/planer/{plan.slug}/beslut/")
    assert "Sidan fylls när ordföranden i SGD har sänt planen för beslut." in answer.content.decode()


def test_another_version_is_chosen_by_its_number_and_said_not_to_be_the_latest(client, db):
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.READER, second)
    soup = read(client, first, "version=1")
    assert words(soup.h1) == "Beslut om version 1"
    assert "Det här är besluten om version 1." in notices_of(soup)
    assert words(soup.select_one(".switch [aria-current]")) == "Version 1, fastställd"
    tile_or_row = soup.select_one(".decision-list tbody a")["href"]
    assert tile_or_row.endswith("?version=1")


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1'", "９"])
def test_a_version_that_there_is_not_is_not_found(client, version, number):
    sign_in(client, Role.READER, version)
    assert client.get(board_address(version), {"version": number}).status_code == 404


def test_the_latest_version_that_was_not_sent_back_is_shown_first(client, db):
    first = adopted_version()
    revised_version(first, state=State.RETURNED, status=Status.DRAFT)
    sign_in(client, Role.READER, first)
    assert words(read(client, first).h1) == "Beslut om version 1"


def test_the_chronicle_tells_the_steps_in_the_order_they_were_taken(client, db):
    """Sent for decision, treated by CTB, recommended by CSO with its paragraph, sent to the members, adopted."""
    version = make_readable_version(status=Status.ADOPTED)
    adopt_all(version)
    body = make.make_body("cso", collaboration=version.plan.collaboration)
    take_step(version, Kind.ADOPT, datetime.date(2024, 3, 1))
    take_step(version, Kind.SUBMIT, datetime.date(2022, 2, 1))
    take_step(
        version, Kind.RECOMMEND, datetime.date(2022, 3, 1), body=body, paragraph="§ 12", taken_at=decide.noon(DAY)
    )
    take_step(version, Kind.SEND, datetime.date(2022, 3, 2))
    assert [words(row) for row in read(client, version).select(".chronicle li")] == [
        "2022-02-01 Sänd för beslut som version 1",
        "2022-03-01 Rekommenderad av Cso, § 12",
        "2022-03-02 Sänd till 4 huvudmän",
        "2024-03-01 Fastställd av 4 huvudmän",
    ]


def test_conditions_are_said_in_short(version):
    decision = decide.make_decision(version, "91", "conditional")
    decide.make_condition(decision, "all_municipalities")
    condition = decide.make_condition(decision, "free_text", text="Om.")
    entry = register_of(version).entries[0]
    assert conditions_in_short(entry.conditions) == "0 av 2 uppfyllda. Väntar på Alby och 2 till"
    adopt_all(version, ("9101", "9102", "9103"))
    assert conditions_in_short(register_of(version).entries[0].conditions) == "1 av 2 uppfyllda. Väntar på bedömning"
    condition.findings.create(is_met=True, reason="Ja.", found_by_name="Ofelia")
    assert conditions_in_short(register_of(version).entries[0].conditions) == "Alla 2 uppfyllda"


def test_the_queries_of_a_board_do_not_grow_with_decisions(client, db, django_assert_max_num_queries):
    first = adopted_version()
    second = revised_version(first)
    sign_in(client, Role.CHAIR, second)
    decide.make_condition(decide.make_decision(second, "91", "conditional"), "all_municipalities")
    few = queries_of(client, board_address(second), django_assert_max_num_queries)
    for code in ("9101", "9102", "9103"):
        decide.make_decision(second, code, stage="prepares", instance="Nämnden")
        old = decide.make_decision(second, code)
        decision = decide.make_decision(second, code, "conditional", replaces=old, correction_reason="Fel.")
        decide.make_extract(decision)
        decide.make_condition(decision, "named", "91")
        decide.make_condition(decision, "free_text", text="Om.")
    assert queries_of(client, board_address(second), django_assert_max_num_queries) == few
