"""Questions to SCB over PxWeb: version 2 of the interface first, version 1 where that does not answer.

A question is tried again after a while where SCB is busy or does not answer, within a time that is given beforehand.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import requests
from django.conf import settings

from budgets.scb.json_stat import Malformed, read_json
from budgets.scb.reading import FiguresRefused, Reading
from budgets.scb.tables import Table

logger = logging.getLogger(__name__)

TRIES = 3
LARGEST_ANSWER = 5 * 1024 * 1024
CALLS, SECONDS = 30, 10  # no more calls than this in so many seconds, says SCB
BUSY = {429, 500, 502, 503, 504}
BY_HAND = (
    "Försök igen senare, eller hämta tabellen för hand på statistikdatabasen.scb.se (som JSON-stat2 eller CSV) och "
    "läs in filen."
)

wait_seconds = time.sleep


class ScbDoesNotAnswer(FiguresRefused):
    """SCB is down, too slow, or answers something else than was asked. The text says how to go on."""


@dataclass(slots=True)
class Pace:
    """Keeps the calls of this process within what SCB allows."""

    clock: Callable[[], object] = time.monotonic
    pause: Callable[[int], object] = wait_seconds
    _made: deque = field(default_factory=lambda: deque(maxlen=CALLS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when one more call may be made."""
        with self._lock:
            while len(self._made) == CALLS and self.clock() - self._made[0] < SECONDS:
                self.pause(1)
            self._made.append(self.clock())


_PACE = Pace()


class _Fault(Exception):
    """Why one try came to nothing. ``wait`` is how many seconds SCB asks for; where ``is_final`` no other try helps."""

    def __init__(self, reason: str, *, wait: int = 0, is_final: bool = False):
        self.reason, self.wait, self.is_final = reason, wait, is_final
        super().__init__(reason)


@dataclass(slots=True)
class ScbClient:
    """Asks SCB for one period of a table. ``patience`` is how many seconds a question may take in all."""

    patience: int = 60
    version_2: str = ""
    version_1: str = ""
    timeout: int = 0
    pace: Pace = field(default_factory=lambda: _PACE)
    pause: Callable[[int], object] = field(default_factory=lambda: wait_seconds)
    clock: Callable[[], object] = time.monotonic

    def __post_init__(self) -> None:
        self.version_2 = (self.version_2 or settings.SCB_API_V2).rstrip("/")
        self.version_1 = (self.version_1 or settings.SCB_API_V1).rstrip("/")
        self.timeout = self.timeout or settings.SCB_TIMEOUT

    def fetch(self, table: Table, *, regions: Sequence[str], period: str) -> Reading:
        """Return what ``table`` says of ``regions`` in ``period``. Raises ``ScbDoesNotAnswer``."""
        now = self.clock()
        chosen = {"Region": list(regions), **{name: [value] for name, value in table.totals.items()}}
        chosen |= {"ContentsCode": [table.contents], "Tid": [period]}
        faults = []
        # Version 2 leaves half of the time to version 1.
        questions = (
            (*self._version_2(table, chosen), now + max(1, self.patience // 2)),
            (*self._version_1(table, chosen), now + self.patience),
        )
        for name, address, question, end in questions:
            try:
                return self._ask(address, question, end)
            except _Fault as fault:
                logger.warning("SCB, %s, %s: %s", name, address, fault.reason)
                faults.append(f"{name} {fault.reason}")
        raise ScbDoesNotAnswer(f"SCB lämnade inte tabell {table.number} för {period}: {'; '.join(faults)}. {BY_HAND}")

    def _version_2(self, table: Table, chosen: dict) -> tuple[str, str, dict]:
        address = f"{self.version_2}/tables/{table.number}/data?lang=sv&outputFormat=json-stat2"
        return (
            "version 2",
            address,
            {"selection": [{"variableCode": name, "valueCodes": values} for name, values in chosen.items()]},
        )

    def _version_1(self, table: Table, chosen: dict) -> tuple[str, str, dict]:
        query = [{"code": name, "selection": {"filter": "item", "values": values}} for name, values in chosen.items()]
        question = {"query": query, "response": {"format": "json-stat2"}}
        return "version 1", f"{self.version_1}/{table.name}", question

    def _ask(self, address: str, question: dict, end) -> Reading:
        fault = _Fault("hann inte svara")
        for attempt in range(TRIES):
            left = math.ceil(end - self.clock())
            if left < 1:
                break
            self.pace.wait()
            try:
                return read_json(_post(address, question, min(self.timeout, left), self.clock))
            except Malformed as error:
                fault = _Fault(f"svarade något annat än väntat ({error.faults[0].rstrip('.')})")
            except _Fault as caught:
                fault = caught
                if fault.is_final:
                    break
            if attempt + 1 < TRIES:
                self.pause(max(0, min(fault.wait or 2**attempt, left)))
        raise fault


def _post(address: str, question: dict, timeout: int, clock: Callable) -> str:
    """Return the text of the answer. Raises ``_Fault``."""
    ends = clock() + timeout
    try:
        with requests.post(
            address,
            json=question,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "skanegemensam-handlingsplan"},
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise _refusal(answer)
            parts, size = [], 0
            for part in answer.iter_content(65536):
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise _Fault("svarade med mer än 5 MB", is_final=True)
                if clock() > ends:
                    raise _Fault(f"svarade inte färdigt inom {_seconds(timeout)}")
            return b"".join(parts).decode("utf-8-sig")
    except requests.Timeout as error:
        raise _Fault(f"svarade inte inom {_seconds(timeout)}") from error
    except requests.ConnectionError as error:
        raise _Fault("gick inte att nå") from error
    except requests.RequestException as error:
        raise _Fault("bröt av svaret") from error
    except UnicodeDecodeError as error:
        raise _Fault("svarade med något som inte är text", is_final=True) from error


def _refusal(answer: requests.Response) -> _Fault:
    status = answer.status_code
    if status in BUSY:
        words = "tar inte emot fler frågor just nu" if status == requests.codes.too_many else "har driftstörning"
        return _Fault(f"{words} ({status})", wait=_wait_of(answer.headers.get("Retry-After", "")))
    if status in (400, 404):
        return _Fault(f"känner inte igen frågan ({status}): troligen är dagen inte publicerad än", is_final=True)
    if answer.is_redirect:
        return _Fault(
            f"hänvisar till {answer.headers['Location'][:200]}: rätta adressen i inställningarna", is_final=True
        )
    return _Fault(f"svarade med felet {status}", is_final=True)


def _wait_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _seconds(count: int) -> str:
    return f"{count} sekund" if count == 1 else f"{count} sekunder"
