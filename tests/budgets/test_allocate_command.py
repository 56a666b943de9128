"""manage.py allocate: what it prints in each format, and how it refuses."""

import csv
import datetime
import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

from tests import factories as make

pytestmark = pytest.mark.django_db


def allocate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("allocate", *arguments, stdout=out)
    return out.getvalue()


class TestJson:
    def test_2024_at_the_printed_total(self, real_plans):
        """Sums to exactly 2 100 000 with the Region at 1 050 000 and rate 74,24."""
        answer = json.loads(allocate("2024", "--year", "2024", "--total", "2100000", "--format", "json"))
        shares = answer.pop("shares")
        assert answer == {
            "plan": "2024",
            "year": 2024,
            "total": "2100000.00",
            "rate_ore": "74.24",
            "population_on": "2022-12-31",
        }
        assert len(shares) == 34
        assert sum(Decimal(share["amount"]) for share in shares) == 2_100_000
        assert sum(Fraction(share["exact"]) for share in shares) == 2_100_000
        assert shares[0] == {
            "code": "12",
            "name": "Region Skåne",
            "population": 1_414_324,
            "exact": "1050000/1",
            "amount": "1050000.00",
            "calculation": "2 100 000,00 × 1 / 2 = 1 050 000,00",
        }
        by_code = {share["code"]: share["amount"] for share in shares}
        assert (by_code["1285"], by_code["1275"]) == ("25762.17", "5524.97")

    def test_2023_gives_the_region_1_150_000_and_82_09_ore(self, real_plans):
        answer = json.loads(allocate("2022-2023", "--year", "2023", "--format", "json"))
        assert (answer["total"], answer["rate_ore"], answer["population_on"]) == ("2300000.00", "82.09", "2021-11-30")
        assert answer["shares"][0]["amount"] == "1150000.00"
        assert sum(Decimal(share["amount"]) for share in answer["shares"]) == 2_300_000

    def test_without_total_the_lines_are_shared(self, real_plans):
        answer = json.loads(allocate("2024", "--year", "2024", "--format", "json"))
        assert (answer["total"], answer["rate_ore"]) == ("1750000.00", "61.87")

    def test_population_of_another_day(self, real_plans):
        answer = json.loads(allocate("2024", "--year", "2024", "--population", "2026-05-31", "--format", "json"))
        assert answer["population_on"] == "2026-05-31"
        # The county's set, which states 1 433 842, and not the national one of the same day.
        assert answer["rate_ore"] == str(round(Decimal(1_750_000) * 100 / (2 * 1_433_842), 2))

    def test_population_of_the_own_county_before_a_smaller_one(self):
        plan = make.make_shared_plan(1200)
        day = datetime.date(2028, 12, 31)
        make.make_figure_set({"9999": 5}, on=day, region_code="99")
        make.make_figure_set({"9101": 1, "9102": 1, "9103": 1}, on=day)
        answer = json.loads(allocate(plan.slug, "--year", "2030", "--population", "2028-12-31", "--format", "json"))
        assert [share["amount"] for share in answer["shares"]] == ["600.00", "200.00", "200.00", "200.00"]

    def test_national_population_where_the_county_has_none_of_its_own(self):
        plan = make.make_shared_plan(1200)
        values = {"9101": 1, "9102": 1, "9103": 1, "9999": 5}
        make.make_figure_set(values, on=datetime.date(2028, 12, 31), region_code="00")
        answer = json.loads(allocate(plan.slug, "--year", "2030", "--population", "2028-12-31", "--format", "json"))
        assert [share["population"] for share in answer["shares"]] == [3, 1, 1, 1]

    def test_whole_kronor(self, real_plans):
        answer = json.loads(allocate("2024", "--year", "2024", "--unit", "kr", "--format", "json"))
        assert all(share["amount"].endswith(".00") for share in answer["shares"])
        assert sum(Decimal(share["amount"]) for share in answer["shares"]) == 1_750_000

    def test_other_weights_have_no_rate(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), 1000)
        make.make_cost_basis(plan, rule=make.make_rule({"region": 3, "kommuner": 7}))
        answer = json.loads(allocate(plan.slug, "--year", "2030", "--format", "json"))
        assert answer["rate_ore"] is None

    def test_the_total_may_be_written_as_people_write_it(self, real_plans):
        answer = json.loads(allocate("2024", "--year", "2024", "--total", "2 100 000,50 kr", "--format", "json"))
        assert answer["total"] == "2100000.50"
        assert sum(Decimal(share["amount"]) for share in answer["shares"]) == Decimal("2100000.50")


