"""Papers as one ZIP, sent as it is made: a folder for each organisation, and a list of what is there with checksums."""

import datetime
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONTENTS = "Innehåll.txt"


@dataclass(frozen=True, slots=True)
class File:
    """A file for the ZIP; ``name`` is its path there."""

    name: str
    content: bytes


def zip_chunks(files: Iterable[File], *, about: str, fingerprint: str, at: datetime.datetime) -> Iterator[bytes]:
    """Return the ZIP piece by piece, with one file at a time in memory. Every file has the time ``at``.

    ``about`` and ``fingerprint`` name the version in the list of contents.
    """
    outlet, when = _Outlet(), at.timetuple()[:6]
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        listed = []
        for file in files:
            # PDF and DOCX are compressed already.
            archive.writestr(zipfile.ZipInfo(file.name, when), file.content)
            listed.append((file.name, hashlib.sha256(file.content).hexdigest()))
            yield outlet.take()
        archive.writestr(zipfile.ZipInfo(CONTENTS, when), contents(listed, about, fingerprint).encode())
    yield outlet.take()


def contents(listed: Iterable[tuple[str, str]], about: str, fingerprint: str) -> str:
    """Return what the ZIP says of itself: the version, and each file with its SHA-256."""
    lines = [
        about,
        f"Fingeravtryck: {fingerprint}",
        "",
        "Varje organisation har en mapp med sin kod och sitt namn. Handlingarna i en mapp rör bara den organisationen.",
        "Det som ligger utanför mapparna är detsamma för alla.",
        "",
        "Filer och deras kontrollsummor (SHA-256):",
        "",
        *(f"{digest}  {name}" for name, digest in listed),
    ]
    return "\r\n".join(lines) + "\r\n"


class _Outlet(io.RawIOBase):
    """What ``zipfile`` writes to; it is emptied between the files and cannot go back."""

    def __init__(self):
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken
