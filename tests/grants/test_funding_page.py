"""Choosing on a page which budget lines a share pays for."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import BudgetLine, GrantFunding, GrantShare
from plans.models import Membership, Plan
from tests import factories as make
from tests.budgets import grant_world as grants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("economist")]


@pytest.fixture
def share(db) -> GrantShare:
    area = grants.make_grant_area(grants.make_agreement(slug="provbidrag"))
    return grants.make_share(grants.make_amount(area, label="Omställning"), 1000)


def address(share: GrantShare) -> str:
    return reverse("grants:fund", args=["provbidrag", share.key])


def page(client, share: GrantShare) -> BeautifulSoup:
    answer = client.get(address(share))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html5lib")


def names(soup: BeautifulSoup) -> list[str]:
    return [node.get_text(strip=True) for node in soup.select(".grant-lines h3")]


def typed(soup: BeautifulSoup, line: BudgetLine, **values: str) -> dict[str, str]:
    """What the page's form sends when ``values`` are typed for the line."""
    sent = {field["name"]: field.get("value", "") for field in soup.select("main form input[name]")}
    sent.pop("csrfmiddlewaretoken")
    return {**sent, **{f"post-{line.key}-{name}": value for name, value in values.items()}}


def test_only_lines_that_can_be_paid_are_offered(client, share):
    grants.make_payable_line(area_name="Utkastets")
    grants.make_payable_line(area_name="Delad", form="sgd")
    grants.make_payable_line(area_name="Annat år", year=2029)
    grants.make_payable_line(0, area_name="Noll")
    sent = make.make_plan(years=(grants.YEAR,), status=Plan.Status.SUBMITTED)
    grants.make_payable_line(area_name="Skickad", plan=sent)
    foreign = make.make_plan(years=(grants.YEAR,), collaboration=make.make_collaboration("annan"))
    grants.make_payable_line(area_name="Annan samverkan", plan=foreign)
    assert names(page(client, share)) == ["Utkastets"]


def test_one_that_is_no_member_is_offered_no_lines_and_told_why(client, share):
    grants.make_payable_line(area_name="Utkastets")
    Membership.objects.filter(organisation=share.organisation).delete()
    soup = page(client, share)
    assert names(soup) == []
    assert f"{share.organisation} är inte medlem i samverkan" in soup.main.get_text()


def test_reserved_money_is_offered_lines_of_its_own_name(client):
    area = grants.make_grant_area(grants.make_agreement(slug="provbidrag"))
    share = grants.make_share(grants.make_amount(area, label="Utbildning", is_reserved=True), 100)
    grants.make_payable_line(area_name="Område", label="Utbildning")
    grants.make_payable_line(area_name="Annat")
    assert names(page(client, share)) == ["Område, Utbildning"]


def test_a_commitment_is_made_used_changed_and_ended(client, share):
    line = grants.make_payable_line()
    answer = client.post(address(share), typed(page(client, share), line, amount="600", used="100,50"))
    assert answer.url == reverse("grants:edit-receiver", args=["provbidrag", "organisation-9101"])
    soup = page(client, share)
    assert soup.select_one(f"[name=post-{line.key}-amount]")["value"] == "600"
    assert "400" in soup.select_one("[data-left]").get_text()
    client.post(address(share), typed(soup, line, amount="700"))
    held = GrantFunding.objects.get()
    assert (held.amount, str(held.used)) == (700, "100.50")
    client.post(address(share), typed(page(client, share), line, amount="", used=""))
    assert "förbrukat" not in names(page(client, share))
    assert GrantFunding.objects.count() == 1  # what is used stays committed
    client.post(address(share), typed(page(client, share), line, used=""))
    client.post(address(share), typed(page(client, share), line, amount=""))
    assert not GrantFunding.objects.exists()


def test_too_much_is_refused_with_everything_typed_kept(client, share):
    one, other = grants.make_payable_line(), grants.make_payable_line()
    sent = {**typed(page(client, share), one, amount="600"), f"post-{other.key}-amount": "400,01"}
    answer = client.post(address(share), sent)
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.content, "html5lib")
    assert "0,01" in soup.select_one("[role=alert]").get_text()
    assert soup.select_one(f"[name=post-{one.key}-amount]")["value"] == "600"
    assert soup.select_one(f"[name=post-{other.key}-amount]")["value"] == "400,01"
    assert not GrantFunding.objects.exists()


def test_a_fault_stands_at_its_line(client, share):
    line = grants.make_payable_line(100)
    answer = client.post(address(share), typed(page(client, share), line, amount="101"))
    soup = BeautifulSoup(answer.content, "html5lib")
    fault = soup.select_one(f"#post-{line.key} .field__error").get_text()
    assert "mer än den kostar" in fault
    assert soup.select_one("[role=alert] a")["href"] == f"#id_post-{line.key}-amount"
    answer = client.post(address(share), typed(page(client, share), line, amount="tolv"))
    assert "inte ett belopp" in answer.content.decode()


def test_a_colleagues_amount_is_shown_at_its_line(client, share):
    line = grants.make_payable_line()
    held = grants.make_funding(share, line, 100)
    sent = typed(page(client, share), line, amount="200")
    GrantFunding.objects.filter(pk=held.pk).update(amount=300)
    answer = client.post(address(share), sent)
    soup = BeautifulSoup(answer.content, "html5lib")
    assert "300" in soup.select_one(f"#post-{line.key} .grant-current").get_text()
    again = typed(soup, line)
    assert again[f"post-{line.key}-amount"] == "200"
    assert client.post(address(share), again).status_code == 302
    held.refresh_from_db()
    assert held.amount == 200


def test_a_plan_sent_meanwhile_refuses_at_the_line_and_keeps_what_was_typed(client, share):
    line = grants.make_payable_line()
    sent = typed(page(client, share), line, amount="200")
    Plan.objects.filter(pk=line.focus_area.plan_id).update(status=Plan.Status.SUBMITTED)
    answer = client.post(address(share), sent)
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.content, "html5lib")
    assert "skickad för beslut" in soup.select_one(f"#post-{line.key} .field__error").get_text()
    assert soup.select_one(f"[name=post-{line.key}-amount]")["value"] == "200"


def test_what_other_grants_pay_is_told(client, share):
    line = grants.make_payable_line()
    grants.make_funding(grants.make_share(), line, 250)
    assert "Andra tilldelningar betalar" in page(client, share).select_one(f"#post-{line.key}").get_text()


def test_queries_do_not_grow_with_the_lines(client, share, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(60) as captured:
            client.get(address(share))
        return len(captured)

    grants.make_funding(share, grants.make_payable_line(), 1)
    before = queries()
    for _ in range(4):
        grants.make_funding(share, grants.make_payable_line(), 1)
        grants.make_payable_line()
    assert queries() == before
