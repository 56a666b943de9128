"""The list of scenarios and the page where one is worked on."""

import datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from budgets.models import BudgetLine, Scenario
from budgets.scenario_editing import keep_scenario, read_scenario, share_scenario
from budgets.scenarios import AddedLine, ChangedAmount, Changes, Joining, OtherDay
from plans.models import Plan
from skane_digi.scenarios.desk import LONGEST_ADDRESS
from tests import factories as make
from tests.scenarios.conftest import address, attempt, client_of, filled_in, line_of, soup_of, words

pytestmark = pytest.mark.django_db
LATER = datetime.date(2030, 6, 30)


def rows_of(answer) -> dict[str, list[str]]:
    """The table of what each organisation pays: figures by name."""
    rows = soup_of(answer).select("table.cost-table tbody[data-sort-rows] tr")
    return {words(row.th.a): [words(cell) for cell in row.select("td")] for row in rows}


class TestTrying:
    def test_nothing_is_changed_at_first(self, at_desk, plan):
        answer = at_desk.get(attempt(plan))
        assert answer.status_code == 200
        assert rows_of(answer)["Åkarp"] == ["450,00", "450,00", "0", "0 %"]
        assert "Ingen betalar mer eller mindre." in words(soup_of(answer))

    def test_what_is_filled_in_comes_to_stand_in_the_address(self, at_desk, plan):
        key = line_of(plan).key
        data = filled_in(at_desk, attempt(plan), **{f"belopp-{key}": "1 800", "rakna": "1"})
        answer = at_desk.post(attempt(plan), data)
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer["Location"]).query) == {"provat": ["1"], "belopp": [f"{key}=1800"]}
        page = at_desk.get(answer["Location"])
        assert rows_of(page)["Åkarp"] == ["450,00", "600,00", "+150,00", "+33,33 %"]
        assert (
            soup_of(page).select_one(f"[name='belopp-{key}']")["value"].replace("\N{NARROW NO-BREAK SPACE}", " ")
            == "1 800"
        )
        assert not Scenario.objects.exists()

    def test_everything_can_be_changed_in_the_form(self, at_desk, plan):
        make.make_organisation("9201", "Utby")
        make.make_figure_set({"9201": 60}, region_code="92")
        make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=LATER)
        make.make_figure_set({"9201": 60}, on=LATER, region_code="92")
        make.make_rule({"region": 30, "kommuner": 70}, slug="tung")
        area = plan.focus_areas.order_by("position")[0]
        changed = {
            f"bort-{line_of(plan, 1).key}": "on",
            "ny-omrade-1": area.slug,
            "ny-namn-1": "Ny del",
            "ny-belopp-1": "100",
            "ny-regel-1": "tung",
            f"omradesregel-{area.slug}": "tung",
            "regel": "tung",
            "dag-provtal": "91@2030-06-30",
            "utan": ["9101"],
            "med-1": "9201",
            "part-1": "kommuner",
            "namn": "Allt",
            "spara": "1",
        }
        answer = at_desk.post(attempt(plan), filled_in(at_desk, attempt(plan), **changed))
        assert answer.status_code == 302
        changes = read_scenario(Scenario.objects.get())
        assert [line.key for line in changes.dropped] == [line_of(plan, 1).key]
        assert changes.added == (AddedLine(area.slug, "Ny del", Decimal(100), "tung"),)
        assert changes.figures == (OtherDay("provtal", "91", LATER),)
        assert (changes.rule, [row.area for row in changes.rules]) == ("tung", [area.slug])
        assert (changes.leaving, changes.joining) == (("9101",), (Joining("9201", "kommuner"),))
        assert changes.amounts == ()
        again = filled_in(at_desk, answer["Location"], spara="1")
        assert again["ny-namn-1"] == "Ny del"
        again["utan"] = ["9101"]
        assert at_desk.post(answer["Location"], again).status_code == 302
        assert read_scenario(Scenario.objects.get()) == changes

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("belopp", "mycket", "är inte ett belopp"),
            ("belopp", "-5", "Beloppet är mindre än noll."),
            ("belopp", "", "Skriv ett belopp, 0 om inget är avsatt"),
            ("ny-namn-1", "Utan område", "Välj vilket område den nya posten hör till."),
            ("ny-belopp-2", "12,345", "högst två decimaler"),
        ],
    )
    def test_wrong_input_is_told_and_kept(self, at_desk, plan, field, value, said):
        name = f"belopp-{line_of(plan).key}" if field == "belopp" else field
        answer = at_desk.post(attempt(plan), filled_in(at_desk, attempt(plan), **{name: value}))
        assert answer.status_code == 422
        soup = soup_of(answer)
        assert said in words(soup.select_one(".findings"))
        assert soup.select_one(f"[name='{name}']").get("value", "") == value
        assert soup.select_one(f".findings a[href='#id_{name}'], .findings a[href='#id_ny-omrade-1']")

    def test_more_than_an_address_can_hold_is_shown_at_once(self, at_desk, plan):
        area = plan.focus_areas.order_by("position")[0]
        added = {}
        for number in range(1, 90):
            added |= {f"ny-omrade-{number}": area.slug, f"ny-namn-{number}": f"Del {number:0>40}"}
            added[f"ny-belopp-{number}"] = "10"
        answer = at_desk.post(attempt(plan), filled_in(at_desk, attempt(plan)) | added)
        assert answer.status_code == 200
        assert len("x" * 40 * 89) > LONGEST_ADDRESS
        assert rows_of(answer)["Region Prov"][2] == "+445,00"

    def test_a_line_that_is_gone_is_reported_from_an_old_address(self, at_desk, plan):
        answer = at_desk.get(attempt(plan), {"provat": "1", "belopp": "borta=100"})
        assert "Posten borta finns inte längre" in words(soup_of(answer).select_one(".findings"))
        assert not rows_of(answer)

    def test_a_line_that_went_while_the_page_was_open_is_reported(self, at_desk, plan):
        data = filled_in(at_desk, attempt(plan))
        line_of(plan, 1).delete()
        answer = at_desk.post(attempt(plan), data)
        assert answer.status_code == 422
        assert "En post har tagits bort ur budgeten" in words(soup_of(answer).select_one(".findings"))

    def test_a_line_that_came_while_the_page_was_open_is_left_as_it_is(self, at_desk, plan):
        data = filled_in(at_desk, attempt(plan))
        make.make_line(make.make_complete_area(plan), 60)
        answer = at_desk.post(attempt(plan), data)
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer["Location"]).query) == {"provat": ["1"]}

    @pytest.mark.parametrize("query", ["belopp=x", "dag=igår", "ny=x", "med=1", "sortera=hatt", "mot=hatt", "org=hatt"])
    def test_a_strange_address_is_answered(self, at_desk, plan, query):
        assert at_desk.get(f"{attempt(plan)}?provat=1&{query}").status_code == 200

    def test_a_year_that_is_not_the_plans_is_not_there(self, at_desk, plan):
        assert at_desk.get(reverse("scenarios:attempt", args=[plan.slug, 2031])).status_code == 404

    def test_a_plan_that_cannot_be_shared_says_why(self, at_desk, plan):
        plan.years.get().cost_basis.delete()
        assert "saknar fördelningsunderlag" in words(soup_of(at_desk.get(attempt(plan))))

    def test_an_auditor_tries_but_does_not_save(self, auditor, plan):
        client = client_of(auditor)
        data = filled_in(client, attempt(plan), **{f"belopp-{line_of(plan).key}": "1 800"})
        assert client.post(attempt(plan), data).status_code == 302
        assert not soup_of(client.get(attempt(plan))).select("[name=spara]")
        assert client.post(attempt(plan), data | {"namn": "Mitt", "spara": "1"}).status_code == 404
        assert not Scenario.objects.exists()


