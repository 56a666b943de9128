"""Signing in and what is behind it, in a real browser: the second factor, a passkey and the invitations."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from plans.models import Collaboration
from plans.roles import Role
from tests import factories
from tests.e2e.test_accessibility import RULES

pytestmark = pytest.mark.e2e
PASSWORD = "kladdig-honung-i-burk"
PAGES = (
    "/konto/",
    "/konto/inbjudningar/",
    "/konto/tvafaktor/",
    "/konto/tvafaktor/app/pa/",
    "/konto/nycklar/",
    "/konto/nycklar/ny/",
    "/konto/sessioner/",
    "/konto/losenord/",
)


@pytest.fixture
def administrator(real_plans):
    user = factories.make_user("alva@prov.example", PASSWORD, first_name="Alva")
    factories.make_role(user, Role.ADMINISTRATOR, collaboration=Collaboration.objects.get())
    return user


def sign_in(page) -> None:
    page.goto("/konto/logga-in/")
    page.get_by_label("E-postadress").fill("alva@prov.example")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url("**/")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_of_an_account_are_clean_under_axe_and_no_wider_than_the_screen(
    open_page, administrator, width, scheme
):
    page = open_page(width=width, scheme=scheme)
    sign_in(page)
    page.goto("/konto/tvafaktor/app/pa/")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Verifiera").click()
    page.wait_for_url("**/app/pa/")
    found = []
    for address in PAGES:
        page.goto(address)
        assert page.url.endswith(address)
        for violation in Axe().run(page, options=RULES).response["violations"]:
            found += [(address, violation["id"], node["target"], node["failureSummary"]) for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((address, "bredare än skärmen"))
    assert found == []


def test_a_passkey_is_added_and_signs_in_without_a_password(open_page, administrator, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = open_page()
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page)
    page.goto("/konto/nycklar/ny/")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Verifiera").click()
    page.wait_for_url("**/nycklar/ny/")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/reservkoder/**")
    page.goto("/konto/")
    page.get_by_role("button", name="Logga ut").click()
    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in med nyckel").click()
    page.wait_for_url(lambda url: "logga-in" not in url)
    page.goto("/konto/")
    assert page.get_by_role("heading", name="Alva").is_visible()
