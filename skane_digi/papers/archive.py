"""Papers as one ZIP: a folder for each organisation, and a list of what is there with checksums."""

import datetime
from collections.abc import Iterable, Iterator

from skane_digi.archive import File, zip_pieces


def zip_chunks(files: Iterable[File], *, about: str, fingerprint: str, at: datetime.datetime) -> Iterator[bytes]:
    """Return the ZIP piece by piece, with one file at a time in memory. Every file has the time ``at``.

    ``about`` and ``fingerprint`` name the version in the list of contents.
    """
    opening = (
        about,
        f"Fingeravtryck: {fingerprint}",
        "",
        "Varje organisation har en mapp med sin kod och sitt namn. Handlingarna i en mapp rör bara den organisationen.",
        "Det som ligger utanför mapparna är detsamma för alla.",
    )
    return zip_pieces(files, opening=opening, at=at)
