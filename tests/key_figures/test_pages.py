"""The pages where key figures are read: sums beside stated totals, changes, where they are used."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import AllocationKey
from plans.models import DecisionRound, Plan
from tests import cost_factories as cost
from tests import factories as make
from tests.decisions.rounds import make_readable_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client, real_plans, plan_2024):
    user = make.make_user("lasare@prov.example")
    make.make_role(user, "reader", collaboration=plan_2024.collaboration)
    client.force_login(user)
    return user


def soup_of(client, name: str, *arguments: str, **query: str) -> BeautifulSoup:
    answer = client.get(reverse(f"key_figures:{name}", args=arguments), query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html5lib")


def words(node) -> str:
    text = " ".join(node.get_text(" ").replace("\u202f", " ").replace("\u00a0", " ").split())
    return text.replace(" ,", ",").replace(" .", ".")


def first_column(page: BeautifulSoup) -> list[str]:
    return [words(cell).split(" 1")[0] for cell in page.select("[data-sort-rows] th")]


def test_the_list_says_which_days_are_known_and_how_others_are_worked_out(client, reader):
    page = soup_of(client, "list")
    population = next(row for row in page.select(".figure-keys tbody tr") if "Folkmängd" in row.get_text())
    assert "2026-05-31" in words(population)
    key = cost.make_weighted_key(
        {AllocationKey.objects.get(slug="folkmangd"): 1, cost.make_measure_key("glesa"): "4.5"}
    )
    cost.make_increase_key(AllocationKey.objects.get(slug="glesa"), "okning")
    texts = {
        words(row.select_one("dt")): words(row.select_one("dd"))
        for row in soup_of(client, "list").select(".figure-composed > div")
    }
    assert texts[key.name] == "Vägd summa: 1 × Folkmängd + 4,50 × Nyckel glesa"
    assert texts["Nyckel okning"] == "Hur mycket Nyckel glesa har ökat mellan två dagar"


def test_a_key_lists_its_days_with_both_sums(client, reader):
    page = soup_of(client, "key", "folkmangd")
    rows = {
        words(row.select_one("th")): [words(cell) for cell in row.select("td")]
        for row in page.select(".figure-days tbody tr")
    }
    assert rows["2026-05-31, Skåne län"] == [
        "Skåne län",
        "33",
        "1 433 850 källan: 1 433 842",
        "1 433 842 skillnad −8",
        "statistik med slumpvis brus",
    ]
    assert "från 2021-12-31" in rows["2021-11-30, Skåne län"][2]
    assert rows["2024-12-31, Skåne län"][3] == "ingen"


def test_a_key_says_which_rules_and_keys_use_it(client, reader):
    folk = AllocationKey.objects.get(slug="folkmangd")
    key = cost.make_weighted_key({folk: 1})
    hidden = cost.make_rule(allocation_key=folk, name="En annan samverkans regel")
    text = words(soup_of(client, "key", "folkmangd").select_one(".figure-places"))
    assert "Regeln 1:1 mellan Region Skåne och kommunerna" in text
    assert f"Vägs in i {key.name}" in text
    assert hidden.name not in text


def test_a_composed_key_says_how_it_is_worked_out(client, reader):
    weighted = cost.make_weighted_key({AllocationKey.objects.get(slug="folkmangd"): 4})
    assert [
        words(cell) for cell in soup_of(client, "key", weighted.slug).select(".figure-parts tbody :is(th, td)")
    ] == ["Folkmängd", "invånare", "4"]
    increase = cost.make_increase_key()
    assert "Den som har minskat räknas som noll" in words(soup_of(client, "key", increase.slug))
    assert "lika stor del" in words(soup_of(client, "key", cost.make_equal_key().slug))


def test_a_day_shows_the_sum_of_its_parts_beside_the_stated_total(client, reader):
    """From 2025 a county's total need not equal the sum of its municipalities: keep both."""
    page = soup_of(client, "day", "folkmangd", "12", "2026-05-31")
    facts = words(page.select_one(".key-figures"))
    assert facts == "delarnas summa, 33 organisationer 1 433 850 källans egen summa 1 433 842 skillnad −8"
    row = next(row for row in page.select("[data-sort-rows] tr") if "Eslöv" in row.get_text())
    assert [words(cell) for cell in row.select("td")] == ["35 082", "2,45 %", "−44"]
    assert words(page.select_one("tr.total")) == "Delarnas summa 1 433 850 100,00 % +768"
    assert "slumpmässigt brus" in words(page.select_one(".figure-origin"))


