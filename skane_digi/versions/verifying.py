"""Whether the register still holds what was frozen, and which version a file or a fingerprint belongs to.

Three digests answer for a version: of its content, its shares and its PDF. Whoever can write the database could change
a row and its digests together; the log, which is a chain of its own, was told the digests when the version was frozen.
"""

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from budgets import invoice_triggers, rule_triggers
from budgets.frozen_shares import FrozenYear, check_frozen, years_of
from plans import frozen_triggers
from plans.dataclass_json import UnreadableJson
from plans.models import LogEntry, PlanVersion
from plans.places import reference_of
from skane_digi.versions.canonical import document_from_json
from skane_digi.versions.freezing import content_of, digest_of

SHORTEST = 8
DIGEST_LENGTH = 64
PDF_START, CONTENT_START = b"%PDF-", b"{"
FILE, CONTENT, FINGERPRINT, CLAIM = "file", "content", "fingerprint", "claim"

_MARK_BEFORE = re.compile(r"\s*version\s+[0-9]+\s*[·:,.-]?\s*", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+")
# As ``documents.render.VersionMark.keywords`` writes it, in metadata that are not compressed.
_CLAIM = re.compile(rb"<pdf:Keywords>version=([1-9][0-9]{0,4}) fingeravtryck=([0-9a-f]{16})</pdf:Keywords>")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was proved, or that does not hold; ``text`` says which in Swedish."""

    name: str
    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was proved of one version."""

    version: PlanVersion
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return not self.faults

    @property
    def faults(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.holds)


@dataclass(frozen=True, slots=True)
class Found:
    """The version that was looked for, and what told: its ``file``, its ``content`` as a file, or a ``fingerprint``.

    ``claim`` is a file that the register does not have, but that says itself that it is the version: a changed file.
    """

    version: PlanVersion
    by: str

    @property
    def is_registered(self) -> bool:
        return self.by != CLAIM


class UnusableFingerprint(ValueError):
    """What was typed cannot be looked for; the message is Swedish."""


def verify(version: PlanVersion) -> Verification:
    """Prove everything about ``version`` anew from its own columns, the log and the database's locks."""
    checks = (
        _digest("content", "Innehållet", "ändrat", version.content.encode(), version.content_digest),
        _digest("allocation", "Kostnadsfördelningen", "ändrad", version.allocation.encode(), version.allocation_digest),
        _digest("pdf", "PDF-filen", "ändrad", bytes(version.pdf), version.pdf_digest),
        _check("text", "Innehållet går att läsa och hör till versionen.", _fault_in_content(version)),
        _check("shares", "Andelarna är tillsammans det som delas.", _fault_in_shares(version)),
        _check("mark", "PDF-filen bär versionens fingeravtryck.", _fault_in_mark(version)),
        _check("log", "Loggen har samma kontrollsummor.", _fault_in_log(version)),
        _check("locks", "Databasen vägrar ändringar.", _fault_in_locks()),
    )
    return Verification(version, checks)


def find(sought: str | bytes, *, among: QuerySet[PlanVersion] | None = None) -> Found | None:
    """Return the version that a file's bytes or a typed fingerprint belong to, ``None`` where the register has none.

    A fingerprint is the first digits of the content's digest, at least eight, or a whole digest of content or PDF;
    spaces and case mean nothing. Raises ``UnusableFingerprint`` for one that is too short or fits several versions.
    """
    versions = PlanVersion.objects.all() if among is None else among
    return _of_file(sought, versions) if isinstance(sought, bytes) else _of_fingerprint(sought, versions)


def is_ours(content: bytes) -> bool:
    """Whether a file is of a kind that versions are downloaded as: PDF, or the content as JSON."""
    return content.startswith((PDF_START, CONTENT_START))


def fingerprint_in(text: str) -> str:
    """Return the hexadecimal digits of what somebody typed or copied: ``Version 1 · 3f2a 9c1e`` is ``3f2a9c1e``."""
    digits = "".join(_MARK_BEFORE.sub("", text, count=1).split()).lower()
    if not _HEX.fullmatch(digits):
        raise UnusableFingerprint("Ett fingeravtryck består av siffrorna 0–9 och bokstäverna a–f.")
    if len(digits) < SHORTEST:
        raise UnusableFingerprint(f"Skriv minst {SHORTEST} tecken av fingeravtrycket.")
    if len(digits) > DIGEST_LENGTH:
        raise UnusableFingerprint(f"Ett fingeravtryck har högst {DIGEST_LENGTH} tecken.")
    return digits


def _of_file(content: bytes, versions: QuerySet[PlanVersion]) -> Found | None:
    digest = digest_of(content)
    registered = versions.filter(Q(pdf_digest=digest) | Q(content_digest=digest)).first()
    if registered:
        return Found(registered, FILE if registered.pdf_digest == digest else CONTENT)
    claims = set(_CLAIM.findall(content))
    if len(claims) != 1:
        return None
    ((number, fingerprint),) = claims
    claimed = versions.filter(number=int(number), content_digest__startswith=fingerprint.decode()).first()
    return Found(claimed, CLAIM) if claimed else None


def _of_fingerprint(text: str, versions: QuerySet[PlanVersion]) -> Found | None:
    digits = fingerprint_in(text)
    fits = Q(content_digest__startswith=digits)
    if len(digits) == DIGEST_LENGTH:
        fits |= Q(pdf_digest=digits)
    found = list(versions.filter(fits)[:2])
    if len(found) > 1:
        raise UnusableFingerprint("Flera versioner börjar så. Skriv fler tecken av fingeravtrycket.")
    return Found(found[0], FINGERPRINT) if found else None


def _check(name: str, text: str, fault: str) -> Check:
    return Check(name, not fault, fault or text)


def _digest(name: str, what: str, altered: str, content: bytes, registered: str) -> Check:
    digest = digest_of(content)
    fault = "" if digest == registered else f"{what} är {altered}: kontrollsumman är {digest}, inte {registered}."
    return _check(name, f"{what} har den registrerade kontrollsumman.", fault)


def _fault_in_content(version: PlanVersion) -> str:
    try:
        content = content_of(version)
        document_from_json(content["document"])
    except UnreadableJson as error:
        return f"Innehållet går inte att läsa: {error}"
    if (content["plan"], content["number"]) != (version.plan.slug, version.number):
        return f"Innehållet säger sig vara version {content['number']} av planen {content['plan']}."
    if content["members"] != list(version.member_codes):
        return "Organisationerna som ska besluta är inte de som frystes."
    if content["allocation"] != version.allocation_digest:
        return f"Innehållet hör till en annan kostnadsfördelning, med kontrollsumman {content['allocation']}."
    return ""


def _fault_in_shares(version: PlanVersion) -> str:
    try:
        years: tuple[FrozenYear, ...] = years_of(version)
    except UnreadableJson as error:
        return f"Kostnadsfördelningen går inte att läsa: {error}"
    faults = check_frozen(years)
    return f"Andelarna går inte ihop. {faults[0]}" if faults else ""


def _fault_in_mark(version: PlanVersion) -> str:
    expected = (str(version.number).encode(), "".join(version.fingerprint.split()).encode())
    if set(_CLAIM.findall(bytes(version.pdf))) == {expected}:
        return ""
    return "PDF-filen bär inte versionens fingeravtryck."


def _fault_in_log(version: PlanVersion) -> str:
    kind, key = reference_of(version)
    entry = LogEntry.objects.filter(subject=kind, subject_key=key, action=LogEntry.Action.CREATED).first()
    if entry is None:
        return "Loggen har ingen post om att versionen frystes."
    for name in ("content_digest", "allocation_digest", "pdf_digest"):
        if entry.after.get(name) != getattr(version, name):
            return f"Loggens post {entry.number} har andra kontrollsummor än versionen."
    return ""


def _fault_in_locks() -> str:
    kinds = (frozen_triggers, rule_triggers, invoice_triggers)
    names = [name for kind in kinds for name in kind.missing(connection)]
    return f"Databasens skydd mot ändring saknas: {', '.join(names)}." if names else ""
