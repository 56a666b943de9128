"""All the papers at once: each kept as it is made, never two of the same, taken up again after a stop."""

import datetime
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans.models import LogEntry
from skane_digi.archive import safe_name
from skane_digi.models import Paper, PaperBatch
from skane_digi.papers import batches
from skane_digi.papers.batches import (
    FAULT,
    LEFT_AFTER,
    OrderRefused,
    order_papers,
    progress_of,
    take_up,
    work_on,
    zip_of,
)
from skane_digi.papers.making import make_all

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2024, 5, 2, 9, 30, tzinfo=datetime.UTC)
EVERYTHING = {"kinds": ["decision", "letter", "register"], "formats": ["pdf", "docx"]}


@pytest.fixture
def order(version_2024, people, quick_papers):
    """Return a function that orders papers without making them."""

    def ordered(by: str = "editor", at=NOW, **chosen) -> PaperBatch:
        return order_papers(version=version_2024, by=people[by], at=at, **{**EVERYTHING, **chosen})

    return ordered


class StoppedError(BaseException):
    """The process is killed."""


def test_there_is_a_paper_for_each_organisation_kind_and_format_and_one_of_the_register(order):
    """SHOW: 34 organisations; the extract is one for all."""
    batch = order()
    assert batch.total == 34 * 2 * 2 + 2
    work_on(batch.key)
    assert batch.papers.count() == batch.total
    assert batch.papers.filter(organisation=None).count() == 2
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert progress_of(batch).words == "138 av 138"


