"""Rendered PDFs, kept as long as the document says the same thing."""

import hashlib
from dataclasses import dataclass

from django.core.cache import caches

from skane_digi.documents import pdf
from skane_digi.documents.tree import PlanDocument

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class StoredPdf:
    content: bytes
    etag: str


def stored_pdf(document: PlanDocument) -> StoredPdf:
    """Return the PDF of ``document``, rendered once for each content."""
    key = f"plan-pdf-{hashlib.sha256(repr(document).encode()).hexdigest()}"
    cache = caches["documents"]
    content = cache.get(key)
    if content is None:
        content = pdf.render_pdf(document)
        cache.set(key, content, SECONDS)
    return StoredPdf(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
