"""The decision form in a browser: what is asked follows what is answered, on a phone, with and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from plans.models import Decision
from plans.roles import Role
from tests.conversation_factories import make_person
from tests.decision_factories import A_PDF
from tests.decisions import rounds
from tests.e2e.test_accessibility import RULES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def version(real_plans):
    return rounds.make_readable_version()


@pytest.fixture
def form(signed_in, version):
    """Return a function that opens the form as the registrar of Alby."""
    registrar = make_person(Role.REGISTRAR, version.plan, code="9101")

    def opened(**options):
        page = signed_in(registrar, **options)
        page.goto(rounds.record_address(version))
        return page

    return opened


def test_conditions_are_asked_for_one_at_a_time(form):
    page = form(width=390)
    rows = page.locator(".condition")
    assert not rows.nth(0).is_visible()
    page.get_by_label("Antagen med villkor").check()
    assert [rows.nth(number).is_visible() for number in range(3)] == [True, False, False]
    named = rows.nth(0).get_by_role("group", name="Organisationer som ska anta")
    assert not named.is_visible()
    rows.nth(0).get_by_label("Villkor").select_option("named")
    assert named.is_visible()
    assert [rows.nth(number).is_visible() for number in range(3)] == [True, True, False]
    named.get_by_label("Björnå").check()
    rows.nth(1).get_by_label("Villkor").select_option("region")
    page.get_by_label("Antagen", exact=True).check()
    assert rows.nth(0).is_visible(), "what has been filled in is never hidden"
    found = Axe().run(page, options=RULES).response["violations"]
    assert found == []


def test_a_decision_is_recorded_without_scripts(form, version):
    page = form(width=390, java_script_enabled=False)
    page.get_by_label("Antagen med villkor").check()
    page.get_by_label("Instans").fill("Kommunfullmäktige")
    page.get_by_label("Beslutsdag").fill(rounds.A_DAY)
    page.locator(".condition").nth(0).get_by_label("Villkor").select_option("region")
    page.get_by_role("button", name="Registrera beslutet").click()
    page.wait_for_url(re.compile(r"/beslut/9101/$"))
    assert Decision.objects.get().conditions.get().kind == "region"


def test_two_quick_presses_record_one_decision(form, version):
    page = form()
    page.get_by_label("Antagen", exact=True).check()
    page.get_by_label("Instans").fill("Kommunfullmäktige")
    page.get_by_label("Beslutsdag").fill(rounds.A_DAY)
    page.get_by_role("button", name="Registrera beslutet").dblclick()
    page.wait_for_url(re.compile(r"/beslut/9101/$"))
    assert Decision.objects.count() == 1


def test_a_file_that_is_no_pdf_is_told_of_before_it_is_sent(form):
    page = form()
    field, fault = page.get_by_label("Protokollsutdrag"), page.locator("[data-file-fault]")
    field.set_input_files({"name": "protokoll.docx", "mimeType": "application/msword", "buffer": b"PK"})
    assert fault.inner_text() == "protokoll.docx är ingen PDF. Spara protokollsutdraget som PDF och välj det."
    field.set_input_files({"name": "protokoll.pdf", "mimeType": "application/pdf", "buffer": A_PDF})
    assert fault.inner_text() == ""
