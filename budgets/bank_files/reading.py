"""A bank's file, in whichever form: its content tells, not its name."""

import hashlib
from pathlib import PurePath

from budgets.bank_files.camt import read_camt
from budgets.bank_files.entries import BankFileRefused, ReadFile, clipped, too_large
from budgets.bank_files.table import read_csv
from plans.sheets import MAX_BYTES

KINDS = ".xml, .csv, .txt"
LONGEST_NAME = 200
_UTF_16 = {b"\xff\xfe<\x00", b"\xfe\xff\x00<"}


def read_entries(data: bytes, *, file_name: str) -> ReadFile:
    """Read camt.054 or CSV. Raises ``BankFileRefused``, also where nothing in the file has come in."""
    if not data.strip():
        raise BankFileRefused("Filen är tom.")
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    name = clipped(PurePath(file_name).name)[:LONGEST_NAME] or "bankfil"
    digest = hashlib.sha256(data).hexdigest()
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or data[:4] in _UTF_16
    found = (read_camt if is_xml else read_csv)(data, name=name, digest=digest)
    if not found.entries:
        left_out = f" Det som står där är utelämnat: {found.ignored[0].reason}." if found.ignored else ""
        raise BankFileRefused(f"Filen har inga inbetalningar.{left_out}")
    return found
