"""The log can be added to and read; anything else is refused, and shows when it is done all the same."""

import datetime
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from plans import log, log_triggers
from plans.log_proof import prove_log
from plans.models import LogEntry, LogHead, LogIsClosedError
from tests import factories as make

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2024, 3, 1, 12, 30, 0, 123456, tzinfo=datetime.UTC)


@pytest.fixture
def person():
    return get_user_model().objects.create_user("eva@prov.example", first_name="Eva", last_name="Ek", password="x")


@pytest.fixture
def area():
    return make.make_area(make.make_plan("plan-i-loggen"), "Området å", slug="omradet")


def record(area, name: str = "Nytt", by=None):
    return log.record(
        action=LogEntry.Action.CHANGED, subject=area, by=by, at=AT, before={"name": "Gammalt"}, after={"name": name}
    )


@pytest.fixture
def five(area, person) -> list[LogEntry]:
    return [record(area, f"Namn {number}", person) for number in range(1, 6)]


@pytest.fixture
def broken_open():
    """A database whose owner has taken the protection away."""
    log_triggers.remove(connection)


def raw(sql: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def verify(**options) -> dict:
    out = io.StringIO()
    try:
        call_command("verify_log", format="json", stdout=out, **options)
    except CommandError as error:
        assert error.returncode == 1
        return {**json.loads(out.getvalue()), "error": str(error)}
    return {**json.loads(out.getvalue()), "error": ""}


class TestRecord:
    def test_an_entry_says_who_what_when_and_what_changed_in_words(self, area, person):
        record(area, "Nytt", person)
        entry = LogEntry.objects.get()
        assert (entry.number, entry.at, entry.actor, entry.actor_name) == (1, AT, person, "Eva Ek")
        assert (entry.subject, entry.subject_key) == ("plans.focusarea", '["plan-i-loggen","omradet"]')
        assert (entry.subject_name, entry.plan_slug) == ("Området å", "plan-i-loggen")
        assert entry.words == ("Namn: ”Gammalt” → ”Nytt”",)

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ({"year": None}, {"year": 2025}, ("Year: tomt → 2025",)),
            ({"name": "Samma"}, {"name": "Samma"}, ()),
            ({}, {"år": [2025, 2026]}, ("År: 2025, 2026",)),
            ({"name": "Borta"}, {}, ("Namn: ”Borta” → tomt",)),
            ({"klar": False}, {"klar": True}, ("Klar: nej → ja",)),
        ],
    )
    def test_words_for_every_kind_of_change(self, area, before, after, words):
        log.record(action="changed", subject=area, by=None, before=before, after=after)
        assert LogEntry.objects.get().words == words

    def test_each_entry_carries_the_digest_of_the_one_before(self, five):
        entries = list(LogEntry.objects.order_by("number"))
        assert entries[0].previous_digest == log.FIRST_DIGEST
        assert [entry.previous_digest for entry in entries[1:]] == [entry.digest for entry in entries[:-1]]
        assert [log.digest_of(entry) for entry in entries] == [entry.digest for entry in entries]

    def test_the_digest_is_the_documented_one(self, area):
        """The worked example in docs/nasta-plan.md: the same content always gives the same digest."""
        entry = record(area)
        content = (
            '{"action":"changed","actor":null,"actor_name":"Systemet","after":{"name":"Nytt"},'
            '"at":"2024-03-01T12:30:00.123456+00:00","before":{"name":"Gammalt"},"number":1,"plan":"plan-i-loggen",'
            f'"previous":"{"0" * 64}","subject":"plans.focusarea",'
            '"subject_key":"[\\"plan-i-loggen\\",\\"omradet\\"]","subject_name":"Området å"}'
        )
        assert entry.digest == hashlib.sha256(content.encode()).hexdigest()
        assert entry.digest in (settings.BASE_DIR / "docs" / "nasta-plan.md").read_text(encoding="utf-8")

    def test_money_is_text_and_a_float_is_refused(self, area):
        entry = log.record(action="changed", subject=area, by=None, after={"amount": Decimal("400000.10")})
        assert entry.after == {"amount": "400000.10"}
        with pytest.raises(TypeError, match="float"):
            log.record(action="changed", subject=area, by=None, after={"amount": 0.1})

    def test_what_is_rolled_back_is_not_in_the_log(self, area):
        with pytest.raises(RuntimeError), transaction.atomic():
            record(area)
            raise RuntimeError
        assert prove_log().count == 0
        assert record(area).number == 1

    def test_an_account_in_the_log_cannot_be_deleted(self, five, person):
        with pytest.raises(models.ProtectedError):
            person.delete()

    def test_every_row_of_a_plan_knows_its_plan(self, area):
        activity = make.make_activity(make.make_period(area))
        assert log.record(action="created", subject=activity, by=None).plan_slug == "plan-i-loggen"
        assert log.record(action="created", subject=make.make_body(), by=None).plan_slug == ""


