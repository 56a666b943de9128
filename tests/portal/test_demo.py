"""The demonstration loads once, leaves what is there alone and is refused in production."""

import datetime
import io
from collections import Counter
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError
from django.test import Client

from budgets.giro import fault_in_bankgiro
from budgets.invoice_drafts import drafts_of
from budgets.invoice_standing import standings
from budgets.models import Invoice, InvoiceDocument, InvoiceRecipient, Invoicing, InvoicingTerms
from plans.log_proof import prove_log
from plans.models import Organisation, Plan, PlanVersion, RoleAssignment
from plans.permissions import can_view_drafts
from plans.register import register_of
from plans.roles import Role
from skane_digi import demo
from skane_digi.checks import demo_is_off, no_demo_accounts, no_demo_accounts_at_deployment, refuse_demo_accounts
from skane_digi.versions.verifying import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_demo(settings):
    settings.DEMO = True


@pytest.fixture
def in_production(settings):
    settings.DEMO = False


def load_demo() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def state() -> tuple:
    users = get_user_model().objects.order_by("pk").values_list("username", "password", "is_superuser", "is_staff")
    return list(Plan.objects.order_by("pk").values()), list(users)


def test_loading_twice_changes_nothing(in_demo, real_plans):
    load_demo()
    before = state()
    assert "redan innehåll" in load_demo()
    assert state() == before


def test_content_that_someone_has_changed_is_left_alone(in_demo, plan_2024):
    Plan.objects.filter(pk=plan_2024.pk).update(title="Ändrad titel")
    assert "Ändrad titel" in load_demo()
    assert Plan.objects.get(slug="2024").title == "Ändrad titel"


@pytest.mark.django_db(transaction=True)
def test_an_empty_database_gets_both_plans(in_demo):
    call_command("flush", interactive=False, verbosity=0)
    assert "Inlästa handlingsplaner: 2." in load_demo()
    assert dict(Plan.objects.values_list("slug", "status")) == {
        "2022-2023": "adopted",
        "2024": "deciding",
        "2025": "draft",
    }
    versions = {version.plan.slug: version for version in PlanVersion.objects.select_related("plan")}
    assert {slug: version.is_as_printed for slug, version in versions.items()} == {"2022-2023": True, "2024": True}
    assert versions["2024"].faults.count() == 4
    assert all(fault.reason for fault in versions["2024"].faults.all())
    assert all(verify(version).holds for version in versions.values())
    region = register_of(versions["2022-2023"]).entries[0]
    assert [(one.instance, one.stage) for one in region.chain] == [
        ("Hälso- och sjukvårdsnämnden", "proposes"),
        ("Regionstyrelsen", "decides"),
    ]
    assert [str(condition.text) for condition in region.conditions] == [
        "Under förutsättning att de skånska kommunerna gör detsamma."
    ]
    assert_invoices_of_2023()


def assert_invoices_of_2023():
    """Of 2023 half is issued, most of it paid, and the other half is to be reviewed. All but amounts is made up."""
    second, first = Invoicing.objects.order_by("-instalment")
    issued = Invoice.objects.select_related("organisation")
    assert [invoice.sequence for invoice in issued.order_by("sequence")] == list(range(1001, 1036))
    assert not issued.exclude(invoicing=first).exists()
    found = standings(issued, day=datetime.date(2023, 5, 1))
    assert Counter(one.status.label for one in found) == {"betald": 31, "förfallen": 2, "krediterad": 1, "utställd": 1}
    late = [one for one in found if one.is_late]
    assert {one.invoice.organisation.short_name: bool(one.paid) for one in late} == {"Hörby": True, "Perstorp": False}
    eslov = issued.filter(organisation__code="1285").order_by("sequence")
    assert [(invoice.kind, invoice.attempt) for invoice in eslov] == [("invoice", 1), ("credit", 1), ("invoice", 2)]
    for invoicing, ready in ((first, 0), (second, 33)):
        found = drafts_of(invoicing)
        assert not found.is_blocked
        assert all(area.difference == 0 for area in found.areas)
        (waiting,) = found.waiting
        assert {fault.code for fault in waiting.faults} == {"reference", "email"}
        assert (len(found.ready), waiting.organisation.short_name) == (ready, "Örkelljunga")
    assert sum(draft.net for draft in found.drafts) == Decimal("1150000.00")
    terms = InvoicingTerms.objects.get()
    assert (terms.bankgiro, fault_in_bankgiro(terms.bankgiro)) == ("1234-5674", "")
    assert terms.seller_address == "Demonstrationsgatan 1"
    assert {row.address for row in InvoiceRecipient.objects.all()} == {"Demonstrationsgatan 1"}
    assert not InvoiceRecipient.objects.exclude(email="").exclude(email__endswith="@demo.example").exists()
    assert not InvoiceDocument.objects.exists()
    assert prove_log().holds


