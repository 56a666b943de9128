"""Files as one ZIP, sent as it is made, with a list of what is there and each file's checksum."""

import datetime
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CONTENTS = "Innehåll.txt"
# What no file system of those that the files are unpacked on takes in a name.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class File:
    """A file for the ZIP; ``name`` is its path there."""

    name: str
    content: bytes


def zip_pieces(files: Iterable[File], *, opening: Sequence[str], at: datetime.datetime) -> Iterator[bytes]:
    """Return the ZIP piece by piece, with one file at a time in memory. Every file has the time ``at``.

    ``opening`` is what the list of contents begins with, line by line.
    """
    outlet, when = _Outlet(), at.timetuple()[:6]
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        listed = []
        for file in files:
            # PDF and DOCX are compressed already, and an XML file is small.
            archive.writestr(zipfile.ZipInfo(file.name, when), file.content)
            listed.append(f"{hashlib.sha256(file.content).hexdigest()}  {file.name}")
            yield outlet.take()
        lines = [*opening, "", "Filer och deras kontrollsummor (SHA-256):", "", *listed]
        archive.writestr(zipfile.ZipInfo(CONTENTS, when), ("\r\n".join(lines) + "\r\n").encode())
    yield outlet.take()


def safe_name(text: str) -> str:
    """Return the text as a file name that every file system takes."""
    return " ".join(_FORBIDDEN.sub(" ", text).split())[:_LONGEST_NAME].rstrip(" .") or "namnlös"


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
