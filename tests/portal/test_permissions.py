"""Every URL of the site × who asks × what state the plan is in. An address that is not listed here fails."""

import itertools

import pytest
from django.contrib import admin
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from plans.models import Goal, Plan
from plans.roles import Role
from skane_digi.models import Invitation
from tests import factories

OPEN, BY_PLAN, STARTS_PLAN = "öppen för alla", "följer planens läge", "den som får börja en plan"

ACCESS = {
    "start": (OPEN, {}),
    "plan-list": (OPEN, {}),
    "plan": (BY_PLAN, {}),
    "focus-area": (BY_PLAN, {"area_slug": True}),
    "budget": (BY_PLAN, {}),
    "costs": (BY_PLAN, {"year": True}),
    "map": (BY_PLAN, {"year": True}),
    "comparison": (BY_PLAN, {}),
    "plan-pdf": (BY_PLAN, {}),
    "start-plan": (STARTS_PLAN, {}),
    "organisation-list": (OPEN, {}),
    "organisation": (OPEN, {"slug": "eslov"}),
    "search": (OPEN, {}),
    "accessibility": (OPEN, {}),
    "health": (OPEN, {}),
}
EVERYONE = ("anonymous", "roleless", "stranger", "superuser", *Role.values)
DRAFT_READERS = {"superuser", "administrator", "editor", "chair", "economist", "auditor"}
REFERRAL_READERS = DRAFT_READERS | {"registrar", "reader"}
ACCOUNT_MANAGERS = {"superuser", "administrator", "stranger"}
# Who gets a page of one's own account and invitations; others are asked to sign in, or told there is no such page.
ACCOUNT_ACCESS = {
    "account": set(EVERYONE) - {"anonymous"},
    "invitations": ACCOUNT_MANAGERS,
    "resend": {"superuser", "administrator"},
    "withdraw": {"superuser", "administrator"},
}
FOR_ANYONE = {
    "account_login",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "openid_connect_login",
    "openid_connect_callback",
    "account_logout",
}
FOR_THE_SIGNED_IN = {
    "account_reauthenticate": {},
    "account_change_password": {},
    "account_set_password": {},
    "usersessions_list": {},
    "mfa_index": {},
    "mfa_reauthenticate": {},
    "mfa_activate_totp": {},
    "mfa_deactivate_totp": {},
    "mfa_view_recovery_codes": {},
    "mfa_generate_recovery_codes": {},
    "mfa_download_recovery_codes": {},
    "mfa_list_webauthn": {},
    "mfa_add_webauthn": {},
    "mfa_reauthenticate_webauthn": {},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
}
READERS = ("anonymous", "draft_reader", "superuser")
BY_PLAN_NAMES = [name for name, (access, _) in ACCESS.items() if access == BY_PLAN]
READ_NAMES = [name for name, (access, _) in ACCESS.items() if access != STARTS_PLAN]
OPEN_NAMES = [name for name, (access, _) in ACCESS.items() if access == OPEN]


def _sign_in(client, request, reader) -> None:
    if reader != "anonymous":
        client.force_login(request.getfixturevalue(reader))


def _address(name: str, plan) -> str:
    kwargs = {"slug": plan.slug}
    wanted = ACCESS[name][1]
    if "area_slug" in wanted:
        kwargs["area_slug"] = plan.focus_areas.first().slug
    if "year" in wanted:
        kwargs["year"] = plan.years.first().year
    return reverse(f"portal:{name}", kwargs=kwargs)


def test_every_address_outside_the_administration_is_listed_here():
    """DESIGN: every URL listed in a test with who may open it."""
    top = get_resolver().url_patterns
    namespaces = {pattern.app_name: pattern for pattern in top if isinstance(pattern, URLResolver)}
    # Those of the workspace are listed in tests/workspace/access.py, and those of a decision beside their own tests.
    elsewhere = {"workspace", "versions", "decisions", "papers", "reminders"}
    elsewhere |= {"cost_rules", "key_figures", "scenarios", "grants", "invoices"}
    assert set(namespaces) == {"portal", "accounts", "admin", None} | elsewhere
    assert not [pattern for pattern in top if not isinstance(pattern, URLResolver)]
    assert {pattern.name for pattern in namespaces["portal"].url_patterns} == set(ACCESS)
    assert {pattern.name for pattern in namespaces["accounts"].url_patterns} == {*ACCOUNT_ACCESS, "accept"}
    assert {pattern.name for pattern in namespaces[None].url_patterns} == FOR_ANYONE | set(FOR_THE_SIGNED_IN)


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(OPEN_NAMES, READERS)))
def test_open_pages_answer_everyone(name, reader, client, request, real_plans):
    _sign_in(client, request, reader)
    assert client.get(reverse(f"portal:{name}", kwargs=ACCESS[name][1])).status_code == 200


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(BY_PLAN_NAMES, READERS)))
def test_a_plan_sent_for_decision_is_open_to_everyone(name, reader, client, request, plan_2024):
    _sign_in(client, request, reader)
    assert client.get(_address(name, plan_2024)).status_code == 200


