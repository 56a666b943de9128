"""The form in which a rule is composed: seen before it is saved, and nothing of a colleague's overwritten."""

import datetime
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import AllocationRule, PartyWeight, RuleSeal
from budgets.rule_editing import change_rule, create_rule, rule_digest
from budgets.rule_terms import terms_of
from tests import factories as make
from tests.cost_rules.conftest import terms
from tests.cost_rules.test_rule_pages import plan, table_of, words  # noqa: F401 the same plan
from tests.decisions.conftest import soup_of
from tests.decisions.rounds import make_readable_version

pytestmark = pytest.mark.django_db


def typed(**fields) -> dict[str, str]:
    return {
        "name": "Sextio fyrtio",
        "allocation_key": "provtal",
        "part-region-weight": "60",
        "part-kommuner-weight": "40",
        "rounding": "ore",
        "limit_count": "2",
        **fields,
    }


@pytest.fixture
def browser(client, composer):
    client.force_login(composer)
    return client


@pytest.fixture
def new_address(plan) -> str:  # noqa: F811
    return reverse("cost_rules:new", args=[plan.collaboration.slug])


def send(browser, address: str, data: dict, status: int):
    answer = browser.post(address, data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def read(answer):
    return BeautifulSoup(answer.content, "html5lib")


def own_rules():
    return AllocationRule.objects.filter(collaboration__slug="provsamverkan")


def test_the_effect_is_seen_before_anything_is_saved(browser, new_address):
    """Issue 5: a thing that SGD composes, sees the effect of."""
    before = own_rules().count()
    soup = read(send(browser, new_address, typed(do="effekt"), 200))
    table = table_of(soup)
    assert table["Region Prov"] == ["600,00", "720,00", "+120,00"]
    assert table["Alby"] == ["100,00", "80,00", "−20,00"]
    assert "region bär 60 av 100 delar" in words(soup.select_one(".rule-words"))
    assert "Inget är sparat än." in words(soup.select_one(".effects"))
    assert own_rules().count() == before
    assert soup.select_one("#id_name")["value"] == "Sextio fyrtio"


def test_what_is_saved_is_what_was_seen(browser, new_address):
    soup = read(send(browser, new_address, typed(do="effekt", base_amount="50"), 200))
    seen = table_of(soup)["Alby"][1]
    send(browser, new_address, typed(do="spara", base_amount="50"), 302)
    rule = own_rules().get(name="Sextio fyrtio")
    assert rule.base_amount == Decimal(50)
    address = reverse("cost_rules:rule", args=["provsamverkan", rule.slug])
    assert table_of(soup_of(browser, address))["Alby"][1] == seen


def test_a_rule_with_everything(browser, new_address):
    data = typed(
        **{
            "do": "spara",
            "part-kommuner-allocation_key": "provtal",
            "base_amount": "5 000,50",
            "rebate_above": "1 000",
            "rebate_percent": "25",
            "rounding": "kr",
            "undantag-1-organisation": "9101",
            "undantag-1-kind": "utanfor",
            "undantag-1-reason": "Har egen tjänst.",
            "undantag-2-organisation": "9102",
            "undantag-2-kind": "tak",
            "undantag-2-cap": "900",
            "undantag-2-reason": "Avtal.",
            "decided_by": "SGD",
            "decided_on": "2029-03-01",
            "valid_from": "2030-01-01",
            "valid_to": "2031-12-31",
        }
    )
    send(browser, new_address, data, 302)
    held = terms_of(AllocationRule.objects.with_parts().get(name="Sextio fyrtio"))
    assert (held.base_amount, held.rebate_above, held.rebate_percent) == (Decimal("5000.50"), 1000, 25)
    assert [(each.organisation.code, each.cap) for each in held.limits] == [("9101", None), ("9102", Decimal(900))]
    assert held.parties[1].allocation_key.slug == "provtal"
    assert held.valid_to == datetime.date(2031, 12, 31)


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"name": ""}, "id_name"),
        ({"allocation_key": ""}, "id_allocation_key"),
        ({"part-region-weight": ""}, "id_part-region-weight"),
        ({"part-region-weight": "0", "part-kommuner-weight": "0"}, "parter"),
        ({"base_amount": "-1"}, "id_base_amount"),
        ({"base_amount": "mycket"}, "id_base_amount"),
        ({"rebate_above": "100"}, "id_rebate_percent"),
        ({"rebate_above": "100", "rebate_percent": "101"}, "id_rebate_percent"),
        ({"valid_from": "2030-01-02", "valid_to": "2030-01-01"}, "id_valid_to"),
        ({"undantag-1-organisation": "9101"}, "id_undantag-1-kind"),
        ({"undantag-1-kind": "tak", "undantag-1-reason": "Avtal."}, "id_undantag-1-organisation"),
        (
            {"undantag-1-organisation": "9101", "undantag-1-kind": "tak", "undantag-1-reason": "Avtal."},
            "id_undantag-1-cap",
        ),
        (
            {
                f"undantag-{row}-{name}": value
                for row in (1, 2)
                for name, value in {"organisation": "9101", "kind": "utanfor", "reason": "Skäl."}.items()
            },
            "undantag",
        ),
    ],
)
@pytest.mark.parametrize("do", ["spara", "effekt"])
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(do, fields, target, browser, new_address):
    before = own_rules().count()
    soup = read(send(browser, new_address, typed(do=do, **fields), 422))
    assert f"#{target}" in [link["href"] for link in soup.select(".findings a")]
    assert own_rules().count() == before
    for name, value in fields.items():
        if value and soup.select_one(f'input[name="{name}"]'):
            assert soup.select_one(f'input[name="{name}"]')["value"] == value


