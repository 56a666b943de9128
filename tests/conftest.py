"""What every test starts from: both real plans in the database, cheap passwords, static files without a manifest."""

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import settings as hypothesis_settings

from budgets import invoice_triggers, rule_triggers
from plans import frozen_triggers, log_triggers
from plans.models import Plan
from skane_digi import demo

hypothesis_settings.register_profile("project", deadline=None)
hypothesis_settings.load_profile("project")
LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


@pytest.fixture(scope="session", autouse=True)
def _test_settings():
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SITE_URL="http://127.0.0.1:8000",
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        CACHES={name: {"BACKEND": LOCAL_MEMORY, "LOCATION": name} for name in ("default", "documents")},
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Give browser tests a SQLite database in a file, as the site has one.

    The one in memory is a single connection to all threads, and refuses a page that reads while another saves.
    """
    if connection.vendor == "sqlite" and any(item.get_closest_marker("e2e") for item in request.session.items):
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load both plans once per test database; every test then sees them inside a transaction of its own."""
    with django_db_blocker.unblock():
        _let_tests_empty_the_log()
        if not Plan.objects.exists():
            demo.load_fixtures()


def _let_tests_empty_the_log() -> None:
    """A test with real transactions empties every table afterwards, and the database refuses that for what is kept."""
    operations = type(connection.ops)  # the class: a browser test's event loop gets a connection of its own
    flush = operations.execute_sql_flush

    def flush_with_log(self, sql_list) -> None:
        with transaction.atomic(using=self.connection.alias):
            for triggers in (log_triggers, frozen_triggers, rule_triggers, invoice_triggers):
                triggers.remove(self.connection)
            flush(self, sql_list)
            for triggers in (log_triggers, frozen_triggers, rule_triggers, invoice_triggers):
                triggers.install(self.connection)

    operations.execute_sql_flush = flush_with_log


@pytest.fixture
def real_plans(db) -> None:
    """Both real plans, also in a test with a live server, after which the tables are emptied."""
    if not Plan.objects.exists():
        demo.load_fixtures()


@pytest.fixture
def plan_2024(real_plans) -> Plan:
    return Plan.objects.get(slug="2024")


@pytest.fixture
def plan_2022_2023(real_plans) -> Plan:
    return Plan.objects.get(slug="2022-2023")