class TestBatch:
    def test_a_batch_makes_the_same_chain_in_few_queries(self, area, django_assert_max_num_queries):
        record(area)
        with django_assert_max_num_queries(8), log.batch():
            for _ in range(100):
                record(area)
        proof = prove_log()
        assert (proof.count, proof.fault) == (101, None)

    def test_a_batch_that_fails_leaves_the_log_as_it_was(self, area):
        with pytest.raises(RuntimeError), log.batch():
            record(area)
            raise RuntimeError
        assert LogEntry.objects.count() == 0
        assert record(area).number == 1


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError, match="samma transaktion"):
        record(make.make_area())


class TestClosed:
    def test_code_cannot_change_or_remove_an_entry(self, five):
        entry = LogEntry.objects.first()
        for act in (
            entry.save,
            entry.delete,
            LogEntry.objects.all().delete,
            lambda: LogEntry.objects.update(actor_name="En annan"),
            lambda: LogEntry.objects.bulk_update([entry], ["actor_name"]),
            lambda: LogEntry.objects.bulk_create([entry], ignore_conflicts=True),
        ):
            with pytest.raises(LogIsClosedError):
                act()

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE plans_logentry SET actor_name = 'En annan' WHERE number = 3",
            "DELETE FROM plans_logentry WHERE number = 5",
            "DELETE FROM plans_loghead",
            "UPDATE plans_loghead SET number = 4",
            "UPDATE plans_loghead SET digest = 'x'",
        ],
    )
    def test_the_database_refuses_too(self, five, sql):
        with pytest.raises(IntegrityError, match="Loggen kan bara fyllas på"), transaction.atomic():
            raw(sql)
        assert prove_log().holds

    def test_an_entry_cannot_be_replaced_by_inserting_it_again(self, five):
        columns = ", ".join(field.column for field in LogEntry._meta.concrete_fields)
        values = columns.replace("actor_name", "'En annan'")
        again = f"plans_logentry ({columns}) SELECT {values} FROM plans_logentry LIMIT 1"
        if connection.vendor == "sqlite":
            sql = f"INSERT OR REPLACE INTO {again}"
        else:
            sql = f"INSERT INTO {again} ON CONFLICT (id) DO UPDATE SET actor_name = EXCLUDED.actor_name"
        with pytest.raises(IntegrityError), transaction.atomic():
            raw(sql)

    @pytest.mark.skipif("connection.vendor != 'postgresql'")
    def test_the_database_refuses_to_truncate(self, five):
        raw("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="Loggen kan bara fyllas på"), transaction.atomic():
            raw("TRUNCATE plans_logentry")

    def test_the_administration_shows_the_log_and_offers_nothing_more(self, five, admin_client):
        entry = LogEntry.objects.first()
        name = "admin:plans_logentry"
        assert "Namn 5" in admin_client.get(reverse(f"{name}_change", args=[entry.pk])).content.decode()
        assert admin_client.get(reverse(f"{name}_changelist"), {"q": "Eva"}).status_code == 200
        assert admin_client.get(reverse(f"{name}_add")).status_code == 403
        assert admin_client.post(reverse(f"{name}_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
        admin_client.post(reverse(f"{name}_change", args=[entry.pk]), {"actor_name": "En annan"})
        assert prove_log().holds

    def test_the_list_in_the_administration_takes_the_same_queries_however_long(
        self, area, admin_client, django_assert_max_num_queries
    ):
        record(area)
        with django_assert_max_num_queries(20) as few:
            admin_client.get(reverse("admin:plans_logentry_changelist"))
        for _ in range(20):
            record(area)
        with django_assert_max_num_queries(len(few)):
            admin_client.get(reverse("admin:plans_logentry_changelist"))


@pytest.mark.usefixtures("broken_open")
class TestProof:
    """With the protection gone, the chain still names the first row that is not as it was written."""

    def test_the_missing_protection_is_itself_a_fault(self, five):
        told = verify()
        assert (told["holds"], told["fault"]["kind"]) == (False, "unprotected")
        log_triggers.install(connection)
        assert verify()["holds"]

    @pytest.mark.parametrize(
        "change",
        [
            "actor_name = 'En annan'",
            "action = 'deleted'",
            "subject_name = 'Ett annat'",
            "subject_key = '[]'",
            "subject = 'plans.goal'",
            "plan_slug = '2024'",
            "actor_id = NULL",
            "before = '{}'",
            'after = \'{"name": "Namn 9"}\'',
            "at = '2024-03-02 12:30:00+00:00'",
            "previous_digest = digest",
            "digest = '0'",
        ],
    )
    def test_an_altered_entry_is_named_whatever_was_altered(self, five, change):
        raw(f"UPDATE plans_logentry SET {change} WHERE number = 3")
        told = verify()
        assert (told["fault"]["kind"], told["fault"]["number"], told["count"]) == ("altered", 3, 2)
        assert "Post 3 är ändrad" in told["error"]

    def test_an_altered_entry_with_a_new_digest_is_named(self, five):
        entry = LogEntry.objects.get(number=3)
        entry.actor_name = "En annan"
        raw("UPDATE plans_logentry SET actor_name = %s, digest = %s WHERE number = 3", "En annan", log.digest_of(entry))
        assert verify()["fault"]["number"] == 3

    def test_the_last_entry_altered_with_a_new_digest_is_named(self, five):
        entry = LogEntry.objects.get(number=5)
        entry.actor_name = "En annan"
        raw("UPDATE plans_logentry SET actor_name = %s, digest = %s WHERE number = 5", "En annan", log.digest_of(entry))
        assert verify()["fault"]["number"] == 5

    @pytest.mark.parametrize("number", [1, 3, 5])
    def test_a_missing_entry_is_named(self, five, number):
        raw("DELETE FROM plans_logentry WHERE number = %s", number)
        assert verify()["fault"] == {"kind": "missing", "number": number, "text": verify()["error"]}

    def test_every_entry_missing_is_a_fault(self, five):
        raw("DELETE FROM plans_logentry")
        assert (verify()["fault"]["kind"], verify()["fault"]["number"]) == ("missing", 1)

    def test_an_entry_removed_and_the_rest_renumbered_is_named(self, five):
        raw("DELETE FROM plans_logentry WHERE number = 3")
        raw("UPDATE plans_logentry SET number = 3 WHERE number = 4")
        raw("UPDATE plans_logentry SET number = 4 WHERE number = 5")
        assert (verify()["fault"]["kind"], verify()["fault"]["number"]) == ("altered", 3)

    def test_an_entry_added_beside_the_program_is_named(self, five, area):
        last = LogEntry.objects.get(number=5)
        forged = LogEntry(number=6, at=AT, actor_name="En annan", action="changed", subject="plans.plan")
        forged.previous_digest = last.digest
        forged.digest = log.digest_of(forged)
        forged.save()
        assert (verify()["fault"]["kind"], verify()["fault"]["number"]) == ("inserted", 6)

    def test_an_entry_put_before_the_first_is_named(self, five):
        LogEntry(number=0, at=AT, actor_name="En annan", action="changed", subject="plans.plan", digest="x").save()
        assert (verify()["fault"]["kind"], verify()["fault"]["number"]) == ("inserted", 0)

    def test_a_chain_made_up_anew_is_given_away_by_a_digest_noted_earlier(self, five):
        noted = verify()["head"]
        raw("DELETE FROM plans_logentry")
        raw("DELETE FROM plans_loghead")
        record(make.make_area())
        log_triggers.install(connection)
        assert verify()["holds"]
        assert verify(head=noted)["fault"]["kind"] == "unknown_digest"

    def test_a_digest_noted_earlier_is_found_as_the_log_grows(self, five, area):
        log_triggers.install(connection)
        noted = verify()["head"]
        record(area)
        assert verify(head=noted)["holds"]


def test_an_untouched_log_is_said_to_be_so_with_its_digest(five):
    out = io.StringIO()
    call_command("verify_log", stdout=out)
    assert "Kontrollerade poster: 5" in out.getvalue()
    assert LogHead.objects.get().digest in out.getvalue()
    assert "Loggen är orörd" in out.getvalue()


def test_every_migration_leaves_the_log_protected():
    assert log_triggers.missing(connection) == ()


WRITER = """
from django.db import transaction
from plans import log
from plans.models import Collaboration
subject = Collaboration.objects.first()
for number in range(40):
    with transaction.atomic():
        log.record(action="changed", subject=subject, by=None, after={"name": str(number)})
"""


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_never_fork_the_chain(tmp_path):
    """Two processes, each with forty transactions, on the engine under test."""
    make.make_collaboration()
    environment = {**os.environ, "DEMO": "1", "DATABASE_URL": _address_of_a_real_database(tmp_path)}
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", WRITER]
    writers = [subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment) for _ in range(2)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    proof = subprocess.run(
        [sys.executable, "manage.py", "verify_log", "--format", "json"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(proof.stdout)
    assert (told["count"], told["fault"], proof.returncode) == (80, None, 0)


def _address_of_a_real_database(folder) -> str:
    """The test database as other processes reach it; SQLite's is in memory and is copied to a file first."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        path = folder / "log.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.cursor()
            connection.connection.backup(copy)
        copy.close()
        return f"sqlite:///{path}"
    who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def test_a_name_of_the_greatest_length_is_kept_as_long_as_the_log_takes(area):
    person = make.make_user("lang@example.org", first_name="F" * 150, last_name="E" * 150)
    with transaction.atomic():
        entry = log.record(action="changed", subject=area, by=person)
    assert len(entry.actor_name) == 300
