"""The map of standings: every organisation in its place, in words with a mark, and counted in a legend."""

import pytest
from django.urls import reverse

from plans.register import Standing
from plans.roles import Role
from skane_digi.decisions.register_words import SHORT
from skane_digi.decisions.shown_register import shown_register
from skane_digi.decisions.standing_map import standing_map
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.conftest import board_address, soup_of, words
from tests.decisions.rounds import make_readable_version, sign_in

pytestmark = pytest.mark.django_db

# Each standing, and what an organisation has recorded to be in it.
RECORDED = {
    Standing.ADOPTED: {"outcome": "adopted"},
    Standing.WAITING: {"outcome": "conditional"},
    Standing.REJECTED: {"outcome": "rejected"},
    Standing.RETURNED: {"outcome": "returned"},
    Standing.TABLED: {"outcome": "tabled"},
    Standing.UNDERWAY: {"outcome": "adopted", "stage": "proposes"},
}


@pytest.fixture
def real_version(plan_2024):
    """A version of a plan that the real 34 decide on; seven of them stand in a standing each."""
    plan = make.make_plan("prov-2031", years=(2031,), collaboration=plan_2024.collaboration)
    version = make_readable_version(plan)
    codes = [code for code in version.member_codes if len(code) == 4]
    for code, (standing, fields) in zip(codes, RECORDED.items(), strict=False):
        decision = decide.make_decision(version, code, **fields)
        if standing == Standing.WAITING:
            decide.make_condition(decision, "region")
    return version


def test_every_municipality_has_its_own_place_and_the_region_stands_beside(real_version):
    found = standing_map(shown_register(real_version.plan, None))
    assert len({(tile.column, tile.row) for tile in found.tiles}) == len(found.tiles) == 33
    assert [tile.name for tile in found.unplaced] == ["Region Skåne"]


def test_the_tiles_are_read_in_alphabetical_order_with_å_ä_ö_last(real_version):
    names = [tile.name for tile in standing_map(shown_register(real_version.plan, None)).tiles]
    assert names[0] == "Bjuv"
    assert names[-4:] == ["Åstorp", "Ängelholm", "Örkelljunga", "Östra Göinge"]


def test_the_legend_counts_all_34_and_leads_to_those_of_each_standing(real_version):
    found = standing_map(shown_register(real_version.plan, None))
    assert sum(step.count for step in found.legend) == 34
    assert {step.standing: step.count for step in found.legend}[Standing.NONE] == 28
    assert {step.query for step in found.legend} == {f"lage={standing.value}" for standing in Standing}


def test_no_state_is_said_by_colour_alone(client, real_version):
    """States are words with a mark, never colour alone; the map is a list for those who do not see it."""
    sign_in(client, Role.READER, real_version)
    soup = soup_of(client, board_address(real_version))
    tiles = soup.select(".tile-map > li, .unplaced > li")
    assert len(tiles) == 34
    drawn = {symbol["id"] for symbol in soup.select("symbol")}
    for tile in tiles:
        word, mark = words(tile.select_one(".tile__standing")), tile.select_one("use")["href"]
        standing = mark.removeprefix("#mark-")
        assert mark.removeprefix("#") in drawn
        assert f"standing-{standing}" in tile["class"]
        assert word == SHORT[Standing(standing)]


def test_each_tile_leads_to_the_organisations_page(client, real_version):
    sign_in(client, Role.READER, real_version)
    soup = soup_of(client, board_address(real_version))
    found = {link["href"] for link in soup.select(".tile a")}
    plan = real_version.plan
    assert found == {reverse("decisions:organisation", args=[plan.slug, code]) for code in real_version.member_codes}
    assert client.get(reverse("decisions:organisation", args=[plan.slug, "1285"])).status_code == 200


def test_organisations_without_a_place_are_listed_and_no_empty_map_is_drawn(client, version):
    sign_in(client, Role.READER, version)
    soup = soup_of(client, board_address(version))
    assert not soup.select(".tile-map")
    assert [words(node) for node in soup.select(".unplaced .tile__name")] == ["Alby", "Björnå", "Region Prov", "Åkarp"]
