"""Rules, deviations and grants in the administration: what is locked, who writes what, and that the log tells it."""

import datetime

import pytest
from django.contrib import admin
from django.urls import reverse

from budgets.models import (
    AllocationRule,
    FigureChoice,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
    KeyComponent,
    KeyFigure,
    PartyWeight,
    RuleLimit,
    RuleUse,
)
from plans.deletion import restore
from plans.models import LogEntry, Plan
from plans.roles import Role
from tests import cost_factories as cost
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db
GRANTS = (
    GrantAgreement, GrantArea, GrantAmount, GrantShare, GrantCondition, GrantDuty, GrantMeasure, GrantFunding,
)  # fmt: skip


def url(model, page: str, *args) -> str:
    return reverse(f"admin:budgets_{model._meta.model_name}_{page}", args=args)


def enter(client, role: str, **where):
    person = make.make_user(f"{role}-{len(where)}@prov.example")
    make.make_role(person, role, **where)
    client.force_login(person)
    return person


def may_save(client, row) -> bool:
    return b'name="_save"' in client.get(url(type(row), "change", row.pk)).content


def errors_of(page) -> dict:
    return page.context["adminform"].form.errors


@pytest.fixture
def world():
    plan = make.make_shared_plan(1000)
    cost.make_cost_rows(plan)
    return plan


class TestSealedRule:
    @pytest.fixture
    def rule(self):
        """A rule that nothing but a seal holds: the version's plan is a draft again and shares by another."""
        rule = cost.make_rule(limits={"9101": 10}, keys={"kommuner": cost.make_weighted_key()})
        version = decide.make_version()
        cost.make_rule_seal(rule, version)
        Plan.objects.filter(pk=version.plan_id).update(status=Plan.Status.DRAFT)
        return rule

    def test_it_and_its_parts_are_read_only(self, rule, admin_client):
        weighted = rule.party_weights.get(party__slug="kommuner").allocation_key
        rows = [rule, *rule.party_weights.all(), *rule.limits.all(), *weighted.components.all()]
        assert len({type(row) for row in rows}) == 4
        for row in rows:
            assert not may_save(admin_client, row), row
            assert admin_client.post(url(type(row), "change", row.pk), {"name": "Nytt"}).status_code == 403
            assert admin_client.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403

    def test_no_part_is_added_to_it(self, rule, admin_client):
        weight = {"rule": rule.pk, "party": make.make_party("tredje").pk, "weight": 7}
        assert "rule" in errors_of(admin_client.post(url(PartyWeight, "add"), weight))
        limit = {"rule": rule.pk, "organisation": make.make_organisation("9102").pk, "is_left_out": "on"}
        assert "rule" in errors_of(admin_client.post(url(RuleLimit, "add"), limit))
        weighted = rule.party_weights.get(party__slug="kommuner").allocation_key
        part = {"allocation_key": weighted.pk, "part": cost.make_measure_key().pk, "weight": 2}
        assert "allocation_key" in errors_of(admin_client.post(url(KeyComponent, "add"), part))

    def test_how_its_keys_are_worked_out_stays(self, rule, admin_client):
        weighted = rule.party_weights.get(party__slug="kommuner").allocation_key
        for key in (weighted, weighted.components.first().part, rule.allocation_key):
            fields = admin_client.get(url(type(key), "change", key.pk)).context["adminform"].form.fields
            assert "name" in fields
            assert not {"kind", "measured_by"} & set(fields)
        free = cost.make_measure_key()
        assert "kind" in admin_client.get(url(type(free), "change", free.pk)).context["adminform"].form.fields

    def test_a_rule_that_is_not_sealed_is_changed_and_the_change_is_in_the_log(self, admin_client, admin_user):
        limit = cost.make_rule(limits={"9101": 10}).limits.get()
        data = {"rule": limit.rule_id, "organisation": limit.organisation_id, "cap": "20.00", "reason": "Nytt."}
        assert admin_client.post(url(RuleLimit, "change", limit.pk), data).status_code == 302
        entry = LogEntry.objects.get()
        assert (entry.actor, entry.subject, entry.plan_slug) == (admin_user, "budgets.rulelimit", "")
        assert (entry.before, entry.after) == (
            {"cap": "10.00", "reason": "Har ett eget avtal."},
            {"cap": "20.00", "reason": "Nytt."},
        )


