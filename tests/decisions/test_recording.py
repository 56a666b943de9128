"""The page where a decision is recorded: what it asks, that nothing typed is lost, and what it tells."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.models import Decision, Plan, PlanVersion
from plans.register import Standing, register_of
from plans.roles import Role
from tests import decision_factories as decide
from tests.decisions import rounds
from tests.decisions.rounds import page_of, record_address, said, sign_in, sign_in_registrar, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> PlanVersion:
    return rounds.make_readable_version(wanted_on=datetime.date(2124, 6, 30))


@pytest.fixture
def registrar(client, version):
    return sign_in_registrar(client, version)


def standing(version, code: str = "9101") -> str:
    return next(one.standing for one in register_of(version).entries if one.organisation.code == code)


def test_the_page_says_which_version_it_is_about_and_what_it_costs(client, version, registrar):
    """Nobody today can see which text was decided by whom: version, fingerprint and the frozen share are shown."""
    page = page_of(client.get(record_address(version)))
    assert f"{version.plan}, version 1" in page
    assert version.fingerprint in page
    assert "2124-06-30" in page
    assert "Kostnad 2030" in page
    assert "83,33" in page  # half of 1 000 kr is the municipalities', and 10 of their 60 inhabitants live here
    assert 'value="Kommunfullmäktige"' in page
    assert "Regionstyrelsen" not in page


def test_the_region_is_offered_its_own_instances(client, version):
    sign_in_registrar(client, version, "91")
    page = page_of(client.get(record_address(version, "91")))
    assert 'value="Hälso- och sjukvårdsnämnden"' in page
    assert "Kommunfullmäktige" not in page


def test_a_decision_is_recorded_as_it_was_typed(client, version, registrar):
    answer = client.post(record_address(version), {**said(comment="Enhälligt."), "extract": rounds.pdf()}, follow=True)
    decision = Decision.objects.get()
    assert answer.redirect_chain == [(reverse("decisions:organisation", args=[version.plan.slug, "9101"]), 302)]
    assert (decision.organisation.code, decision.outcome, decision.stage) == ("9101", "adopted", "decides")
    assert (decision.instance, decision.decided_on) == ("Kommunfullmäktige", datetime.date(2024, 4, 2))
    assert (decision.paragraph, decision.case_number, decision.comment) == ("§ 45", "KS 2024-12", "Enhälligt.")
    assert (decision.recorded_by, decision.extract.name) == (registrar, "protokoll.pdf")
    assert told(answer) == [
        "Alby kommun: beslutet är registrerat. Antagen, Kommunfullmäktige 2024-04-02.",
        "1 av 4 har antagit.",
    ]


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("outcome", None, "Välj vad instansen har beslutat."),
        ("outcome", "withdrawn", "Välj ett av utfallen."),
        ("stage", "ponders", "Välj vad instansen gör."),
        ("instance", " ", "Ange vilken instans som har beslutat"),
        ("decided_on", "", "Ange vilken dag beslutet fattades."),
        ("decided_on", "2 april", "Skriv dagen som 2024-03-01."),
        ("decided_on", "2024-02-28", "Versionen frystes 2024-03-01"),
        ("decided_on", "2999-01-01", "Beslutsdagen kan inte ligga efter i dag."),
    ],
)
def test_a_fault_is_told_at_its_field_and_everything_typed_stays(client, version, registrar, field, value, fault):
    """Bad input gets a message that says what and where, and changes nothing."""
    answer = client.post(record_address(version), said(comment="Mödosamt skrivet.", **{field: value}))
    page = page_of(answer)
    assert (answer.status_code, Decision.objects.count()) == (422, 0)
    assert f'id="id_{field}_error"><p>{fault}' in page
    assert "Mödosamt skrivet." in page
    assert "KS 2024-12" in page


def test_a_version_given_as_printed_takes_a_decision_without_its_day(client):
    """The seeds' oldest decisions have no day that anybody knows."""
    printed = rounds.make_readable_version(kind=PlanVersion.Kind.AS_PRINTED)
    sign_in_registrar(client, printed)
    client.post(record_address(printed), said(decided_on=""))
    assert Decision.objects.get().decided_on is None


def test_a_proposal_is_no_decision(client, version, registrar):
    client.post(record_address(version), said(stage="proposes", instance="Kommunstyrelsen"))
    assert standing(version) == Standing.UNDERWAY


def conditions(*rows: dict) -> dict:
    return {f"villkor-{number}-{name}": value for number, row in enumerate(rows, 1) for name, value in row.items()}