def test_the_work_begins_when_the_order_is_safe(order, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        batch = order(kinds=["letter"], formats=["docx"])
        assert not batch.papers.exists()
    assert batch.papers.count() == 34


def test_what_was_made_before_a_stop_stays_and_the_rest_is_made_later(order, monkeypatch):
    """A killed process loses at most one paper."""
    batch = order(kinds=["decision"], formats=["pdf"])
    make, calls = batches.make, []

    def dies_at_the_tenth(case, job):
        calls.append(job.name)
        if len(calls) == 10:
            raise StoppedError
        return make(case, job)

    monkeypatch.setattr(batches, "make", dies_at_the_tenth)
    with pytest.raises(StoppedError):
        work_on(batch.key)
    assert batch.papers.count() == 9
    batch.refresh_from_db()
    assert batch.finished_at is None
    assert batch.fault == ""
    work_on(batch.key)
    assert batch.papers.count() == 34
    assert len(calls) == 10 + 25


def test_only_a_batch_that_is_left_is_taken_up_and_by_one_at_a_time(order, monkeypatch):
    batch = order(kinds=["register"], formats=["pdf"])
    begun = []
    monkeypatch.setattr(batches, "work_on", begun.append)
    assert not take_up(batch, at=NOW + LEFT_AFTER)
    later = NOW + LEFT_AFTER + datetime.timedelta(seconds=1)
    assert take_up(batch, at=later)
    assert not take_up(batch, at=later)
    assert begun == [batch.key]


def test_a_finished_batch_is_left_alone(order, monkeypatch):
    batch = order(kinds=["register"], formats=["pdf"])
    work_on(batch.key)
    monkeypatch.setattr(batches, "make", None)
    work_on(batch.key)
    assert not take_up(batch, at=timezone.now() + datetime.timedelta(days=1))


def test_two_who_work_on_the_same_batch_never_make_two_of_the_same(order, monkeypatch):
    batch = order(kinds=["decision"], formats=["pdf"])
    make = batches.make

    def others_are_quicker(case, job):
        made = make(case, job)
        Paper.objects.create(batch=batch, organisation=job.organisation, name=job.name, content=b"deras")
        return made

    monkeypatch.setattr(batches, "make", others_are_quicker)
    work_on(batch.key)
    assert batch.papers.count() == 34
    assert {bytes(paper.content) for paper in batch.papers.all()} == {b"deras"}


def test_a_batch_that_is_removed_while_it_is_made_is_given_up(order, monkeypatch):
    batch = order(kinds=["decision"], formats=["pdf"])
    make = batches.make

    def removed_meanwhile(case, job):
        PaperBatch.objects.filter(pk=batch.pk).delete()
        return make(case, job)

    monkeypatch.setattr(batches, "make", removed_meanwhile)
    work_on(batch.key)
    assert not Paper.objects.exists()


def test_a_fault_is_told_and_the_batch_is_not_tried_for_ever(order, monkeypatch):
    batch = order(kinds=["decision"], formats=["pdf"])
    monkeypatch.setattr(batches, "make", lambda case, job: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work_on(batch.key)
    batch.refresh_from_db()
    assert batch.fault == FAULT
    assert not progress_of(batch).is_going_on
    assert not take_up(batch, at=timezone.now() + datetime.timedelta(days=1))


def test_a_new_order_removes_ones_own_earlier_of_the_same_version_and_nobody_elses(order):
    other = order(by="chair")
    first = order()
    work_on(first.key)
    second = order()
    assert set(PaperBatch.objects.all()) == {other, second}
    assert not Paper.objects.exists()


def test_orders_and_removals_are_logged(order, people):
    first = order()
    pk = first.pk
    order(kinds=["letter"])
    told = [
        (entry.action, entry.subject_key, entry.after.get("total"), entry.before.get("total"), entry.plan_slug)
        for entry in LogEntry.objects.filter(subject="skane_digi.paperbatch").order_by("number")
    ]
    assert told[:2] == [
        ("created", f"[{pk}]", 138, None, "2024"),
        ("deleted", f"[{pk}]", None, 138, "2024"),
    ]
    assert told[2][:3:2] == ("created", 68)


@pytest.mark.parametrize("who", ["registrar", "reader", "stranger", "roleless"])
def test_only_sgd_orders_for_all(order, who):
    with pytest.raises(OrderRefused, match="SGD"):
        order(by=who)
    assert not PaperBatch.objects.exists()


@pytest.mark.parametrize(("chosen", "field"), [({"kinds": []}, "kinds"), ({"formats": ["odt"]}, "formats")])
def test_an_order_of_nothing_or_of_something_unknown_is_refused(order, chosen, field):
    with pytest.raises(OrderRefused) as caught:
        order(**chosen)
    assert caught.value.field == field


class TestTheZip:
    @pytest.fixture
    def archive(self, order):
        batch = order()
        work_on(batch.key)
        self.name, chunks = zip_of(batch)
        return zipfile.ZipFile(io.BytesIO(b"".join(chunks)))

    def test_it_is_whole_and_has_a_folder_for_each_organisation(self, archive):
        assert archive.testzip() is None
        names = archive.namelist()
        assert len({name.partition("/")[0] for name in names if "/" in name}) == 34
        assert "1285 Eslövs kommun/Beslutsunderlag, Handlingsplan 2024, version 1, Eslövs kommun.pdf" in names
        assert "1292 Ängelholms kommun/Missiv, Handlingsplan 2024, version 1, Ängelholms kommun.docx" in names
        assert self.name == "Handlingar, Handlingsplan 2024, version 1.zip"

    def test_it_holds_the_versions_own_pdf(self, archive, version_2024):
        assert archive.read("Handlingsplan 2024, version 1.pdf") == bytes(version_2024.pdf)

    def test_names_with_swedish_letters_say_that_they_are_utf_8(self, archive):
        names = [info for info in archive.infolist() if not info.filename.isascii()]
        assert names
        assert all(info.flag_bits & 0x800 for info in names)

    def test_a_list_names_every_file_with_its_checksum(self, archive, version_2024):
        text = archive.read("Innehåll.txt").decode()
        assert text.startswith("Handlingsplan 2024, version 1\r\nFingeravtryck: " + version_2024.fingerprint)
        listed = [line.partition("  ")[2] for line in text.splitlines() if len(line) > 64 and line[64:66] == "  "]
        assert listed == [name for name in archive.namelist() if name != "Innehåll.txt"]


def test_names_are_taken_by_every_file_system():
    assert safe_name('Ett/två: "tre"? <fyra>|*\n') == "Ett två tre fyra"
    assert safe_name("Åäö.") == "Åäö"
    assert safe_name("...") == "namnlös"
    assert len(safe_name("x" * 300)) == 80


def test_make_all_makes_one_paper_at_a_time(version_2024, quick_papers):
    papers = make_all(version_2024, ["decision"], ["pdf"])
    assert next(papers).job.organisation.code == "12"
    assert len(list(papers)) == 33


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite låter bara en skriva åt gången")
def test_nobody_keeps_a_paper_of_an_order_that_is_being_removed(order):
    order()
    with CaptureQueriesContext(connection) as queries:
        order()
    old = [query["sql"] for query in queries if 'FROM "skane_digi_paperbatch"' in query["sql"]]
    assert old[0].startswith("SELECT")
    assert "FOR UPDATE" in old[0]
