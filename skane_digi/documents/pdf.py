"""The plan as PDF: tagged (PDF/UA-1), archivable (PDF/A-3a), the same bytes for the same content and date.

The only module that imports WeasyPrint. While the text is set no address can be opened at all; style sheets and
typefaces are read beforehand from the project's own files.
"""

import base64
import functools
import gc
import logging
import re
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from budgets.checks import BUDGET_ANCHOR, cost_anchor
from plans.checks import area_anchor
from skane_digi.documents.fonts import FAMILIES, font_file, settable, source_file
from skane_digi.documents.render import VersionMark, plan_html
from skane_digi.documents.tree import PlanDocument

logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

_LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

try:
    with warnings.catch_warnings():
        # A missing library is an error below; a machine without typefaces is fine, ours come with the style sheet.
        warnings.simplefilter("ignore")
        from pydyf import Array, Dictionary, Stream
        from weasyprint import CSS, HTML
        from weasyprint.text import ffi as _native
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
except OSError as missing:
    raise ImproperlyConfigured(
        f"Ett systembibliotek för PDF saknas ({missing}). Installera: apt-get install {_LIBRARIES}"
    ) from missing

ASSETS = Path(settings.BASE_DIR) / "skane_digi" / "assets" / "css"
STYLE_SHEETS = ("document.css", "print-plan.css")
_STYLES = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
_STYLES |= {"SemiboldIt": (600, "italic"), "Bold": (700, "normal")}
_FAMILY_NAMES = {"SourceSerifPro": "Source Serif Pro", "SourceSansPro": "Source Sans Pro"}

VARIANT = "pdf/a-3a"

# Data whose last byte is an end of line cannot be told from the line end that follows it, and PDF/A forbids that.
_AMBIGUOUS_END = re.compile(rb"[\r\n]\nendstream")
_PROFILE_LEFT_OPEN = "unclosed file.*sRGB"  # WeasyPrint reads its colour profile without closing it
_INSIDE_FIGURE = re.compile(r"(?<=\d) (?=(?:\d{3}|kr|öre)\b)")

# WeasyPrint's and Pango's objects are shared between documents and must not be used by two threads at once.
_press = threading.Lock()


class ForbiddenAddress(URLFetcher):
    """Opens nothing: the text of a plan has no reason to fetch anything."""

    def fetch(self, url, headers=None):
        raise PermissionError(f"Dokumentet får inte hämta {url[:200]}")


class OwnFonts(URLFetcher):
    """Opens the built typefaces by name, and nothing else."""

    def fetch(self, url, headers=None):
        scheme, _, name = url.partition(":")
        if scheme != "typeface" or name not in _font_names():
            raise PermissionError(f"Stilmallen får inte hämta {url[:200]}")
        return URLFetcherResponse(url, font_file(name).read_bytes(), {"Content-Type": "font/ttf"})


def render_pdf(document: PlanDocument, mark: VersionMark | None = None) -> bytes:
    """Return the PDF of ``document``, with ``mark`` on its cover and on every page where it is a frozen version.

    Characters that no typeface holds come out as a visible sign; see ``documents.fonts.unsettable_characters``.
    Raises ``ImproperlyConfigured`` with a Swedish sentence where a library or a typeface is missing.
    """
    return pdf_from_html(settable(keep_figures_together(plan_html(document, mark))), link_texts(document))


def keep_figures_together(html: str) -> str:
    """Let no line end inside ``2 100 000 kr``, however its spaces were typed."""
    return _INSIDE_FIGURE.sub("\N{NO-BREAK SPACE}", html)


def pdf_from_html(html: str, texts_of_links: dict[str, str] | None = None) -> bytes:
    """Set ``html`` with the project's style sheets. ``texts_of_links`` names each anchor for those who listen."""
    require_libraries()
    with _at_press():
        styles, font_config = _styles(_style_version())
        pages = HTML(string=html, url_fetcher=ForbiddenAddress()).render(
            stylesheets=styles, font_config=font_config, pdf_variant=VARIANT
        )
        for padding in range(8):
            finisher = functools.partial(_finish, texts_of_links or {}, padding)
            pdf = pages.write_pdf(pdf_variant=VARIANT, finisher=finisher)
            if not _AMBIGUOUS_END.search(pdf):
                break
        return pdf


def plain_pdf(document: PlanDocument) -> bytes:
    """Set the same template the way one starts out with WeasyPrint: the yardstick of ``manage.py bench``.

    One ``HTML(string=…).write_pdf()`` with the style sheets in the page, the typefaces as their packages bring them
    and nothing shared between documents.
    """
    faces = "".join(_font_face(name, source_file(name).as_uri()) for name in _font_names())
    source = "".join((faces, *_sheet_sources()))
    html = plan_html(document).replace("</head>", f"<style>{source}</style></head>")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _PROFILE_LEFT_OPEN, ResourceWarning)
        return HTML(string=html).write_pdf(pdf_variant=VARIANT)


