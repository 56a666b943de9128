"""The list of rules, and a rule's page: in words, what it does to an amount, where it holds and why it is fixed."""

import datetime
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import AllocationRule, RuleSeal
from budgets.money import plain
from budgets.rule_editing import create_rule, succeed_rule
from budgets.rule_use_editing import use_rule
from tests import factories as make
from tests.cost_rules.conftest import terms, use_terms
from tests.decisions.rounds import make_readable_version

pytestmark = pytest.mark.django_db


def address(rule: AllocationRule, name: str = "rule", query: str = "") -> str:
    found = reverse(f"cost_rules:{name}", args=[rule.collaboration.slug, rule.slug])
    return f"{found}?{query}" if query else found


def soup_of(client, where: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(where)
    assert answer.status_code == status
    return BeautifulSoup(answer.content, "html5lib")


def words(node) -> str:
    return plain(" ".join(node.get_text(" ").split()))


def table_of(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The effect table's figures by the name of the row."""
    found = {}
    for row in soup.select(".effect-table tbody tr"):
        head = row.th.summary or row.th
        found[words(head)] = [words(cell) for cell in row.select("td")]
    return found


@pytest.fixture
def plan(db):
    """A plan that shares 1 200 by the default rule, one to one."""
    plan = make.make_shared_plan(1200)
    AllocationRule.objects.filter(pk=plan.years.get().cost_basis.rule_id).update(is_default=True, name="Förvalet")
    return plan


@pytest.fixture
def rule(plan, composer) -> AllocationRule:
    return create_rule(collaboration=plan.collaboration, terms=terms(), by=composer)


@pytest.fixture
def page(client, composer):
    client.force_login(composer)
    return lambda where, status=200: soup_of(client, where, status)


def test_the_list_shows_what_holds_before_what_is_replaced(page, plan, rule, composer):
    succeed_rule(rule=rule, terms=terms(name="Efterträdaren", valid_from=datetime.date(2031, 1, 1)), by=composer)
    soup = page(reverse("cost_rules:rules"))
    names = [words(node) for node in soup.select(".rule-list__name")]
    assert names == ["Förvalet Förval", "Efterträdaren", "Trettio sjuttio"]
    assert "30:70, efter folkmängd" in words(soup.main)
    assert "Gäller till och med 2030-12-31." in words(soup.main)


def test_a_rule_is_told_in_words(page, rule):
    soup = page(address(rule))
    assert [words(node) for node in soup.select(".rule-words li")][:2] == [
        "Kostnaden delas mellan region och kommuner: region bär 30 av 100 delar och kommuner bär 70 av 100 delar.",
        "Inom varje part fördelas den efter folkmängd.",
    ]


def test_an_example_is_of_what_the_latest_plan_shares(page, rule):
    """Brief: an example of what each pays, beside the default rule's, with the difference."""
    soup = page(address(rule))
    table = table_of(soup)
    assert table["Region Prov"] == ["600,00", "360,00", "−240,00"]
    assert table["Alby"] == ["100,00", "140,00", "+40,00"]
    assert table["Åkarp"] == ["300,00", "420,00", "+120,00"]
    assert table["Kommuner"] == ["600,00", "840,00", "+240,00"]
    assert table["Summa"] == ["1 200,00", "1 200,00", "oförändrat"]
    assert "3 organisationer betalar mer och 1 mindre." in words(soup.select_one(".effect"))


def test_an_example_of_another_amount_and_day(page, rule):
    make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=datetime.date(2028, 12, 31))
    table = table_of(page(address(rule, query="belopp=6+000&dag=2028-12-31")))
    assert table["Alby"] == ["1 500,00", "2 100,00", "+600,00"]
    assert table["Summa"][1] == "6 000,00"


def test_the_default_rule_is_shown_by_itself(page, plan):
    table = table_of(page(address(plan.years.get().cost_basis.rule)))
    assert table["Alby"] == ["100,00"]


@pytest.mark.parametrize("query", ["belopp=mycket", "belopp=-5", "dag=1999-01-01"])
def test_what_cannot_be_counted_on_is_told_at_its_field(query, page, rule):
    soup = page(address(rule, query=query), status=422)
    assert soup.select(".field__error p")
    assert not soup.select(".effect")


def test_a_missing_figure_is_named(page, rule):
    """Issue 5: a missing value is a named fault, not a zero."""
    make.make_figure_set({"9101": 30, "9102": 20}, on=datetime.date(2028, 12, 31))
    soup = page(address(rule, query="dag=2028-12-31"))
    assert "Åkarp" in words(soup.select_one(".effect .rule-fault"))


def test_where_a_rule_holds(page, plan, rule, composer):
    use_rule(place=plan.focus_areas.get(), terms=use_terms(rule), by=composer)
    shown = [words(node) for node in page(address(rule)).select(".rule-places li")]
    assert shown == [f"{plan.title} : {plan.focus_areas.get().name}, från 2030-01-01 tills vidare"]
    default = page(address(plan.years.get().cost_basis.rule))
    assert [words(node) for node in default.select(".rule-places li")] == [f"{plan.title} : hela planen, 2030"]


def test_who_may_not_read_drafts_learns_nothing_of_them(client, plan, rule, composer):
    """Neither that a draft uses the rule, nor what it costs."""
    use_rule(place=plan.focus_areas.get(), terms=use_terms(rule), by=composer)
    reader = make.make_user("lasare@prov.example")
    make.make_role(reader, "reader")
    client.force_login(reader)
    text = words(soup_of(client, address(rule)).main)
    assert plan.title not in text
    assert "1 200" not in text
    assert "Vem betalar vad av 1 000 000 kr" in text


def test_a_sealed_rule_says_by_which_version_and_is_only_replaced(page, rule):
    version = make_readable_version()
    RuleSeal.objects.create(rule=rule, version=version)
    soup = page(address(rule))
    assert f"{version.plan.title}, version 1" in words(soup.main)
    assert "som är fryst. Ersätt regeln med en ny i stället." in words(soup.select_one(".rule-fixed"))
    assert [words(node) for node in soup.select(".rule-page a.button")] == ["Ersätt med en ny"]
    assert "Ta bort regeln" not in words(soup.main)


def test_predecessor_and_successor_lead_to_each_other(page, rule, composer):
    new = succeed_rule(rule=rule, terms=terms(name="Nästa", valid_from=datetime.date(2031, 1, 1)), by=composer)
    assert page(address(rule)).select_one(f'a[href="{address(new)}"]')
    assert page(address(new)).select_one(f'a[href="{address(rule)}"]')


def test_a_rule_becomes_the_default_and_an_unused_one_is_removed(client, page, rule):
    assert client.post(address(rule, "default")).status_code == 302
    rule.refresh_from_db()
    assert rule.is_default
    refused = client.post(address(rule, "delete"), follow=True)
    assert "gäller när inget annat är beslutat" in refused.content.decode()
    other = create_rule(collaboration=rule.collaboration, terms=terms(name="Oanvänd"), by=None)
    assert client.post(address(other, "delete")).status_code == 302
    assert not AllocationRule.objects.filter(pk=other.pk).exists()


def test_queries_do_not_grow_with_rules_and_uses(page, plan, rule, composer, django_assert_max_num_queries):
    def count(where: str) -> int:
        with django_assert_max_num_queries(100) as captured:
            page(where)
        return len(captured)

    def add(number: int) -> None:
        other = create_rule(
            collaboration=plan.collaboration,
            terms=terms(name=f"Regel {number}", base_amount=Decimal(number)),
            by=composer,
        )
        use_rule(place=make.make_area(plan), terms=use_terms(other), by=composer)
        use_rule(place=make.make_area(plan), terms=use_terms(rule), by=composer)

    add(0)
    before = [count(reverse("cost_rules:rules")), count(address(rule))]
    for number in range(1, 4):
        add(number)
    assert [count(reverse("cost_rules:rules")), count(address(rule))] == before
