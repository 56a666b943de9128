"""Work that no reader waits for: django-tasks' interface over one thread in each process of the site.

The queue is in memory and goes with the process. What has to survive a restart keeps its progress in rows of its own
and is taken up again by whoever asks how it goes; see ``skane_digi.papers.batches``.
"""

import functools
import logging
import queue
import threading
from collections.abc import Callable

from django.db import connections
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResult

logger = logging.getLogger(__name__)


class Worker:
    """One thread that does what it is given in order. It is begun when there is something to do."""

    def __init__(self, name: str):
        self.name = name
        self._jobs: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, job: Callable[[], object]) -> None:
        with self._lock:
            self._jobs.put(job)
            # A process that is a copy of another has the queue but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception:
                logger.exception("Ett arbete i bakgrunden avbröts.")
            finally:
                connections.close_all()


worker = Worker("bakgrund")


class ThreadBackend(ImmediateBackend):
    """Runs each task in the background thread. How it went is logged; nobody asks the result of a task."""

    supports_async_task = False

    def _execute_task(self, task_result: TaskResult) -> None:
        # ImmediateBackend calls this to run the task; here it is called later, by the thread.
        worker.submit(functools.partial(super()._execute_task, task_result))
