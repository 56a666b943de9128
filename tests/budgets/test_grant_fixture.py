"""The 2023 agreement and Region Jämtland Härjedalen's outcome: counted and read by hand from the original."""

import datetime
from decimal import Decimal

import pytest

from budgets.grants import Standing, fetch_agreement, outcome_of, totals_of
from budgets.models import GrantAgreement, GrantAmount, GrantArea, GrantMeasure, GrantShare, KeyComponent, KeyFigureSet
from budgets.money import plain
from plans.models import Collaboration, Membership, Organisation

pytestmark = pytest.mark.django_db

SLUG = "god-och-nara-vard-2023"
MILLION = 1_000_000
# (area, receivers, part): millions of kronor
AMOUNTS = {
    ("nara-vard", "regions", "Omställning till nära vård"): 2_089,
    ("nara-vard", "regions", "Primärvård i landsbygd"): 300,
    ("nara-vard", "municipalities", "Omställning till nära vård"): 750,
    ("vardens-medarbetare", "regions", "Vårdens medarbetare"): 1_999,
    ("vardens-medarbetare", "municipalities", "Vårdens medarbetare"): 200,
    ("vardens-medarbetare", "regions", "Vidareutbildning för sjuksköterskor"): 400,
    ("vardens-medarbetare", "municipalities", "Vidareutbildning för sjuksköterskor"): 100,
    ("vardens-medarbetare", "regions", "Karriärtjänster"): 100,
    ("vardens-medarbetare", "shared", "Verksamhetsförlagd utbildning (VFU)"): 250,
    ("vision-e-halsa", "regions", ""): 70,
    ("ambulanssjukvard", "regions", ""): 85,
    ("nationellt-stod", "other", ""): Decimal("51.5"),
}
# (amount's key): printed kronor, computed kronor (None: the input is not printed), how they stand
OUTCOME = {
    "gnv-2023-nara-vard-regioner": (26_349_913, 26_321_112, Standing.DIFFERS),
    "gnv-2023-landsbygd-regioner": (14_897_341, None, Standing.NOT_COMPUTABLE),
    "gnv-2023-medarbetare-regioner": (25_187_124, 25_187_124, Standing.EQUAL),
    "gnv-2023-vidareutbildning-regioner": (5_039_944, None, Standing.NOT_COMPUTABLE),
    "gnv-2023-karriartjanster-regioner": (1_259_986, 1_259_986, Standing.EQUAL),
    "gnv-2023-vfu-gemensamt": (None, None, Standing.NOT_GIVEN),
    "gnv-2023-vision-e-halsa-regioner": (1_249_692, 1_249_692, Standing.EQUAL),
    "gnv-2023-ambulanssjukvard-regioner": (1_438_690, 1_438_690, Standing.EQUAL),
}


@pytest.fixture
def agreement(real_plans) -> GrantAgreement:
    return fetch_agreement(SLUG)


@pytest.fixture
def region(real_plans) -> Organisation:
    return Organisation.objects.get(code="23")


@pytest.fixture
def outcome(agreement, region):
    return outcome_of(agreement, region)


