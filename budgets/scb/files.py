"""Files downloaded by hand: which form they have is told by their content, not by their name alone."""

from pathlib import PurePath

from budgets.scb.grid import decoded, read_table
from budgets.scb.json_stat import read_json
from budgets.scb.reading import FiguresRefused, Reading
from plans.sheets import MAX_BYTES

KINDS = ".json, .csv, .txt, .xlsx"
_READ = {".json", ".csv", ".txt", ".xlsx"}


def read_file(data: bytes, *, file_name: str) -> Reading:
    """Read json-stat2, PxWeb version 1's JSON, CSV or XLSX. Raises ``FiguresRefused``."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in _READ:
        raise FiguresRefused(
            f"Filen {PurePath(file_name).name} är av ett slag som inte kan läsas. Spara den som JSON-stat2 (.json), "
            "CSV (.csv) eller Excel (.xlsx)."
        )
    if not data.strip():
        raise FiguresRefused("Filen är tom.")
    if len(data) > MAX_BYTES:
        raise FiguresRefused(
            f"Filen är {len(data) / 1024 / 1024:.0f} MB, och högst {MAX_BYTES // 1024 // 1024} MB går att läsa. "
            "Ta bara med den dag och det område som ska läsas in."
        )
    if suffix != ".xlsx" and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return read_json(decoded(data))
    if suffix == ".json":
        raise FiguresRefused("Filen går inte att läsa som JSON.")
    return read_table(data, file_name=file_name)
