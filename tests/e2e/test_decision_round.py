"""One full round in the browser: a plan is frozen, led through the joint bodies, decided on by all 34 and adopted."""

import datetime
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from budgets.models import AllocationRule, KeyFigureSet
from plans.models import Organisation, Plan
from plans.register import register_of
from plans.roles import Role
from skane_digi.versions.verifying import verify
from tests import conversation_factories as talk
from tests import factories as make
from tests.decision_factories import A_PDF
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e
YEAR = 2031


@pytest.fixture
def plan(live_server, plan_2024) -> Plan:
    """A draft of the real collaboration, complete and with figures that agree: 2 300 000 kr to share."""
    collaboration = plan_2024.collaboration
    plan = make.make_plan(str(YEAR), years=(YEAR,), collaboration=collaboration, title=f"Handlingsplan {YEAR}")
    for name, amount in (("Nationell patientöversikt", 1_500_000), ("Säker digital kommunikation", 800_000)):
        area = make.make_area(plan, name, background="<p>Bakgrund.</p>", purpose="<p>Syfte.</p>")
        make.make_goal(area)
        make.make_activity(make.make_period(area, YEAR, YEAR))
        make.make_responsibility(area, collaboration.bodies.first())
        make.make_lineage(plan, "new", successor=area)
        make.make_line(area, amount, year=YEAR)
    make.make_cost_basis(
        plan,
        YEAR,
        figure_set=KeyFigureSet.objects.filter(region_code="12").latest("reference_date"),
        rule=AllocationRule.objects.get(collaboration=collaboration, is_default=True),
    )
    return plan


def take_step(page, link: str, button: str, **fields: str) -> None:
    page.goto(f"/planer/{YEAR}/beslutsvag/")
    page.get_by_role("link", name=link).click()
    for label, value in fields.items():
        found = page.get_by_label(label.replace("_", " "), exact=False).first
        if found.evaluate("element => element.tagName") == "SELECT":
            found.select_option(label=value)
        else:
            found.fill(value)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def record(page, organisation: Organisation, instance: str, *, condition: str = "", extract: bool = False) -> None:
    page.goto(f"/planer/{YEAR}/beslut/{organisation.code}/registrera/")
    page.get_by_label("Antagen med villkor" if condition else "Antagen", exact=True).check()
    if condition:
        page.locator(".condition").nth(0).get_by_label("Villkor").select_option(condition)
    page.get_by_label("Instans", exact=True).fill(instance)
    page.get_by_label("Beslutsdag").fill(timezone.localdate().isoformat())
    page.get_by_label("Paragraf").fill("§ 45")
    if extract:
        page.get_by_label("Protokollsutdrag").set_input_files(
            {"name": "protokoll.pdf", "mimeType": "application/pdf", "buffer": A_PDF}
        )
    page.get_by_role("button", name="Registrera beslutet").click()
    expect(page).to_have_url(f"{page.url.partition('/planer/')[0]}/planer/{YEAR}/beslut/{organisation.code}/")


def test_a_plan_is_frozen_decided_on_by_all_34_and_adopted(signed_in, open_page, plan):
    chair = talk.make_person(Role.CHAIR, plan, first_name="Ofelia", last_name="Ordförande")
    registrar = talk.make_person(Role.REGISTRAR, plan, code="1285", first_name="Rakel", last_name="Registrator")
    today = timezone.localdate()
    body = {"Organ": "Central Tjänstemannaberedning", "Dag": today.isoformat(), "Paragraf": "§ 7"}
    page = signed_in(chair)

    take_step(page, "Sänd planen för beslut", "Sänd planen för beslut", Varför="Klar att besluta om.")
    expect(page.get_by_text("fryst som version 1")).to_be_visible()
    take_step(page, "Registrera beredningen", "Registrera beredningen", **body)
    take_step(
        page,
        "Registrera rekommendationen",
        "Registrera rekommendationen",
        **{**body, "Organ": "Centralt Samverkansorgan", "Paragraf": "§ 12"},
    )
    wanted = today + datetime.timedelta(days=18)
    take_step(page, "Sänd till huvudmännen", "Sänd till huvudmännen", Beslut_önskas=wanted.isoformat())
    expect(page.get_by_text("sänd till 34 huvudmän")).to_be_visible()

    version = plan.versions.get()
    assert verify(version).holds
    region, *municipalities = [entry.organisation for entry in register_of(version).entries]
    record(page, region, "Regionstyrelsen", condition="all_municipalities")
    own = signed_in(registrar, width=390)
    eslov = next(one for one in municipalities if one.code == "1285")
    record(own, eslov, "Kommunfullmäktige", extract=True)
    page.goto(f"/planer/{YEAR}/beslut/")
    expect(page.get_by_text("1 av 34 har antagit").first).to_be_visible()
    expect(page.get_by_text("18 dagar kvar").first).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []

    for municipality in municipalities:
        if municipality != eslov:
            assert Plan.objects.get(pk=plan.pk).status == Plan.Status.DECIDING
            record(page, municipality, "Kommunfullmäktige")
    expect(page.get_by_text("34 av 34: planen är fastställd.")).to_be_visible()
    assert Plan.objects.get(pk=plan.pk).status == Plan.Status.ADOPTED

    citizen = open_page()
    citizen.goto(f"/planer/{YEAR}/beslut/")
    expect(citizen.locator(".headline")).to_have_text(f"Fastställd {today.isoformat()} av 34 huvudmän")
    assert "Rakel" not in citizen.content()
    assert "Ofelia" not in citizen.content()
    pdf = citizen.request.get(f"/planer/{YEAR}/versioner/1/handlingsplan.pdf")
    assert pdf.body() == bytes(version.pdf)
    assert Axe().run(citizen, options=RULES).response["violations"] == []

    page.goto(f"/planer/{YEAR}/handlingar/")
    for label in ("Beslutsunderlag", "Beslutsregister", "PDF"):
        page.get_by_role("checkbox", name=label).uncheck()
    page.get_by_role("button", name="Gör alla handlingar").click()
    expect(page.get_by_text("34 av 34").first).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Hämta alla handlingar (ZIP)").click()
    names = zipfile.ZipFile(downloaded.value.path()).namelist()
    assert {name.partition("/")[0] for name in names if name.endswith(".docx")} == {
        f"{one.code} {one.name}" for one in (region, *municipalities)
    }

    narrow = signed_in(chair, width=390, scheme="dark")
    for address in (
        f"/planer/{YEAR}/",
        f"/planer/{YEAR}/versioner/",
        f"/planer/{YEAR}/versioner/1/",
        f"/planer/{YEAR}/beslut/12/",
        f"/planer/{YEAR}/beslutsvag/",
        f"/planer/{YEAR}/handlingar/",
        "/kontrollera/",
    ):
        narrow.goto(address)
        assert Axe().run(narrow, options=RULES).response["violations"] == [], address
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 390, address
