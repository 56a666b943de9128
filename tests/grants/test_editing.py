"""Writing a grant on its pages: what is typed is kept, faults are explained, and nobody overwrites a colleague."""

import datetime
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import GrantAgreement, GrantDuty, GrantMeasure, GrantShare
from plans.days import day_of
from tests.budgets import grant_world as grants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("economist")]


@pytest.fixture
def share(db) -> GrantShare:
    agreement = grants.make_agreement(slug="provbidrag", name="Provbidraget")
    area = grants.make_grant_area(agreement, "Nära vård", slug="nara-vard")
    return grants.make_share(grants.make_amount(area, 1000, label="Omställning"), 1000)


@pytest.fixture
def agreement(share) -> GrantAgreement:
    return share.grant_amount.area.agreement


def address(name: str, *arguments) -> str:
    return reverse(f"grants:{name}", args=["provbidrag", *arguments] if name != "new" else [])


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html5lib")


def shown_form(client, where: str) -> dict[str, str]:
    """What a browser would send of the page's form as it is."""
    soup = soup_of(client.get(where))
    found = {}
    for field in soup.select("main form :is(input, textarea, select)[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[field["name"]] = chosen["value"]
        elif field.name == "textarea":
            found[field["name"]] = field.get_text().removeprefix("\n").removeprefix("\r\n")
        elif field.get("type") != "checkbox" or field.has_attr("checked"):
            found[field["name"]] = field.get("value", "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def faults(response) -> str:
    assert response.status_code == 422
    return " ".join(node.get_text(" ", strip=True) for node in soup_of(response).select("[role=alert]"))


class TestAnAgreement:
    def test_is_laid_up_in_the_only_collaboration_of_its_writer(self, client):
        sent = {**shown_form(client, address("new")), "name": "Nytt bidrag", "year": "2031", "giver": "Staten"}
        answer = client.post(address("new"), {**sent, "total_amount": "6 394 500 000 kr"})
        row = GrantAgreement.objects.get(slug="nytt-bidrag-2031")
        assert answer.url == reverse("grants:edit", args=[row.slug])
        assert row.total_amount == 6_394_500_000

    def test_what_was_typed_is_kept_beside_what_is_wrong(self, client, agreement):
        sent = {**shown_form(client, address("edit-facts")), "name": "", "contact": "Anna", "total_amount": "mycket"}
        answer = client.post(address("edit-facts"), sent)
        assert "Skriv vad bidraget heter." in faults(answer)
        soup = soup_of(answer)
        assert soup.select_one("[name=contact]")["value"] == "Anna"
        assert soup.select_one("[name=total_amount]")["value"] == "mycket"
        assert soup.select_one("[name=name]")["aria-invalid"] == "true"

    def test_a_colleagues_change_is_shown_and_then_the_writer_decides(self, client, agreement):
        sent = {**shown_form(client, address("edit-facts")), "contact": "Berit", "responsible": "Cecilia"}
        GrantAgreement.objects.update(contact="Anna", giver="Riksdagen")
        answer = client.post(address("edit-facts"), sent)
        assert "har ändrat under tiden: kontaktperson" in faults(answer)
        soup = soup_of(answer)
        assert "Anna" in soup.select_one(".grant-current").get_text()
        assert soup.select_one("[name=contact]")["value"] == "Berit"
        sent["seen"] = soup.select_one("[name=seen]")["value"]
        assert client.post(address("edit-facts"), sent).status_code == 302
        agreement.refresh_from_db()
        assert (agreement.contact, agreement.responsible, agreement.giver) == ("Berit", "Cecilia", "Riksdagen")

    def test_an_empty_one_is_removed(self, client):
        row = grants.make_agreement(slug="tomt")
        assert "Ta bort" in client.get(reverse("grants:edit", args=["tomt"])).content.decode()
        answer = client.post(reverse("grants:remove-part", args=["tomt", "bidrag", "tomt"]))
        assert answer.url == reverse("grants:list")
        assert not GrantAgreement.objects.filter(pk=row.pk).exists()


class TestItsParts:
    @pytest.mark.parametrize(
        ("kind", "values", "shown"),
        [
            ("omrade", {"name": "Ambulans", "object_code": "9943"}, "Ambulans"),
            ("belopp", {"area": "nara-vard", "receivers": "regions", "amount": "85 000 000"}, "85 000 000"),
            ("villkor", {"text": "Ett villkor."}, "Ett villkor."),
            (
                "redovisning",
                {"name": "Slutredovisning", "report_to": "Socialstyrelsen", "due_on": "2031-03-31"},
                "Slutredovisning",
            ),
        ],
    )
    def test_each_is_added_changed_and_removed(self, kind, values, shown, client, agreement):
        new = address("new-part", kind)
        assert client.post(new, {**shown_form(client, new), **values}).url == address("edit")
        page = client.get(address("edit")).content.decode().replace("\u202f", " ")
        assert shown in page
        link = next(
            a["href"]
            for a in soup_of(client.get(address("edit"))).select(f"main a[href*='/redigera/{kind}/']")
            if a["href"] not in (address("edit-part", "omrade", "nara-vard"),)
            and not a["href"].endswith(agreement.areas.get(slug="nara-vard").amounts.get(label="Omställning").key + "/")
        )
        sent = shown_form(client, link)
        assert client.post(link, sent).status_code == 302
        assert client.get(f"{link}ta-bort/").status_code == 200
        assert client.post(f"{link}ta-bort/").url == address("edit")
        assert client.get(link).status_code == 404

    def test_a_part_that_others_need_is_not_removed_and_says_why(self, client, share):
        answer = client.post(address("remove-part", "omrade", "nara-vard"))
        assert "statsbidragsbelopp" in faults(answer)

    def test_a_measure_without_financing_is_refused_at_its_field_with_what_was_typed(self, client, share):
        new = f"{address('new-part', 'insats')}?area=nara-vard&organisation=9101"
        sent = {**shown_form(client, new), "measure": "Nya larm", "amount": "100", "is_new": "on"}
        assert (sent["area"], sent["organisation"]) == ("nara-vard", "9101")
        answer = client.post(new, sent)
        assert "finansiering när bidraget upphör" in faults(answer)
        soup = soup_of(answer)
        assert soup.select_one("[name=financing_after]")["aria-invalid"] == "true"
        assert soup.select_one("[name=measure]").get_text().strip() == "Nya larm"
        answer = client.post(new, {**sent, "financing_after": "Ordinarie ram."})
        assert answer.url == address("edit-receiver", "organisation-9101")
        assert GrantMeasure.objects.get(measure="Nya larm").amount == 100

    def test_too_much_for_measures_is_refused(self, client, share):
        new = address("new-part", "insats")
        sent = {"area": "nara-vard", "organisation": "9101", "measure": "Stort", "amount": "1 000,01"}
        assert "0,01" in faults(client.post(new, sent))

    def test_a_share_is_written_and_not_lowered_below_what_is_committed(self, client, share):
        grants.make_funding(share, grants.make_payable_line(), 600)
        where = address("edit-part", "tilldelning", share.key)
        sent = {**shown_form(client, where), "amount": "599,99"}
        assert "för mycket" in faults(client.post(where, sent))
        assert client.post(where, {**sent, "amount": "600"}).status_code == 302
        share.refresh_from_db()
        assert share.amount == 600


class TestTheOverview:
    def test_tells_what_does_not_agree(self, client, agreement):
        GrantAgreement.objects.update(total_amount=Decimal(1500))
        grants.make_duty(agreement, due_on=datetime.date(2020, 1, 1))
        text = soup_of(client.get(address("edit"))).select_one(".findings").get_text(" ")
        assert "Att rätta" in text
        assert "senast 2020-01-01 och är inte noterad" in text

    def test_a_receivers_page_tells_received_committed_used_and_left(self, client, share):
        grants.make_funding(share, grants.make_payable_line(), 600, 150)
        grants.make_measure(share.grant_amount.area, 300)
        page = soup_of(client.get(address("edit-receiver", "organisation-9101")))
        figures = [dd.get_text().replace("\xa0", " ").replace("\u202f", " ") for dd in page.select(".key-figures dd")]
        assert figures == ["1 000 kr", "900 kr", "150 kr", "100 kr"]

    def test_queries_do_not_grow_with_the_rows(self, client, share, django_assert_max_num_queries):
        def queries() -> int:
            count = 0
            for where in (address("edit"), address("edit-receiver", "organisation-9101")):
                with django_assert_max_num_queries(60) as captured:
                    assert client.get(where).status_code == 200
                count += len(captured)
            return count

        def add() -> None:
            area = grants.make_grant_area(share.grant_amount.area.agreement)
            grants.make_funding(grants.make_share(grants.make_amount(area)), grants.make_payable_line(), 5)
            grants.make_measure(area, 5)
            grants.make_duty(area.agreement)
            grants.make_condition(area.agreement, area=area)

        add()
        before = queries()
        for _ in range(3):
            add()
        assert queries() == before


class TestMarkingADuty:
    def test_done_today_done_another_day_and_undone(self, client, agreement):
        duty = grants.make_duty(agreement)
        where = address("mark-duty", duty.key)
        answer = client.post(where)
        assert answer.url == f"{address('edit')}#redovisning"
        duty.refresh_from_db()
        assert duty.done_on == day_of()
        client.post(where, {"do": "angra"})
        client.post(where, {"done_on": "2024-03-30"})
        duty.refresh_from_db()
        assert duty.done_on == datetime.date(2024, 3, 30)

    @pytest.mark.parametrize("told", ["i går", "2999-01-01"])
    def test_what_is_no_day_that_has_been_is_refused_in_words(self, told, client, agreement):
        duty = grants.make_duty(agreement)
        answer = client.post(address("mark-duty", duty.key), {"done_on": told}, follow=True)
        assert "dag" in soup_of(answer).select_one(".messages, [role=alert], main").get_text()
        assert answer.redirect_chain[0][0] == address("edit-part", "redovisning", duty.key)
        assert GrantDuty.objects.get(pk=duty.pk).done_on is None
