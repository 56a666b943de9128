"""Trees of frozen dataclasses as JSON and back, by what their fields are declared to hold.

What is written follows from the value alone: equal trees give equal text. Decimals, fractions and days are text, never
floats. Reading is strict, so that nothing is lost unseen: an unknown field, a missing one or a value written in any
other way is refused. A field that has been added to a dataclass later reads as its default where the text is older, so
it must have one; see docs/versioner.md.
"""

import datetime
import enum
import functools
import json
import re
import types
import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from fractions import Fraction

from plans.log import canonical

TYPE = "type"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)/[1-9][0-9]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class UnreadableJson(ValueError):
    """The data are not what the dataclass says; the message is Swedish and says where."""

    def __init__(self, reason: str, place: str = ""):
        self.reason = reason
        self.place = place
        super().__init__(f"{place.lstrip('.')}: {reason}" if place else reason)

    def inside(self, outer: str) -> "UnreadableJson":
        """Return the same fault seen from one level out."""
        return UnreadableJson(self.reason, outer + self.place)


def write(value: object, declared: object) -> object:
    """Return ``value`` as plain JSON data. Raises ``TypeError`` where it is not what ``declared`` says."""
    return _codec(declared).write(value)


def read(data: object, declared: object) -> typing.Any:
    """Return the value that ``write`` made ``data`` of. Raises ``UnreadableJson``."""
    return _codec(declared).read(data)


def parse(text: str) -> typing.Any:
    """Return the data of canonical text. Raises ``UnreadableJson`` for text that is written in any other way."""
    try:
        data = json.loads(text, parse_float=_refuse_float, parse_constant=_refuse_float)
    except UnreadableJson:
        raise
    except ValueError as error:
        raise UnreadableJson(f"texten är inte JSON ({error}).") from error
    if canonical(data) != text:
        raise UnreadableJson("texten är inte skriven i kanonisk form.")
    return data


def _refuse_float(text: str):
    raise UnreadableJson(f"talet {text} står som flyttal. Tal med decimaler skrivs som text.")


def decimal_text(value: Decimal) -> str:
    """Return the one way to write a number: no exponent, no zeros that say nothing, ``25762.17`` and ``1150000``."""
    if not value.is_finite():
        raise TypeError(f"{value} är inte ett tal.")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@functools.cache
def _codec(declared: typing.Any) -> typing.Any:
    if declared in _CODECS:
        return _CODECS[declared]
    origin, parts = typing.get_origin(declared), typing.get_args(declared)
    if origin in (types.UnionType, typing.Union):
        return _union(parts)
    if origin is tuple:
        return _Tuple(parts[0]) if parts[1:] == (...,) else _Row(parts)
    if origin is dict and parts[0] is str:
        return _Names(parts[1])
    if isinstance(declared, type) and is_dataclass(declared):
        return _Record(declared)
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return _Choice(declared)
    raise TypeError(f"{declared} kan inte skrivas som JSON.")


def _union(parts: tuple) -> typing.Any:
    others = tuple(part for part in parts if part is not type(None))
    inner = _codec(others[0]) if len(others) == 1 else _OneOf(others)
    return _Optional(inner) if len(others) < len(parts) else inner


class _Plain:
    """What JSON has itself. A subclass of text, such as a choice, is written as the text it is."""

    def __init__(self, kind: type, words: str):
        self.kind, self.words = kind, words

    def write(self, value):
        if type(value) is not self.kind and not (self.kind is str and isinstance(value, str)):
            raise TypeError(f"{value!r} är inte {self.words}.")
        return str(value) if self.kind is str else value

    def read(self, data):
        if type(data) is not self.kind:
            raise UnreadableJson(f"här ska stå {self.words}, inte {_short(data)}.")
        return data


class _AsText:
    """What JSON carries as text, in one way only."""

    def __init__(self, kind: type, words: str, pattern: re.Pattern, to_text: typing.Callable):
        self.kind, self.words, self.pattern, self.to_text = kind, words, pattern, to_text
        self.from_text = datetime.date.fromisoformat if kind is datetime.date else kind

    def write(self, value):
        if type(value) is not self.kind:
            raise TypeError(f"{value!r} är inte {self.words}.")
        return self.to_text(value)

    def read(self, data):
        if isinstance(data, str) and self.pattern.fullmatch(data):
            try:
                value = self.from_text(data)
            except ValueError:
                value = None
            if value is not None and self.to_text(value) == data:
                return value
        raise UnreadableJson(f"här ska stå {self.words}, inte {_short(data)}.")


class _Choice:
    def __init__(self, kind: type[enum.Enum]):
        self.kind = kind

    def write(self, value):
        return self.kind(value).value

    def read(self, data):
        try:
            return self.kind(data)
        except ValueError:
            raise UnreadableJson(f"värdet {_short(data)} finns inte.") from None


