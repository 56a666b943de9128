"""Writing a grant: each change is checked, logged and never overwrites a colleague's."""

import datetime
from decimal import Decimal

import pytest

from budgets import grant_editing as editing
from budgets.grant_rows import GrantCollision, GrantRefused, bases_of
from budgets.models import GrantAgreement, GrantAmount, GrantArea, GrantDuty, GrantShare
from plans.models import LogEntry
from tests import factories as make
from tests.budgets import grant_world as grants

pytestmark = pytest.mark.django_db
AGREEMENT = {"name": "God och nära vård", "year": 2030, "giver": "Staten"}
AMOUNT = {"receivers": "regions", "amount": Decimal(1000)}


def changed(row, change, by=None, **values):
    """Change ``values`` of ``row`` with ``change``, as one who has just read them."""
    names = {
        GrantAgreement: "agreement",
        GrantArea: "area",
        GrantAmount: "grant_amount",
        GrantShare: "share",
        GrantDuty: "duty",
    }
    return change(**{names[type(row)]: row}, values=values, bases=bases_of(row, values), by=by)


def refusal_of(function, **arguments) -> GrantRefused:
    with pytest.raises(GrantRefused) as caught:
        function(**{"by": None, **arguments})
    return caught.value


def last_entry() -> LogEntry:
    return LogEntry.objects.first()


class TestAnAgreement:
    def test_is_laid_up_with_a_short_name_of_its_own_and_logged(self):
        person = make.make_user("ekonom@prov.example", first_name="Emil", last_name="Ekonom")
        make_one = {"collaboration": make.make_collaboration(), "values": AGREEMENT, "by": person}
        first, second = editing.create_agreement(**make_one), editing.create_agreement(**make_one)
        assert (first.slug, second.slug) == ("god-och-nara-vard-2030", "god-och-nara-vard-2030-2")
        entry = last_entry()
        assert (entry.action, entry.subject, entry.actor_name) == ("created", "budgets.grantagreement", "Emil Ekonom")
        assert entry.after == {"name": "God och nära vård", "year": 2030, "giver": "Staten"}

    def test_does_not_take_the_address_of_the_form(self):
        values = {**AGREEMENT, "name": "Nytt", "year": 2030}
        row = editing.create_agreement(collaboration=make.make_collaboration(), values=values, by=None)
        assert row.slug not in editing.TAKEN_SLUGS

    def test_a_change_tells_what_was_and_what_is(self):
        row = grants.make_agreement(name="Förr")
        changed(row, editing.change_agreement, name="Nu", giver="Staten")
        entry = last_entry()
        assert (entry.action, entry.before, entry.after) == ("changed", {"name": "Förr"}, {"name": "Nu"})
        count = LogEntry.objects.count()
        row.refresh_from_db()
        changed(row, editing.change_agreement, name="Nu ")
        assert LogEntry.objects.count() == count

    def test_a_negative_total_is_refused_in_the_models_words(self):
        refusal = refusal_of(
            editing.create_agreement,
            collaboration=make.make_collaboration(),
            values={**AGREEMENT, "total_amount": Decimal(-1)},
        )
        assert "kan inte vara negativt" in refusal.reason

    def test_a_fault_is_told_at_its_field(self):
        row = grants.make_agreement()
        with pytest.raises(GrantRefused) as caught:
            changed(row, editing.change_agreement, year=3)
        assert caught.value.field == "year"
        row.refresh_from_db()
        assert row.year == grants.YEAR

    def test_lines_of_a_text_are_kept(self):
        row = changed(grants.make_agreement(), editing.change_agreement, purpose="Ett  stycke.\r\n\r\nEtt till. \n")
        assert row.purpose == "Ett stycke.\n\nEtt till."

    def test_only_one_that_holds_nothing_is_removed(self):
        row = grants.make_agreement()
        grants.make_grant_area(row)
        assert "utvecklingsområden" in refusal_of(editing.remove_agreement, agreement=row).reason
        row.areas.all().delete()
        entry = editing.remove_agreement(agreement=row, by=None)
        assert (entry.action, entry.before["name"]) == ("deleted", row.name)
        assert "borttaget" in refusal_of(editing.remove_agreement, agreement=row).reason


class TestTwoWriters:
    def test_what_a_colleague_wrote_in_another_field_stays(self):
        row = grants.make_agreement(contact="Anna")
        bases = bases_of(row, ["contact", "responsible"])
        editing.change_agreement(agreement=row, values={"contact": "Berit", "responsible": ""}, bases=bases, by=None)
        saved = editing.change_agreement(
            agreement=row, values={"contact": "Anna", "responsible": "Cecilia"}, bases=bases, by=None
        )
        assert (saved.contact, saved.responsible) == ("Berit", "Cecilia")

    def test_of_two_who_write_the_same_field_the_last_is_told(self):
        person = make.make_user("anna@prov.example", first_name="Anna", last_name="Andersson")
        row = grants.make_agreement(contact="Ingen")
        bases = bases_of(row, ["contact"])
        editing.change_agreement(agreement=row, values={"contact": "Anna"}, bases=bases, by=person)
        with pytest.raises(GrantCollision) as caught:
            editing.change_agreement(agreement=row, values={"contact": "Berit"}, bases=bases, by=None)
        assert caught.value.current == {"contact": "Anna"}
        assert "Anna Andersson har ändrat under tiden: kontaktperson." in caught.value.reason
        row.refresh_from_db()
        assert row.contact == "Anna"


