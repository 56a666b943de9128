"""How an amount of a grant is distributed among all its receivers in the country, few of whom are known here."""

from decimal import Decimal
from fractions import Fraction

import pytest

from budgets.grants import Standing, distributions_of, fetch_agreement, outcome_of, outcomes_of, totals_of
from budgets.models import GrantAgreement, KeyComponent
from budgets.money import plain
from tests import factories as make
from tests.grants import rows

pytestmark = pytest.mark.django_db
REGION, OTHER_REGION = "91", "92"


@pytest.fixture
def agreement() -> GrantAgreement:
    return rows.make_agreement(total_amount=Decimal(1_000_000))


@pytest.fixture
def area(agreement):
    return rows.make_grant_area(agreement, "omradet", name="Området")


@pytest.fixture
def share_key():
    return rows.make_measured_key("andel")


@pytest.fixture
def figures(share_key):
    """One region has 25 of the country's 100."""
    return rows.make_figures(share_key, {REGION: 25}, stated_total=100)


def distribution_of(amount):
    return distributions_of(fetch_agreement(amount.area.agreement.slug))[amount.pk]


def part_of(amount, code: str = REGION):
    outcome = outcome_of(fetch_agreement(amount.area.agreement.slug), make.make_organisation(code))
    return next(part for part in outcome.parts if part.grant_amount == amount)


class TestWhatARuleGives:
    def test_a_share_of_the_stated_total(self, area, share_key, figures):
        amount = rows.make_amount(area, 1000, receiver_count=21, allocation_key=share_key, figure_set=figures)
        found = distribution_of(amount)
        assert found.shares[REGION].amount == 250
        assert (found.rest.amount, found.rest_count) == (750, 20)

    def test_a_base_amount_goes_to_every_receiver_before_the_key(self, area, share_key, figures):
        """21 receivers × 10 kr; a quarter of the 790 that are left."""
        amount = rows.make_amount(
            area, 1000, receiver_count=21, base_amount=10, allocation_key=share_key, figure_set=figures
        )
        found = distribution_of(amount)
        assert found.shares[REGION].exact == 10 + Fraction(790, 4)
        assert found.shares[REGION].amount + found.rest.amount == 1000
        assert found.rest.exact == 200 + Fraction(790 * 3, 4)

    def test_shares_are_whole_kronor_of_whole_kronor_and_else_whole_ore(self, area, share_key):
        figures = rows.make_figures(share_key, {REGION: 1}, stated_total=3)
        fields = {"receiver_count": 2, "allocation_key": share_key, "figure_set": figures}
        assert distribution_of(rows.make_amount(area, 1000, **fields)).shares[REGION].amount == 333
        assert distribution_of(rows.make_amount(area, "1000.50", **fields)).shares[REGION].amount == Decimal("333.50")

    def test_equal_parts_need_the_number_of_receivers_alone(self, area):
        equal = rows.make_measured_key("lika", "equal")
        amount = rows.make_amount(area, 2100, receiver_count=21, allocation_key=equal)
        rows.make_share(amount, 100)
        found = distribution_of(amount)
        assert (found.shares[REGION].amount, found.rest.amount) == (100, 2000)

    def test_a_region_without_a_figure_has_the_sum_of_its_municipalities(self, area, share_key):
        figures = rows.make_figures(share_key, {"9101": 10, "9102": 15}, stated_total=100)
        make.make_organisation(REGION)
        amount = rows.make_amount(area, 1000, receiver_count=21, allocation_key=share_key, figure_set=figures)
        assert distribution_of(amount).shares[REGION].amount == 250

    def test_municipalities_and_regions_are_not_each_others_receivers(self, area, share_key):
        figures = rows.make_figures(share_key, {REGION: 50, "9101": 25}, stated_total=100)
        fields = {"allocation_key": share_key, "figure_set": figures}
        municipal = rows.make_amount(area, 1000, receivers="municipalities", receiver_count=290, **fields)
        shared = rows.make_amount(area, 1000, receivers="shared", receiver_count=311, **fields)
        assert distribution_of(municipal).shares.keys() == {"9101"}
        assert {code: share.amount for code, share in distribution_of(shared).shares.items()} == {
            REGION: 500,
            "9101": 250,
        }

    def test_a_weighted_key_takes_its_measures_figures_of_the_same_day(self, area):
        near, sparse = rows.make_measured_key("nara"), rows.make_measured_key("gles")
        weighted = rows.make_measured_key("viktad", "weighted")
        for part, weight in ((near, 1), (sparse, 4)):
            KeyComponent.objects.create(allocation_key=weighted, part=part, weight=weight)
        chosen = rows.make_figures(near, {REGION: 10}, stated_total=60)
        rows.make_figures(sparse, {REGION: 5}, stated_total=10)
        rows.make_figures(sparse, {REGION: 500}, stated_total=1000, on="2028-12-31")
        amount = rows.make_amount(area, 1000, receiver_count=21, allocation_key=weighted, figure_set=chosen)
        share = distribution_of(amount).shares[REGION]
        assert share.amount == 300  # (10 + 4 × 5) of (60 + 4 × 10)
        assert "1 × 10" in share.sentence
        assert "4 × 5" in share.sentence
        assert "= 30 st." in share.sentence

    def test_an_increase_is_shared_by_those_who_are_all_known(self, area):
        weeks = rows.make_measured_key("veckor")
        growth = rows.make_measured_key("okning", "increase", measured_by=weeks)
        later = rows.make_figures(weeks, {REGION: 130, OTHER_REGION: 90, "93": 40})
        earlier = rows.make_figures(weeks, {REGION: 100, OTHER_REGION: 80, "93": 60}, on="2028-12-31")
        amount = rows.make_amount(
            area, 1000, receiver_count=3, allocation_key=growth, figure_set=later, earlier_set=earlier
        )
        shares = distribution_of(amount).shares
        assert {code: share.amount for code, share in shares.items()} == {REGION: 750, OTHER_REGION: 250, "93": 0}

    def test_a_share_says_how_it_was_worked_out(self, area, share_key, figures):
        amount = rows.make_amount(
            area, 1000, receiver_count=21, base_amount=10, allocation_key=share_key, figure_set=figures
        )
        sentence = plain(distribution_of(amount).shares[REGION].sentence)
        assert sentence.startswith(
            "Var och en av 21 mottagare får först 10,00 kr i grundbelopp, tillsammans 210,00 kr. "
            "Kvar att fördela efter nyckeln är 790,00 kr. 10,00 + 790,00 × 25 / 100 = 207,50"
        )
        assert sentence.count("207") == 2  # what it is, and what it is rounded to

    def test_a_base_amount_that_is_too_much_is_divided_equally(self, area, share_key, figures):
        amount = rows.make_amount(
            area, 1050, receiver_count=21, base_amount=100, allocation_key=share_key, figure_set=figures
        )
        share = distribution_of(amount).shares[REGION]
        assert share.amount == 50
        assert plain(share.sentence).startswith(
            "Beloppet räcker inte till 100,00 kr i grundbelopp, så de 21 mottagarna får lika mycket, 50,00 kr."
        )


