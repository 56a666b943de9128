"""The register: which decision counts, and whether conditions are met, also where they lean on each other."""

import datetime

import pytest

from plans.models import ConditionFinding, Decision, Organisation
from plans.register import Standing, register_of
from tests import decision_factories as decide

pytestmark = pytest.mark.django_db
ALL = ("91", "9101", "9102", "9103")


@pytest.fixture
def version():
    return decide.make_version()


def standings(version) -> dict[str, str]:
    return {entry.organisation.code: entry.standing for entry in register_of(version).entries}


def adopt_all(version, *but: str) -> None:
    for code in ALL:
        if code not in but:
            decide.make_decision(version, code)


def test_the_region_comes_first_and_then_the_municipalities_in_swedish_order(version):
    names = [entry.organisation.short_name for entry in register_of(version).entries]
    assert names == ["Region Prov", "Alby", "Björnå", "Åkarp"]


def test_nobody_has_decided_at_first(version):
    register = register_of(version)
    assert (register.adopted_count, register.total, register.is_complete) == (0, 4, False)
    assert len(register.unanswered) == 4


@pytest.mark.parametrize(
    ("outcome", "standing", "is_unanswered"),
    [
        ("adopted", Standing.ADOPTED, False),
        ("rejected", Standing.REJECTED, False),
        ("returned", Standing.RETURNED, True),
        ("tabled", Standing.TABLED, True),
    ],
)
def test_the_outcome_of_the_deciding_instance_is_the_standing(version, outcome, standing, is_unanswered):
    decide.make_decision(version, "9101", outcome)
    entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
    assert (entry.standing, entry.is_unanswered) == (standing, is_unanswered)


def test_the_last_instance_that_decides_counts(version):
    """Issue 4: a body's own chain of preparing and deciding instances is recorded, the last one counts."""
    day = datetime.date(2026, 10, 1)
    council = decide.make_decision(version, "9101", "adopted", decided_on=day + datetime.timedelta(20))
    decide.make_decision(version, "9101", "rejected", instance="Kommunstyrelsen", decided_on=day)
    decide.make_decision(
        version, "9101", "rejected", instance="Utskottet", stage="prepares", decided_on=day + datetime.timedelta(40)
    )
    entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
    assert entry.decision == council
    assert [one.instance for one in entry.chain] == ["Kommunstyrelsen", "Kommunfullmäktige", "Utskottet"]
    assert entry.standing == Standing.ADOPTED


def test_an_instance_whose_day_is_not_known_stands_last(version):
    decide.make_decision(version, "91", "conditional", decided_on=None, instance="Regionstyrelsen")
    decide.make_decision(version, "91", "conditional", stage="proposes", instance="Hälso- och sjukvårdsnämnden")
    chain = register_of(version).entries[0].chain
    assert [one.instance for one in chain] == ["Hälso- och sjukvårdsnämnden", "Regionstyrelsen"]


def test_a_proposal_is_no_decision(version):
    decide.make_decision(version, "91", "adopted", stage="proposes", instance="Hälso- och sjukvårdsnämnden")
    assert standings(version)["91"] == Standing.UNDERWAY


def test_a_superseded_decision_never_counts(version):
    first = decide.make_decision(version, "9101", "rejected")
    decide.make_decision(version, "9101", "adopted", replaces=first, correction_reason="Fel ruta.")
    entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
    assert entry.standing == Standing.ADOPTED
    assert entry.superseded == (first,)


def test_a_withdrawn_record_leaves_the_organisation_without_a_decision(version):
    first = decide.make_decision(version, "9101", "adopted")
    decide.make_decision(version, "9101", "withdrawn", replaces=first, correction_reason="Fel kommun.")
    entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
    assert (entry.standing, entry.chain, len(entry.superseded)) == (Standing.NONE, (), 2)


