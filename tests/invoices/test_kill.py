"""SHOW: the process is killed at random points of a batch and started again, 50 rounds.

Every time there are 34 invoices, their numbers have neither gaps nor doubles, every file is whole, the sums are exact,
and nobody has got the same invoice twice; when a human has answered for the letters that were cut off, everybody has
got it once. ``KILL_ROUNDS`` is for more rounds, ``KILL_SEED`` for the same ones again.

A process that is to die while it makes the second half of the files, or while it mails, begins on a copy of what an
undisturbed one had come to before that, with its real files: to make them anew every time would double the time.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from tests.invoices.killing import Killable
from tests.invoices.mail_catcher import MailCatcher

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="ett prov för sig finns för PostgreSQL"),
]
ROUNDS = int(os.environ.get("KILL_ROUNDS", "50"))
CHUNKS = 10
SEED = os.environ.get("KILL_SEED", "")
PARTS = ("utställningen", "filerna", "breven")


@pytest.fixture(scope="module")
def catcher():
    catcher = MailCatcher()
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture(scope="module")
def killable(catcher, django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("avbrott")
    with django_db_blocker.unblock(), contextlib.closing(sqlite3.connect(folder / "mall.sqlite3")) as template:
        connection.ensure_connection()
        connection.connection.backup(template)
    killable = Killable(folder, catcher)
    yield killable
    killable.close()


@dataclass(frozen=True)
class World:
    """``expected`` is what each body is to pay. ``parts`` are where each part of the work begins: on a copy of which
    database, and between which times of the processor."""

    expected: dict
    parts: tuple[tuple[Path, float, float], ...]


@pytest.fixture(scope="module")
def world(killable) -> World:
    expected = killable.do("prepare", killable.template)
    half, with_files, whole = (killable.folder / f"{name}.sqlite3" for name in ("halva", "filer", "allt"))
    shutil.copy(killable.template, half)
    killable.do("halve", half)
    shutil.copy(killable.template, with_files)
    killable.do("run", with_files, stop_at_files=True, marks=f"{with_files}.marks")
    shutil.copy(with_files, whole)
    killable.do("run", whole, marks=f"{whole}.marks")
    check(killable.do("look", whole), expected)
    issued, made = json.loads(Path(f"{with_files}.marks").read_text())
    _, mailing, mailed = json.loads(Path(f"{whole}.marks").read_text())
    middle = (issued + made) / 2
    first, last = (killable.template, issued, middle), (half, issued, middle)
    mails = (with_files, mailing, (mailing + mailed) / 2), (with_files, (mailing + mailed) / 2, mailed)
    return World(expected, ((killable.template, 0.0, issued), first, last, *mails))


def processor_time(pid: int) -> float | None:
    """Return the seconds that the process has worked, ``None`` where it has ended."""
    with contextlib.suppress(OSError):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            return time.clock_gettime((~pid << 3) | 2)  # the clock of another process, by its number
    return None


def kill_at(pid: int, seconds: float) -> None:
    """Kill the process when it has worked for so long; one that ends before that is left alone."""
    while (worked := processor_time(pid)) is not None:
        if worked >= seconds:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        time.sleep(min(0.002, (seconds - worked) / 2))


def place_of(database: Path) -> str:
    """Return how far the process had come when it died: the part, and how many of the 34."""
    with contextlib.closing(sqlite3.connect(database)) as rows:
        tables = ("budgets_invoice", "budgets_invoicedocument", "skane_digi_invoicesending")
        invoices, documents, claimed = (rows.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables)
        sent = rows.execute("SELECT count(sent_at) FROM skane_digi_invoicesending").fetchone()[0]
    if not invoices:
        return f"{PARTS[0]}"
    if not claimed:
        return f"{PARTS[1]} {documents}"
    return f"{PARTS[2]} {claimed}{'' if claimed == sent else ' (ett på väg)'}"


def check(found: dict, expected: dict) -> None:
    """34 invoices, consecutive, exact, each with its files."""
    assert found["sequences"] == list(range(1001, 1035))
    assert found["changed"] == []
    assert found["payable"] == found["rows"] == expected
    assert sum(map(Decimal, found["payable"].values())) == sum(map(Decimal, expected.values()))
    assert sorted(document["number"] for document in found["documents"]) == [str(n) for n in range(1001, 1035)]
    assert all(document["is_whole"] and document["is_the_invoice"] for document in found["documents"])


def one_round(killable: Killable, world: World, number: int, chance: random.Random) -> list[str]:
    """Kill, start again until it is done, look, let a human answer, and look again; return where it was killed."""
    expected, (template, begins, ends) = world.expected, world.parts[number % 5]
    database, catcher = killable.folder / f"omgång-{number}.sqlite3", killable.catcher
    shutil.copy(template, database)
    before, places, attempt = len(catcher.numbers), [], 0
    at = chance.uniform(begins, ends)
    while True:
        pid = killable.begin("run", database, attempt=attempt)
        if at is not None:
            kill_at(pid, at)
        status = killable.end(pid)
        catcher.settle()
        if status == 0 and (places or at - begins < 0.01):
            break
        if status == 0:
            # It was done before its time was up: once more from the beginning, and sooner.
            removed(database)
            shutil.copy(template, database)
            before, at = len(catcher.numbers), begins + (at - begins) / 2
            continue
        assert status == -signal.SIGKILL, (killable.folder / "klagomål.txt").read_text()[-4000:]
        places.append(place_of(database))
        attempt += 1
        # Sometimes the one that takes up the work dies too.
        at = chance.uniform(0, ends) if chance.random() < 0.3 and attempt < 4 else None
    found = killable.do("look", database)
    check(found, expected)
    received = catcher.numbers[before:]
    assert len(received) == len(set(received)), "ett brev gick två gånger"
    of_invoice = Counter(number.strip("<>").partition(".")[0] for number in received)
    assert set(of_invoice.values()) <= {1}
    assert sum(state == "cut-off" for *_, state in found["sendings"]) <= len(places)
    killable.do("resolve", database, arrived=received)
    killable.do("run", database, attempt=attempt + 1)
    catcher.settle()
    after = killable.do("look", database, reads_back=False)
    check(after, expected)
    received = catcher.numbers[before:]
    of_invoice = Counter(number.strip("<>").partition(".")[0] for number in received)
    assert of_invoice == Counter(after["keys"]), "alla har inte fått ett brev var"
    assert {state for *_, state in after["sendings"]} <= {"sent", "lost"}
    removed(database)
    return places


def removed(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_killed_at_random_points_there_are_34_invoices_and_one_mail_each(killable, world, chunk):
    seed = SEED or str(random.SystemRandom().randrange(10**9))
    chance, places = random.Random(f"{seed}-{chunk}"), []
    try:
        for number in range(chunk, ROUNDS, CHUNKS):
            places.append(one_round(killable, world, number // CHUNKS, chance))
    finally:
        sys.stdout.write(f"KILL_SEED={seed} del {chunk}, dödad vid: {places}\n")
    assert all(places), places
    parts = {place.split()[0] for each in places for place in each}
    assert len(places) < 5 or len(parts) >= 2, f"avbrotten är inte spridda: {places}"
