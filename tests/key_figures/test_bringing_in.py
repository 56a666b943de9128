"""Figures come in by pages: fetched or uploaded, shown beside what is stored, and stored when that is confirmed."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.models import AllocationKey, KeyFigureSet
from plans.models import LogEntry
from tests import cost_factories as cost
from tests import factories as make
from tests.key_figures.scb_server import json_stat, ok
from tests.key_figures.test_pages import words

pytestmark = pytest.mark.django_db
FETCH, UPLOAD, STORE, NEW = (reverse(f"key_figures:{name}") for name in ("fetch", "upload", "store", "new"))
DAY = datetime.date(2024, 11, 30)


@pytest.fixture
def browser(client, real_plans, writer):
    client.force_login(writer)
    return client


@pytest.fixture
def skane(real_plans) -> dict[str, int]:
    sets = AllocationKey.objects.get(slug="folkmangd").figure_sets
    codes = sets.get(reference_date="2024-12-31").figures.values_list("organisation__code", flat=True)
    values = {code: 1000 + at for at, code in enumerate(codes)}
    return {"12": sum(values.values()) + 1, **values}


def answer(values: dict) -> tuple:
    return ok(json_stat(values, period="2024M11", contents="000003O5"))


def fetched(browser, status: int = 200) -> BeautifulSoup:
    response = browser.post(FETCH, {"on": DAY.isoformat(), "region": "12"})
    assert response.status_code == status
    return BeautifulSoup(response.content, "html5lib")


def sent(page: BeautifulSoup) -> dict[str, str]:
    """Return what the page's button sends."""
    return {field["name"]: field["value"] for field in page.select(".figure-confirm [type=hidden]")}


def upload(browser, text: str, status: int = 200, **fields) -> BeautifulSoup:
    file = SimpleUploadedFile("matt.csv", text.encode())
    sent = {"key": "vfu", "on": "2024-06-30", "region": "12", "quality": "official", "file": file, **fields}
    response = browser.post(UPLOAD, sent)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html5lib")


def test_a_day_is_fetched_shown_and_stored(browser, scb, skane):
    scb.version_2 = [answer(skane)]
    page = fetched(browser)
    assert "Dagen är ny: 33 värden." in words(page.select_one(".lead"))
    assert "Källans egen summa är 33 529, skillnad +1." in words(page.select_one(".figure-origin"))
    assert not KeyFigureSet.objects.filter(reference_date=DAY).exists(), "nothing is stored that was not shown"
    response = browser.post(STORE, sent(page), follow=True)
    assert response.redirect_chain == [("/nyckeltal/folkmangd/12/2024-11-30/", 302)]
    assert "är lagrad" in response.content.decode()
    assert KeyFigureSet.objects.get(reference_date=DAY).figures.count() == 33
    assert LogEntry.objects.filter(actor_name="Siv Siffror", subject="budgets.keyfigureset").count() == 1


def test_differences_are_shown_before_anything_is_replaced(browser, scb, skane):
    scb.version_2 = [answer(skane), answer({**skane, "1285": 7})]
    browser.post(STORE, sent(fetched(browser)))
    page = fetched(browser)
    assert [words(row) for row in page.select(".figure-differences tbody tr")] == ["Eslöv 1 026 7 −1 019"]
    assert words(page.select_one(".figure-confirm button")) == "Ersätt det som är lagrat"
    browser.post(STORE, sent(page))
    assert KeyFigureSet.objects.get(reference_date=DAY).figures.get(organisation__code="1285").value == 7
    page = fetched(browser)
    assert "redan desamma" in words(page.select_one(".lead"))
    assert not page.select(".figure-confirm button")


def test_what_has_changed_since_is_shown_again_with_nothing_stored(browser, scb, skane):
    scb.version_2 = [answer(skane), answer({**skane, "1285": 7}), answer({**skane, "1281": 8})]
    browser.post(STORE, sent(fetched(browser)))
    mine, colleagues = sent(fetched(browser)), sent(fetched(browser))
    browser.post(STORE, colleagues)
    response = browser.post(STORE, mine)
    page = BeautifulSoup(response.content, "html5lib")
    assert response.status_code == 409
    assert "har ändrats sedan skillnaderna visades" in words(page.select_one("[role=alert]"))
    assert [words(row).split()[0] for row in page.select(".figure-differences tbody tr")] == ["Eslöv", "Lund"]
    stored = KeyFigureSet.objects.get(reference_date=DAY)
    assert stored.figures.get(organisation__code="1285").value == 1026
    assert browser.post(STORE, sent(page)).status_code == 302


def test_figures_that_no_page_of_ours_has_sealed_are_refused(browser, scb, skane):
    scb.version_2 = [answer(skane)]
    page = sent(fetched(browser))
    for figures in ("", "hej", page["figures"][:-1] + "x"):
        response = browser.post(STORE, {**page, "figures": figures})
        assert response.status_code == 422
        assert "Hämta eller läs in dem igen" in response.content.decode()
    assert not KeyFigureSet.objects.filter(reference_date=DAY).exists()


def test_what_a_sent_plan_shares_by_is_shown_without_a_button(browser, scb, skane):
    scb.version_2 = [ok(json_stat(skane, period="2022"))]
    response = browser.post(FETCH, {"on": "2022-12-31", "region": "12"})
    page = BeautifulSoup(response.content, "html5lib")
    assert "Handlingsplan 2024 är skickad för beslut" in words(page.select_one("[role=alert]"))
    assert not page.select(".figure-confirm button")