class _Optional:
    def __init__(self, inner):
        self.inner = inner

    def write(self, value):
        return None if value is None else self.inner.write(value)

    def read(self, data):
        return None if data is None else self.inner.read(data)


class _Tuple:
    """Any number of the same kind."""

    def __init__(self, part):
        self.part = part

    def write(self, value):
        if not isinstance(value, tuple):
            raise TypeError(f"{value!r} är inte en följd.")
        inner = _codec(self.part)
        return [inner.write(part) for part in value]

    def read(self, data):
        inner = _codec(self.part)
        return tuple(_read_inside(inner, part, f"[{place}]") for place, part in enumerate(_list(data)))


class _Row:
    """As many as are declared, each of its own kind."""

    def __init__(self, parts: tuple):
        self.parts = parts

    def write(self, value):
        return [_codec(part).write(own) for part, own in zip(self.parts, value, strict=True)]

    def read(self, data):
        if len(_list(data)) != len(self.parts):
            raise UnreadableJson(f"här ska stå {len(self.parts)} värden, inte {len(data)}.")
        return tuple(
            _read_inside(_codec(part), own, f"[{place}]")
            for place, (part, own) in enumerate(zip(self.parts, data, strict=True))
        )


class _Names:
    """Values by name."""

    def __init__(self, part):
        self.part = part

    def write(self, value):
        inner, name_of = _codec(self.part), _CODECS[str]
        return {name_of.write(name): inner.write(own) for name, own in value.items()}

    def read(self, data):
        inner = _codec(self.part)
        return {name: _read_inside(inner, own, f"[{name}]") for name, own in _object(data).items()}


class _Record:
    """A dataclass: an object with every field by its name."""

    def __init__(self, kind: type):
        self.kind = kind

    @functools.cached_property
    def fields(self) -> dict[str, tuple[Field, typing.Any]]:
        hints = typing.get_type_hints(self.kind)
        return {field.name: (field, _codec(hints[field.name])) for field in fields(self.kind)}

    def write(self, value):
        if type(value) is not self.kind:
            raise TypeError(f"{value!r} är inte {self.kind.__name__}.")
        return {name: codec.write(getattr(value, name)) for name, (_, codec) in self.fields.items()}

    def read(self, data):
        return self.from_object(_object(data))

    def from_object(self, data: dict):
        values = {}
        for name, (field, codec) in self.fields.items():
            if name in data:
                values[name] = _read_inside(codec, data[name], f".{name}")
            elif field.default is MISSING and field.default_factory is MISSING:
                raise UnreadableJson(f"fältet {name} saknas.")
        if len(values) != len(data):
            unknown = ", ".join(sorted(set(data) - set(self.fields)))
            raise UnreadableJson(f"okänt fält: {unknown}.")
        return self.kind(**values)


class _OneOf:
    """One of several dataclasses; the object says which in ``type``."""

    def __init__(self, kinds: tuple):
        self.records = {kind.__name__: _codec(kind) for kind in kinds if _is_told_by_type(kind)}
        if len(self.records) != len(kinds):
            raise TypeError(f"Bland {kinds} kan JSON inte säga vilken det är.")

    def write(self, value):
        name = type(value).__name__
        if name not in self.records:
            raise TypeError(f"{value!r} är inte någon av {', '.join(self.records)}.")
        return {TYPE: name, **self.records[name].write(value)}

    def read(self, data):
        own = dict(_object(data))
        name = own.pop(TYPE, None)
        if not isinstance(name, str) or name not in self.records:
            raise UnreadableJson(f"slaget {_short(name)} finns inte.")
        return self.records[name].from_object(own)


def _is_told_by_type(kind: typing.Any) -> bool:
    return is_dataclass(kind) and TYPE not in {field.name for field in fields(kind)}


def _read_inside(codec, data: object, place: str):
    try:
        return codec.read(data)
    except UnreadableJson as error:
        raise error.inside(place) from None


def _list(data: object) -> list:
    if not isinstance(data, list):
        raise UnreadableJson(f"här ska stå en lista, inte {_short(data)}.")
    return data


def _object(data: object) -> dict:
    if not isinstance(data, dict):
        raise UnreadableJson(f"här ska stå ett objekt, inte {_short(data)}.")
    return data


def _short(data: object) -> str:
    text = repr(data)
    return text if len(text) <= 60 else f"{text[:60]}…"


_CODECS = {
    str: _Plain(str, "text"),
    int: _Plain(int, "ett heltal"),
    bool: _Plain(bool, "sant eller falskt"),
    Decimal: _AsText(Decimal, "ett tal som text", _NUMBER, decimal_text),
    Fraction: _AsText(Fraction, "ett bråk som text", _FRACTION, lambda value: f"{value.numerator}/{value.denominator}"),
    datetime.date: _AsText(datetime.date, "en dag som text", _DAY, datetime.date.isoformat),
}
