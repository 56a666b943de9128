"""The administration keeps what frozen versions name by code: who is to decide cannot fall out of the register."""

import datetime

import pytest
from django.contrib import admin
from django.urls import reverse

from plans.models import AreaLineage, Membership, Organisation, Plan
from plans.write_rules import RowRules
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db


def url(row, page: str) -> str:
    return reverse(f"admin:plans_{row._meta.model_name}_{page}", args=[row.pk])


@pytest.fixture
def revised() -> Organisation:
    """An organisation that has to decide on a version whose plan is a draft again, to be revised."""
    version = decide.make_version(status=Plan.Status.ADOPTED)
    Plan.objects.filter(pk=version.plan_id).update(status=Plan.Status.DRAFT)
    return Organisation.objects.get(code="9103")


def test_the_code_and_kind_of_one_who_decides_are_not_changed(revised, admin_client):
    page = admin_client.get(url(revised, "change"))
    assert not {"code", "kind"} & set(page.context["adminform"].form.fields)
    asked = {"name": "Nya Åkarp", "short_name": "Åkarp", "slug": revised.slug, "code": "9199", "kind": "region"}
    assert admin_client.post(url(revised, "change"), asked).status_code == 302
    revised.refresh_from_db()
    assert (revised.name, revised.code, revised.kind) == ("Nya Åkarp", "9103", Organisation.Kind.MUNICIPALITY)


def test_an_import_does_not_change_its_kind_either(revised):
    stored = {field.attname: getattr(revised, field.attname) for field in revised._meta.concrete_fields}
    revised.kind = Organisation.Kind.REGION
    assert "kind" in RowRules(admin.site.get_model_admin(Organisation)).faults(revised, stored)


def test_one_that_decides_nowhere_can_be_renumbered(revised, admin_client):
    other = make.make_organisation("9104", "Ystad")
    assert "code" in admin_client.get(url(other, "change")).context["adminform"].form.fields


def test_neither_it_nor_its_membership_is_removed_while_the_plan_is_revised(revised, admin_client):
    membership = revised.memberships.get()
    for row in (membership, revised):
        assert admin_client.post(url(row, "delete"), {"post": "yes"}).status_code == 403
    assert Membership.objects.filter(pk=membership.pk).exists()
    Membership.objects.filter(pk=membership.pk).update(left_on=datetime.date(2020, 1, 1))
    assert admin_client.get(url(membership, "delete")).status_code == 403


def test_an_area_is_not_told_to_have_come_from_a_draft_kept_from_the_reader(client):
    """Another collaboration's people read the later plan, which is public, and not the revision of the earlier one."""
    before, after = make.make_shared_plan(100), make.make_shared_plan(100)
    earlier, later = before.focus_areas.get(), after.focus_areas.get()
    lineage = make.make_lineage(after, "continued", predecessor=earlier, successor=later)
    Plan.objects.filter(pk=after.pk).update(status=Plan.Status.ADOPTED)
    stranger, own = make.make_user("sten@annan.example"), make.make_user("anna@prov.example")
    make.make_role(stranger, "editor", collaboration=make.make_collaboration("annan"))
    make.make_role(own, "editor")
    for person, sees in ((stranger, False), (own, True)):
        client.force_login(person)
        rows = client.get(reverse("admin:plans_arealineage_changelist")).context["cl"].queryset
        assert (lineage in AreaLineage.objects.filter(pk__in=rows)) is sees
