"""Comments, versions, decisions and what goes with them are read in the administration, and written elsewhere."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import Scenario
from plans.conversation_admin import WrittenElsewhere
from plans.models import (
    ConditionFinding,
    LetterChoice,
    Organisation,
    PaperText,
    Plan,
    PlanStep,
    PlanVersion,
    ReminderLetter,
    VersionFault,
)
from plans.roles import Role
from skane_digi.administration import GROUPS
from skane_digi.models import GrantLetter, Paper, PaperBatch
from tests import conversation_factories as talk
from tests import cost_factories as cost
from tests import decision_factories as decide
from tests import factories as make
from tests.invoice_rows import make_written_rows

pytestmark = pytest.mark.django_db
MODELS = [model for model, model_admin in admin.site._registry.items() if isinstance(model_admin, WrittenElsewhere)]
every_model = pytest.mark.parametrize("model", MODELS, ids=[model._meta.label_lower for model in MODELS])
LARGE = (
    '"plans_planversion"."content"',
    '"plans_planversion"."allocation"',
    '"plans_planversion"."pdf"',
    '"plans_protocolextract"."content"',
    '"skane_digi_paper"."content"',
    '"budgets_invoice"."content"',
    '"budgets_invoicedocument"."pdf"',
    '"budgets_invoicedocument"."xml"',
)


def url(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(slug: str = "provsamverkan") -> Plan:
    """Make one row or more of every model that is only read, in a plan of the collaboration; return the plan."""
    plan = make.make_plan(collaboration=make.make_collaboration(slug))
    make.make_members(plan.collaboration)
    person = talk.make_person(Role.READER, plan, code="9101")
    talk.make_answer(talk.make_referral(plan), "9101")
    talk.make_thread(plan)
    version = decide.make_version(plan)
    VersionFault.objects.create(version=version, code="sum", text="Summan stämmer inte.", reason="Står så i trycket.")
    PlanStep.objects.create(
        plan=plan, version=version, kind="submit", status_before="draft", status_after="submitted", taken_by_name="O"
    )
    decision = decide.make_decision(version, "9101", "conditional")
    condition = decide.make_condition(decision, "free_text", text="Om pengarna räcker.")
    ConditionFinding.objects.create(condition=condition, is_met=True, reason="De räcker.", found_by_name="O")
    decide.make_extract(decision)
    decide.make_decision(version, "9101", replaces=decision, correction_reason="Fel utfall.")
    organisation = Organisation.objects.get(code="9101")
    ReminderLetter.objects.create(
        version=version, organisation=organisation, person=person, occasion="7@261201", address=person.email
    )
    LetterChoice.objects.create(person=person)
    PaperText.objects.get_or_create(
        collaboration=plan.collaboration, slot="bakgrund", kind="region", defaults={"text": "<p>Text.</p>"}
    )
    batch = PaperBatch.objects.create(version=version, total=1, ordered_by=person)
    Paper.objects.create(batch=batch, organisation=organisation, name="beslut.pdf", content=decide.A_PDF)
    cost.make_rule_seal(make.make_rule(collaboration=plan.collaboration), version)
    cost.make_scenario(plan, is_shared=True, made_by=person)
    duty = cost.make_grant_duty(cost.make_grant_agreement(collaboration=plan.collaboration))
    GrantLetter.objects.create(duty=duty, person=person, occasion="7@301101", address=person.email)
    make_written_rows(version, by=person)
    return plan


def enter(client, role: str, collaboration=None):
    person = make.make_user(f"{role}@prov.example")
    make.make_role(person, role, collaboration=collaboration)
    client.force_login(person)


def test_every_model_that_is_only_read_has_its_place_among_the_others():
    placed = {name for _, _, names in GROUPS for name in names}
    assert {model._meta.label_lower for model in MODELS} <= placed
    assert len(MODELS) == 30


@every_model
def test_it_is_read_and_neither_added_to_changed_nor_removed(model, admin_client):
    fill()
    row = model.objects.order_by("-pk").first()
    before = model.objects.filter(pk=row.pk).values().get()
    assert admin_client.get(url(model, "changelist")).status_code == 200
    assert admin_client.get(url(model, "changelist"), {"q": "å"}).status_code == 200
    page = admin_client.get(url(model, "change", row.pk))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert admin_client.get(url(model, "add")).status_code == 403
    assert admin_client.post(url(model, "change", row.pk), {"text": "Ändrat"}).status_code == 403
    assert admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).values().get() == before


@every_model
def test_queries_of_the_list_do_not_grow_with_rows(model, admin_client):
    fill()
    with CaptureQueriesContext(connection) as few:
        admin_client.get(url(model, "changelist"))
    for _ in range(3):
        fill()
    if model is PaperText:
        for number in range(3):
            model.objects.create(collaboration=make.make_collaboration(), slot=f"s{number}", kind="region", text="")
    with CaptureQueriesContext(connection) as many:
        page = admin_client.get(url(model, "changelist"))
    assert page.context["cl"].result_count >= 4
    assert len(many) <= len(few)


@every_model
def test_no_page_loads_a_versions_text_or_a_file(model, admin_client):
    fill()
    for address in (url(model, "changelist"), url(model, "change", model.objects.order_by("-pk").first().pk)):
        with CaptureQueriesContext(connection) as asked:
            admin_client.get(address)
        assert not [column for query in asked.captured_queries for column in LARGE if column in query["sql"]]


@every_model
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_each_collaboration_reads_its_own(model, client, role):
    fill()
    elsewhere = make.make_collaboration("annan")
    enter(client, role, elsewhere)
    answer = client.get(url(model, "changelist"))
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 0
    fill("annan")
    assert client.get(url(model, "changelist")).context["cl"].result_count >= 1


@every_model
@pytest.mark.parametrize("role", [Role.EDITOR, Role.CHAIR, Role.ECONOMIST])
def test_those_who_work_on_the_plan_read_all_but_what_others_want_by_mail(model, client, role):
    fill()
    enter(client, role)
    listed = client.get(url(model, "changelist")).context["cl"].result_count
    assert (listed >= 1) is (model is not LetterChoice)


@every_model
@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.READER])
def test_members_do_not_enter(model, client, role):
    fill()
    person = make.make_user("medlem@prov.example")
    make.make_role(person, role, organisation=Organisation.objects.get(code="9101"))
    client.force_login(person)
    assert client.get(url(model, "changelist"), follow=True).status_code == 404


def test_one_who_has_several_roles_is_listed_once(client):
    plan = fill()
    person = LetterChoice.objects.get().person
    make.make_role(person, Role.EDITOR, collaboration=plan.collaboration)
    enter(client, Role.AUDITOR)
    assert client.get(url(LetterChoice, "changelist")).context["cl"].result_count == 1


def test_a_reminder_says_its_occasion_in_words(admin_client):
    fill()
    assert "7 dagar före 2026-12-01" in admin_client.get(url(ReminderLetter, "changelist")).content.decode()
    assert "7 dagar före 2030-11-01" in admin_client.get(url(GrantLetter, "changelist")).content.decode()


def test_a_version_says_its_state_and_fingerprint(admin_client):
    fill()
    version = PlanVersion.objects.get()
    page = admin_client.get(url(PlanVersion, "change", version.pk)).content.decode()
    assert version.fingerprint in page
    assert "pågår" in page
    assert "%PDF" not in page


def test_a_scenario_that_is_not_shared_is_read_by_whoever_made_it(client):
    plan = fill()
    own = cost.make_scenario(plan, "Mitt eget", made_by=make.make_user("anna@prov.example"))
    make.make_role(own.made_by, Role.EDITOR)
    enter(client, Role.ADMINISTRATOR)
    page = url(Scenario, "changelist")
    assert [row.is_shared for row in client.get(page).context["cl"].queryset] == [True]
    assert client.get(url(Scenario, "change", own.pk)).status_code == 302
    client.force_login(own.made_by)
    assert own in client.get(page).context["cl"].queryset