class TestEffect:
    def test_the_table_is_sorted_by_its_head(self, at_desk, scenario):
        page = soup_of(at_desk.get(address("scenario", scenario), {"sortera": "efter", "riktning": "stigande"}))
        names = [words(row.th.a) for row in page.select("table.cost-table tbody[data-sort-rows] tr")]
        assert names == ["Alby", "Björnå", "Åkarp", "Region Prov"]
        assert page.select_one("th[aria-sort]")["aria-sort"] == "ascending"

    def test_one_organisation_is_shown_line_by_line(self, at_desk, scenario):
        page = soup_of(at_desk.get(address("scenario", scenario), {"org": "9103"}))
        table = page.select_one("section[aria-labelledby=organisationen] table")
        assert [words(cell) for cell in table.select("tbody tr")[0].select("td")] == ["300,00", "450,00", "+150,00"]
        assert [words(cell) for cell in table.select("tr.total td")] == ["450,00", "600,00", "+150,00"]

    def test_the_map_says_the_change_in_figures_and_words(self, at_desk, plan, scenario):
        organisation = plan.collaboration.memberships.get(organisation__code="9103").organisation
        organisation.tile_column, organisation.tile_row = 2, 3
        organisation.save()
        page = soup_of(at_desk.get(address("scenario", scenario)))
        tile = page.select_one(".tile-map .tile")
        assert words(tile) == "Åkarp ↑ +150 kr, upp till 33,4 % mer"
        assert {"tile--column-3", "tile--row-4", "change-more"} <= set(tile["class"])
        assert "↑ upp till 33,4 % mer 1 kommun" in words(page.select_one(".map-legend"))

    def test_the_bars_are_in_order_and_on_a_scale_of_their_own(self, at_desk, scenario):
        page = soup_of(at_desk.get(address("scenario", scenario)))
        region, municipalities = page.select("table.change-chart")
        assert [words(row.th) for row in municipalities.select("tbody tr")] == ["Åkarp", "Björnå", "Alby"]
        assert [bar["width"] for bar in municipalities.select("rect.bar")] == ["1000", "667", "333"]
        assert [bar["width"] for bar in region.select("rect.bar")] == ["1000"]

    def test_a_decrease_goes_to_the_left_of_the_zero_line(self, at_desk, plan):
        make.make_figure_set({"9101": 30, "9102": 20, "9103": 10}, on=LATER)
        page = soup_of(at_desk.get(attempt(plan), {"provat": "1", "dag": "provtal@2030-06-30"}))
        bars = page.select("table.change-chart")[1].select("rect.bar")
        assert [(bar["x"], bar["width"]) for bar in bars] == [("500", "500"), ("500", "0"), ("0", "500")]
        assert (
            "1 betalar mer, tillsammans 300,00 kr, 1 betalar mindre, tillsammans 300,00 kr, och 2 betalar detsamma."
            in (words(page))
        )

    def test_what_it_is_compared_with_can_be_chosen(self, at_desk, plan, scenario):
        make.make_shared_plan(600, years=(2029,), status=Plan.Status.ADOPTED)
        page = at_desk.get(address("scenario", scenario), {"mot": "fore"})
        assert rows_of(page)["Region Prov"][:2] == ["300,00", "1 200,00"]
        links = {words(link) for link in soup_of(page).select("nav[aria-label='Jämför med'] a")}
        assert links == {"Utkastet", "Året före"}

    def test_a_plan_that_is_sent_is_not_called_a_draft(self, at_desk, plan, scenario):
        make.make_shared_plan(600, years=(2029,), status=Plan.Status.ADOPTED)
        Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.SUBMITTED)
        page = soup_of(at_desk.get(address("scenario", scenario)))
        links = {words(link) for link in page.select("nav[aria-label='Jämför med'] a")}
        assert links == {"Planen", "Året före"}