@pytest.mark.parametrize(("name", "reader"), list(itertools.product(BY_PLAN_NAMES, READERS)))
def test_a_draft_does_not_exist_for_those_who_may_not_see_it(name, reader, client, request, draft):
    """DESIGN: what you may not see answers 404."""
    _sign_in(client, request, reader)
    assert client.get(_address(name, draft)).status_code == (404 if reader == "anonymous" else 200)


@pytest.mark.parametrize("reader", READERS)
def test_lists_and_search_show_a_draft_only_to_those_who_may_see_it(reader, client, request, draft):
    _sign_in(client, request, reader)
    may_see = reader != "anonymous"
    for address in (reverse("portal:start"), reverse("portal:plan-list")):
        assert (draft.title in client.get(address).content.decode()) is may_see
    found = client.get(reverse("portal:search"), {"q": "lönnmord"}).content.decode()
    assert ("Hemligt område" in found) is may_see


def test_a_page_links_to_the_successor_of_an_area_only_when_its_plan_may_be_seen(client, superuser, draft, plan_2024):
    area = plan_2024.focus_areas.first()
    successor = draft.focus_areas.first()
    factories.make_lineage(draft, "continued", predecessor=area, successor=successor)
    assert successor.get_absolute_url() not in client.get(area.get_absolute_url()).content.decode()
    client.force_login(superuser)
    assert successor.get_absolute_url() in client.get(area.get_absolute_url()).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("reader", READERS)
def test_a_plan_is_started_by_those_who_may_and_the_page_does_not_exist_for_others(
    reader, method, client, request, plan_2024, draft
):
    _sign_in(client, request, reader)
    for plan in (plan_2024, draft):
        status = getattr(client, method)(reverse("portal:start-plan", args=[plan.slug])).status_code
        assert status == (200 if reader == "superuser" else 404)


@pytest.mark.parametrize("name", READ_NAMES)
def test_no_page_takes_anything_but_a_question(name, client, plan_2024):
    """Pages are read; nothing is changed by them."""
    access, kwargs = ACCESS[name]
    address = _address(name, plan_2024) if access == BY_PLAN else reverse(f"portal:{name}", kwargs=kwargs)
    assert client.post(address).status_code == 405


def test_a_year_that_the_plan_is_not_for_does_not_exist(client, plan_2024):
    assert client.get(reverse("portal:costs", args=[plan_2024.slug, 2023])).status_code == 404
    assert client.get(reverse("portal:map", args=[plan_2024.slug, 2023])).status_code == 404


def test_an_organisation_outside_the_collaboration_has_no_page(client, real_plans):
    outsider = factories.make_organisation("9999", "Utanför")
    assert client.get(outsider.get_absolute_url()).status_code == 404


def _clients(client, people):
    for who in EVERYONE:
        client.logout()
        if who != "anonymous":
            client.force_login(people[who])
        yield who


@pytest.mark.parametrize("status", Plan.Status.values)
@pytest.mark.parametrize("name", BY_PLAN_NAMES)
def test_every_page_of_a_plan_by_role_and_state(name, status, client, people, draft):
    """A draft is for those who work on it, a referral for its collaboration, and what has been sent for everyone."""
    Plan.objects.filter(pk=draft.pk).update(status=status)
    allowed = {"draft": DRAFT_READERS, "referral": REFERRAL_READERS}.get(status, set(EVERYONE))
    answers = {who: client.get(_address(name, draft)).status_code for who in _clients(client, people)}
    assert answers == {who: 200 if who in allowed else 404 for who in EVERYONE}


