"""The administration: every page of every model opens, and what has been sent for decision cannot be changed there."""

import datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from budgets.models import (
    BudgetLine,
    CostBasis,
    FundingForm,
    KeyComponent,
    KeyFigure,
    KeyFigureSet,
    PartyWeight,
    PrintedFigure,
    RuleUse,
)
from plans.conversation_admin import WrittenElsewhere
from plans.models import (
    Activity,
    FocusArea,
    Goal,
    LogEntry,
    LogHead,
    Membership,
    Organisation,
    Plan,
    PlanYear,
)
from tests import cost_factories as cost
from tests import factories as make
from tests.invoice_rows import make_settings_rows

pytestmark = pytest.mark.django_db

# The log has pages and tests of its own, tests/plans/test_log.py; what is written on other pages than the
# administration's is only read here, see tests/plans/test_read_only_admin.py.
ELSEWHERE = {
    LogEntry,
    LogHead,
    *(model for model, model_admin in admin.site._registry.items() if isinstance(model_admin, WrittenElsewhere)),
}
MODELS = [
    model for app in ("plans", "budgets") for model in apps.get_app_config(app).get_models() if model not in ELSEWHERE
]
ids = [model._meta.label_lower for model in MODELS]
every_model = pytest.mark.parametrize("model", MODELS, ids=ids)