class TestWhatCannotBeComputed:
    def why(self, **fields) -> str:
        amount = rows.make_amount(**{"area": self.area, "amount": 1000, "receiver_count": 21, **fields})
        found = distribution_of(amount)
        assert not found.shares
        return found.why_not

    @pytest.fixture(autouse=True)
    def _world(self, area, share_key, figures):
        self.area, self.key, self.figures = area, share_key, figures

    def test_input_that_is_not_printed_is_told_in_its_own_words(self):
        fields = {"allocation_key": self.key, "figure_set": self.figures}
        assert self.why(missing_input="Antalet är inte tryckt.", **fields) == "Antalet är inte tryckt."

    def test_no_key(self):
        assert self.why() == "Det är inte angivet vad beloppet fördelas efter."

    def test_no_figures(self):
        assert self.why(allocation_key=self.key) == "Nyckeltal för andel är inte valda."

    def test_figures_of_another_key(self):
        other = rows.make_measured_key("annat")
        assert self.why(allocation_key=other, figure_set=self.figures) == "Nyckeltal saknas den dagen för annat."

    def test_a_weighted_key_without_figures_of_one_measure(self):
        weighted = rows.make_measured_key("viktad", "weighted")
        for slug in ("andel", "glesbygd"):
            KeyComponent.objects.create(allocation_key=weighted, part=rows.make_measured_key(slug))
        why = self.why(allocation_key=weighted, figure_set=self.figures)
        assert why == "Nyckeltal saknas den dagen för glesbygd."

    def test_an_increase_without_an_earlier_day(self):
        growth = rows.make_measured_key("okning", "increase", measured_by=self.key)
        why = self.why(allocation_key=growth, figure_set=self.figures)
        assert why == "Det är inte angivet vilken dag ökningen räknas från."

    def test_a_total_that_nobody_states(self):
        figures = rows.make_figures(self.key, {REGION: 25}, on="2030-12-31")
        why = self.why(allocation_key=self.key, figure_set=figures)
        assert why == "Nyckeltalen har värden för 1 av 21 mottagare, och deras summa är inte känd."

    def test_a_total_that_is_less_than_the_known(self):
        figures = rows.make_figures(self.key, {REGION: 25}, on="2030-12-31", stated_total=24)
        why = self.why(allocation_key=self.key, figure_set=figures)
        assert why == "Mottagarnas kända värden är tillsammans mer än källans egen summa."

    def test_more_known_receivers_than_there_are(self):
        figures = rows.make_figures(self.key, {REGION: 25, OTHER_REGION: 5}, on="2030-12-31", stated_total=50)
        why = self.why(allocation_key=self.key, figure_set=figures, receiver_count=1)
        assert why == "Beloppet har 1 mottagare, men nyckeltalen har värden för 2."

    def test_a_base_amount_to_an_unknown_number(self):
        fields = {"allocation_key": self.key, "figure_set": self.figures, "receiver_count": None}
        assert self.why(base_amount=10, **fields).startswith("Antalet mottagare är inte angivet")

    def test_national_support_is_not_distributed(self):
        fields = {"allocation_key": self.key, "figure_set": self.figures}
        assert self.why(receivers="other", **fields) == "Beloppet fördelas inte vidare."


