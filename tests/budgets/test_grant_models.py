"""What the tables of state grants refuse, and how their rows present themselves."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from tests import factories as make
from tests.grants import rows
from tests.plans.test_models import refuses

pytestmark = pytest.mark.django_db


class TestConstraints:
    def test_grant_total_not_negative(self):
        agreement = GrantAgreement(
            collaboration=make.make_collaboration(),
            slug="minus",
            name="Minus",
            year=2030,
            giver="Staten",
            total_amount=Decimal("-0.01"),
        )
        refuses(agreement, "grant_total_not_negative", "Ett statsbidrag kan inte vara negativt.")

    def test_grant_area_slug_in_agreement(self):
        area = rows.make_grant_area()
        again = GrantArea(agreement=area.agreement, slug=area.slug, name="Samma")
        refuses(again, "grant_area_slug_in_agreement")

    def test_grant_amount_once_per_part(self):
        amount = rows.make_amount()
        again = GrantAmount(area=amount.area, label=amount.label, receivers=amount.receivers, amount=1)
        refuses(again, "grant_amount_once_per_part")

    def test_an_area_may_give_the_same_part_to_another_group(self):
        amount = rows.make_amount()
        rows.make_amount(amount.area, label=amount.label, receivers="municipalities")
        assert amount.area.amounts.count() == 2

    def test_grant_amount_not_negative(self):
        amount = GrantAmount(area=rows.make_grant_area(), receivers="regions", amount=Decimal("-0.01"))
        refuses(amount, "grant_amount_not_negative", "Ett statsbidrag kan inte vara negativt.")

    def test_grant_base_amount_not_negative(self):
        amount = GrantAmount(area=rows.make_grant_area(), receivers="regions", amount=1, base_amount=Decimal("-0.01"))
        refuses(amount, "grant_base_amount_not_negative", "Ett grundbelopp kan inte vara negativt.")

    def test_grant_share_once_per_organisation(self):
        share = rows.make_share()
        again = GrantShare(grant_amount=share.grant_amount, organisation=share.organisation, amount=1)
        refuses(again, "grant_share_once_per_organisation", "Organisationen har redan en tilldelning av det beloppet.")

    def test_grant_share_not_negative(self):
        share = GrantShare(
            grant_amount=rows.make_amount(), organisation=make.make_organisation("91"), amount=Decimal("-0.01")
        )
        refuses(share, "grant_share_not_negative", "En tilldelning kan inte vara negativ.")

    def test_grant_measure_amount_not_negative(self):
        measure = _measure(amount=Decimal("-0.01"))
        refuses(measure, "grant_measure_amount_not_negative", "Ett belopp kan inte vara negativt.")

    @pytest.mark.parametrize(
        ("cost", "years"),
        [(Decimal(1000), None), (None, 5), (Decimal(0), 5)],
        ids=["without a life", "without a cost", "for nothing"],
    )
    def test_grant_investment_has_cost_and_life(self, cost, years):
        measure = _measure(investment_cost=cost, depreciation_years=years)
        refuses(
            measure,
            "grant_investment_has_cost_and_life",
            "Ange både vad investeringen kostar och på hur många år den skrivs av.",
        )

    def test_grant_funding_once_per_line(self):
        funding = rows.make_funding(rows.make_share())
        again = GrantFunding(share=funding.share, budget_line=funding.budget_line, amount=1)
        refuses(again, "grant_funding_once_per_line", "Tilldelningen betalar redan budgetposten.")

    def test_grant_funding_amount_positive(self):
        funding = GrantFunding(share=rows.make_share(), budget_line=_other_line(), amount=0)
        refuses(funding, "grant_funding_amount_positive", "Ange ett belopp som är större än noll.")

    @pytest.mark.parametrize("used", [Decimal("-0.01"), Decimal("50.01")])
    def test_grant_used_within_committed(self, used):
        funding = GrantFunding(share=rows.make_share(), budget_line=_other_line(), amount=50, used=used)
        refuses(funding, "grant_used_within_committed", "Det förbrukade kan inte vara mindre än noll")


class TestCleaning:
    @pytest.mark.parametrize("model", [GrantCondition, GrantDuty])
    def test_a_condition_and_a_duty_belong_to_an_area_of_their_own_grant(self, model):
        agreement, other = rows.make_agreement(), rows.make_grant_area(rows.make_agreement("ett-annat"))
        with pytest.raises(ValidationError) as told:
            model(agreement=agreement, area=other).clean()
        assert told.value.message_dict["area"] == ["Utvecklingsområdet hör till ett annat statsbidrag."]

    def test_a_grant_does_not_pay_for_what_is_shared(self):
        line = make.make_line(make.make_area(), 50, form="sgd")
        with pytest.raises(ValidationError) as told:
            GrantFunding(share=rows.make_share(), budget_line=line, amount=10).clean()
        assert "finansieringsformen Annan" in told.value.message_dict["budget_line"][0]


class TestPresentation:
    def test_rows_are_called_what_they_are(self):
        area = rows.make_grant_area(rows.make_agreement(name="God vård"), name="Nära vård")
        amount = rows.make_amount(area, label="Landsbygd")
        share = rows.make_share(amount)
        assert str(area.agreement) == "God vård 2030"
        assert str(area) == "Nära vård"
        assert str(amount) == "Nära vård, Landsbygd, regioner"
        assert str(rows.make_amount(area, label="", receivers="shared")) == (
            "Nära vård, regioner och kommuner gemensamt"
        )
        assert str(share) == f"{share.organisation}: {amount}"
        assert str(rows.make_measure(area, measure="Fler prover")) == "Fler prover"
        assert str(rows.make_duty(area.agreement)) == "Slutredovisning"
        funding = rows.make_funding(share)
        assert str(funding) == f"{funding.budget_line}: {share}"

    def test_rows_are_found_by_their_natural_key(self):
        share = rows.make_share()
        amount, area = share.grant_amount, share.grant_amount.area
        funding, duty = rows.make_funding(share), rows.make_duty(area.agreement)
        measure = rows.make_measure(area)
        condition = GrantCondition.objects.create(agreement=area.agreement, text="Ett villkor.")
        for row in (share, amount, area, area.agreement, funding, duty, measure, condition):
            assert type(row).objects.get_by_natural_key(*row.natural_key()) == row

    def test_duties_come_in_order_of_day(self):
        agreement = rows.make_agreement()
        last, first = rows.make_duty(agreement, "2031-03-31"), rows.make_duty(agreement, "2030-03-31")
        assert list(agreement.duties.all()) == [first, last]


def _measure(**fields) -> GrantMeasure:
    return GrantMeasure(
        area=rows.make_grant_area(),
        organisation=make.make_organisation("91"),
        measure="En insats",
        in_use_from=datetime.date(2030, 7, 1),
        **fields,
    )


def _other_line():
    return make.make_line(make.make_area(), 50, form="annan")