class TestAreasAndAmounts:
    def test_they_are_placed_last(self):
        agreement = grants.make_agreement()
        areas = [
            editing.create_area(agreement=agreement, values={"name": name}, by=None) for name in ("Nära", "Ambulans")
        ]
        assert [(area.slug, area.position) for area in areas] == [("nara", 1), ("ambulans", 2)]
        amounts = [
            editing.create_amount(area=areas[0], values={**AMOUNT, "label": label}, by=None) for label in ("A", "B")
        ]
        assert [amount.position for amount in amounts] == [1, 2]

    def test_a_part_is_there_once(self):
        area = grants.make_grant_area()
        editing.create_amount(area=area, values={**AMOUNT, "label": "A"}, by=None)
        refusal_of(editing.create_amount, area=area, values={**AMOUNT, "label": "A"})
        assert area.amounts.count() == 1

    def test_base_amounts_are_not_more_than_the_whole(self):
        values = {**AMOUNT, "receiver_count": 21, "base_amount": Decimal(48)}
        refusal = refusal_of(editing.create_amount, area=grants.make_grant_area(), values=values)
        assert (refusal.field, GrantAmount.objects.filter(amount=1000).count()) == ("base_amount", 0)

    def test_figures_are_of_the_amounts_own_key(self):
        key, figures = make.make_key("annan-nyckel"), make.make_figure_set()
        area = grants.make_grant_area()
        values = {**AMOUNT, "allocation_key": key, "figure_set": figures}
        assert refusal_of(editing.create_amount, area=area, values=values).field == "figure_set"
        values = {**AMOUNT, "figure_set": figures}
        assert refusal_of(editing.create_amount, area=area, values=values).field == "allocation_key"
        values = {**AMOUNT, "allocation_key": figures.allocation_key, "figure_set": figures, "earlier_set": figures}
        assert refusal_of(editing.create_amount, area=area, values=values).field == "earlier_set"
        values = {**AMOUNT, "allocation_key": figures.allocation_key, "figure_set": figures}
        assert editing.create_amount(area=area, values=values, by=None)

    def test_an_amount_that_pays_for_something_else_cannot_become_reserved(self):
        share = grants.make_share(grants.make_amount(label="Karriärtjänster"))
        grants.make_funding(share, grants.make_payable_line(label="Sensorer"), 10)
        with pytest.raises(GrantRefused, match="får bara användas till det"):
            changed(share.grant_amount, editing.change_amount, is_reserved=True)
        share.grant_amount.refresh_from_db()
        assert not share.grant_amount.is_reserved

    def test_a_part_that_is_received_is_not_removed(self):
        share = grants.make_share()
        assert refusal_of(editing.remove_amount, grant_amount=share.grant_amount)
        assert refusal_of(editing.remove_area, area=share.grant_amount.area)
        editing.remove_share(share=share, by=None)
        editing.remove_amount(grant_amount=share.grant_amount, by=None)
        editing.remove_area(area=share.grant_amount.area, by=None)
        assert last_entry().subject == "budgets.grantarea"


class TestAShare:
    def test_is_written_down_once_for_each_organisation(self):
        row = grants.make_amount()
        values = {"amount": Decimal("1249692"), "remark": ""}
        one = {"grant_amount": row, "organisation": grants.receiver(), "values": values}
        share = editing.create_share(**one, by=None)
        assert share.amount == 1_249_692
        assert "redan en tilldelning" in refusal_of(editing.create_share, **one).reason

    def test_is_not_lowered_below_what_is_committed(self):
        share = grants.make_share(amount=1000)
        grants.make_funding(share, grants.make_payable_line(), 600)
        grants.make_measure(share.grant_amount.area, 300)
        with pytest.raises(GrantRefused, match="100"):
            changed(share, editing.change_share, amount=Decimal(800))
        share.refresh_from_db()
        assert share.amount == 1000
        assert changed(share, editing.change_share, amount=Decimal(900)).amount == 900
        with pytest.raises(GrantRefused, match="budgetpost"):
            editing.remove_share(share=share, by=None)

    def test_that_measures_need_is_not_removed(self):
        share = grants.make_share(amount=1000)
        grants.make_measure(share.grant_amount.area, 1)
        assert "för mycket" in refusal_of(editing.remove_share, share=share).reason
        assert GrantShare.objects.filter(pk=share.pk).exists()


class TestConditionsAndDuties:
    def test_a_condition_is_of_an_area_of_its_own_agreement(self):
        agreement, foreign = grants.make_agreement(), grants.make_grant_area()
        values = {"text": "Ett villkor.", "area": foreign}
        assert refusal_of(editing.create_condition, agreement=agreement, values=values).field == "area"
        row = editing.create_condition(agreement=agreement, values={"text": "Ett villkor."}, by=None)
        bases = bases_of(row, ["text"])
        editing.change_condition(condition=row, values={"text": "Ett annat."}, bases=bases, by=None)
        assert editing.remove_condition(condition=row, by=None).before["text"] == "Ett annat."

    def test_a_duty_is_done_and_not_done_again(self):
        day = datetime.date(2031, 3, 30)
        values = {"name": "Slutredovisning", "report_to": "Socialstyrelsen", "due_on": day}
        duty = editing.create_duty(agreement=grants.make_agreement(), values=values, by=None)
        assert editing.mark_duty(duty=duty, done_on=day, by=None).done_on == day
        assert last_entry().after == {"done_on": "2031-03-30"}
        assert "redan noterad" in refusal_of(editing.mark_duty, duty=duty, done_on=datetime.date(2031, 4, 1)).reason
        assert editing.mark_duty(duty=duty, done_on=None, by=None).done_on is None
        editing.remove_duty(duty=duty, by=None)
        assert not GrantDuty.objects.filter(pk=duty.pk).exists()
