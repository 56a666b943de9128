"""A plan's page of rules and its forms: what holds, what deviates by whose decision, what is missing, what it does."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from budgets.models import AllocationKey, BudgetLine, CostBasis, FigureChoice, KeyFigureSet, PartyWeight, RuleUse
from budgets.rule_use_editing import change_use, choice_digest, choose_figures, use_digest, use_rule
from budgets.shares import load_year, share_year
from plans.models import Plan
from tests import factories as make
from tests.cost_rules.conftest import measure, use_terms
from tests.cost_rules.test_composing import read, send
from tests.cost_rules.test_rule_pages import table_of, words
from tests.decisions.conftest import soup_of

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def plan(db) -> Plan:
    """Two areas to share 1 200 and 1 000 in 2030; 2031 has neither money nor a basis."""
    return make.make_shared_plan(1200, 1000, years=(2030, 2031))


@pytest.fixture
def rule(plan):
    return make.make_rule({"region": 30, "kommuner": 70}, name="Trettio sjuttio", slug="trettio-sjuttio")


@pytest.fixture
def browser(client, composer):
    client.force_login(composer)
    return client


def address(plan: Plan, name: str = "plan", *more) -> str:
    return reverse(f"cost_rules:{name}", args=[plan.slug, *more])


def first_area(plan: Plan):
    return plan.focus_areas.order_by("pk").first()


def sent(plan: Plan, **fields) -> dict[str, str]:
    return {
        "place": f"omrade-{first_area(plan).slug}",
        "rule": "trettio-sjuttio",
        "reason": "Kommunerna använder tjänsten mest.",
        "decided_by": "SGD",
        "decided_on": "2029-05-02",
        "valid_from": "2030-01-01",
        **fields,
    }


def test_the_page_says_what_each_year_is_shared_by(browser, plan):
    text = words(soup_of(browser, address(plan)).main)
    assert "Lika mellan parterna" in text
    assert "Kostnaden delas lika mellan region och kommuner (1:1)." in text
    assert "2029-12-31, Provlän" in text
    assert "Ingen regel gäller för 2031." in text
    assert "Inget insatsområde och ingen budgetpost avviker" in text


def test_a_deviation_stands_with_its_decision_and_dates(browser, plan, rule, composer):
    terms = use_terms(rule, decision_reference="§ 7", valid_to=DAY(2030, 12, 31))
    use_rule(place=first_area(plan), terms=terms, by=composer)
    shown = words(soup_of(browser, address(plan)).select_one(".use-list li"))
    for text in (first_area(plan).name, "Trettio sjuttio", "Kommunerna använder", "SGD 2029-05-02, § 7", "2030-12-31"):
        assert text in shown


def test_a_year_that_cannot_be_shared_says_why(browser, plan):
    """Issue 5: a missing value is a named fault."""
    CostBasis.objects.get(plan_year__plan=plan).figure_set.figures.filter(organisation__code="9103").delete()
    assert "Åkarp" in words(soup_of(browser, address(plan)).select_one(".rule-fault"))


def test_a_year_outside_its_rules_days_is_pointed_out(browser, plan):
    rule = CostBasis.objects.get(plan_year__plan=plan).rule
    rule.valid_to = DAY(2029, 12, 31)
    rule.save()
    text = words(soup_of(browser, address(plan)).select_one(".rule-fault"))
    assert text == "Lika mellan parterna gäller till och med 2029-12-31, men 2030 fördelas efter den."


def test_figures_that_are_not_chosen_are_named_with_the_way_to_them(browser, plan, rule, composer):
    nurses = measure("sjukskoterskor", {"9101": 1, "9102": 2, "9103": 3})
    PartyWeight.objects.filter(rule=rule, party__slug="kommuner").update(allocation_key=nurses.allocation_key)
    use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    soup = soup_of(browser, address(plan))
    assert "Nyckeltal för sjukskoterskor är inte valda för 2030." in words(soup.main)
    assert soup.select_one('a[href="/nyckeltal/sjukskoterskor/"]')
    link = soup.select_one(f'a[href="{address(plan, "figures", 2030, "sjukskoterskor")}"]')
    choose = {"figure_set": str(nurses.pk), "seen": choice_digest(None)}
    before = read(send(browser, link["href"], {"do": "effekt", **choose}, 200))
    assert "Det finns inget att jämföra med." in words(before.select_one(".effect"))
    send(browser, link["href"], {"do": "spara", **choose}, 302)
    assert FigureChoice.objects.get().figure_set == nurses
    assert "inte valda" not in words(soup_of(browser, address(plan)).main)


def test_the_day_that_an_increase_is_counted_from_is_asked_for(browser, plan, rule, composer):
    weeks = measure("veckor", {"9101": 1, "9102": 5, "9103": 3})
    grown = AllocationKey.objects.create(
        slug="okning", name="Ökning", unit="veckor", kind="increase", measured_by=weeks.allocation_key
    )
    PartyWeight.objects.filter(rule=rule, party__slug="kommuner").update(allocation_key=grown)
    use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    choose = {"plan": plan, "year": 2030, "allocation_key": weeks.allocation_key, "by": composer}
    later = measure("veckor", {"9101": 2, "9102": 5, "9103": 6}, DAY(2029, 12, 31))
    choice = choose_figures(**choose, figure_set=later, seen=choice_digest(None))
    where = address(plan)
    assert "från vilken dag ökningen av veckor räknas 2030" in words(soup_of(browser, where).main)
    choose_figures(**choose, figure_set=later, earlier_set=weeks, seen=choice_digest(choice))
    assert "2029-12-31, Provlän, ökning från 2029-06-30" in words(soup_of(browser, where).main)
    assert share_year(load_year(plan, 2030)).amount("9102") == Decimal("166.67"), "none of the increase"


def test_a_deviation_is_seen_before_it_is_saved(browser, plan, rule):
    """Brief: add one with the effect shown before it is saved."""
    soup = read(send(browser, address(plan, "add-use"), sent(plan, do="effekt"), 200))
    table = table_of(soup)
    assert table["Region Prov"] == ["1 100,00", "860,00", "−240,00"]
    assert table["Summa"] == ["2 200,00", "2 200,00", "oförändrat"]
    assert not RuleUse.objects.exists()
    send(browser, address(plan, "add-use"), sent(plan, do="spara"), 302)
    assert share_year(load_year(plan, 2030)).amount("91") == 860


def test_a_line_of_an_area_deviates_by_itself(browser, plan, rule, composer):
    use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    line = BudgetLine.objects.get(focus_area=first_area(plan))
    whole = make.make_rule({"region": 1, "kommuner": 0}, slug="regionen")
    data = sent(plan, place=f"post-{line.key}", rule=whole.slug)
    table = table_of(read(send(browser, address(plan, "add-use"), data | {"do": "effekt"}, 200)))
    assert table["Region Prov"] == ["860,00", "1 700,00", "+840,00"]
    send(browser, address(plan, "add-use"), data, 302)
    assert share_year(load_year(plan, 2030)).amount("91") == 1700


def test_a_preview_counts_with_the_latest_figures_where_none_are_chosen_and_says_so(browser, plan, rule):
    nurses = measure("sjukskoterskor", {"9101": 1, "9102": 2, "9103": 4})
    PartyWeight.objects.filter(rule=rule, party__slug="kommuner").update(allocation_key=nurses.allocation_key)
    soup = read(send(browser, address(plan, "add-use"), sent(plan, do="effekt"), 200))
    assert "Här räknas med 2029-06-30." in words(soup.select_one(".effect"))
    assert table_of(soup)["Åkarp"][1] == "730,00", "4/7 of 840 and half of 500"


def test_a_change_shows_what_the_deviation_does_and_can_end_it(browser, plan, rule, composer):
    use = use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    where = address(plan, "change-use", use.key)
    shown = soup_of(browser, where)
    assert table_of(shown)["Region Prov"] == ["1 100,00", "860,00", "−240,00"]
    data = sent(plan, seen=shown.select_one("#id_seen")["value"], valid_from="2029-01-01", valid_to="2029-12-31")
    refused = read(send(browser, where, data | {"do": "spara"}, 422))
    assert "#id_valid_from" in [link["href"] for link in refused.select(".findings a")]
    data |= {"valid_from": "2030-01-01", "valid_to": "2030-06-30"}
    seen = read(send(browser, where, data | {"do": "effekt"}, 200))
    assert "ändrar inte vad någon betalar" in words(seen.select_one(".effects"))
    send(browser, where, data, 302)
    use.refresh_from_db()
    assert use.valid_to == DAY(2030, 6, 30)


def test_a_colleagues_change_of_a_deviation_is_shown(browser, plan, rule, composer, colleague):
    use = use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    where = address(plan, "change-use", use.key)
    seen = soup_of(browser, where).select_one("#id_seen")["value"]
    change_use(use=use, terms=use_terms(rule, reason="Kollegans skäl."), seen=use_digest(use), by=colleague)
    soup = read(send(browser, where, sent(plan, do="spara", seen=seen, reason="Mitt skäl."), 422))
    assert "Skäl: Kollegans skäl." in words(soup.main)
    assert words(soup.select_one("#id_reason")) == "Mitt skäl."
    send(browser, where, sent(plan, seen=soup.select_one("#id_seen")["value"], reason="Mitt skäl."), 302)
    use.refresh_from_db()
    assert use.reason == "Mitt skäl."


def test_a_deviation_is_removed(browser, plan, rule, composer):
    use = use_rule(place=first_area(plan), terms=use_terms(rule), by=composer)
    assert browser.post(address(plan, "delete-use", use.key)).status_code == 302
    assert not RuleUse.objects.exists()


def test_a_years_rule_and_figures_are_changed_with_the_effect_seen(browser, plan, rule):
    basis = CostBasis.objects.get(plan_year__plan=plan)
    where = address(plan, "year", 2030)
    seen = soup_of(browser, where).select_one("#id_seen")["value"]
    data = {"rule": rule.slug, "figure_set": str(basis.figure_set_id), "seen": seen}
    assert table_of(read(send(browser, where, data | {"do": "effekt"}, 200)))["Region Prov"][1] == "660,00"
    basis.refresh_from_db()
    assert basis.rule != rule
    send(browser, where, data, 302)
    basis.refresh_from_db()
    assert basis.rule == rule
    stale = read(send(browser, where, data | {"rule": make.make_rule(slug="tredje").slug}, 422))
    assert "Regel: Trettio sjuttio." in words(stale.main)


def test_a_year_without_a_basis_gets_one(browser, plan, rule):
    figures = KeyFigureSet.objects.get(region_code="91")
    data = {"rule": rule.slug, "figure_set": str(figures.pk), "do": "spara"}
    where = address(plan, "year", 2031)
    data["seen"] = soup_of(browser, where).select_one("#id_seen")["value"]
    send(browser, where, data, 302)
    assert CostBasis.objects.get(plan_year__plan=plan, plan_year__year=2031).rule == rule


def test_queries_do_not_grow_with_years_and_deviations(browser, composer, django_assert_max_num_queries):
    def count(plan: Plan) -> int:
        with django_assert_max_num_queries(60) as captured:
            assert browser.get(address(plan)).status_code == 200
        return len(captured)

    def deviating(*years: int) -> Plan:
        plan = make.make_shared_plan(1000, years=years)
        figures = plan.years.get(year=years[0]).cost_basis.figure_set
        for year in years[1:]:
            make.make_cost_basis(plan, year, figure_set=figures)
        for number in range(len(years)):
            area = make.make_area(plan)
            line = make.make_line(area, 500, year=years[0])
            other = make.make_rule({"region": number, "kommuner": 1})
            for place in (area, line):
                use_rule(place=place, terms=use_terms(other), by=composer)
        return plan

    assert count(deviating(2030)) == count(deviating(2030, 2031, 2032))