def url(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def world():
    """One row or more of every model, in a plan that is a draft and in one sent for decision."""
    for status in (Plan.Status.DRAFT, Plan.Status.SUBMITTED):
        plan = make.make_shared_plan(100, status=status)
        area = plan.focus_areas.get()
        make.make_activity(area.periods.get(), parent=area.periods.get().activities.get())
        make.make_section(plan)
        make.make_watched_matter(plan)
        make.make_statement(area)
        make.make_placement(make.make_note(plan), "cost_table")
        make.make_printed(plan, "year_total", 100)
        cost.make_cost_rows(plan)
        make_settings_rows()
    make.make_role(make.make_user("anna@prov.example"), "editor")
    make.make_role(make.make_user("bo@prov.example"), "reader")
    plans = make.make_collaboration().plans
    return {"draft": plans.get(status=Plan.Status.DRAFT), "sent": plans.get(status=Plan.Status.SUBMITTED)}


@every_model
def test_every_model_is_in_the_administration(model):
    assert model in admin.site._registry


@every_model
def test_list_search_add_and_change_pages_open(model, world, admin_client):
    assert admin_client.get(url(model, "changelist")).status_code == 200
    assert admin_client.get(url(model, "changelist"), {"q": "å"}).status_code == 200
    assert admin_client.get(url(model, "add")).status_code == 200
    for row in model.objects.order_by("-pk")[:2]:
        assert admin_client.get(url(model, "change", row.pk)).status_code == 200


@every_model
def test_queries_of_the_list_do_not_grow_with_rows(model, world, admin_client, django_assert_max_num_queries):
    page = url(model, "changelist")
    with django_assert_max_num_queries(40) as few:
        one = admin_client.get(page, {"pk": model.objects.order_by("-pk")[0].pk})
    with django_assert_max_num_queries(len(few)):
        every = admin_client.get(page)
    assert one.context["cl"].result_count == 1
    assert every.context["cl"].result_count >= 2


def test_queries_of_a_change_page_do_not_grow_with_its_parts(world, admin_client, django_assert_max_num_queries):
    area = make.make_complete_area(world["draft"])
    pages = {
        url(Plan, "change", world["draft"].pk): lambda: [make.make_section(world["draft"]) for _ in range(10)],
        url(FocusArea, "change", area.pk): lambda: [make.make_goal(area) for _ in range(10)],
    }
    for page, add_parts in pages.items():
        with django_assert_max_num_queries(40) as few:
            admin_client.get(page)
        add_parts()
        with django_assert_max_num_queries(len(few)):
            admin_client.get(page)


def locked_rows(plan: Plan) -> list:
    area, year = plan.focus_areas.get(), plan.years.get()
    basis = year.cost_basis
    return [
        plan,
        year,
        area,
        *plan.sections.all(),
        *plan.watched_matters.all(),
        *plan.lineage.all(),
        *area.goals.all(),
        *area.periods.all(),
        *Activity.objects.filter(period__focus_area=area),
        *area.responsibilities.all(),
        *area.budget_lines.all(),
        *area.budget_statements.all(),
        *plan.table_notes.all(),
        *(placement for note in plan.table_notes.all() for placement in note.placements.all()),
        *plan.printed_figures.all(),
        basis,
        basis.rule,
        *basis.rule.party_weights.all(),
        basis.figure_set,
        *basis.figure_set.figures.all(),
        *basis.rule.limits.all(),
        *basis.figure_choices.all(),
        *(each for choice in basis.figure_choices.all() for each in (choice.figure_set, choice.earlier_set)),
        *(use for use in RuleUse.objects.of_plan(plan)),
        *(use.rule for use in RuleUse.objects.of_plan(plan)),
        *KeyComponent.objects.filter(allocation_key__party_weights__rule__uses__in=RuleUse.objects.of_plan(plan)),
    ]


def test_rows_of_a_sent_plan_and_what_it_shares_by_are_read_only(world, admin_client):
    """Decided things cannot be changed or deleted, only superseded."""
    rows = locked_rows(world["sent"])
    assert len({type(row) for row in rows}) == 24
    for row in rows:
        before = type(row).objects.filter(pk=row.pk).values().get()
        page = admin_client.get(url(type(row), "change", row.pk))
        assert page.status_code == 200
        assert b'name="_save"' not in page.content, row
        assert admin_client.post(url(type(row), "change", row.pk), {"text": "Ändrat"}).status_code == 403, row
        assert admin_client.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403, row
        assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_rows_of_a_draft_can_be_changed(world, admin_client):
    goal = Goal.objects.get(focus_area__plan=world["draft"])
    page = admin_client.get(url(Goal, "change", goal.pk))
    assert b'name="_save"' in page.content
    data = {"focus_area": goal.focus_area_id, "text": "Nytt mål.", "position": 1}
    assert admin_client.post(url(Goal, "change", goal.pk), data).status_code == 302
    goal.refresh_from_db()
    assert goal.text == "Nytt mål."
    assert admin_client.post(url(Goal, "delete", goal.pk), {"post": "yes"}).status_code == 302
    assert not Goal.objects.filter(pk=goal.pk).exists()


def test_deleting_many_at_once_passes_no_lock(world, admin_client):
    goals = Goal.objects.filter(focus_area__plan__in=world.values())
    data = {"action": "delete_selected", "_selected_action": [goal.pk for goal in goals], "post": "yes"}
    admin_client.post(url(Goal, "changelist"), data)
    assert goals.count() == 2


def test_nothing_is_added_to_or_moved_into_a_sent_plan(world, admin_client):
    sent, draft = world["sent"].focus_areas.get(), world["draft"].focus_areas.get()
    data = {"focus_area": sent.pk, "text": "Insmuglat mål.", "position": 1}
    assert admin_client.post(url(Goal, "add"), data).status_code == 200
    assert admin_client.post(url(Goal, "change", draft.goals.get().pk), data).status_code == 200
    form = admin_client.post(url(Goal, "add"), data).context["adminform"].form
    assert "focus_area" in form.errors
    assert sent.goals.count() == draft.goals.count() == 1
    year = {"plan": world["sent"].pk, "year": 2031}
    assert "plan" in admin_client.post(url(PlanYear, "add"), year).context["adminform"].form.errors
    line = {
        "focus_area": sent.pk,
        "year": 2030,
        "funding_form": make.make_funding_form().pk,
        "amount": 1,
        "position": 0,
    }
    assert "focus_area" in admin_client.post(url(BudgetLine, "add"), line).context["adminform"].form.errors
    assert sent.budget_lines.count() == 3


def test_no_key_figure_or_weight_is_added_to_what_a_sent_plan_shares_by(world, admin_client):
    basis = CostBasis.objects.get(plan_year__plan=world["sent"])
    figure = {"figure_set": basis.figure_set_id, "organisation": make.make_organisation("9188").pk, "value": 7}
    assert "figure_set" in admin_client.post(url(KeyFigure, "add"), figure).context["adminform"].form.errors
    weight = {"rule": basis.rule_id, "party": make.make_party("tredje").pk, "weight": 7}
    assert "rule" in admin_client.post(url(PartyWeight, "add"), weight).context["adminform"].form.errors
    free = make.make_figure_set({}, on=datetime.date(2031, 1, 1))
    assert admin_client.post(url(KeyFigure, "add"), {**figure, "figure_set": free.pk}).status_code == 302


def test_parts_that_are_lent_to_a_sent_plans_figures_are_locked(admin_client):
    lender = make.make_figure_set(on=datetime.date(2028, 12, 31))
    borrower = make.make_figure_set({}, on=datetime.date(2028, 11, 30), parts_from=lender, remark="Lånade delar.")
    plan = make.make_plan(status=Plan.Status.SUBMITTED)
    make.make_cost_basis(plan, figure_set=borrower)
    assert b'name="_save"' not in admin_client.get(url(KeyFigureSet, "change", lender.pk)).content
    assert b'name="_save"' not in admin_client.get(url(KeyFigure, "change", lender.figures.first().pk)).content


def test_a_form_that_a_sent_plan_has_lines_in_stays_shared_or_not(world, admin_client):
    used, unused = make.make_funding_form(), make.make_funding_form("ingen")
    assert b'name="is_shared"' not in admin_client.get(url(FundingForm, "change", used.pk)).content
    assert b'name="is_shared"' in admin_client.get(url(FundingForm, "change", unused.pk)).content


def test_the_status_of_a_plan_is_not_a_field_to_type_in(world, admin_client):
    page = admin_client.get(url(Plan, "change", world["draft"].pk))
    assert b'name="status"' not in page.content
    assert b'name="_save"' in page.content


def test_inlines_of_a_draft_take_new_rows_and_those_of_a_sent_plan_do_not(world, admin_client):
    draft = admin_client.get(url(FocusArea, "change", world["draft"].focus_areas.get().pk))
    sent = admin_client.get(url(FocusArea, "change", world["sent"].focus_areas.get().pk))
    assert [formset.opts.has_add_permission for formset in draft.context["inline_admin_formsets"]]
    assert all(formset.has_add_permission for formset in draft.context["inline_admin_formsets"])
    assert not any(formset.has_add_permission for formset in sent.context["inline_admin_formsets"])


def test_the_administration_speaks_swedish(world, admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()
    for name in (
        "Handlingsplaner",
        "Budget och kostnader",
        "Statsbidrag",
        "Insatsområden",
        "Budgetposter",
        "Nyckeltal per dag",
    ):
        assert name in page


def test_organisations_are_found_by_swedish_letters_in_any_case(real_plans, admin_client):
    page = admin_client.get(url(Organisation, "changelist"), {"q": "ÅSTORP"})
    assert [row.short_name for row in page.context["cl"].result_list] == ["Åstorp"]


def test_who_shares_the_cost_of_a_sent_plan_stays(world, admin_client):
    """Decided things cannot be changed or deleted, only superseded."""
    member = world["sent"].collaboration.memberships.order_by("-organisation__code").first()
    assert member.sent_years() == {2030}
    data = {"collaboration": member.collaboration_id, "organisation": member.organisation_id, "party": member.party_id}
    page = url(Membership, "change", member.pk)
    assert "2030" in str(admin_client.post(page, {**data, "joined_on": "2031-01-01"}).context["errors"])
    assert admin_client.post(url(Membership, "delete", member.pk), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [member.pk], "post": "yes"}
    admin_client.post(url(Membership, "changelist"), action)
    outsider = make.make_organisation("9188")
    late = {**data, "organisation": outsider.pk}
    assert "2030" in str(admin_client.post(url(Membership, "add"), late).context["errors"])
    assert admin_client.post(url(Membership, "add"), {**late, "joined_on": "2031-01-01"}).status_code == 302
    assert admin_client.post(page, {**data, "left_on": "2030-12-31"}).status_code == 302
    member.refresh_from_db()
    assert (member.joined_on, member.left_on) == (None, datetime.date(2030, 12, 31))


def test_a_forged_choice_gets_an_answer_and_not_a_fault(world, admin_client):
    sent_year = world["sent"].years.get()
    basis = {"plan_year": sent_year.pk, "figure_set": sent_year.cost_basis.figure_set_id, "rule": ""}
    assert set(admin_client.post(url(CostBasis, "add"), basis).context["adminform"].form.errors) == {
        "plan_year",
        "rule",
    }
    area, form = world["draft"].focus_areas.get(), make.make_funding_form()
    line = {"focus_area": area.pk, "year": 99999, "funding_form": form.pk, "amount": 1, "position": 0}
    foreign = {**line, "year": 2030, "label": "Del", "note": world["sent"].table_notes.first().pk}
    for data, field in ((line, "year"), (foreign, "note")):
        assert set(admin_client.post(url(BudgetLine, "add"), data).context["adminform"].form.errors) == {field}


def test_a_printed_value_that_sqlite_cannot_read_back_is_refused(world, admin_client):
    printed = {"plan": world["draft"].pk, "kind": "year_total", "year": 2030, "value": "99999999999999.99"}
    assert "value" in admin_client.post(url(PrintedFigure, "add"), printed).context["adminform"].form.errors


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label_lower)
def test_every_list_can_be_searched(model):
    assert admin.site._registry[model].search_fields


@every_model
def test_a_foreign_key_is_found_by_typing(model):
    """A table that grows is no drop-down list of all its rows; agreements are a handful."""
    model_admin = admin.site._registry[model]
    keys = {field.name for field in model._meta.fields if field.is_relation and field.editable} - {"collaboration"}
    assert keys <= {*model_admin.autocomplete_fields, *model_admin.readonly_fields}


def test_the_first_page_groups_what_there_is_by_the_work(admin_client):
    groups = admin_client.get(reverse("admin:index")).context["app_list"]
    assert [group["name"] for group in groups] == [
        "Samverkan och organisationer",
        "Handlingsplaner",
        "Versioner och beslut",
        "Budget och kostnader",
        "Kostnadsregler och nyckeltal",
        "Statsbidrag",
        "Fakturor",
        "Konton och logg",
    ]
    shown = {model["model"] for group in groups for model in group["models"]}
    assert shown == set(admin.site._registry)


def test_the_first_page_shows_a_role_what_it_may_see(client):
    person = make.make_user("anna@prov.example")
    make.make_role(person, "editor")
    client.force_login(person)
    page = client.get(reverse("admin:index"))
    names = {model["model"]._meta.model_name for group in page.context["app_list"] for model in group["models"]}
    assert "goal" in names
    assert not {"roleassignment", "user"} & names


def test_rows_without_a_value_are_found_under_words(real_plans, admin_client):
    page = admin_client.get(url(Organisation, "changelist")).content.decode()
    assert "Inte angivet" in page
