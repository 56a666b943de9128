"""The background thread: in order, one at a time, and never brought down by what it does."""

import threading

import pytest
from django.core.checks import run_checks
from django.db import connections
from django.test import override_settings
from django_tasks import task

from skane_digi import settings as site_settings
from skane_digi.background import Worker, worker

SECONDS = 10
done: list[object] = []


@task()
def note(what: str) -> None:
    done.append((what, threading.current_thread().name))


@task()
def fail() -> None:
    raise RuntimeError("avsiktligt")


@pytest.fixture(autouse=True)
def _in_the_background():
    done.clear()
    with override_settings(TASKS=site_settings.TASKS):
        yield


def wait() -> None:
    """Wait until the thread has come to the end of what it has been given."""
    reached = threading.Event()
    worker.submit(reached.set)
    assert reached.wait(SECONDS)


def test_the_site_runs_its_tasks_in_a_thread():
    assert site_settings.TASKS["default"]["BACKEND"] == "skane_digi.background.ThreadBackend"
    assert run_checks() == []


def test_tasks_are_done_in_order_by_another_thread():
    for word in ("ett", "två", "tre"):
        note.enqueue(word)
    wait()
    assert done == [(word, "bakgrund") for word in ("ett", "två", "tre")]


def test_whoever_asks_for_a_task_does_not_wait_for_it():
    held = threading.Event()
    worker.submit(lambda: held.wait(SECONDS))
    note.enqueue("sedan")
    assert done == []
    held.set()
    wait()
    assert done == [("sedan", "bakgrund")]


def test_a_task_that_fails_is_logged_and_the_next_is_done(caplog):
    fail.enqueue()
    note.enqueue("efter")
    wait()
    assert done == [("efter", "bakgrund")]
    assert "avsiktligt" in caplog.text


def test_a_job_that_fails_is_logged_and_the_next_is_done(caplog):
    worker.submit(lambda: 1 / 0)
    wait()
    assert "Ett arbete i bakgrunden avbröts." in caplog.text


def test_the_thread_keeps_no_connection_to_the_database(monkeypatch):
    closed = threading.Event()
    monkeypatch.setattr(connections, "close_all", closed.set)
    note.enqueue("kort")
    wait()
    assert closed.wait(SECONDS)


def test_a_thread_that_is_gone_is_begun_anew():
    """A process that is a copy of another has its queue but not its thread."""
    own = Worker("prov")
    reached = threading.Event()
    own._thread = threading.Thread()
    own.submit(reached.set)
    assert reached.wait(SECONDS)