def test_more_rows_come_with_what_was_typed(browser, new_address):
    data = typed(**{"do": "fler", "name": "", "undantag-1-reason": "Kvar"})
    soup = read(send(browser, new_address, data, 200))
    assert len(soup.select(".limit-row")) == 7
    assert soup.select_one("#id_undantag-1-reason")["value"] == "Kvar"
    assert not soup.select(".field__error"), "nothing has been asked for yet"
    again = read(send(browser, new_address, data | {"limit_count": "7"}, 200))
    assert len(again.select(".limit-row")) == 12


@pytest.mark.parametrize(
    "fields",
    [
        {"limit_count": "9" * 5000},
        {"part-region-weight": "9" * 5000},
        {"part-region-weight": "-1"},
        {"base_amount": "9" * 41},
        {"rebate_above": "1e9", "rebate_percent": "1"},
        {"allocation_key": "finns-inte"},
        {"undantag-1-organisation": "12", "undantag-1-kind": "annat", "undantag-1-reason": "\0"},
        {"name": "a\0b"},
        {"name": "x" * 161},
        {"valid_from": "0001-01-01", "valid_to": "9999-99-99"},
    ],
)
def test_what_no_browser_sends_is_refused_in_words(fields, browser, new_address):
    answer = browser.post(new_address, typed(do="spara", **fields))
    assert answer.status_code in (302, 422)
    assert answer.status_code == 422 or "limit_count" in fields


def test_a_name_is_shown_as_text(browser, new_address):
    send(browser, new_address, typed(do="spara", name="<script>alert(1)</script>"), 302)
    assert b"<script>alert" not in browser.get(reverse("cost_rules:rules")).content


def test_a_change_is_seen_beside_what_holds_now(browser, plan, composer):  # noqa: F811
    rule = create_rule(collaboration=plan.collaboration, terms=terms(), by=composer)
    address = reverse("cost_rules:change", args=["provsamverkan", rule.slug])
    shown = soup_of(browser, address)
    assert shown.select_one("#id_part-region-weight")["value"] == "30"
    seen = shown.select_one("#id_seen")["value"]
    assert table_of(read(send(browser, address, typed(do="effekt", seen=seen), 200)))["Alby"][:2] == ["140,00", "80,00"]
    send(browser, address, typed(do="spara", seen=seen), 302)
    rule.refresh_from_db()
    assert rule.name == "Sextio fyrtio"


def test_a_colleagues_change_is_shown_with_what_was_typed(browser, plan, composer, colleague):  # noqa: F811
    rule = create_rule(collaboration=plan.collaboration, terms=terms(), by=composer)
    address = reverse("cost_rules:change", args=["provsamverkan", rule.slug])
    seen = soup_of(browser, address).select_one("#id_seen")["value"]
    theirs = terms(weights={"region": 45, "kommuner": 55})
    change_rule(rule=rule, terms=theirs, seen=rule_digest(rule), by=colleague)
    soup = read(send(browser, address, typed(do="spara", seen=seen), 422))
    text = words(soup.main)
    assert "Karin Kollega har ändrat under tiden." in text
    assert "region bär 45 av 100 delar" in text
    assert soup.select_one("#id_part-region-weight")["value"] == "60"
    send(browser, address, typed(do="spara", seen=soup.select_one("#id_seen")["value"]), 302)
    assert list(PartyWeight.objects.filter(rule=rule).values_list("weight", flat=True)) == [60, 40]


def test_a_sealed_rule_cannot_be_changed_by_its_form(browser, plan, composer):  # noqa: F811
    rule = create_rule(collaboration=plan.collaboration, terms=terms(), by=composer)
    RuleSeal.objects.create(rule=rule, version=make_readable_version())
    address = reverse("cost_rules:change", args=["provsamverkan", rule.slug])
    soup = read(send(browser, address, typed(do="spara", seen=rule_digest(rule)), 422))
    assert "Ersätt regeln med en ny" in words(soup.select_one(".findings"))


def test_a_successor_starts_from_the_rule_and_takes_over(browser, plan):  # noqa: F811
    rule = plan.years.get().cost_basis.rule
    address = reverse("cost_rules:succeed", args=["provsamverkan", rule.slug])
    shown = soup_of(browser, address)
    assert shown.select_one("#id_name")["value"] == "Förvalet"
    assert shown.select_one("#id_becomes_default").has_attr("checked")
    soup = read(send(browser, address, typed(do="spara", becomes_default="on"), 422))
    assert "#id_valid_from" in [link["href"] for link in soup.select(".findings a")]
    send(browser, address, typed(do="spara", becomes_default="on", valid_from="2031-01-01"), 302)
    new = own_rules().get(replaces=rule)
    rule.refresh_from_db()
    assert (new.is_default, rule.is_default, rule.valid_to) == (True, False, datetime.date(2030, 12, 31))


def test_queries_do_not_grow_with_exceptions(browser, plan, composer, django_assert_max_num_queries):  # noqa: F811
    rule = create_rule(collaboration=plan.collaboration, terms=terms(), by=composer)
    address = reverse("cost_rules:change", args=["provsamverkan", rule.slug])

    def count() -> int:
        with django_assert_max_num_queries(60) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    def leave_out(code: str) -> None:
        rule.limits.create(organisation=make.make_organisation(code), is_left_out=True, reason="Skäl.")

    leave_out("9101")
    before = count()
    leave_out("9102")
    assert count() == before