def test_when_scb_is_down_the_form_says_so_and_keeps_what_was_typed(browser, scb):
    page = fetched(browser, 422)
    assert "hämta tabellen för hand" in words(page.select_one("[role=alert]"))
    assert page.select_one("[name=on]")["value"] == DAY.isoformat()


def test_a_day_that_scb_does_not_have_is_refused_without_asking(browser, scb):
    response = browser.post(FETCH, {"on": "2024-11-29", "region": "12"})
    assert response.status_code == 422
    assert "den sista dagen i varje månad" in response.content.decode()
    assert not scb.asked


def test_a_file_is_read_shown_and_stored(browser):
    make.make_key("vfu")
    page = upload(browser, "kommun;veckor\nEslöv;12\nLund;7\n", source="Praktikkontoret", stated_total="19")
    assert [words(row) for row in page.select(".figure-differences tbody tr")] == ["Eslöv 12", "Lund 7"]
    browser.post(STORE, sent(page))
    stored = KeyFigureSet.objects.get(allocation_key__slug="vfu")
    assert (stored.source, stored.stated_total, stored.figures.count()) == ("Praktikkontoret", 19, 2)


def test_every_fault_of_a_file_is_said_with_its_place(browser):
    make.make_key("vfu")
    page = upload(browser, "kommun;veckor\nEslöv;12\nNarnia;7\nMordor;8\n", 422)
    faults = [words(row) for row in page.select("[role=alert] li")]
    assert faults == [
        "Blad matt.csv, rad 3, kolumn B (veckor): det finns ingen organisation ”Narnia”.",
        "Blad matt.csv, rad 4, kolumn B (veckor): det finns ingen organisation ”Mordor”.",
    ]
    assert not KeyFigureSet.objects.filter(allocation_key__slug="vfu").exists()


def test_a_file_of_population_is_read_as_scb_writes_it(browser, skane):
    text = "region;Folkmängd 2024M11\n" + "".join(f"{code} x;{value}\n" for code, value in skane.items())
    page = upload(browser, text, key="folkmangd", on=DAY.isoformat())
    assert "tabell TAB5444, inläst ur filen matt.csv" in words(page.select_one(".figure-origin"))
    assert "Källans egen summa är 33 529" in words(page.select_one(".figure-origin"))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(browser, monkeypatch):
    make.make_key("vfu")
    monkeypatch.setattr("skane_digi.key_figures.forms.MAX_BYTES", 5)
    assert "för stor" in words(upload(browser, "kod;v\n1285;1\n", 422).select_one("[role=alert]"))


class TestANewKey:
    def post(self, browser, **fields):
        return browser.post(NEW, {"name": "Vägda invånare", "unit": "vägda", "kind": "measure", **fields})

    def test_a_measure_is_added(self, browser):
        response = self.post(browser, name="Anställda sköterskor", description="De som har arbete.")
        assert response["Location"] == "/nyckeltal/anstallda-skoterskor/"
        key = AllocationKey.objects.get(slug="anstallda-skoterskor")
        assert (key.unit, key.kind, key.description) == ("vägda", "measure", "De som har arbete.")
        assert LogEntry.objects.get(subject="budgets.allocationkey").actor_name == "Siv Siffror"

    def test_a_weighted_sum_is_composed_of_others(self, browser):
        cost.make_measure_key("gles")
        self.post(browser, kind="weighted", part_1="folkmangd", weight_1="", part_3="gles", weight_3="4,5")
        key = AllocationKey.objects.get(name="Vägda invånare")
        assert [(row.part.slug, str(row.weight)) for row in key.components.all()] == [
            ("folkmangd", "1.00"),
            ("gles", "4.50"),
        ]
        assert LogEntry.objects.filter(subject="budgets.keycomponent").count() == 2

    def test_an_increase_says_what_it_is_measured_in(self, browser):
        self.post(browser, kind="increase", measured_by="folkmangd", part_1="folkmangd")
        key = AllocationKey.objects.get(name="Vägda invånare")
        assert (key.measured_by.slug, key.components.count()) == ("folkmangd", 0)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"name": ""}, "Skriv vad nyckeln heter."),
            ({"unit": ""}, "Skriv vad som räknas."),
            ({"name": "folkMÄNGD"}, "Det finns redan en nyckel som heter folkMÄNGD."),
            ({"kind": "weighted"}, "Välj minst en nyckel"),
            ({"kind": "weighted", "weight_2": "3"}, "Välj vilken nyckel som vikten är för."),
            ({"kind": "weighted", "part_1": "folkmangd", "weight_1": "0"}, "större än noll"),
            ({"kind": "weighted", "part_1": "folkmangd", "part_2": "folkmangd"}, "Nyckeln finns redan i summan."),
            ({"kind": "increase"}, "Välj vilken nyckel ökningen mäts i."),
            ({"kind": "equal"}, "Välj"),
        ],
    )
    def test_a_key_that_cannot_be_is_refused_with_what_was_typed_kept(self, fields, said, browser):
        before = AllocationKey.objects.count(), LogEntry.objects.count()
        response = self.post(browser, **{"description": "Behåll mig.", **fields})
        assert response.status_code == 422
        page = BeautifulSoup(response.content, "html5lib")
        assert said in words(page.select_one("[role=alert]"))
        assert "Behåll mig." in words(page)
        assert (AllocationKey.objects.count(), LogEntry.objects.count()) == before

    def test_no_key_takes_the_address_of_a_page(self, browser):
        assert self.post(browser, name="Hämta")["Location"] == "/nyckeltal/hamta-2/"
