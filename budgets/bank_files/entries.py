"""What a bank's file says of each payment, whichever form the file has."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from plans.log import canonical
from plans.sheets import MAX_BYTES

MAX_ENTRIES = 5_000
LONGEST = 140
CAMT, CSV = "camt", "csv"


class BankFileRefused(Exception):
    """The file cannot be read. ``faults`` are Swedish sentences: where something is wrong, and what."""

    def __init__(self, *faults: str):
        self.faults = faults
        super().__init__(" ".join(faults))

    @property
    def reason(self) -> str:
        return self.faults[0]


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One payment that came in. ``amount`` is kronor, ``reference`` the OCR number or the payer's own text.

    ``bank_reference`` is the same whenever the bank tells of the same payment, and no other payment has it. ``place``
    says where in the file it stands.
    """

    received_on: datetime.date
    amount: Decimal
    reference: str
    payer: str
    bank_reference: str
    place: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """What is in the file but is no payment to take: where it stands, and why it is left out, in Swedish."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A bank's file as it was read. ``digest`` is the SHA-256 of its bytes, ``accounts`` are those that it is about."""

    name: str
    format: str
    digest: str
    entries: tuple[BankEntry, ...]
    ignored: tuple[Ignored, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), Decimal("0.00"))


def clipped(text: str | None) -> str:
    """Return the text on one line, without what no database takes, and as long as a payment's row can carry."""
    line = " ".join((text or "").replace("\0", " ").split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def joined_reference(parts: Iterable[str]) -> str:
    """Return the bank's names of a payment as one, made into a digest where they are too long to keep."""
    text = "/".join(part for part in parts if part)
    return text if len(text) <= LONGEST - 10 else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def digest_of(*values: object) -> str:
    """Return a name for a payment that the bank has not named: a digest of all that is said of it."""
    return f"rad:{hashlib.sha256(canonical([str(value) for value in values]).encode()).hexdigest()[:40]}"


def numbered(entries: Sequence[BankEntry]) -> list[BankEntry]:
    """Return the entries with every ``bank_reference`` once: the second of two alike ends with ``#2``.

    They are counted from the top, so that the same payments have the same names in another file.
    """
    seen: Counter[str] = Counter()
    result = []
    for entry in entries:
        seen[entry.bank_reference] += 1
        count = seen[entry.bank_reference]
        result.append(entry if count == 1 else replace(entry, bank_reference=f"{entry.bank_reference}#{count}"))
    return result


def too_large(size: int) -> BankFileRefused:
    return BankFileRefused(
        f"Filen är {size / 1024 / 1024:.0f} MB, och högst {MAX_BYTES // 1024 // 1024} MB går att läsa in. "
        "Hämta betalningarna för en kortare tid."
    )


def too_many() -> BankFileRefused:
    return BankFileRefused(f"Filen har fler än {MAX_ENTRIES} betalningar. Hämta betalningarna för en kortare tid.")
