"""What is written in the administration is in the log: who, before and after, in the same transaction."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from plans import log
from plans.deletion import restore
from plans.log_proof import prove_log
from plans.models import LogEntry, Membership, Organisation, RoleAssignment
from skane_digi.accounts.invitations import Grant, accept_invitation, invite
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(row, page: str = "change") -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name, args=[row.pk] if page in ("change", "delete") else [])


def told() -> list[tuple]:
    entries = LogEntry.objects.order_by("number")
    return [(entry.action, entry.subject, entry.before, entry.after) for entry in entries]


@pytest.fixture
def area():
    return make.make_area(make.make_plan("utkast"), "Område", slug="omrade")


def test_a_row_that_is_added_is_logged_with_all_its_fields(area, admin_client, admin_user):
    admin_client.post(reverse("admin:plans_goal_add"), {"focus_area": area.pk, "text": "Mål", "position": 3})
    entry = LogEntry.objects.get()
    assert (entry.actor, entry.action, entry.plan_slug) == (admin_user, "created", "utkast")
    assert {**entry.after, "key": "?"} == {"focus_area": "Område", "text": "Mål", "position": 3, "key": "?"}


def test_a_change_tells_what_differs_and_a_save_without_change_tells_nothing(area, admin_client):
    goal = make.make_goal(area, "Före")
    data = {"focus_area": area.pk, "text": "Före", "position": goal.position}
    admin_client.post(address(goal), data)
    assert told() == []
    admin_client.post(address(goal), {**data, "text": "Efter"})
    assert told() == [("changed", "plans.goal", {"text": "Före"}, {"text": "Efter"})]


def test_a_deletion_keeps_all_that_the_row_held(area, admin_client):
    goal = make.make_goal(area, "Borttaget")
    admin_client.post(address(goal, "delete"), {"post": "yes"})
    ((action, subject, before, after),) = told()
    assert (action, subject, after) == ("deleted", "plans.goal", {})
    held = {"focus_area": "Område", "text": "Borttaget", "position": goal.position, "key": goal.key}
    assert {name: value for name, value in before.items() if name != LogEntry.ROWS} == held


def test_what_is_deleted_in_a_plan_can_be_taken_back_with_its_id_and_key(area, admin_client):
    goal = make.make_goal(area, "Borttaget")
    admin_client.post(address(goal, "delete"), {"post": "yes"})
    assert not area.goals.exists()
    restore(LogEntry.objects.first(), by=None)
    assert area.goals.values("pk", "key", "text").get() == {"pk": goal.pk, "key": goal.key, "text": "Borttaget"}


def test_rows_deleted_together_are_logged_one_by_one(area, admin_client):
    goals = [make.make_goal(area, f"Mål {number}") for number in range(3)]
    action = {"action": "delete_selected", "_selected_action": [goal.pk for goal in goals], "post": "yes"}
    admin_client.post(reverse("admin:plans_goal_changelist"), action)
    assert not area.goals.exists()
    assert sorted(before["text"] for _, _, before, _ in told()) == ["Mål 0", "Mål 1", "Mål 2"]


def test_rows_on_another_rows_page_are_logged_too(area, admin_client):
    kept, gone = make.make_goal(area, "Kvar"), make.make_goal(area, "Bort")
    page = {
        **dict.fromkeys(("background", "purpose", "abbreviation", "table_name"), ""),
        "plan": area.plan_id,
        "slug": area.slug,
        "name": area.name,
        "position": area.position,
        "goals-TOTAL_FORMS": 3,
        "goals-INITIAL_FORMS": 2,
        "goals-0-id": kept.pk,
        "goals-0-focus_area": area.pk,
        "goals-0-text": "Ändrat",
        "goals-0-position": kept.position,
        "goals-1-id": gone.pk,
        "goals-1-focus_area": area.pk,
        "goals-1-text": gone.text,
        "goals-1-position": gone.position,
        "goals-1-DELETE": "on",
        "goals-2-focus_area": area.pk,
        "goals-2-text": "Nytt",
        "goals-2-position": 9,
        "periods-TOTAL_FORMS": 0,
        "periods-INITIAL_FORMS": 0,
    }
    assert admin_client.post(address(area), page).status_code == 302
    assert sorted((action, before.get("text"), after.get("text")) for action, _, before, after in told()) == [
        ("changed", "Kvar", "Ändrat"),
        ("created", None, "Nytt"),
        ("deleted", "Bort", None),
    ]


def test_where_the_log_cannot_be_written_nothing_is_saved(area, admin_client, monkeypatch):
    goal = make.make_goal(area, "Före")

    def fail(**kwargs):
        raise RuntimeError("loggen är full")

    monkeypatch.setattr(log, "record", fail)
    with pytest.raises(RuntimeError):
        admin_client.post(address(goal), {"focus_area": area.pk, "text": "Efter", "position": 1})
    with pytest.raises(RuntimeError):
        admin_client.post(address(goal, "delete"), {"post": "yes"})
    goal.refresh_from_db()
    assert goal.text == "Före"


def test_roles_given_and_taken_back_are_logged_with_who_gave_them(admin_client, admin_user):
    person, collaboration = make.make_user("anna@prov.example"), make.make_collaboration()
    data = {"person": person.pk, "role": "editor", "collaboration": collaboration.pk, "organisation": ""}
    admin_client.post(reverse("admin:plans_roleassignment_add"), data)
    role = RoleAssignment.objects.get(person=person)
    admin_client.post(address(role, "delete"), {"post": "yes"})
    given, taken = LogEntry.objects.order_by("number")
    assert (given.action, given.actor, given.after["role"]) == ("created", admin_user, "editor")
    assert given.after["granted_by"] == str(admin_user)
    assert (taken.action, taken.before["person"]) == ("deleted", str(person))
    assert taken.subject_key == given.subject_key


def test_an_account_that_is_shut_off_or_renamed_is_logged_without_its_password(admin_client):
    person = make.make_user("anna@prov.example", first_name="Anna", last_name="Ek")
    admin_client.post(address(person), {"first_name": "Anna", "last_name": "Ås"})
    assert told() == [
        ("changed", "auth.user", {"last_name": "Ek", "is_active": True}, {"last_name": "Ås", "is_active": False})
    ]


def test_a_second_factor_that_is_taken_away_is_logged(admin_client):
    person = make.make_user("anna@prov.example")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    other = make.make_user("bo@prov.example")
    action = {"action": "remove_second_factor", "_selected_action": [person.pk, other.pk]}
    admin_client.post(reverse("admin:auth_user_changelist"), action)
    (entry,) = LogEntry.objects.all()
    assert (entry.subject_name, list(entry.before)) == (str(person), ["andra faktorn"])
    assert not Authenticator.objects.exists()


def test_roles_that_an_invitation_gives_are_logged(admin_user):
    grant = Grant("editor", make.make_collaboration())
    invitation = invite(email="ny@prov.example", grants=[grant], by=admin_user)
    person = accept_invitation(invitation, first_name="Ny", last_name="Ås", password="lysande-rapsfalt-i-maj")
    (entry,) = LogEntry.objects.all()
    assert (entry.subject, entry.action, entry.actor) == ("plans.roleassignment", "created", person)
    assert (entry.after["role"], entry.after["granted_by"]) == ("editor", str(admin_user))


def test_the_chain_holds_after_all_that(area, admin_client):
    goal = make.make_goal(area)
    admin_client.post(address(goal), {"focus_area": area.pk, "text": "Efter", "position": 1})
    admin_client.post(address(goal, "delete"), {"post": "yes"})
    assert prove_log().holds


class TestWhoWritesWhere:
    """A role is in one collaboration, and reaches no further in the administration than elsewhere."""

    @pytest.fixture
    def administrator(self, client):
        person = make.make_user("alva@prov.example")
        make.make_role(person, "administrator")
        client.force_login(person)
        return person

    def test_another_collaborations_master_data_is_read_only(self, administrator, client):
        own, other = make.make_party(), make.make_party(collaboration=make.make_collaboration("annan"))
        assert b'name="_save"' in client.get(address(own)).content
        assert b'name="_save"' not in client.get(address(other)).content
        data = {"collaboration": other.collaboration_id, "slug": "ny", "name": "Ny", "position": 1}
        assert "collaboration" in client.post(reverse("admin:plans_party_add"), data).context["adminform"].form.errors
        assert client.post(address(other, "delete"), {"post": "yes"}).status_code == 403

    def test_a_plan_is_begun_in_ones_own_collaboration_only(self, administrator, client):
        other = make.make_collaboration("annan")
        data = {"collaboration": other.pk, "slug": "ny", "title": "Ny"}
        assert "collaboration" in client.post(reverse("admin:plans_plan_add"), data).context["adminform"].form.errors


def test_memberships_and_organisations_are_logged_as_the_rest(admin_client):
    member = make.make_members()[1]
    data = {
        "collaboration": member.collaboration_id,
        "organisation": member.organisation_id,
        "party": member.party_id,
        "left_on": "2031-12-31",
    }
    admin_client.post(address(member), data)
    assert told() == [("changed", "plans.membership", {"left_on": None}, {"left_on": "2031-12-31"})]
    assert Membership.objects.get(pk=member.pk).organisation == Organisation.objects.get(code="9101")
