"""Invitations: made by an administrator, accepted once, by the one who has the latest letter."""

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from plans.models import Organisation, RoleAssignment
from plans.roles import Role
from skane_digi.accounts import invitations
from skane_digi.accounts.invitations import Grant, InvitationRefused
from skane_digi.models import Invitation
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "kladdig-honung-i-burk"
NAMED = {"first_name": "Nils", "last_name": "Ny", "password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def administrator(plan_2024):
    user = factories.make_user("alva@prov.example", first_name="Alva", last_name="Admin")
    factories.make_role(user, Role.ADMINISTRATOR, collaboration=plan_2024.collaboration)
    return user


@pytest.fixture
def eslov(plan_2024):
    return Organisation.objects.get(code="1285")


@pytest.fixture
def invitation(administrator, plan_2024, eslov):
    grants = [Grant(Role.REGISTRAR, plan_2024.collaboration, eslov), Grant(Role.READER, plan_2024.collaboration)]
    return invitations.invite(email="Ny@Eslov.example", grants=grants, by=administrator)


def link(invitation) -> str:
    return reverse("accounts:accept", args=[invitations.token_of(invitation)])


def form(plan, **fields) -> dict:
    return {"email": "ny@eslov.example", "collaboration": plan.collaboration_id, "roles": ["reader"], **fields}


def test_from_letter_to_account_with_its_roles(client, administrator, plan_2024, eslov):
    client.force_login(administrator)
    data = form(plan_2024, roles=["registrar", "reader"], organisation=eslov.pk)
    assert client.post(reverse("accounts:invitations"), data).status_code == 302
    (letter,) = mail.outbox
    assert letter.to == ["ny@eslov.example"]
    assert "Alva Admin bjuder in dig" in letter.body
    assert "Registrator, Eslövs kommun" in letter.body
    address = re.search(r"http://testserver(\S+)", letter.body)[1]
    client.logout()
    assert "ny@eslov.example" in client.get(address).content.decode()
    answer = client.post(address, NAMED)
    assert answer["Location"] == reverse("accounts:account")
    page = client.get(answer["Location"]).content.decode()
    assert "Nils Ny" in page
    assert "för Eslövs kommun" in page
    user = get_user_model().objects.get(email="ny@eslov.example")
    assert user.check_password(PASSWORD)
    assert set(user.role_assignments.values_list("role", "organisation__code", "granted_by")) == {
        ("registrar", "1285", administrator.pk),
        ("reader", "1285", administrator.pk),
    }
    row = Invitation.objects.get()
    assert (row.accepted_by, row.invited_by, row.state) == (user, administrator, "antagen")
    assert row.sent_at and row.accepted_at


def test_a_link_works_once(client, invitation):
    assert client.post(link(invitation), NAMED).status_code == 302
    client.logout()
    assert client.get(link(invitation)).status_code == 410
    assert client.post(link(invitation), {**NAMED, "password": "annat-losenord-nu"}).status_code == 410
    assert get_user_model().objects.get(email="ny@eslov.example").check_password(PASSWORD)
    with pytest.raises(InvitationRefused, match="gäller inte längre"):
        invitations.accept_invitation(invitation, first_name="A", last_name="B", password=PASSWORD)


def test_a_link_grows_too_old(client, invitation):
    later = invitation.expires_at + datetime.timedelta(seconds=1)
    assert invitations.invitation_of(invitations.token_of(invitation), at=invitation.expires_at - datetime.timedelta(1))
    assert invitations.invitation_of(invitations.token_of(invitation), at=later) is None
    with pytest.raises(InvitationRefused):
        invitations.accept_invitation(invitation, first_name="A", last_name="B", password=PASSWORD, at=later)
    Invitation.objects.update(expires_at=timezone.now())
    assert client.get(link(invitation)).status_code == 410


def test_only_the_latest_letter_opens_the_door(client, invitation, administrator):
    first = link(invitation)
    client.force_login(administrator)
    client.post(reverse("accounts:resend", args=[invitation.pk]))
    client.logout()
    assert client.get(first).status_code == 410
    assert client.get(link(Invitation.objects.get())).status_code == 200


def test_a_withdrawn_invitation_is_over(client, invitation, administrator):
    client.force_login(administrator)
    client.post(reverse("accounts:withdraw", args=[invitation.pk]))
    client.logout()
    assert client.get(link(invitation)).status_code == 410
    assert Invitation.objects.get().state == "återkallad"
    with pytest.raises(InvitationRefused):
        invitations.renew_invitation(invitation)


def test_a_token_for_another_address_or_without_signature_is_refused(client, invitation):
    forged = signing.dumps([invitation.pk, invitation.secret, "annan@prov.example"], salt=invitations.SALT)
    unsalted = signing.dumps([invitation.pk, invitation.secret, invitation.email])
    for token in (
        forged,
        unsalted,
        invitations.token_of(invitation)[:-1],
        "skräp",
        signing.dumps(1, salt=invitations.SALT),
    ):
        assert client.get(reverse("accounts:accept", args=[token])).status_code == 410


def test_one_who_is_signed_in_as_another_is_told_and_the_invitation_stays_unused(client, invitation, administrator):
    client.force_login(administrator)
    answer = client.post(link(invitation), NAMED)
    assert answer.status_code == 409
    assert "Du är inloggad som alva@prov.example" in answer.content.decode()
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"password_again": "nåt-helt-annat-här"}, "Lösenorden är inte lika."),
        ({"password": "kort", "password_again": "kort"}, "12"),
        ({"password": "ny@eslov.example", "password_again": "ny@eslov.example"}, "likt"),
        ({"first_name": ""}, "måste fyllas i"),
    ],
)
def test_a_faulty_form_keeps_what_was_typed_and_the_invitation(client, invitation, changed, told):
    answer = client.post(link(invitation), {**NAMED, **changed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told.lower() in page.lower()
    assert 'value="Ny"' in page
    assert not get_user_model().objects.filter(email="ny@eslov.example").exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"roles": ["registrar"]}, "hör till en organisation"),
        ({"roles": []}, "Välj minst en roll"),
        ({"roles": ["editor"], "organisation": "1285"}, "Ingen av rollerna"),
        ({"email": "alva@prov.example"}, "har redan ett konto"),
    ],
)
def test_a_faulty_invitation_is_not_sent(client, administrator, plan_2024, eslov, fields, told):
    fields = {**fields, "organisation": eslov.pk} if "organisation" in fields else fields
    client.force_login(administrator)
    answer = client.post(reverse("accounts:invitations"), form(plan_2024, **fields))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_an_address_is_invited_once_at_a_time_but_again_when_too_old(invitation, administrator, plan_2024):
    grants = [Grant(Role.READER, plan_2024.collaboration)]
    with pytest.raises(InvitationRefused, match="redan inbjuden"):
        invitations.invite(email="NY@eslov.example", grants=grants, by=administrator)
    later = invitation.expires_at + datetime.timedelta(days=1)
    again = invitations.invite(email="ny@eslov.example", grants=grants, by=administrator, at=later)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at == later
    assert again.is_open_at(later)


