"""The Swedish alphabet and letters, on both engines."""

import pytest

from plans.collation import in_swedish_order, swedish_key
from plans.models import (
    Organisation,
    Plan,
)
from tests import factories as make

pytestmark = pytest.mark.django_db


class TestSwedish:
    NAMES = ("Åstorp", "Ängelholm", "Örkelljunga", "Zeta", "Alby", "ånge", "Östra Göinge")
    ORDER = ("Alby", "Zeta", "ånge", "Åstorp", "Ängelholm", "Örkelljunga", "Östra Göinge")

    @pytest.fixture
    def organisations(self):
        for number, name in enumerate(self.NAMES):
            make.make_organisation(f"93{number:02}", name)
        return Organisation.objects.filter(code__startswith="93")

    def test_the_database_sorts_by_the_swedish_alphabet(self, organisations):
        ordered = organisations.order_by(in_swedish_order("short_name"))
        assert tuple(row.short_name for row in ordered) == self.ORDER

    def test_python_sorts_as_the_database(self):
        assert tuple(sorted(self.NAMES, key=swedish_key)) == self.ORDER

    def test_regions_come_before_municipalities(self, organisations):
        make.make_organisation("94", "Ö-regionen")
        names = [row.short_name for row in Organisation.objects.filter(code__startswith="9").by_name()]
        assert names[0] == "Ö-regionen"
        assert tuple(names[1:]) == self.ORDER

    @pytest.mark.parametrize("query", ["åst", "ÅST", "Åst", "STORP"])
    def test_search_finds_swedish_letters_in_any_case(self, organisations, query):
        assert [row.short_name for row in organisations.filter(short_name__icontains=query)] == ["Åstorp"]

    @pytest.mark.parametrize("query", ["%", "_", "\\", "A%y", "[a-z]", "."])
    def test_signs_with_a_meaning_in_patterns_are_only_signs(self, organisations, query):
        assert not organisations.filter(short_name__icontains=query).exists()

    def test_a_sign_is_found_where_it_is(self, organisations):
        make.make_organisation("9399", "50 % Öst_by (ny)")
        for query in ("50 %", "st_by", "(ny)"):
            assert organisations.filter(short_name__icontains=query).get().code == "9399"

    def test_a_like_without_a_value_is_neither_true_nor_false(self, organisations):
        assert not Plan.objects.filter(title__icontains="Handlingsplan", dated_on__contains="x").exists()