class TestWhatASentPlanUses:
    def test_a_rule_is_locked_by_a_deviation_of_a_line_or_an_area(self, world, admin_client):
        on_area, on_line = (
            RuleUse.objects.get(**{f"{place}__isnull": False}) for place in ("focus_area", "budget_line")
        )
        alone = cost.make_rule()
        on_line.rule = alone
        on_line.save()
        assert all(may_save(admin_client, row) for row in (on_area, on_line, on_area.rule, alone))
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        assert not any(may_save(admin_client, row) for row in (on_area, on_line, on_area.rule, alone))

    def test_figures_are_locked_by_the_choice_of_a_year(self, world, admin_client):
        choice = FigureChoice.objects.get()
        lender = cost.make_figures(choice.allocation_key, on=datetime.date(2028, 11, 30))
        choice.figure_set.parts_from, choice.figure_set.remark = lender, "Lånade delar."
        choice.figure_set.save()
        rows = [choice, choice.figure_set, choice.earlier_set, lender, *choice.earlier_set.figures.all()]
        assert all(may_save(admin_client, row) for row in rows)
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        assert not any(may_save(admin_client, row) for row in rows)
        other = make.make_organisation("9188").pk
        for locked in (choice.earlier_set, lender):
            figure = {"figure_set": locked.pk, "organisation": other, "value": 7}
            assert "figure_set" in errors_of(admin_client.post(url(KeyFigure, "add"), figure))

    def test_no_deviation_is_added_to_it(self, world, admin_client):
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.SUBMITTED)
        area = world.focus_areas.get()
        data = {
            "rule": make.make_rule().pk, "reason": "Skäl.", "decided_on": "2029-01-01", "decided_by": "SGD",
            "valid_from": "2030-01-01",
        }  # fmt: skip
        for name, place in (("focus_area", area), ("budget_line", area.budget_lines.get(label="Licenser"))):
            assert name in errors_of(admin_client.post(url(RuleUse, "add"), {**data, name: place.pk}))
        assert RuleUse.objects.of_plan(world).count() == 2

    @pytest.mark.parametrize("place", ["focus_area", "budget_line"])
    def test_a_deviation_of_a_draft_is_saved_and_logged_and_comes_back_when_it_is_removed(
        self, place, world, admin_client
    ):
        use = RuleUse.objects.get(**{f"{place}__isnull": False})
        data = {
            "rule": use.rule_id, "reason": "Nytt skäl.", "decided_on": use.decided_on, "decided_by": use.decided_by,
            "decision_reference": "SGD 2029:15", "valid_from": use.valid_from, place: getattr(use, f"{place}_id"),
        }  # fmt: skip
        assert admin_client.post(url(RuleUse, "change", use.pk), data).status_code == 302
        use.refresh_from_db()
        assert use.reason == "Nytt skäl."
        assert LogEntry.objects.get().plan_slug == world.slug
        assert admin_client.post(url(RuleUse, "delete", use.pk), {"post": "yes"}).status_code == 302
        assert not RuleUse.objects.filter(pk=use.pk).exists()
        restore(LogEntry.objects.get(action="deleted"), by=None)
        assert RuleUse.objects.get(pk=use.pk).place == use.place

    def test_a_deviation_without_a_place_is_refused_in_words(self, world, admin_client):
        data = {
            "rule": make.make_rule().pk, "reason": "Skäl.", "decided_on": "2029-01-01", "decided_by": "SGD",
            "valid_from": "2030-01-01",
        }  # fmt: skip
        page = admin_client.post(url(RuleUse, "add"), data)
        assert "Välj ett insatsområde eller en budgetpost, inte båda." in page.content.decode()

    def test_what_is_used_of_a_grant_is_booked_after_the_decision(self, world, admin_client):
        funding = GrantFunding.objects.get()
        Plan.objects.filter(pk=world.pk).update(status=Plan.Status.ADOPTED)
        data = {"share": funding.share_id, "budget_line": funding.budget_line_id, "amount": "200", "used": "120"}
        assert admin_client.post(url(GrantFunding, "change", funding.pk), data).status_code == 302
        funding.refresh_from_db()
        assert funding.used == 120
        assert LogEntry.objects.get().plan_slug == world.slug


class TestWho:
    @pytest.mark.parametrize(
        ("role", "rules", "budgets"),
        [
            (Role.ADMINISTRATOR, True, True),
            (Role.ECONOMIST, True, True),
            (Role.EDITOR, False, True),
            (Role.CHAIR, False, True),
            (Role.AUDITOR, False, False),
        ],
    )
    def test_each_role_writes_rules_or_grants_as_it_writes_the_like(self, role, rules, budgets, world, client):
        enter(client, role)
        for model in (AllocationRule, PartyWeight, RuleLimit, KeyComponent):
            assert may_save(client, model.objects.order_by("-pk").first()) is rules, model
            assert (client.get(url(model, "add")).status_code == 200) is rules, model
        for model in (RuleUse, FigureChoice, *GRANTS):
            assert may_save(client, model.objects.order_by("-pk").first()) is budgets, model
            assert (client.get(url(model, "add")).status_code == 200) is budgets, model

    @pytest.mark.parametrize("model", [RuleUse, FigureChoice, *GRANTS])
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ECONOMIST, Role.AUDITOR])
    def test_another_collaboration_reads_no_drafts_and_no_grants(self, model, role, world, client):
        enter(client, role, collaboration=make.make_collaboration("annan"))
        page = client.get(url(model, "changelist"))
        own = model.objects.filter(**{f"{path_of(model)}__slug": "provsamverkan"})
        assert own.exists()
        assert not page.context["cl"].queryset.filter(pk__in=own.values("pk")).exists()

    def test_nobody_adds_to_the_grant_of_another_collaboration(self, world, client):
        enter(client, Role.ECONOMIST)
        foreign = cost.make_grant_area(cost.make_grant_agreement(collaboration=make.make_collaboration("annan")))
        own = GrantArea.objects.get(agreement__collaboration=world.collaboration)
        data = {"label": "Del", "receivers": "regions", "amount": "10", "position": 0}
        assert "area" in errors_of(client.post(url(GrantAmount, "add"), {**data, "area": foreign.pk}))
        assert client.post(url(GrantAmount, "add"), {**data, "area": own.pk}).status_code == 302

    def test_a_grant_pays_for_no_line_of_another_collaborations_plan(self, world, client):
        enter(client, Role.ECONOMIST)
        foreign = make.make_plan(collaboration=make.make_collaboration("annan"))
        line = make.make_line(make.make_area(foreign), 10, form="annan")
        data = {"share": GrantShare.objects.first().pk, "budget_line": line.pk, "amount": 10, "used": 0}
        assert "budget_line" in errors_of(client.post(url(GrantFunding, "add"), data))


def path_of(model) -> str:
    """Return the lookup from a row to the collaboration that it stands in."""
    if model is RuleUse:
        return "rule__collaboration"
    model_admin = admin.site._registry[model]
    return getattr(model_admin, "collaboration_path", "cost_basis__plan_year__plan__collaboration")