class TestSaving:
    def test_a_try_is_kept_by_name(self, at_desk, plan, economist):
        data = filled_in(at_desk, attempt(plan), **{f"belopp-{line_of(plan).key}": "1 800"}, namn="Mer", spara="1")
        answer = at_desk.post(attempt(plan), data)
        kept = Scenario.objects.get()
        assert answer["Location"] == address("scenario", kept)
        assert (kept.name, kept.made_by, read_scenario(kept).amounts[0].amount) == ("Mer", economist, 1800)

    def test_a_name_that_is_taken_is_told_at_its_field(self, at_desk, plan, scenario):
        data = filled_in(at_desk, attempt(plan), namn=scenario.name, spara="1")
        answer = at_desk.post(attempt(plan), data)
        assert answer.status_code == 422
        assert "redan ett scenario med det namnet" in words(soup_of(answer).select_one("#id_namn_error"))
        assert soup_of(answer).select_one("#id_namn")["value"] == scenario.name

    def test_a_change_is_tried_before_it_is_saved(self, at_desk, plan, scenario):
        path = address("scenario", scenario)
        answer = at_desk.post(path, filled_in(at_desk, path, **{f"belopp-{line_of(plan).key}": "900"}))
        page = soup_of(at_desk.get(answer["Location"]))
        assert "Ändringarna du prövar är inte sparade" in words(page.select_one("p.notice"))
        assert read_scenario(scenario).amounts[0].amount == 1800
        at_desk.post(answer["Location"], filled_in(at_desk, answer["Location"], spara="1"))
        assert read_scenario(Scenario.objects.get()).amounts[0].amount == 900

    def test_nothing_is_saved_over_what_someone_else_has_saved(self, at_desk, plan, scenario, editor):
        share_scenario(scenario=scenario, is_shared=True, by=scenario.made_by)
        path, other = address("scenario", scenario), client_of(editor)
        mine = filled_in(at_desk, path, **{f"belopp-{line_of(plan).key}": "900"}, spara="1")
        theirs = filled_in(other, path, namn="Annat namn", spara="1")
        assert other.post(path, theirs).status_code == 302
        answer = at_desk.post(path, mine)
        assert answer.status_code == 422
        assert "har ändrats medan du hade sidan öppen" in words(soup_of(answer).select_one(".findings"))
        assert Scenario.objects.get().name == "Annat namn"
        again = mine | {"sedd": soup_of(answer).select_one("[name=sedd]")["value"]}
        assert at_desk.post(path, again).status_code == 302
        assert read_scenario(Scenario.objects.get()).amounts[0].amount == 900

    def test_one_that_cannot_be_read_says_so(self, at_desk, scenario):
        Scenario.objects.update(changes={"belopp": 1})
        assert "kan inte läsas" in words(soup_of(at_desk.get(address("scenario", scenario))))
        listed = reverse("scenarios:list", args=[scenario.plan.slug])
        assert "kan inte läsas" in words(soup_of(at_desk.get(listed)))