class TestConditions:
    def test_each_kind_is_recorded_in_order(self, client, version, registrar):
        filled = conditions(
            {"kind": "all_municipalities"},
            {"kind": "named", "organisations": ["91", "9103"], "text": "Om Åkarp är med."},
            {},
            {"kind": "free_text", "text": "Om avtalet förlängs."},
        )
        client.post(record_address(version), said(outcome="conditional", **filled))
        found = Decision.objects.get().conditions.order_by("position")
        assert [(one.kind, one.text) for one in found] == [
            ("all_municipalities", ""),
            ("named", "Om Åkarp är med."),
            ("free_text", "Om avtalet förlängs."),
        ]
        assert {row.code for row in found[1].organisations.all()} == {"91", "9103"}
        assert standing(version) == Standing.WAITING

    def test_what_a_condition_waits_for_is_told(self, client, version, registrar):
        filled = conditions({"kind": "region"})
        answer = client.post(record_address(version), said(outcome="conditional", **filled), follow=True)
        assert told(answer)[1] == "Villkor återstår. Väntar på Region Prov. 0 av 4 har antagit."

    def test_an_adoption_with_conditions_has_some(self, client, version, registrar):
        answer = client.post(record_address(version), said(outcome="conditional"))
        assert "Ange vilka villkor beslutet har, eller välj Antagen." in page_of(answer)

    def test_conditions_without_the_outcome_are_not_dropped(self, client, version, registrar):
        filled = conditions({"kind": "free_text", "text": "Om avtalet förlängs."})
        answer = client.post(record_address(version), said(**filled))
        assert "Bara ett beslut som är antaget med villkor har villkor." in page_of(answer)
        assert "Om avtalet förlängs." in page_of(answer)

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            ({"kind": "named"}, "Välj vilka organisationer som ska anta."),
            ({"kind": "free_text"}, "Skriv villkorets ordalydelse."),
            ({"text": "Om avtalet förlängs."}, "Välj vilket slag av villkor det är, eller töm raden."),
        ],
    )
    def test_a_row_half_filled_in_is_told_of(self, client, version, registrar, row, fault):
        answer = client.post(record_address(version), said(outcome="conditional", **conditions(row)))
        assert page_of(answer).count(fault) == 2  # at the top and in the row
        assert not Decision.objects.exists()

    def test_an_organisation_is_no_condition_of_its_own(self, client, version, registrar):
        page = page_of(client.get(record_address(version)))
        assert 'value="9102"' in page
        assert 'value="9101"' not in page


class TestCorrections:
    @pytest.fixture
    def wrong(self, version) -> Decision:
        decision = decide.make_decision(version, "9101", "conditional", paragraph="§ 44", case_number="KS 1")
        decide.make_condition(decision, "named", "9102", text="Om Björnå är med.")
        decide.make_extract(decision)
        return decision

    def test_the_form_is_filled_with_what_is_to_be_corrected(self, client, version, registrar, wrong):
        page = page_of(client.get(record_address(version, corrects=wrong)))
        assert "§ 44" in page
        assert "Om Björnå är med." in page
        assert '<option value="named" selected>' in page
        assert "följer protokoll.pdf med" in page
        assert "Utgår, felregistrerat" in page
        assert "Utgår" not in page_of(client.get(record_address(version)))

    def test_a_correction_takes_over_for_a_reason_and_the_extract_follows(self, client, version, registrar, wrong):
        address = record_address(version, corrects=wrong)
        assert client.post(address, said(seen=wrong.key)).status_code == 422
        client.post(address, said(seen=wrong.key, correction_reason="Fel utfall."))
        decision = Decision.objects.get(replaces=wrong)
        assert (decision.outcome, decision.extract.name) == ("adopted", "protokoll.pdf")
        assert standing(version) == Standing.ADOPTED

    def test_a_record_can_be_withdrawn_and_its_conditions_with_it(self, client, version, registrar, wrong):
        filled = conditions({"kind": "named", "organisations": ["9102"]})
        values = said(outcome="withdrawn", decided_on="", seen=wrong.key, correction_reason="Fel kommun.", **filled)
        answer = client.post(record_address(version, corrects=wrong), values, follow=True)
        assert standing(version) == Standing.NONE
        assert told(answer)[0].startswith("Alby kommun: registreringen har utgått")

    def test_only_the_organisations_own_record_is_corrected(self, client, version, registrar):
        foreign = decide.make_decision(version, "9102")
        assert client.get(record_address(version, corrects=foreign)).status_code == 404

    def test_what_has_been_corrected_is_not_corrected_again(self, client, version, registrar, wrong):
        later = decide.make_decision(version, "9101", replaces=wrong, correction_reason="Fel.")
        values = said(seen=later.key, correction_reason="En gång till.")
        answer = client.post(record_address(version, corrects=wrong), values)
        assert "Någon har redan rättat beslutet." in page_of(answer)


