"""The comparison as page and command, on the real plans: what it says, who may see it, and what it costs."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.money import plain
from budgets.year_comparison import plans_compared
from plans.models import Plan
from skane_digi.comparison import compare_with
from tests import factories as make

ADDRESS = "/planer/2024/jamforelse/"


def soup_of(client, address: str = ADDRESS, **query) -> BeautifulSoup:
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html5lib")


def words(node) -> str:
    return " ".join(plain(node.get_text(" ")).split())


@pytest.fixture
def next_draft(plan_2024) -> Plan:
    """A draft of 2025 that continues one area of 2024 and has more to share."""
    draft = make.make_plan("2025", years=(2025,), collaboration=plan_2024.collaboration)
    npo = plan_2024.focus_areas.get(slug="npo")
    area = make.make_area(draft, npo.name, slug="npo", background=npo.background, abbreviation=npo.abbreviation)
    make.make_lineage(draft, "continued", predecessor=npo, successor=area)
    make.make_line(area, 150_000, year=2025)
    return draft


def test_the_page_sums_up_areas_and_money(client, real_plans):
    text = words(soup_of(client).select_one(".comparison-sum"))
    assert "2 nya, 4 fortsätter, 1 byter namn, 1 avslutas." in text
    assert "−550 000 kr" in text
    assert "−24 %, från 2 300 000 till 1 750 000 kr" in text


def test_the_money_of_each_area_stands_beside_the_year_before(client, real_plans):
    rows = {words(row.th): [words(cell) for cell in row.select("td")] for row in soup_of(client).select("tbody tr")}
    assert rows["Mina planer"] == ["500 000", "1 100 000", "−600 000", "−55 %"]
    assert rows["Beslutsstöd"] == ["0", "700 000", "−700 000", "−100 %"]
    assert rows["Digitala hjälpmedel"] == ["400 000", "–", "+400 000", ""]
    assert rows["Säkra videomöten (avslutas)"] == ["–", "0", "0", ""]
    assert rows["Summa"] == ["1 750 000", "2 300 000", "−550 000", "−24 %"]


def test_each_area_folds_and_says_what_changed_in_it(client, real_plans):
    areas = soup_of(client).select("details.area-change")
    assert [words(area.h3) for area in areas[:8]][-1] == "Säkra videomöten"
    npo = words(areas[0].summary)
    assert "fortsätter" in npo
    assert "Övergripande mål: 3 ändrade" in npo
    assert "Aktiviteter: 1 ny, 4 ändrade, 6 finns inte kvar" in npo
    assert "2024: +50 000 kr (+100 %)" in npo
    assert not any(area.has_attr("open") for area in areas)
    assert all(area.has_attr("open") for area in soup_of(client, visa="allt").select("details.area-change"))


def test_marked_words_are_said_and_give_both_texts_back(client, real_plans):
    """Not colour alone: ins and del, each with a word for those who do not see the marks."""
    item = next(item for item in soup_of(client).select(".diff") if "Varje ansluten" in item.get_text())
    assert [words(mark.span) for mark in item.select("ins, del")] == ["struket:", "tillagt:", "struket:"]
    for hidden in item.select(".visually-hidden"):
        hidden.extract()
    texts = []
    for gone in ("ins", "del"):
        side = BeautifulSoup(str(item), "html5lib")
        for mark in side.select(gone):
            mark.extract()
        texts.append(side.get_text())
    assert texts == [
        "Alla vårdaktörer som anslutits till NPÖ som producenter gör samtliga relevanta informationsmängder "
        "tillgängliga.",
        "Varje ansluten vårdaktör som producerar till NPÖ gör samtliga relevanta informationsmängder tillgängliga.",
    ]


def test_the_renamed_area_says_its_name_before(client, real_plans):
    area = next(area for area in soup_of(client).select("details") if words(area.h3) == "Avvikelsehantering")
    assert "Hette Avvikelsehantering / Händelseanalys i Handlingsplan 2022–2023." in words(area)
    for link in area.select("a"):
        assert client.get(link["href"]).status_code == 200


def test_only_a_plan_with_one_before_it_has_the_tab(client, real_plans):
    for page in ("", "budget/", "kostnader/2024/", "karta/2024/"):
        assert soup_of(client, f"/planer/2024/{page}").select_one(f'.tabs a[href="{ADDRESS}"]')
    assert "Jämförelse" not in words(soup_of(client, "/planer/2022-2023/").select_one(".tabs"))
    assert "när styrgruppen har angett" in words(soup_of(client, "/planer/2022-2023/jamforelse/").main)


def test_any_earlier_plan_can_be_chosen_and_no_other(client, superuser, next_draft):
    client.force_login(superuser)
    address = reverse("portal:comparison", args=["2025"])
    soup = soup_of(client, address)
    assert words(soup.h1) == "Jämfört med 2024"
    assert [words(link) for link in soup.select(".switch a")] == ["Handlingsplan 2024", "Handlingsplan 2022–2023"]
    older = soup_of(client, address, med="2022-2023")
    assert words(older.h1) == "Jämfört med 2022–2023"
    assert "2025: +100 000 kr (+200 %)" in words(older.select_one("details"))
    for wrong in ("2025", "finns-inte", ""):
        assert client.get(address, {"med": wrong}).status_code == 404
    assert client.get(ADDRESS, {"med": "2025"}).status_code == 404


def test_a_draft_before_is_nothing_to_compare_with_unless_it_may_be_seen(client, superuser, plan_2024, next_draft):
    """DESIGN: what you may not see answers 404."""
    Plan.objects.filter(slug="2022-2023").update(status="draft")
    assert "Jämförelse" not in words(soup_of(client, "/planer/2024/").select_one(".tabs"))
    assert not soup_of(client).select("details")
    assert client.get(ADDRESS, {"med": "2022-2023"}).status_code == 404
    assert client.get("/planer/2025/jamforelse/").status_code == 404
    client.force_login(superuser)
    assert soup_of(client).select("details")
    assert "Jämförelse" in words(soup_of(client, "/planer/2024/").select_one(".tabs"))


def test_queries_do_not_grow_with_areas_texts_or_plans(client, plan_2024):
    def queries() -> int:
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ADDRESS).status_code == 200
        return len(captured)

    before = queries()
    old = Plan.objects.get(slug="2022-2023")
    for number in range(6):
        was, now = make.make_area(old, f"Område {number}"), make.make_area(plan_2024, f"Område {number}")
        make.make_lineage(plan_2024, "continued", predecessor=was, successor=now)
        for area in (was, now):
            make.make_goal(area)
            make.make_activity(make.make_period(area, 2024, 2024))
            make.make_responsibility(area, make.make_body(collaboration=old.collaboration))
            make.make_line(area, 100, year=2023 if area is was else 2024)
    for year in (2001, 2002):
        older = make.make_plan(f"aldre-{year}", years=(year,), collaboration=old.collaboration, status="adopted")
        make.make_lineage(plan_2024, "renamed", predecessor=make.make_area(older), successor=now)
    assert queries() == before


def test_the_money_of_a_split_area_is_counted_once(db):
    before, after = make.make_plan(years=(2029, 2030)), make.make_plan(years=(2031,))
    old, one, two = make.make_area(before), make.make_area(after), make.make_area(after)
    make.make_line(old, 900, year=2029)
    make.make_line(old, 300, year=2030)
    make.make_line(old, 77, year=2030, form="annan")
    make.make_line(old, 5000, year=2031)
    make.make_line(one, 100, year=2031)
    make.make_line(two, 50, year=2031)
    (year,) = plans_compared(before, after, [(one, (old,)), (two, (old,))])
    assert (year.year, year.previous_year) == (2031, 2030)
    assert [(row.amount, row.previous, row.difference) for row in year.rows] == [
        (100, 300, -200),
        (50, None, 50),
    ]
    assert year.total.difference == Decimal(-150)


def test_nothing_before_leaves_no_money_to_compare(db):
    before, after = make.make_plan(years=(2029,)), make.make_plan(years=(2030,))
    area = make.make_area(after)
    make.make_line(area, 100)
    assert plans_compared(before, after, [(area, ())]) == ()


def test_the_figures_are_each_plans_own(real_plans):
    """Not the comparison column that the later plan prints."""
    after, before = (Plan.objects.with_content().get(slug=slug) for slug in ("2024", "2022-2023"))
    npo = before.focus_areas.get(slug="npo")
    npo.budget_lines.filter(year=2023, funding_form__is_shared=True).update(amount=60_000)
    (year,) = compare_with(after, before).budgets
    assert year.rows[0].previous == 60_000


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("compare_plans", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_same_as_text(real_plans):
    text = run("2024")
    assert "2 nya, 4 fortsätter, 1 byter namn, 1 avslutas." in text
    assert "  Mina planer: 1 100 000 → 500 000, −600 000 (−55 %)" in text
    assert "~ (Verksamhetsåret 2024) [-Möjliggöra-]{+Göra+} bättre integrationer med andra system{+ möjliga+}." in text
    assert run("2024", "--with", "2022-2023") == text


def test_the_command_answers_with_data(real_plans):
    answer = json.loads(run("2024", "--format", "json"))
    assert (answer["plan"], answer["with"]) == ("2024", "2022-2023")
    assert answer["counts"] == {"new": 2, "continued": 4, "renamed": 1, "ended": 1}
    assert answer["budget"][0]["total"] == {
        "name": "Summa",
        "area": None,
        "amount": "1750000.00",
        "previous": "2300000.00",
        "difference": "-550000.00",
    }
    goals = next(part for part in answer["areas"][0]["parts"] if part["part"] == "goals")
    assert [item["kind"] for item in goals["items"]] == ["changed"] * 3


def test_the_command_says_what_can_be_compared(real_plans):
    with pytest.raises(CommandError, match="har inga områden som kommer från en tidigare plan"):
        run("2022-2023")
    with pytest.raises(CommandError, match="Välj någon av 2022-2023"):
        run("2024", "--with", "2024")
    with pytest.raises(CommandError, match="De som finns: 2024, 2022-2023"):
        run("2099")


def test_a_draft_page_lists_what_is_missing_with_links(client, superuser, draft):
    client.force_login(superuser)
    soup = soup_of(client, draft.get_absolute_url())
    box = soup.select_one(".missing")
    assert words(box.h2) == "Det här saknas i utkastet"
    assert "0 av 1 insatsområden" in words(box)
    assert [words(item) for item in box.select("ul ul li")] == [
        "Saknar syfte och nytta.",
        "Saknar ansvarigt organ.",
        "Saknar budget för 2031 och skäl till att den saknas.",
    ]
    assert client.get(box.a["href"]).status_code == 200
    others = words(soup.select_one(".findings")) if soup.select_one(".findings") else ""
    assert "saknar ansvarigt organ" not in others


def test_a_plan_sent_for_decision_has_no_such_list(client, superuser, plan_2024):
    client.force_login(superuser)
    assert soup_of(client, plan_2024.get_absolute_url()).select_one(".missing") is None