def test_a_day_with_borrowed_parts_says_so(client, reader):
    page = soup_of(client, "day", "folkmangd", "12", "2021-11-30")
    assert "Hämtas från 2021-12-31" in words(page.select_one(".figure-origin"))
    assert len(page.select("[data-sort-rows] tr")) == 33


def test_a_day_without_values_says_who_brings_them(client, reader):
    make.make_figure_set({})
    assert "läser in en fil för dagen" in words(
        soup_of(client, "day", "provtal", "91", "2029-12-31").select_one("main")
    )


def test_a_day_says_where_it_is_used_and_that_it_is_fixed(client, reader):
    text = words(soup_of(client, "day", "folkmangd", "12", "2022-12-31").select_one(".figure-origin"))
    assert "Handlingsplan 2024, 2024" in text
    assert "De värdena kan därför inte ändras längre." in text
    assert "Ingen plan fördelar" in words(soup_of(client, "day", "folkmangd", "12", "2019-12-31"))


def test_where_a_draft_uses_it_is_only_for_those_who_read_drafts(client, reader, plan_2024):
    plan = make.make_plan("hemlig", years=(2031,), collaboration=plan_2024.collaboration, title="Hemlig plan")
    basis = plan_2024.years.get().cost_basis
    make.make_cost_basis(plan, 2031, figure_set=basis.figure_set, rule=basis.rule)
    asked = ("day", "folkmangd", "12", "2022-12-31")
    assert "Hemlig plan" not in words(soup_of(client, *asked))
    make.make_role(reader, "economist", collaboration=plan_2024.collaboration)
    client.force_login(type(reader).objects.get(pk=reader.pk))
    assert "Hemlig plan, 2031" in words(soup_of(client, *asked))


def test_rows_stand_in_swedish_order_and_can_be_sorted(client, reader):
    asked = ("day", "folkmangd", "12", "2022-12-31")
    page = soup_of(client, *asked)
    names = first_column(page)
    assert names[:2] == ["Bjuv", "Bromölla"]
    assert names[-3:] == ["Ängelholm", "Örkelljunga", "Östra Göinge"]
    assert page.select_one("[aria-sort]").get_text(strip=True) == "Organisation"
    assert first_column(soup_of(client, *asked, sortera="varde", riktning="fallande"))[:2] == ["Malmö", "Helsingborg"]
    assert first_column(soup_of(client, *asked, sortera="andring", riktning="stigande"))
    assert first_column(soup_of(client, *asked, sortera="'", riktning="ner")) == names


@pytest.mark.parametrize(
    ("name", "arguments"), [("list", []), ("key", ["folkmangd"]), ("day", ["folkmangd", "00", "2026-05-31"])]
)
def test_query_counts_do_not_grow_with_rows(name, arguments, client, reader, plan_2024, django_assert_max_num_queries):
    """DESIGN section 6: query counts do not grow with the number of rows."""
    address = reverse(f"key_figures:{name}", args=arguments)

    def count() -> int:
        with django_assert_max_num_queries(40) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        part = cost.make_measure_key()
        cost.make_figures(part)
        cost.make_weighted_key({folk: 1, part: 2})
        cost.make_increase_key(part)
        cost.make_figures(folk, on=datetime.date(2010 + number, 12, 31), region_code="00")
        named = {"name": f"Regel {number}", "slug": f"siffra-{number}"}
        cost.make_rule(allocation_key=folk, collaboration=plan_2024.collaboration, **named)
        plan = make.make_plan(f"p{number}", years=(2031 + number,), collaboration=plan_2024.collaboration)
        make.make_cost_basis(
            plan, 2031 + number, figure_set=folk.figure_sets.get(region_code="00", reference_date="2026-05-31")
        )
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.ADOPTED)

    folk = AllocationKey.objects.get(slug="folkmangd")
    add(0)
    count()
    few = count()
    for number in range(1, 5):
        add(number)
    assert count() == few


def test_what_a_revision_uses_is_only_for_those_who_read_drafts(client, reader, plan_2024):
    """Everyone reads the version that stands; which day the revision is shared by is the draft's own."""
    plan = make.make_plan("reviderad", years=(2031,), collaboration=plan_2024.collaboration, title="Reviderad plan")
    make_readable_version(plan, status=Plan.Status.DRAFT, state=DecisionRound.State.ADOPTED)
    basis = plan_2024.years.get().cost_basis
    make.make_cost_basis(plan, 2031, figure_set=basis.figure_set, rule=basis.rule)
    assert "Reviderad plan" not in words(soup_of(client, "day", "folkmangd", "12", "2022-12-31"))