class TestConditions:
    def test_the_region_waits_for_all_municipalities(self, version):
        """The Region adopts provided that the municipalities do likewise."""
        decide.make_condition(decide.make_decision(version, "91", "conditional"))
        adopt_all(version, "91", "9103")
        assert standings(version)["91"] == Standing.WAITING
        status = register_of(version).entries[0].conditions[0]
        assert [one.code for one in status.waits_for] == ["9103"]
        assert status.sentence == "Väntar på Åkarp kommun."
        decide.make_decision(version, "9103")
        assert register_of(version).is_complete

    def test_all_who_adopt_provided_that_the_others_do_have_adopted_when_all_have(self, version):
        """Issue 4: also where conditions lean on each other in a circle."""
        for code in ALL:
            decision = decide.make_decision(version, code, "conditional")
            decide.make_condition(decision, "all_municipalities")
            decide.make_condition(decision, "region")
            assert register_of(version).is_complete == (code == ALL[-1])

    def test_a_circle_falls_whole_when_one_in_it_has_not_adopted(self, version):
        for code, other in (("9101", "9102"), ("9102", "9103"), ("9103", "9101")):
            decide.make_condition(decide.make_decision(version, code, "conditional"), "named", other)
        decide.make_decision(version, "91")
        assert register_of(version).is_complete
        first = version.decisions.get(organisation__code="9102")
        decide.make_decision(version, "9102", "rejected", replaces=first, correction_reason="Omprövat.")
        assert standings(version) == {
            "91": Standing.ADOPTED,
            "9101": Standing.WAITING,
            "9102": Standing.REJECTED,
            "9103": Standing.WAITING,
        }

    def test_what_is_waited_for_are_those_that_have_not_adopted_at_all(self, version):
        for code in ("9101", "9102"):
            decide.make_condition(decide.make_decision(version, code, "conditional"))
        entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
        assert [one.code for one in entry.conditions[0].waits_for] == ["9103"]

    def test_where_all_have_adopted_those_are_named_whose_own_conditions_fail(self, version):
        decide.make_condition(decide.make_decision(version, "9101", "conditional"), "named", "9102")
        decide.make_condition(
            decide.make_decision(version, "9102", "conditional"), "free_text", text="Budget beviljas."
        )
        entry = next(one for one in register_of(version).entries if one.organisation.code == "9101")
        assert [one.code for one in entry.conditions[0].waits_for] == ["9102"]

    def test_words_are_met_when_the_chair_says_so_and_the_last_word_counts(self, version):
        condition = decide.make_condition(
            decide.make_decision(version, "9101", "conditional"), "free_text", text="Budget beviljas."
        )

        def standing() -> str:
            return standings(version)["9101"]

        assert standing() == Standing.WAITING
        for is_met, expected in ((True, Standing.ADOPTED), (False, Standing.WAITING), (True, Standing.ADOPTED)):
            ConditionFinding.objects.create(condition=condition, is_met=is_met, reason="Skäl.", found_by_name="O")
            assert standing() == expected

    def test_a_condition_of_a_superseded_decision_is_not_asked_for(self, version):
        first = decide.make_decision(version, "9101", "conditional")
        decide.make_condition(first, "free_text", text="Budget beviljas.")
        decide.make_decision(version, "9101", "adopted", replaces=first, correction_reason="Villkoret ströks.")
        assert standings(version)["9101"] == Standing.ADOPTED

    def test_long_lists_are_counted(self, version):
        decide.make_condition(decide.make_decision(version, "91", "conditional"))
        sentence = register_of(version).entries[0].conditions[0].sentence
        assert sentence == "Väntar på Alby kommun, Björnå kommun och Åkarp kommun."


def test_a_version_that_rests_on_an_earlier_one_counts_its_decisions(version):
    adopt_all(version)
    later = decide.make_version(version.plan, state="replaced", consents_from=version, needs_all=False)
    register = register_of(later)
    assert (register.rests_on, register.is_complete) == (version, True)


def test_consents_lapse_visibly_for_a_version_that_is_to_replace_another(version):
    adopt_all(version)
    later = decide.make_version(version.plan, state="returned", replaces=version)
    later.round.state = "open"
    version.round.state = "adopted"
    version.round.save()
    later.round.save()
    register = register_of(later)
    assert (register.lapsed_from, register.adopted_count) == (version, 0)


def test_the_days_left_are_counted_from_the_day_that_is_given():
    version = decide.make_version(wanted_on=datetime.date(2026, 12, 13))
    register = register_of(version)
    assert register.days_left(datetime.date(2026, 11, 25)) == 18
    assert register.days_left(datetime.date(2026, 12, 15)) == -2


def test_the_number_of_queries_does_not_grow(version, django_assert_num_queries):
    decide.make_condition(decide.make_decision(version, "9101", "conditional"), "named", "9102")
    with django_assert_num_queries(6):
        register_of(version)
    for code in ALL:
        decision = decide.make_decision(version, code, "conditional")
        for other in ALL:
            if other != code:
                decide.make_condition(decision, "named", other)
    with django_assert_num_queries(6):
        for entry in register_of(version).entries:
            assert entry.standing_text
            assert all(condition.sentence for condition in entry.conditions)
    assert Decision.objects.count() == 5


def test_nobody_who_is_to_decide_falls_out_when_the_organisation_is_renumbered(version):
    adopt_all(version, "9103")
    Organisation.objects.filter(code="9103").update(code="9199")
    register = register_of(version)
    assert (register.adopted_count, register.total, register.is_complete) == (3, 4, False)
