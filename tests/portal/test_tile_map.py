"""The tile map: 33 tiles on their own places, steps that do not overlap, figures in words."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.money import plain
from budgets.tables import cost_table
from skane_digi.portal.tile_map import AMOUNT, PER_INHABITANT, breakable, tile_map


@pytest.fixture
def table(plan_2024):
    return cost_table(plan_2024, 2024)


def test_every_municipality_has_a_place_of_its_own_within_six_by_seven(table):
    tiles = tile_map(table).tiles
    places = {(tile.column, tile.row) for tile in tiles}
    assert len(tiles) == len(places) == 33
    assert max(column for column, _ in places) == 6
    assert max(row for _, row in places) == 7
    assert min(min(place) for place in places) == 1


def test_a_higher_amount_never_has_a_lower_step_and_all_steps_are_used(table):
    tiles = sorted(tile_map(table).tiles, key=lambda tile: int(plain(tile.figure).replace(" ", "")))
    steps = [tile.step for tile in tiles]
    assert steps == sorted(steps)
    assert set(steps) == {1, 2, 3, 4, 5}


def test_the_legend_says_each_step_in_words_and_counts_every_tile(table):
    steps = tile_map(table, AMOUNT).steps
    assert plain(steps[0].text).startswith("4 604–")
    assert plain(steps[-1].text).endswith("–221 098 kr")
    assert sum(step.count for step in steps) == 33


def test_equal_figures_share_a_step(table):
    """The rule gives every municipality the same cost per inhabitant; no tile may look as if it paid more."""
    found = tile_map(table, PER_INHABITANT)
    by_figure = {}
    for tile in found.tiles:
        by_figure.setdefault(tile.figure, set()).add(tile.step)
    assert all(len(steps) == 1 for steps in by_figure.values())
    assert sum(step.count for step in found.steps) == 33


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Staffanstorp", "Staffans\u00adtorp"), ("Östra Göinge", "Östra Göinge"), ("Bjuv", "Bjuv"), ("Lomma", "Lomma")],
)
def test_long_names_break_between_their_parts(name, expected):
    assert breakable(name) == expected


def test_the_page_is_a_list_with_names_figures_and_the_region_beside(client, plan_2024):
    soup = BeautifulSoup(client.get(reverse("portal:map", args=["2024", 2024])).content, "html5lib")
    assert len(soup.select("ul.tile-map > li")) == 33
    malmo = next(tile for tile in soup.select(".tile") if "Malmö" in tile.get_text())
    assert "221 098 kr" in " ".join(plain(malmo.get_text(" ")).split())
    assert "875 000,00 kr" in plain(soup.select_one(".map-legend").get_text(" "))