@pytest.mark.parametrize("name", ACCOUNT_ACCESS)
def test_every_page_of_accounts_by_role(name, client, people, plan_2024):
    for who in _clients(client, people):
        kwargs = {}
        if name in ("resend", "withdraw"):
            Invitation.objects.all().delete()
            invitation = Invitation.objects.create(
                email="ny@prov.example", invited_by=people["superuser"], expires_at=timezone.now()
            )
            invitation.roles.create(role=Role.READER, collaboration=plan_2024.collaboration)
            kwargs["pk"] = invitation.pk
        address = reverse(f"accounts:{name}", kwargs=kwargs)
        if kwargs:
            assert client.get(address).status_code == 405
        answer = client.post(address) if kwargs else client.get(address)
        sign_in = name == "account" and who == "anonymous"
        wanted = 302 if sign_in or (kwargs and who in ACCOUNT_ACCESS[name]) else 200
        assert answer.status_code == (wanted if sign_in or who in ACCOUNT_ACCESS[name] else 404), who
        if kwargs:
            invitation.roles.all().delete()


@pytest.mark.parametrize("name", FOR_THE_SIGNED_IN)
def test_pages_of_ones_own_account_ask_for_a_sign_in(name, client, db):
    answer = client.get(reverse(name, kwargs=FOR_THE_SIGNED_IN[name]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_administration_is_entered_by_role(client, people):
    for who in _clients(client, people):
        front = client.get(reverse("admin:index"))
        assert front.status_code == (200 if who in DRAFT_READERS | {"stranger"} else 302), who
        door = client.get(reverse("admin:login"))
        if who == "anonymous":
            assert door["Location"].startswith(reverse("account_login"))
        else:
            assert door.status_code == (302 if who in DRAFT_READERS | {"stranger"} else 404), who


WRITERS = {
    "plans.goal": {"superuser", "administrator", "editor", "chair"},
    "plans.organisation": {"superuser", "administrator"},
    "plans.roleassignment": {"superuser", "administrator"},
    "budgets.budgetline": {"superuser", "administrator", "editor", "chair", "economist"},
    "budgets.keyfigureset": {"superuser", "administrator", "economist"},
    "budgets.invoicingterms": {"superuser", "administrator", "economist"},
    "budgets.ledgerdimension": {"superuser", "administrator", "economist"},
    "budgets.invoicerecipient": {"superuser", "administrator", "economist"},
    "budgets.invoice": set(),
}


def test_every_page_of_the_administration_by_role(client, people, draft):
    """Lists are read by those who enter, and rows are added by those whose role writes them."""
    for who in _clients(client, people):
        if who == "stranger" or who not in DRAFT_READERS:
            continue
        for model in admin.site._registry:
            label = model._meta.label_lower
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            reads_accounts = who in {"superuser", "administrator", "auditor"}
            is_of_accounts = label in {"plans.roleassignment", "auth.user", "skane_digi.invitation"}
            seen = client.get(reverse(f"{base}_changelist")).status_code
            assert seen == (200 if reads_accounts or not is_of_accounts else 403), (who, label)
            if label in WRITERS:
                added = client.get(reverse(f"{base}_add")).status_code
                assert added == (200 if who in WRITERS[label] else 403), (who, label)


def test_an_editor_of_another_collaboration_neither_sees_nor_changes_a_draft(client, people, draft):
    goal = Goal.objects.get(focus_area__plan=draft)
    address = reverse("admin:plans_goal_change", args=[goal.pk])
    client.force_login(people["stranger"])
    assert client.get(address).status_code == 302
    client.post(address, {"focus_area": goal.focus_area_id, "text": "Kapat.", "position": 1})
    assert Goal.objects.get(pk=goal.pk).text == goal.text
    client.force_login(people["editor"])
    assert b'name="_save"' in client.get(address).content


def test_one_who_audits_here_and_edits_elsewhere_only_reads_here(client, people, draft):
    factories.make_role(people["stranger"], Role.AUDITOR, collaboration=draft.collaboration)
    goal = Goal.objects.get(focus_area__plan=draft)
    client.force_login(people["stranger"])
    page = client.get(reverse("admin:plans_goal_change", args=[goal.pk]))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    data = {"focus_area": goal.focus_area_id, "text": "Insmugglat.", "position": 2}
    form = client.post(reverse("admin:plans_goal_add"), data).context["adminform"].form
    assert "focus_area" in form.errors


def test_an_account_that_is_shut_off_may_do_nothing(client, people, draft):
    editor = people["editor"]
    client.force_login(editor)
    assert client.get(draft.get_absolute_url()).status_code == 200
    editor.is_active = False
    editor.save()
    assert client.get(draft.get_absolute_url()).status_code == 404
