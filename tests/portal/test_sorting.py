"""The order of the cost table."""

import re

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict
from django.urls import reverse

from budgets.tables import cost_table
from skane_digi.portal.sorting import Order, columns, sorted_rows

FIRST = {
    "sortera=namn&riktning=stigande": "Bjuv",
    "sortera=namn&riktning=fallande": "Östra Göinge",
    "sortera=belopp&riktning=stigande": "Perstorp",
    "sortera=belopp&riktning=fallande": "Region Skåne",
    "sortera=folkmangd&riktning=stigande": "Perstorp",
    "": "Region Skåne",
    "sortera=okänt&riktning=stigande": "Region Skåne",
}


@pytest.mark.parametrize(("query", "first"), FIRST.items())
def test_the_server_sorts_by_the_query(query, first, plan_2024):
    rows = sorted_rows(cost_table(plan_2024, 2024).rows, Order.from_query(QueryDict(query)))
    assert rows[0].short_name == first
    assert len(rows) == 34


def test_equals_keep_to_the_alphabet_in_either_direction(plan_2024):
    rows = cost_table(plan_2024, 2024).rows
    for descending in (False, True):
        ordered = sorted_rows(rows, Order("invanare", descending))
        rate = ordered[5].per_inhabitant_ore
        names = [row.short_name for row in ordered if row.per_inhabitant_ore == rate and len(row.code) == 4]
        assert names[0] < names[1] < names[2]


def test_a_heads_next_click_turns_the_order_and_figures_begin_with_the_largest():
    heads = {head.key: head for head in columns(Order("belopp", is_descending=True), enligt="tryckt")}
    assert heads["belopp"].aria_sort == "descending"
    assert heads["belopp"].query == "enligt=tryckt&sortera=belopp&riktning=stigande"
    assert heads["folkmangd"].query.endswith("riktning=fallande")
    assert heads["namn"].query.endswith("riktning=stigande")
    assert heads["namn"].aria_sort == ""


def test_without_script_the_link_leads_back_to_its_own_head(client, plan_2024):
    """The keyboard goes on from the head that was used."""
    address = reverse("portal:costs", args=["2024", 2024])
    soup = BeautifulSoup(client.get(f"{address}?sortera=belopp&riktning=stigande").content, "html5lib")
    for link in soup.select(".sort-link"):
        assert re.search(r"#(.+)$", link["href"])[1] == link["id"]
    assert soup.select_one('th[aria-sort="ascending"] a')["id"] == "kolumn-belopp"
