"""A strict reader of SIE 4 import files, for tests: it takes what the standard allows and refuses the rest."""

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal

_DAY = re.compile(r"[0-9]{8}")
_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_ORDER = ["FLAGGA", "PROGRAM", "FORMAT", "GEN", "SIETYP", "ORGNR", "FNAMN", "KONTO", "DIM", "OBJEKT", "VER"]


@dataclass
class Row:
    account: str
    objects: dict[int, str]
    amount: Decimal
    text: str


@dataclass
class Voucher:
    day: datetime.date
    text: str
    registered_on: datetime.date
    rows: list[Row] = field(default_factory=list)


@dataclass
class SieFile:
    said: dict[str, list[str]]
    accounts: dict[str, str]
    dimensions: dict[int, str]
    objects: dict[tuple[int, str], str]
    vouchers: list[Voucher]


def read_sie(data: bytes) -> SieFile:
    """Read the file. Raises ``AssertionError`` where it is not as the standard says."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    file = SieFile({}, {}, {}, {}, [])
    current, last = None, 0
    for line in data.decode("cp437").split("\r\n")[:-1]:
        fields = _fields(line)
        if fields in (["{"], ["}"]):
            if fields == ["}"]:
                assert sum(row.amount for row in current.rows) == 0
                current = None
            else:
                current = file.vouchers[-1]
                assert not current.rows
            continue
        label, *values = fields
        assert label.startswith("#")
        if label == "#TRANS":
            account, objects, amount, day, text = values
            assert isinstance(objects, dict)
            assert account in file.accounts
            assert objects.items() <= {(number, value) for number, value in file.objects}
            assert _AMOUNT.fullmatch(amount)
            assert _day(day) == current.day
            current.rows.append(Row(account, objects, Decimal(amount), text))
            continue
        assert current is None
        assert _ORDER.index(label[1:]) >= last
        last = _ORDER.index(label[1:])
        _take(file, label[1:], values)
    assert current is None
    assert file.said["FLAGGA"] == ["0"]
    assert file.said["FORMAT"] == ["PC8"]
    assert file.said["SIETYP"] == ["4"]
    return file


def _take(file: SieFile, label: str, values: list) -> None:
    if label == "KONTO":
        file.accounts[values[0]] = values[1]
    elif label == "DIM":
        file.dimensions[int(values[0])] = values[1]
    elif label == "OBJEKT":
        assert int(values[0]) in file.dimensions
        file.objects[int(values[0]), values[1]] = values[2]
    elif label == "VER":
        series, number, day, text, registered_on = values
        assert (series, number) == ("", "")
        file.vouchers.append(Voucher(_day(day), text, _day(registered_on)))
    else:
        assert label not in file.said
        file.said[label] = values


def _day(text: str) -> datetime.date:
    assert _DAY.fullmatch(text)
    return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=datetime.UTC).date()


def _fields(line: str) -> list:
    """Return the fields of a line; an object list is a dictionary."""
    if line in "{}":
        return [line]
    fields, place = [], 0
    line = line.strip(" ")
    while place < len(line):
        if line[place] == " ":
            place += 1
        elif line[place] == "{":
            end = _closing(line, place)
            flat = _fields(line[place + 1 : end] + " ")
            assert len(flat) % 2 == 0
            fields.append({int(number): value for number, value in zip(flat[::2], flat[1::2], strict=True)})
            place = end + 1
        else:
            text, place = _field(line, place)
            fields.append(text)
    return fields


def _closing(line: str, place: int) -> int:
    quoted = False
    for index in range(place, len(line)):
        if line[index] == '"' and line[index - 1] != "\\":
            quoted = not quoted
        if line[index] == "}" and not quoted:
            return index
    raise AssertionError(f"Objektlistan slutar inte: {line}")


def _field(line: str, place: int) -> tuple[str, int]:
    if line[place] != '"':
        end = min(index for index in (line.find(" ", place), len(line)) if index >= 0)
        return line[place:end], end
    letters, index = [], place + 1
    while line[index] != '"':
        if line[index] == "\\":
            assert line[index + 1] == '"'
            index += 1
        assert ord(line[index]) >= 32
        letters.append(line[index])
        index += 1
    assert index + 1 == len(line) or line[index + 1] == " "
    return "".join(letters), index + 1