class TestPrintedBesideComputed:
    @pytest.fixture
    def amount(self, area, share_key, figures):
        return rows.make_amount(area, 1000, receiver_count=21, allocation_key=share_key, figure_set=figures)

    def test_equal(self, amount):
        rows.make_share(amount, 250)
        part = part_of(amount)
        assert (part.standing, part.difference, part.why) == (Standing.EQUAL, 0, "")

    def test_one_krona_may_be_the_rounding(self, amount):
        rows.make_share(amount, 249)
        part = part_of(amount)
        assert (part.standing, part.difference) == (Standing.DIFFERS, -1)
        assert plain(part.why).startswith("Det tryckta är 1 kr mindre än vad regeln ger. Det kan bero på avrundningen")

    def test_more_than_one_krona_is_not_the_rounding(self, amount):
        rows.make_share(amount, 252)
        assert plain(part_of(amount).why) == "Det tryckta är 2 kr mer än vad regeln ger."

    def test_nothing_printed(self, amount):
        part = part_of(amount)
        assert (part.standing, part.printed, part.computed.amount) == (Standing.NOT_GIVEN, None, 250)

    def test_printed_for_one_whose_figure_is_not_known(self, amount):
        rows.make_share(amount, 80, code=OTHER_REGION)
        part = part_of(amount, OTHER_REGION)
        assert part.standing == Standing.NOT_COMPUTABLE
        assert part.why.startswith("Nyckeltalen har inget värde för ")

    def test_an_organisation_has_no_part_of_what_goes_to_another_group(self, amount):
        outcome = outcome_of(fetch_agreement(amount.area.agreement.slug), make.make_organisation("9101"))
        assert outcome.areas == ()


class TestSums:
    def test_per_area_and_group_against_what_is_stated(self, agreement, area):
        rows.make_amount(area, 600_000)
        rows.make_amount(area, 100_000, receivers="municipalities")
        other = rows.make_grant_area(agreement, "annat")
        rows.make_amount(other, 299_000, receivers="other")
        totals = totals_of(fetch_agreement(agreement.slug))
        assert totals.by_area == {
            area.pk: {"regions": 600_000, "municipalities": 100_000},
            other.pk: {"other": 299_000},
        }
        assert totals.by_group == {"regions": 600_000, "municipalities": 100_000, "other": 299_000}
        assert (totals.total, totals.difference) == (999_000, -1_000)

    def test_nothing_stated_is_nothing_to_differ_from(self):
        agreement = rows.make_agreement("utan")
        assert totals_of(fetch_agreement(agreement.slug)).difference is None

    def test_queries_do_not_grow_with_amounts_and_receivers(
        self, area, share_key, figures, django_assert_max_num_queries
    ):
        organisations = [make.make_organisation(code) for code in (REGION, OTHER_REGION)]
        for _ in range(8):
            amount = rows.make_amount(area, 1000, receiver_count=21, allocation_key=share_key, figure_set=figures)
            for organisation in organisations:
                rows.make_share(amount, 250, code=organisation.code)
        with django_assert_max_num_queries(12):
            outcomes = outcomes_of(fetch_agreement(area.agreement.slug), organisations)
        assert [len(outcome.parts) for outcome in outcomes] == [8, 8]