class TestCsv:
    def test_semicolon_and_decimal_point_with_a_sum_last(self, real_plans):
        text = allocate("2024", "--year", "2024", "--total", "2100000", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert list(rows[0]) == ["code", "name", "population", "exact", "amount", "calculation"]
        assert rows[0]["amount"] == "1050000.00"
        *shares, total = rows
        assert len(shares) == 34
        assert (total["code"], total["name"], total["amount"]) == ("", "Summa", "2100000.00")
        assert sum(Decimal(row["amount"]) for row in shares) == Decimal(total["amount"])


class TestTable:
    def test_2024_says_that_the_printed_total_disagrees(self, real_plans):
        text = allocate("2024", "--year", "2024")
        assert "Stämmer inte: i planen står summan 2 100 000,00 kr." in text
        assert "Kostnad per invånare och organisation: 61,87 öre" in text
        assert "\u202f" not in text
        assert text.splitlines()[-1].split()[0] == "Summa"
        assert text.rstrip().endswith("1 750 000,00")

    def test_2023_says_which_population_is_used_for_what(self, real_plans):
        text = allocate("2022-2023", "--year", "2023")
        assert "Folkmängd 2021-11-30: 1 400 973 invånare" in text
        assert "Andelarna räknas på delarna och kostnaden per invånare på källans summa." in text
        assert "Delarna avser 2021-12-31." in text
        assert "82,09 öre" in text
        assert "Stämmer inte" not in text

    def test_a_given_total_is_called_so(self, real_plans):
        assert "angivet belopp; budgetposterna ger 1 750 000,00 kr" in allocate(
            "2024", "--year", "2024", "--total", "2100000"
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["2025", "--year", "2025"], "kortnamnet ”2025”. Det finns: 2024, 2022-2023."),
            (["2024", "--year", "2023"], "har inte verksamhetsåret 2023. Planens år: 2024."),
            (["2022-2023", "--year", "2022"], "summan att fördela på organisationerna 0 kr. Ange ett belopp"),
            (
                ["2024", "--year", "2024", "--population", "2000-01-01"],
                "ingen folkmängd för 2000-01-01. Det finns: 2018",
            ),
            (["2024", "--year", "2024", "--total", "massor"], "--total: ”massor” är inte ett belopp"),
            (["2024", "--year", "2024", "--total", "0"], "större än noll"),
            (["2024", "--year", "2024", "--total", "-5"], "större än noll"),
            (["2024", "--year", "2024", "--total", "1,50", "--unit", "kr"], "inte ett helt antal kronor"),
            (["2024", "--year", "tjugo"], "är inte ett årtal"),
            (["2024", "--year", "2024", "--population", "igår"], "är inte ett datum"),
        ],
    )
    def test_says_what_is_wrong_and_how_to_mend_it(self, real_plans, arguments, message):
        plan, *options = arguments
        pairs = [f"{name}={value}" for name, value in zip(options[::2], options[1::2], strict=True)]
        with pytest.raises(CommandError) as refusal:
            allocate(plan, *pairs)
        assert message in str(refusal.value)

    def test_missing_key_figures_are_named(self):
        plan = make.make_shared_plan(100)
        plan.years.get().cost_basis.figure_set.figures.filter(organisation__code="9101").delete()
        with pytest.raises(CommandError, match="saknar värde för Alby"):
            allocate(plan.slug, "--year", "2030")

    def test_a_collaboration_without_rule_is_refused(self):
        plan = make.make_plan()
        make.make_line(make.make_area(plan), 100)
        with pytest.raises(CommandError, match="saknar kostnadsfördelningsregel"):
            allocate(plan.slug, "--year", "2030", "--population", "2029-12-31")

    def test_the_exit_status_is_not_zero(self, real_plans, monkeypatch, capsys):
        monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
        with pytest.raises(SystemExit) as exit_:
            ManagementUtility(["manage.py", "allocate", "2025", "--year", "2025"]).execute()
        assert exit_.value.code == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert "Det finns ingen handlingsplan" in output.err

    def test_help_explains_the_formats(self, capsys):
        with pytest.raises(SystemExit) as exit_:
            call_command("allocate", "--help")
        assert exit_.value.code == 0
        assert "täljare/nämnare" in capsys.readouterr().out
