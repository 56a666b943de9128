"""The economist's way in the browser: terms, recipients, a round that is reviewed, issued, sent and followed."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from playwright.sync_api import expect

from budgets.models import Invoice, InvoiceDocument, InvoiceRecipient
from plans.models import PlanVersion
from plans.roles import Role
from tests import factories as make
from tests import invoice_factories as bill
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e
TERMS = {
    "Namn": "Region Skåne",
    "Organisationsnummer": "232100-0255",
    "Adress": "Provvägen 1",
    "Postnummer": "291 00",
    "Postort": "Kristianstad",
    "Kontaktperson eller enhet": "Gemensam ekonomi",
    "E-post för frågor": "faktura@region.example",
    "Bankgiro": "5165-8300",
    "Momstext": "Kostnadsdelning utanför momsens tillämpningsområde.",
}


@pytest.fixture
def version(live_server, real_plans) -> PlanVersion:
    """An adopted version of a small world with four bodies, whose numbers are right and whose addresses are unknown."""
    version = bill.make_adopted_version()
    bill.make_recipients(version.plan.collaboration)
    InvoiceRecipient.objects.all().delete()
    return version


@pytest.fixture
def economist(version):
    user = make.make_user("eva@prov.example", first_name="Eva", last_name="Ekonom")
    make.make_role(user, Role.ECONOMIST, collaboration=version.plan.collaboration)
    return user


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def follow(page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state()


def fill_in_terms(page) -> None:
    follow(page, "Fyll i villkoren")
    for label, value in TERMS.items():
        page.get_by_label(label, exact=True).first.fill(value)
    press(page, "Spara villkoren")


def fill_in_recipients(page) -> None:
    follow(page, "Fyll i mottagarna")
    names = page.locator(".recipient-list tbody a").all_inner_texts()
    for number, name in enumerate(names, start=1):
        follow(page, name)
        page.get_by_label("Adress", exact=True).fill(f"Storgatan {number}")
        page.get_by_label("Postnummer").fill("241 80")
        page.get_by_label("Postort").fill("Provstad")
        page.get_by_label("Er referens").fill(f"ZZ{number}")
        page.get_by_label("E-post för fakturor").fill(f"faktura{number}@prov.example")
        press(page, "Spara uppgifterna")
    expect(page.locator(".lacks")).to_have_count(0)


def test_a_round_from_the_first_step_to_the_list(signed_in, economist, version):
    page = signed_in(economist)
    page.goto("/fakturor/")
    fill_in_terms(page)
    fill_in_recipients(page)

    page.goto("/fakturor/")
    follow(page, "Ny fakturering")
    page.get_by_label("Första halvåret").check()
    press(page, "Granska utkasten")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fakturering första halvåret 2030")
    expect(page.get_by_text("inget behöver rättas")).to_be_visible()
    assert not Invoice.objects.exists()

    follow(page, "Ställ ut 4 fakturor")
    expect(page.get_by_text("1001–1004")).to_be_visible()
    press(page, "Ställ ut 4 fakturor")
    expect(page.get_by_role("status").first).to_contain_text("1001–1004")
    assert Invoice.objects.count() == InvoiceDocument.objects.count() == 4

    follow(page, "Skicka 4 fakturor")
    press(page, "Skicka 4 fakturor")
    assert sorted(letter.to[0] for letter in mail.outbox) == [f"faktura{number}@prov.example" for number in range(1, 5)]
    follow(page, "Till omgången")
    expect(page.locator(".facts")).to_contain_text("alla skickade")

    follow(page, "Följ betalningarna")
    expect(page.locator("table.invoice-list tbody[data-sort-rows] tr")).to_have_count(4)
    expect(page.get_by_text("skickad", exact=True).first).to_be_visible()


def test_a_double_press_issues_once(signed_in, economist, version):
    bill.make_terms(version.plan.collaboration)
    bill.make_recipients(version.plan.collaboration)
    invoicing = bill.make_round(version)
    page = signed_in(economist)

    page.goto(f"/fakturor/omgang/{invoicing.key}/stall-ut/")
    page.get_by_role("button", name="Ställ ut 4 fakturor").dblclick()
    page.wait_for_url(f"**/fakturor/omgang/{invoicing.key}/")

    assert Invoice.objects.count() == 4


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_clean_under_axe_and_no_wider_than_its_screen(signed_in, economist, version, width, scheme):
    collaboration = version.plan.collaboration
    bill.make_terms(collaboration)
    bill.make_recipients(collaboration)
    invoicing = bill.make_round(version, instalments=2, instalment=1)
    InvoiceRecipient.objects.filter(organisation__code="9101").update(address="", email="")
    slug = InvoiceRecipient.objects.get(organisation__code="9102").organisation.slug
    page, found = signed_in(economist, width=width, scheme=scheme), []
    own = f"/fakturor/omgang/{invoicing.key}/"
    for address in (
        "/fakturor/",
        "/fakturor/ny/",
        own,
        f"{own}andra/",
        f"{own}ta-bort/",
        f"{own}stall-ut/",
        f"{own}utkast/{slug}/",
        f"/fakturor/villkor/{collaboration.slug}/",
        "/fakturor/mottagare/",
        f"/fakturor/mottagare/{slug}/",
    ):
        page.goto(address)
        for violation in Axe().run(page, options=RULES).response["violations"]:
            found += [(address, violation["id"], node["target"], node["failureSummary"]) for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((address, "wider than the screen"))
    assert found == []