class TestOnce:
    def test_a_double_click_records_one_decision(self, client, version, registrar):
        """Double-click safe: the second press finds what the first one recorded."""
        answers = [client.post(record_address(version), said(), follow=True) for _ in range(2)]
        assert Decision.objects.count() == 1
        assert [answer.status_code for answer in answers] == [200, 200]
        assert told(answers[1]) == ["Alby kommun: beslutet är registrerat."]

    def test_the_same_form_with_something_added_is_no_double_click(self, client, version, registrar):
        client.post(record_address(version), said())
        answer = client.post(record_address(version), said(comment="Med en reservation."))
        assert (answer.status_code, Decision.objects.count()) == (422, 1)
        assert "Med en reservation." in page_of(answer)

    def test_what_a_colleague_has_recorded_meanwhile_is_told_before_the_next_try(self, client, version, registrar):
        colleague = decide.make_decision(
            version, "9101", "tabled", decided_on=datetime.date(2024, 3, 20), recorded_by_name="Kalle Kollega"
        )
        answer = client.post(record_address(version), said())
        assert "Kalle Kollega har registrerat Bordlagd, Kommunfullmäktige" in page_of(answer)
        assert answer.context["page"].form["seen"].value() == colleague.key
        client.post(record_address(version), said(seen=colleague.key))
        assert standing(version) == Standing.ADOPTED


class TestThePlan:
    def test_is_adopted_by_the_last_decision_and_says_so(self, client, version, registrar):
        for code in ("91", "9102", "9103"):
            decide.make_decision(version, code)
        answer = client.post(record_address(version), said(), follow=True)
        assert told(answer)[1] == "4 av 4: planen är fastställd."
        assert Plan.objects.get(pk=version.plan_id).status == Plan.Status.ADOPTED

    def test_is_no_longer_adopted_when_a_decision_is_corrected_and_says_so(self, client, version, registrar):
        for code in ("91", "9102", "9103"):
            decide.make_decision(version, code)
        client.post(record_address(version), said(), follow=True)
        wrong = Decision.objects.get(organisation__code="9101")
        values = said(outcome="rejected", seen=wrong.key, correction_reason="Det blev avslag.")
        answer = client.post(record_address(version, corrects=wrong), values, follow=True)
        assert told(answer)[1] == "3 av 4: planen är inte längre fastställd."
        assert Plan.objects.get(pk=version.plan_id).status == Plan.Status.DECIDING

    @pytest.mark.parametrize("status", ["draft", "submitted", "recommended", "closed"])
    def test_takes_no_decisions_in_other_states_and_the_page_says_why(self, client, version, registrar, status):
        Plan.objects.filter(pk=version.plan_id).update(status=status)
        page = page_of(client.get(record_address(version)))
        assert "Beslut registreras när planen har sänts till huvudmännen." in page
        assert "<textarea" not in page
        answer = client.post(record_address(version), said(comment="Mödosamt skrivet."))
        assert (answer.status_code, Decision.objects.count()) == (422, 0)
        assert "Mödosamt skrivet." in page_of(answer)


class TestFindings:
    @pytest.fixture
    def condition(self, version):
        return decide.make_condition(decide.make_decision(version, "9101", "conditional"), "free_text", text="Om.")

    def address(self, condition) -> str:
        return reverse("decisions:find-condition", args=[condition.decision.version.plan.slug, condition.key])

    def test_the_chair_finds_a_condition_met_for_a_reason(self, client, version, condition):
        sign_in(client, Role.CHAIR, version)
        answer = client.post(self.address(condition), {"is_met": "ja", "reason": "Avtalet är förlängt."}, follow=True)
        assert condition.findings.get().reason == "Avtalet är förlängt."
        assert told(answer) == ["Alby kommun: villkoret är bedömt som uppfyllt.", "1 av 4 har antagit."]

    def test_what_was_typed_stays_when_it_is_refused(self, client, version, condition):
        sign_in(client, Role.CHAIR, version)
        answer = client.post(self.address(condition), {"is_met": "", "reason": "Avtalet är förlängt."})
        assert answer.status_code == 422
        assert "Välj om villkoret är uppfyllt." in page_of(answer)
        assert "Avtalet är förlängt." in page_of(answer)

    def test_the_register_finds_the_others_itself(self, client, version, condition):
        sign_in(client, Role.CHAIR, version)
        typed = decide.make_condition(condition.decision, "region")
        answer = client.post(self.address(typed), {"is_met": "ja", "reason": "Så är det."})
        assert "Registret räknar självt ut om villkoret är uppfyllt." in page_of(answer)


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_the_pages_queries_do_not_grow_with_what_is_recorded(client, version, registrar):
    wrong = decide.make_decision(version, "9101", "conditional")
    decide.make_condition(wrong, "named", "9102")
    before = queries_of(client, record_address(version, corrects=wrong))
    for number in range(4):
        decision = decide.make_decision(version, "9101", "conditional", instance=f"Nämnd {number}")
        decide.make_condition(decision, "named", "9102", "9103")
        decide.make_condition(wrong, "named", "9103")
    assert queries_of(client, record_address(version, corrects=wrong)) == before
