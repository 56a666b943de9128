"""Signing in: password, second factor, reset, throttling, closed sign-up and single sign-on."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from plans.roles import Role
from skane_digi.accounts import invitations
from skane_digi.accounts.oidc import oidc_settings
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "kladdig-honung-i-burk"
ENVIRONMENT = {
    "OIDC_NAME": "Region Prov",
    "OIDC_SERVER_URL": "https://login.prov.example/adfs/",
    "OIDC_CLIENT_ID": "skane-digi",
    "OIDC_CLIENT_SECRET": "hemligt",
}


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    cache.clear()


@pytest.fixture
def person():
    return factories.make_user("ruben@prov.example", PASSWORD)


def sign_in(client, password: str = PASSWORD, email: str = "ruben@prov.example"):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def is_signed_in(client) -> bool:
    return client.get(reverse("accounts:account")).status_code == 200


def test_one_signs_in_by_e_mail_in_any_case_and_password(client, person):
    assert sign_in(client, email="Ruben@Prov.example")["Location"] == reverse("portal:start")
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, person):
    wrong = sign_in(client, "fel").content.decode()
    unknown = sign_in(client, "fel", "ingen@prov.example").content.decode()
    said = re.search(r'role="alert">(.*?)</div>', wrong, re.S)[1]
    assert "felaktigt" in said
    assert said == re.search(r'role="alert">(.*?)</div>', unknown, re.S)[1]


def test_guessing_is_stopped_also_for_the_right_password(client, person):
    for _ in range(5):
        sign_in(client, "fel")
    assert "För många" in sign_in(client).content.decode()
    assert not is_signed_in(client)


def test_too_many_requests_from_one_address_are_answered_429(client, person):
    answers = [client.post(reverse("account_reset_password"), {"email": f"{n}@prov.example"}) for n in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {302}
    assert answers[20].status_code == 429
    assert "För många försök" in answers[20].content.decode()


def test_attempts_are_counted_in_the_database_for_all_processes():
    from skane_digi import settings

    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_an_account_that_is_shut_off_does_not_sign_in(client, person):
    person.is_active = False
    person.save()
    assert sign_in(client)["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


def test_an_address_that_is_not_confirmed_is_asked_to_be(client, person):
    EmailAddress.objects.update(verified=False)
    assert sign_in(client)["Location"] == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    address = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    assert client.get(address).status_code == 200
    client.post(address)
    sign_in(client)
    assert is_signed_in(client)


STEP = 59_000_000


@pytest.fixture
def _clock_of_the_code_stands_still(monkeypatch):
    """A code holds for half a minute by the clock, and a test must not be caught by the turn of it."""
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([STEP]))


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, STEP))


@pytest.mark.usefixtures("_clock_of_the_code_stands_still")
def test_the_second_factor_is_asked_for_and_a_wrong_code_refused(client, person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    assert sign_in(client)["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_signed_in(client)
    right = _code(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert client.post(reverse("mfa_authenticate"), {"code": wrong}).status_code == 200
    assert not is_signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": right}).status_code == 302
    assert is_signed_in(client)


def test_a_recovery_code_works_once(client, person):
    TOTP.activate(person, generate_totp_secret())
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (True, False):
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_signed_in(client) is expected
        client.logout()


def test_the_door_of_the_administration_does_not_go_round_the_second_factor(client, person):
    factories.make_role(person, Role.EDITOR)
    TOTP.activate(person, generate_totp_secret())
    front = client.get(reverse("admin:index"), follow=True)
    assert front.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/"
    answer = client.post(reverse("admin:login"), {"username": person.username, "password": PASSWORD})
    assert answer["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("admin:index")).status_code == 302


def test_an_administrator_removes_a_lost_second_factor(client, person, plan_2024):
    administrator = factories.make_user("alva@prov.example")
    factories.make_role(administrator, Role.ADMINISTRATOR, collaboration=plan_2024.collaboration)
    factories.make_role(person, Role.READER, collaboration=plan_2024.collaboration)
    stranger = factories.make_user("annan@prov.example")
    factories.make_role(stranger, Role.READER)
    for user in (person, stranger):
        TOTP.activate(user, generate_totp_secret())
    client.force_login(administrator)
    data = {"action": "remove_second_factor", "_selected_action": [person.pk, stranger.pk]}
    client.post(reverse("admin:auth_user_changelist"), data)
    assert [row.user for row in Authenticator.objects.all()] == [stranger]


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    address = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    page = client.get(address, follow=True)
    own = page.redirect_chain[-1][0]
    new = {"password1": "en-annan-burk-honung", "password2": "en-annan-burk-honung"}
    assert client.post(own, new).status_code == 302
    client.logout()
    again = client.get(address, follow=True)
    assert again.context["token_fail"]
    assert client.post(address, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 200
    sign_in(client, new["password1"])
    assert is_signed_in(client)


def test_an_unknown_address_gets_no_letter(client):
    assert client.post(reverse("account_reset_password"), {"email": "ingen@prov.example"}).status_code == 302
    assert not mail.outbox


def test_nobody_signs_up(client):
    data = {"email": "ny@prov.example", "password1": PASSWORD, "password2": PASSWORD}
    for answer in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), data)):
        assert answer.status_code == 200
        assert "Konton öppnas genom inbjudan" in answer.content.decode()
    assert not get_user_model().objects.filter(email="ny@prov.example").exists()


@pytest.mark.parametrize("name", ["mfa_index", "mfa_list_webauthn", "usersessions_list", "account_change_password"])
def test_pages_of_the_account_open_without_inline_style_or_script(client, person, name):
    sign_in(client)
    page = client.get(reverse(name)).content.decode()
    assert "style=" not in page
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page) == []


def test_no_provider_without_settings_and_half_a_set_up_is_refused():
    assert oidc_settings({}) is None
    for name in ENVIRONMENT:
        with pytest.raises(ImproperlyConfigured, match=name):
            oidc_settings({**ENVIRONMENT, name: " "})


def test_the_provider_is_set_up_from_the_environment():
    found = oidc_settings({**ENVIRONMENT, "OIDC_FORM_ORIGINS": "https://sts.prov.example/, "})
    (app,) = found.as_providers()["openid_connect"]["APPS"]
    assert (app["name"], app["client_id"], app["secret"]) == ("Region Prov", "skane-digi", "hemligt")
    assert app["settings"]["server_url"] == "https://login.prov.example/adfs"
    assert found.form_origins == ("https://login.prov.example", "https://sts.prov.example")


@pytest.mark.parametrize(
    "address",
    [
        "http://login.prov.example",
        "login.prov.example",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/organizations/v2.0",
    ],
)
def test_a_provider_that_lets_anyone_in_is_refused(address):
    with pytest.raises(ImproperlyConfigured, match="OIDC_SERVER_URL"):
        oidc_settings({**ENVIRONMENT, "OIDC_SERVER_URL": address})


@pytest.fixture
def sign_on(rf, settings, client):
    """Return a function that comes back from the provider with an address, as allauth does after the exchange."""
    settings.SOCIALACCOUNT_PROVIDERS = oidc_settings(ENVIRONMENT).as_providers()

    def come_back(email: str, uid: str = "1"):
        from allauth.core import context
        from allauth.socialaccount.adapter import get_adapter

        request = rf.get("/")
        request.session, request.user = client.session, AnonymousUser()
        request._messages = FallbackStorage(request)
        with context.request_context(request):
            provider = get_adapter().get_provider(request, "oidc")
            told = {"userinfo": {"sub": uid, "email": email, "given_name": "Nina", "family_name": "Ny"}}
            login: SocialLogin = provider.sociallogin_from_response(request, told)
            login.state = {"process": "login"}
            answer = complete_login(request, login)
        return request, answer

    return come_back


def test_single_sign_on_lets_an_existing_account_in_by_its_address(sign_on, person):
    request, answer = sign_on("ruben@prov.example")
    assert answer.status_code == 302
    assert request.user == person
    person.refresh_from_db()
    assert person.has_usable_password()
    assert SocialAccount.objects.get().user == person


def test_single_sign_on_does_not_let_an_unknown_address_in(sign_on):
    request, answer = sign_on("vem@prov.example")
    assert "Konton öppnas genom inbjudan" in answer.content.decode()
    assert request.user.is_anonymous
    assert not get_user_model().objects.exists()


def test_single_sign_on_accepts_the_invitation_to_its_address(sign_on, person, plan_2024):
    invitation = invitations.invite(
        email="nina@prov.example", grants=[invitations.Grant(Role.READER, plan_2024.collaboration)], by=person
    )
    request, _ = sign_on("nina@prov.example")
    assert request.user.get_full_name() == "Nina Ny"
    assert [row.role for row in request.user.role_assignments.all()] == ["reader"]
    invitation.refresh_from_db()
    assert invitation.accepted_by == request.user


def test_single_sign_on_does_not_open_an_account_that_is_shut_off(sign_on, person):
    person.is_active = False
    person.save()
    request, answer = sign_on("ruben@prov.example")
    assert answer["Location"] == reverse("account_inactive")
    assert request.user.is_anonymous


def test_the_sign_in_page_has_labels_and_nothing_written_in_the_fields(client, db):
    page = client.get(reverse("account_login")).content.decode()
    assert "E-postadress</label>" in page
    assert "placeholder" not in page