class TestList:
    def listed(self, client, plan) -> str:
        return words(soup_of(client.get(reverse("scenarios:list", args=[plan.slug]))).main)

    def test_it_says_what_changes_and_what_the_total_becomes(self, at_desk, plan, scenario):
        said = self.listed(at_desk, plan)
        assert "Bara du ser det." in said
        assert "1 200 → 1 800 kr." in said
        assert "2 400 kr att fördela, +600 mot budgeten nu" in said

    def test_one_whose_line_is_gone_says_so(self, at_desk, plan, scenario):
        line_of(plan).delete()
        assert "finns inte längre bland posterna" in self.listed(at_desk, plan)

    def test_others_see_it_when_it_is_shared(self, plan, scenario, editor):
        client = client_of(editor)
        assert "Mer pengar" not in self.listed(client, plan)
        assert client.get(address("scenario", scenario)).status_code == 404
        share_scenario(scenario=scenario, is_shared=True, by=scenario.made_by)
        assert "Mer pengar" in self.listed(client, plan)
        assert "Emil Ekonom." in self.listed(client, plan)
        assert client.get(address("scenario", scenario)).status_code == 200


def test_queries_do_not_grow(at_desk, plan, economist, django_assert_max_num_queries, django_assert_num_queries):
    """DESIGN: constant query counts, of the list with its scenarios and of the page with its lines."""

    def fill(count: int) -> None:
        for number in range(count):
            line = make.make_line(make.make_complete_area(plan), 10)
            changes = Changes(amounts=(ChangedAmount(line.key, Decimal(20)),), leaving=("9101",))
            keep_scenario(plan=plan, year=2030, name=f"{count} {number}", changes=changes, by=economist)

    fill(2)
    for path in (reverse("scenarios:list", args=[plan.slug]), f"{attempt(plan)}?provat=1&utan=9101&org=9102"):
        with django_assert_max_num_queries(60) as captured:
            at_desk.get(path)
        fill(3 + BudgetLine.objects.count())
        with django_assert_num_queries(len(captured)):
            at_desk.get(path)
