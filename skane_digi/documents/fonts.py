"""The typefaces of page and PDF: cut to the characters that Swedish official text needs, built once at set-up.

The sources come as dependencies (Source Sans Pro and Source Serif Pro, SIL Open Font License). Their licence reserves
the name "Source" for unmodified files, so the cut ones carry a name of their own inside; style sheets may call them
what they like.
"""

import functools
import hashlib
import importlib.util
import logging
import os
import unicodedata
from pathlib import Path

import fontTools
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

logging.getLogger("fontTools").setLevel(logging.WARNING)

STAMP_NAME = ".version"
FAMILIES = {
    "SourceSerifPro": ("font_source_serif_pro", "Skaneplan Serif", ("Regular", "It", "Semibold", "SemiboldIt", "Bold")),
    "SourceSansPro": ("font_source_sans_pro", "Skaneplan Sans", ("Regular", "It", "Semibold", "Bold")),
}
FEATURES = ("case", "ccmp", "kern", "liga", "lnum", "locl", "mark", "mkmk", "onum", "pnum", "sups", "tnum")
LAYOUT_VERSION = 2

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Spaces as parts of an em, for the sources lack them or draw the one in 2 100 000 too narrow to be seen; and hyphens
# that are drawn as the ordinary one.
_SPACE_WIDTHS = {0x2002: 2, 0x2003: 1, 0x2009: 5, 0x202F: 5}
_COPIES = {0x2010: "-", 0x2011: "-"}

_RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022))
_SINGLES = (
    "ƒ\u02c6\u02dc\u2002\u2003\u2009\u202f…‰′″‹›⁄€№™←↑→↓−∙√∞≈≠≤≥■▲▼◊☐☑✓⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ẞ\N{REPLACEMENT CHARACTER}"
)


def wanted_characters() -> frozenset[int]:
    """Return the code points that the cut typefaces are to hold."""
    ranged = {code for first, last in _RANGES for code in range(first, last + 1)}
    return frozenset(ranged | {ord(character) for character in _SINGLES})


def font_names() -> tuple[str, ...]:
    """Return the file stems, such as ``SourceSerifPro-Regular``."""
    return tuple(f"{family}-{style}" for family, (_, _, styles) in FAMILIES.items() for style in styles)


def build_fonts(directory: Path) -> bool:
    """Write each typeface as .ttf (for the PDF) and .woff2 (for the page).

    Only what is missing or of another version is made; return false when there was nothing to do.
    """
    version = _version()
    stamp = directory / STAMP_NAME
    is_current = stamp.exists() and stamp.read_text() == version
    to_make = [name for name in font_names() if not is_current or _is_missing(name, directory)]
    if not to_make:
        return False
    directory.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in to_make:
        font = _cut(name)
        _write(font, directory / f"{name}.ttf")
        font.flavor = "woff2"
        _write(font, directory / f"{name}.woff2")
    stamp.write_text(version)
    coverage.cache_clear()
    return True


def font_file(name: str) -> Path:
    """Return the built .ttf of that name, or say in Swedish how to make it."""
    path = Path(settings.FONTS_DIR) / f"{name}.ttf"
    if not path.exists():
        raise ImproperlyConfigured(f"Typsnittet {path.name} saknas. Kör: python3 start.py manage build_fonts")
    return path


@functools.cache
def coverage() -> frozenset[int]:
    """Return the code points that can be set in every style, by the serif or else by the sans."""
    sans, sans_italic = (_characters(f"SourceSansPro-{style}") for style in ("Regular", "It"))
    covered = [
        _characters(f"SourceSerifPro-{style}") | (sans_italic if "It" in style else sans)
        for style in FAMILIES["SourceSerifPro"][2]
    ]
    return frozenset.intersection(*covered)


def settable(text: str) -> str:
    """Return ``text`` composed (å is one character) and with a visible sign for each character no typeface holds.

    Without it such a character would be drawn with whatever typeface the machine happens to have, or not at all.
    """
    composed = unicodedata.normalize("NFC", text)
    known = coverage()
    unknown = {character for character in set(composed) if ord(character) not in known}
    return composed.translate({ord(character): _settable_character(character, known) for character in unknown})


def unsettable_characters(text: str) -> set[str]:
    """Return the visible characters of ``text`` that ``settable`` has to replace."""
    known = coverage()
    composed = set(unicodedata.normalize("NFC", text))
    return {c for c in composed if ord(c) not in known and _settable_character(c, known) == REPLACEMENT}


def _settable_character(character: str, known: frozenset[int]) -> str:
    if ord(character) in known:
        return character
    category = unicodedata.category(character)
    if character in "\t\n\r" or category in {"Zs", "Zl", "Zp"}:
        return " "
    if category in {"Cc", "Cf", "Mn"}:
        return ""
    return REPLACEMENT


def _characters(name: str) -> frozenset[int]:
    with TTFont(font_file(name), lazy=True) as font:
        return frozenset(font.getBestCmap())


def source_file(name: str) -> Path:
    """Return the uncut typeface in its package."""
    package = FAMILIES[name.partition("-")[0]][0]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ImproperlyConfigured(f"Paketet {package} är inte installerat. Installera requirements/base.txt.")
    return Path(spec.submodule_search_locations[0]) / "files" / f"{name}.ttf"


def _version() -> str:
    recipe = repr((LAYOUT_VERSION, fontTools.version, FEATURES, sorted(wanted_characters()), FAMILIES))
    sizes = repr([source_file(name).stat().st_size for name in font_names()])
    return hashlib.sha256((recipe + sizes).encode()).hexdigest()


def _is_missing(name: str, directory: Path) -> bool:
    return not all((directory / f"{name}.{kind}").exists() for kind in ("ttf", "woff2"))


def _cut(name: str) -> TTFont:
    font = TTFont(source_file(name), recalcTimestamp=False)
    _add_missing(font)
    options = subset.Options(
        layout_features=list(FEATURES), hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    _rename(font, name)
    return font


def _add_missing(font: TTFont) -> None:
    """Give the font the spaces, hyphens and the replacement sign that it lacks, each as a glyph of its own."""
    known = font.getBestCmap()
    em = font["head"].unitsPerEm
    for code, parts in _SPACE_WIDTHS.items():
        _add_glyph(font, code, TTGlyphPen(None).glyph(), em // parts)
    for code, drawn_as in _COPIES.items():
        if code not in known:
            _copy_glyph(font, code, known[ord(drawn_as)])
    if ord(REPLACEMENT) not in known:
        _copy_glyph(font, ord(REPLACEMENT), ".notdef")


def _copy_glyph(font: TTFont, code: int, original: str) -> None:
    pen = TTGlyphPen(font.getGlyphSet())
    font.getGlyphSet()[original].draw(pen)
    _add_glyph(font, code, pen.glyph(), font["hmtx"][original][0])


def _add_glyph(font: TTFont, code: int, glyph, width: int) -> None:
    name = f"uni{code:04X}.own"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap[code] = name


def _rename(font: TTFont, name: str) -> None:
    family, _, style = name.partition("-")
    public_name = FAMILIES[family][1]
    values = {1: public_name, 2: style, 4: f"{public_name} {style}", 6: f"{public_name.replace(' ', '')}-{style}"}
    for record in font["name"].names:
        if record.nameID in values:
            record.string = values[record.nameID]


def _write(font: TTFont, path: Path) -> None:
    partial = path.with_suffix(f".{os.getpid()}.part")
    font.save(partial)
    os.replace(partial, path)  # noqa: PTH105 atomic: a reader sees the old file or the new one
