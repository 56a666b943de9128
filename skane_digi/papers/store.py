"""Papers made on the fly, kept as long as they say the same thing."""

import hashlib

from django.core.cache import caches

from skane_digi.papers.making import rendered
from skane_digi.papers.tree import Format, Paper

SECONDS = 3600


def stored_paper(paper: Paper, format_: Format) -> bytes:
    """Return the file of ``paper``, made once for each content."""
    key = f"paper-{format_}-{hashlib.sha256(repr(paper).encode()).hexdigest()}"
    cache = caches["documents"]
    content = cache.get(key)
    if content is None:
        content = rendered(paper, format_)
        cache.set(key, content, SECONDS)
    return content
