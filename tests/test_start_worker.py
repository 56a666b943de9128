"""`start.py worker`: as many workers as were asked for, replaced when they die, let to finish when it is over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_start import PRODUCTION, ROOT, run_start

SECONDS = 20
# A worker that says that it is there, and on SIGTERM that it finished what it was doing.
WORKER = """
import os, pathlib, signal, sys, time
mark = pathlib.Path(sys.argv[1]) / str(os.getpid())
def end(number, frame):
    mark.with_suffix(".klar").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
mark.touch()
time.sleep(60)
"""
KEEPER = """
import pathlib, sys
sys.path.insert(0, sys.argv[2])
import start
start.LEFT_AFTER = 0.5
command = [sys.executable, "-c", sys.argv[3], sys.argv[1]]
taken = [sys.executable, "-c", f"open({str(pathlib.Path(sys.argv[1]) / 'tagen')!r}, 'a').write('x')"]
sys.exit(start.keep_at_work([command] * 2, env={}, after_a_death=taken))
"""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"TASK_QUEUE": ""}, "Sätt TASK_QUEUE=database"),
        ({"TASK_QUEUE": "thread"}, "Sätt TASK_QUEUE=database"),
        ({"TASK_QUEUE": "database", "WORKERS": "noll"}, "WORKERS=noll går inte"),
        ({"TASK_QUEUE": "database", "WORKERS": "65"}, "WORKERS=65 går inte"),
        ({"SECRET_KEY": ""}, "kräver SECRET_KEY"),
        ({"DEMO": "1"}, "DEMO=1 hör inte till produktion"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_begun(wrong, words):
    done = run_start("worker", **{**PRODUCTION, **wrong})
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def keeper(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path), str(ROOT), WORKER], stderr=subprocess.DEVNULL
    )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(SECONDS)


def waited_for(found) -> bool:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if found():
            return True
        time.sleep(0.05)
    return False


def workers(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir() if path.name.isdecimal()}


def test_a_worker_that_dies_is_replaced_and_what_it_left_is_taken_up(keeper, tmp_path):
    assert waited_for(lambda: len(workers(tmp_path)) == 2)
    taken = tmp_path / "tagen"
    assert waited_for(taken.exists)
    before = taken.stat().st_size
    os.kill(min(workers(tmp_path)), signal.SIGKILL)
    assert waited_for(lambda: len(workers(tmp_path)) == 3)
    assert waited_for(lambda: taken.stat().st_size > before)


def test_at_the_end_each_is_let_to_finish(keeper, tmp_path):
    assert waited_for(lambda: len(workers(tmp_path)) == 2)
    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(SECONDS) == 0
    assert len(list(tmp_path.glob("*.klar"))) == 2
