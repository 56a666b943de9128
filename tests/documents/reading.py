"""A PDF read back: its words, its pages and its parts."""

import functools
import io
import re
import subprocess
import tempfile
from pathlib import Path

from pypdf import PdfReader

from skane_digi.documents.pdf import render_pdf

_pdf_of = functools.lru_cache(maxsize=4)(render_pdf)


def pdf_of(document) -> bytes:
    """Return the PDF of a document; equal documents are set once."""
    return _pdf_of(document)


def text_of(pdf: bytes, *, page: int | None = None, with_margins: bool = False) -> str:
    """Return the words in reading order, without running header and footer unless asked for."""
    body = [] if with_margins else ["-r", "72", "-x", "0", "-y", "72", "-W", "596", "-H", "708"]
    pages = [] if page is None else ["-f", str(page), "-l", str(page)]
    return run("pdftotext", *body, *pages, "{pdf}", "-", pdf=pdf)


def squeezed(text: str) -> str:
    """Return ``text`` without any white space, so that line ends do not matter."""
    return re.sub(r"\s+", "", text)


def run(*command: str, pdf: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dokument.pdf"
        path.write_bytes(pdf)
        arguments = [part.format(pdf=path) for part in command]
        done = subprocess.run(arguments, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    return done.stdout.decode()


def reader_of(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def bookmarks(outline) -> list[str]:
    titles = []
    for entry in outline:
        titles += bookmarks(entry) if isinstance(entry, list) else [entry.title]
    return titles