class TestWhatIsPrinted:
    def test_the_agreement_s_national_amounts(self, agreement):
        found = {
            (row.area.slug, row.receivers, row.label): row.amount / MILLION
            for row in GrantAmount.objects.filter(area__agreement=agreement).select_related("area")
        }
        assert found == AMOUNTS

    def test_the_groups_receive_what_the_agreement_says(self, agreement):
        """6 394,5 miljoner kronor: 5 043 till regionerna, 1 050 till kommunerna, 250 gemensamt och resten till SKR."""
        totals = totals_of(agreement)
        assert {group: amount / MILLION for group, amount in totals.by_group.items()} == {
            "regions": 5_043,
            "municipalities": 1_050,
            "shared": 250,
            "other": Decimal("51.5"),
        }
        assert totals.total == agreement.total_amount == Decimal("6394500000.00")
        assert totals.difference == 0

    def test_areas_have_their_object_codes(self, agreement):
        codes = agreement.areas.values_list("slug", "object_code")
        assert dict(codes) == {
            "nara-vard": "9916",
            "vardens-medarbetare": "9917",
            "vision-e-halsa": "9942",
            "ambulanssjukvard": "9943",
            "nationellt-stod": "",
        }

    def test_the_region_s_parts_sum_to_what_is_printed(self, outcome):
        sums = {area.area.slug: area.printed for area in outcome.areas}
        assert sums == {
            "nara-vard": 41_247_254,
            "vardens-medarbetare": 31_487_054,
            "vision-e-halsa": 1_249_692,
            "ambulanssjukvard": 1_438_690,
        }
        assert outcome.printed == 75_422_690

    def test_two_parts_may_not_be_used_for_anything_else(self, agreement):
        reserved = GrantAmount.objects.filter(area__agreement=agreement, is_reserved=True)
        assert [row.label for row in reserved] == ["Vidareutbildning för sjuksköterskor", "Karriärtjänster"]

    def test_the_rural_classes_count_one_four_and_six_times(self, real_plans):
        weights = KeyComponent.objects.filter(allocation_key__slug="viktad-landsbygd").values_list("weight", flat=True)
        assert sorted(weights) == [1, 4, 6]

    def test_each_region_has_a_base_amount_of_two_areas(self, agreement):
        based = GrantAmount.objects.filter(area__agreement=agreement, base_amount__isnull=False)
        assert {(row.area.slug, row.base_amount, row.receiver_count) for row in based.select_related("area")} == {
            ("vision-e-halsa", 500_000, 21),
            ("ambulanssjukvard", 500_000, 21),
        }

    def test_the_share_of_population_is_derived_from_a_printed_amount(self, real_plans):
        figures = KeyFigureSet.objects.get_by_natural_key("befolkningsandel-av-riket", "00", "2022-11-01")
        assert figures.stated_total == 1_999_000_000
        assert [(row.organisation.code, row.value) for row in figures.figures.all()] == [("23", 25_187_124)]
        assert figures.quality == "printed"
        assert "härledd" in figures.remark
        assert "§ 40" in figures.source

    def test_what_is_asked_and_by_when(self, agreement):
        """Socialstyrelsen 31 March 2023 for VFU, 31 March 2024 for the whole."""
        duties = [(row.due_on, row.report_to, row.area and row.area.slug) for row in agreement.duties.all()]
        assert duties == [
            (datetime.date(2023, 3, 31), "Socialstyrelsen", "vardens-medarbetare"),
            (datetime.date(2024, 3, 31), "Socialstyrelsen", None),
        ]
        general = [row.text for row in agreement.conditions.all() if row.area is None]
        assert len(general) == 6
        for words in (
            "resurser",
            "avskrivning",
            "Varje utförare",
            "när bidraget upphör",
            "Privata utförare",
            "regionledningen",
        ):
            assert sum(words in text for text in general) == 1, words

    def test_who_answers_is_named_by_title(self, agreement):
        assert agreement.responsible == "Chefen för Hälso- och sjukvårdspolitiska avdelningen (HOSPA)"
        assert agreement.contact == "Handläggare på HOSPA"
        ambulance = GrantArea.objects.get(agreement=agreement, slug="ambulanssjukvard")
        assert ambulance.responsible == "Verksamhetschefen för ambulansverksamheten"

    def test_goals_measures_and_purposes(self, agreement, region):
        rows = GrantMeasure.objects.filter(area__agreement=agreement, organisation=region).select_related("area")
        by_area = {}
        for row in rows:
            by_area.setdefault(row.area.slug, []).append(row)
        assert {slug: len(listed) for slug, listed in by_area.items()} == {
            "nara-vard": 9,
            "vardens-medarbetare": 6,
            "vision-e-halsa": 1,
            "ambulanssjukvard": 1,
        }
        assert by_area["nara-vard"][0].amount == 24 * MILLION
        assert all(row.purpose for row in rows)

    def test_every_row_passes_its_own_checks(self, agreement):
        for model in (GrantArea, GrantAmount, GrantShare, GrantMeasure):
            for row in model.objects.all():
                row.full_clean()


class TestTheReferenceExample:
    def test_the_region_is_no_member_and_shares_no_cost_here(self, agreement, region):
        assert agreement.collaboration == Collaboration.objects.get()
        assert not Membership.objects.filter(organisation=region).exists()
        assert (region.kind, region.county, region.organisation_number) == ("region", "Jämtlands län", "")


class TestBesideTheComputed:
    def test_what_follows_from_the_printed_data_comes_out(self, outcome):
        """Base 500 000 kr for each of 21 regions plus population share: 1 249 692 of 70 million, 1 438 690 of 85."""
        found = {
            part.grant_amount.key: (part.printed, part.computed and part.computed.amount, part.standing)
            for part in outcome.parts
        }
        assert found == OUTCOME

    def test_what_differs_says_by_how_much_and_why_it_is_not_known(self, outcome):
        (part,) = outcome.differing
        assert part.difference == 28_801
        assert plain(part.why) == "Det tryckta är 28 801 kr mer än vad regeln ger."
        assert "framgår inte av beslutet" in part.share.remark

    def test_what_cannot_be_computed_says_which_input_is_not_printed(self, outcome):
        why = {part.grant_amount.key: part.why for part in outcome.parts if part.computed is None}
        assert "tre klasserna av landsbygd är inte tryckt" in why["gnv-2023-landsbygd-regioner"]
        assert "sjuksköterskor är inte tryckt" in why["gnv-2023-vidareutbildning-regioner"]
        assert "VFU-veckor är inte tryckt" in why["gnv-2023-vfu-gemensamt"]

    def test_the_population_share_would_give_one_krona_more_to_the_nurses(self, agreement, region):
        share = GrantShare.objects.get(grant_amount__key="gnv-2023-vidareutbildning-regioner", organisation=region)
        exact = Decimal(400 * MILLION) * 25_187_124 / 1_999_000_000
        assert round(exact) == share.amount + 1 == 5_039_945
        assert "5 039 945 kr, en krona mer" in plain(share.remark)

    def test_the_computed_are_explained_with_their_figures(self, outcome):
        sentences = {part.grant_amount.key: part.computed.sentence for part in outcome.parts if part.computed}
        assert len(sentences) == 5
        text = sentences["gnv-2023-vision-e-halsa-regioner"]
        for figure in ("500 000,00", "10 500 000,00", "25 187 124", "1 999 000 000", "1 249 692"):
            assert figure in plain(text), (figure, text)