@pytest.mark.django_db(transaction=True)
def test_a_database_with_organisations_of_its_own_is_not_empty(in_demo):
    call_command("flush", interactive=False, verbosity=0)
    Organisation.objects.create(code="1285", kind="municipality", name="Eget namn", short_name="Eslöv", slug="eslov")
    assert "inga planer" in load_demo()
    assert Organisation.objects.get().name == "Eget namn"


def test_the_printed_accounts_can_sign_in(in_demo):
    printed = load_demo()
    for account in demo.ACCOUNTS:
        assert account.email in printed
        assert Client().login(username=account.email, password=demo.PASSWORD)
    assert printed.count(demo.PASSWORD) == len(demo.ACCOUNTS)


def test_a_changed_password_is_not_printed_as_if_it_worked(in_demo):
    load_demo()
    user = get_user_model().objects.get(username="redaktor@demo.example")
    user.set_password("något helt annat")
    user.save()
    printed = load_demo()
    assert "(ändrat)" in printed
    assert printed.count(demo.PASSWORD) == len(demo.ACCOUNTS) - 1


def test_there_is_an_account_for_each_role_and_the_registrar_is_eslovs(in_demo, real_plans):
    load_demo()
    given = {row.person.email: row for row in RoleAssignment.objects.select_related("organisation")}
    assert {row.role for row in given.values()} == set(Role.values)
    assert given["registrator@demo.example"].organisation.short_name == "Eslöv"
    editor, registrar = (
        get_user_model().objects.get(email=f"{name}@demo.example") for name in ("redaktor", "registrator")
    )
    assert can_view_drafts(editor)
    assert not can_view_drafts(registrar)


def test_demo_accounts_are_not_made_outside_the_demonstration(in_production):
    with pytest.raises(CommandError, match="DEMO=1"):
        load_demo()
    assert not demo.demo_users().exists()


def test_production_refuses_a_database_with_demo_accounts(in_production):
    assert no_demo_accounts(None, databases=["default"]) == []
    assert no_demo_accounts_at_deployment(None) == []
    demo.create_accounts()
    (error,) = no_demo_accounts(None, databases=["default"])
    assert error.level == checks.ERROR
    assert "admin@demo.example, ekonom@demo.example" in error.msg
    assert error.hint
    assert [error.id for error in no_demo_accounts_at_deployment(None)] == ["skane_digi.E001"]


def test_each_database_is_reported_once(in_production):
    demo.create_accounts()
    errors = checks.run_checks(include_deployment_checks=True, databases=["default"])
    assert [error.id for error in errors if error.id == "skane_digi.E001"] == ["skane_digi.E001"]


@pytest.mark.parametrize(
    "options",
    [
        {"deploy": True},
        {"databases": ["default"]},
        {"databases": ["default"], "tags": ["database"]},
        {"databases": ["default"], "tags": ["security"]},
    ],
)
def test_check_stops_a_production_start(in_production, options):
    """With ``--deploy`` alone, and for a named database as ``migrate`` does."""
    demo.create_accounts()
    with pytest.raises(SystemCheckError, match="demokonton"):
        call_command("check", **options)


def test_migrate_stops_before_it_touches_such_a_database(in_production):
    demo.create_accounts()
    with pytest.raises(SystemCheckError, match="demokonton"):
        call_command("migrate", skip_checks=False, verbosity=0)


def test_an_account_by_e_mail_address_alone_is_found(in_production):
    get_user_model().objects.create_user("annat-namn", email="Någon@DEMO.example")
    assert no_demo_accounts_at_deployment(None)


def test_other_accounts_are_no_demo_accounts(in_production):
    get_user_model().objects.create_user("anna@skane.example", email="anna@notdemo.example")
    assert no_demo_accounts_at_deployment(None) == []


def test_the_demonstration_keeps_its_accounts_but_is_no_deployment(in_demo):
    demo.create_accounts()
    assert no_demo_accounts(None, databases=["default"]) == []
    assert no_demo_accounts_at_deployment(None) == []
    assert [error.id for error in demo_is_off(None)] == ["skane_digi.E002"]
    with pytest.raises(SystemCheckError, match="DEMO är på"):
        call_command("check", deploy=True)


def test_a_database_without_tables_is_no_error(in_production, monkeypatch):
    def missing():
        raise DatabaseError("no such table: auth_user")

    monkeypatch.setattr(demo, "demo_users", missing)
    assert no_demo_accounts(None, databases=["default"]) == []
    assert no_demo_accounts_at_deployment(None) == []


def test_a_server_started_past_the_checks_refuses_too(settings, in_demo):
    load_demo()
    refuse_demo_accounts()
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="demokonton"):
        refuse_demo_accounts()