def test_an_account_that_is_shut_off_is_not_invited_anew(administrator, plan_2024):
    factories.make_user("borta@prov.example", is_active=False)
    with pytest.raises(InvitationRefused, match="avstängt"):
        invitations.invite(
            email="borta@prov.example", grants=[Grant(Role.READER, plan_2024.collaboration)], by=administrator
        )


def test_an_administrator_invites_to_no_collaboration_but_the_own(client, administrator, plan_2024):
    other = factories.make_collaboration()
    client.force_login(administrator)
    answer = client.post(reverse("accounts:invitations"), {**form(plan_2024), "collaboration": other.pk})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_a_role_for_an_organisation_outside_the_collaboration_is_refused(administrator, plan_2024):
    outsider = factories.make_organisation("9999", "Utanför")
    with pytest.raises(ValidationError, match="inte medlem"):
        invitations.invite(
            email="ny@prov.example", grants=[Grant(Role.REGISTRAR, plan_2024.collaboration, outsider)], by=administrator
        )


def test_an_invitation_whose_letter_stuck_is_kept_and_said_so(client, administrator, plan_2024, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", refuse)
    client.force_login(administrator)
    page = client.post(reverse("accounts:invitations"), form(plan_2024), follow=True).content.decode()
    assert "brevet kunde inte skickas" in page
    assert "brevet är inte skickat" in page
    assert Invitation.objects.get().sent_at is None


def test_queries_of_the_list_do_not_grow(client, administrator, plan_2024, django_assert_max_num_queries):
    client.force_login(administrator)
    grants = [Grant(Role.READER, plan_2024.collaboration)]
    invitations.invite(email="forsta@prov.example", grants=grants, by=administrator)
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("accounts:invitations"))
    for number in range(10):
        invitations.invite(email=f"nr{number}@prov.example", grants=grants, by=administrator)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("accounts:invitations"))


def test_an_account_keeps_its_name_and_is_never_deleted(client, invitation, administrator):
    client.post(link(invitation), NAMED)
    user = get_user_model().objects.get(email="ny@eslov.example")
    with pytest.raises(ProtectedError):
        user.delete()
    client.force_login(administrator)
    data = {"first_name": "Nils", "last_name": "Ny"}
    address = reverse("admin:auth_user_change", args=[user.pk])
    assert client.post(address, data).status_code == 302
    user.refresh_from_db()
    assert not user.is_active
    assert user.get_full_name() == "Nils Ny"
    assert client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403


def test_a_role_given_in_the_administration_is_signed(client, administrator, plan_2024):
    person = factories.make_user("ruben@prov.example")
    client.force_login(administrator)
    data = {"person": person.pk, "role": "editor", "collaboration": plan_2024.collaboration_id}
    assert client.post(reverse("admin:plans_roleassignment_add"), data).status_code == 302
    row = RoleAssignment.objects.get(person=person)
    assert row.granted_by == administrator
    other = {**data, "role": "chair", "collaboration": factories.make_collaboration().pk}
    assert client.post(reverse("admin:plans_roleassignment_add"), other).status_code == 200
    assert person.role_assignments.count() == 1


def test_an_administrator_does_not_touch_a_superuser_nor_the_own_account(client, administrator):
    boss = get_user_model().objects.create_superuser("overst@prov.example", password="x")
    client.force_login(administrator)
    for account in (boss, administrator):
        assert client.post(reverse("admin:auth_user_change", args=[account.pk]), {}).status_code == 403
        account.refresh_from_db()
        assert account.is_active
