"""The papers of a version made by a worker of its own, with TASK_QUEUE=database."""

import datetime

import pytest
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from skane_digi.papers.batches import LEFT_AFTER, order_papers, progress_of, take_up
from tests.database_queue import DATABASE_QUEUE, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(version_2024, people, quick_papers, django_capture_on_commit_callbacks):
    def ordered():
        with django_capture_on_commit_callbacks(execute=True):
            return order_papers(version=version_2024, kinds=["letter"], formats=["pdf"], by=people["editor"])

    with override_settings(TASKS=DATABASE_QUEUE):
        yield ordered


def test_an_order_waits_for_the_worker_and_is_made_by_it(order):
    batch = order()
    assert progress_of(batch).words == "0 av 34"
    run_worker()
    batch.refresh_from_db()
    assert progress_of(batch).is_finished


def test_a_task_that_was_lost_with_its_worker_is_asked_for_again(order):
    """A killed worker's task stays RUNNING for ever."""
    batch = order()
    DBTaskResult.objects.update(status="RUNNING")
    run_worker()
    assert progress_of(batch).words == "0 av 34"
    assert take_up(batch, at=timezone.now() + LEFT_AFTER + datetime.timedelta(seconds=1))
    run_worker()
    assert progress_of(batch).words == "34 av 34"