def link_texts(document: PlanDocument) -> dict[str, str]:
    """Return the words of every anchor that the table of contents points to."""
    texts = {section.slug: section.heading for section in (*document.sections_before, *document.sections_after)}
    texts = {f"avsnitt-{slug}": heading for slug, heading in texts.items()}
    texts |= {area_anchor(area.slug): area.title for area in document.areas}
    texts |= {cost_anchor(cost.year): f"Fördelning av kostnaden {cost.year}" for cost in document.costs}
    return texts | {BUDGET_ANCHOR: "Samlad budget", "vid-sidan-av": "Vid sidan av insatsområdena"}


def require_libraries() -> None:
    """Raise ``ImproperlyConfigured`` where the library that makes the PDF small and quick is missing."""
    if _native.harfbuzz_subset is None:
        raise ImproperlyConfigured(
            "Systembiblioteket libharfbuzz-subset saknas, och utan det blir en PDF tio gånger så långsam. "
            f"Installera: apt-get install {_LIBRARIES}"
        )


@contextmanager
def _at_press() -> Iterator[None]:
    """Set one document at a time, without the garbage collector and without a warning that is not ours to mend."""
    with _press, warnings.catch_warnings():
        warnings.filterwarnings("ignore", _PROFILE_LEFT_OPEN, ResourceWarning)
        # Layout makes millions of objects that all live to the end; looking for garbage among them costs a sixth.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_enabled:
                gc.enable()


def _font_names() -> dict[str, tuple[str, int, str]]:
    return {
        f"{family}-{style}": (_FAMILY_NAMES[family], *_STYLES[style])
        for family, (_, _, styles) in FAMILIES.items()
        for style in styles
    }


def _font_face(name: str, address: str) -> str:
    family, weight, slant = _font_names()[name]
    return f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slant};src:url("{address}")}}'


def _sheet_sources() -> list[str]:
    return [(ASSETS / name).read_text(encoding="utf-8") for name in STYLE_SHEETS]


def _resolved(source: str) -> str:
    """Put the values of :root in place of ``var(--name)``: WeasyPrint would look each up for every element."""
    values = dict(re.findall(r"^\s*(--[a-z-]+):\s*([^;]+);", source, re.MULTILINE))
    return re.sub(r"var\((--[a-z-]+)\)", lambda match: values[match[1]], source)


def _style_version() -> tuple[int, ...]:
    files = [ASSETS / name for name in STYLE_SHEETS] + [font_file(name) for name in _font_names()]
    return tuple(file.stat().st_mtime_ns for file in files)


@functools.lru_cache(maxsize=1)
def _styles(version: tuple[int, ...]) -> tuple[list[CSS], FontConfiguration]:
    """Parse style sheets and typefaces once per process, and again when a file has changed."""
    font_config = FontConfiguration()
    faces = "".join(_font_face(name, f"typeface:{name}") for name in _font_names())
    source = faces + _resolved("".join(_sheet_sources()))
    return [CSS(string=source, font_config=font_config, url_fetcher=OwnFonts())], font_config


_UA_SCHEMA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of the PDF/UA standard</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


def _finish(texts_of_links: dict[str, str], padding: int, document, pdf) -> None:
    """Declare PDF/UA beside PDF/A, let links say where they lead in words, and end every stream unmistakably."""
    for item in pdf.objects:
        if isinstance(item, Stream):
            if item.extra.get("Type") == "/Metadata":
                item.stream = [item.stream[0].replace(b"</rdf:RDF>", _UA_SCHEMA + b"</rdf:RDF>")]
                item.compress = False
            elif item.compress:
                _compress(item)
        elif isinstance(item, dict) and item.get("Subtype") == "/Link" and "Dest" in item:
            anchor = item["Dest"].string
            words = texts_of_links.get(anchor)
            if words:
                item["Contents"] = type(item["Dest"])(f"Gå till {words}")
    if padding:
        pdf.add_object(Dictionary({"Padding": padding}))


def _compress(stream: Stream) -> None:
    """Compress, and where the last byte is an end of line write the data in letters instead.

    That byte belongs to the checksum of the data, so that no other level of compression changes it.
    """
    stream.compress = False
    raw = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    packed, filters = zlib.compress(raw, 9), "/FlateDecode"
    if packed[-1:] in b"\r\n":
        packed, filters = base64.a85encode(packed) + b"~>", Array(["/ASCII85Decode", "/FlateDecode"])
    stream.stream = [packed]
    stream.extra["Filter"] = filters
