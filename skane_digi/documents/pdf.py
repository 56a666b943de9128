"""The plan as PDF: tagged (PDF/UA-1), archivable (PDF/A-3a), the same bytes for the same content and date.

The only module that imports WeasyPrint. While the text is set no address can be opened at all; style sheets and
typefaces are read beforehand from the project's own files.
"""

import base64
import datetime
import functools
import gc
import logging
import re
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

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
        from cssselect2 import ElementWrapper
        from pydyf import Array, Dictionary, Stream
        from weasyprint import CSS, HTML, Attachment
        from weasyprint.text import ffi as _native
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
except OSError as missing:
    raise ImproperlyConfigured(
        f"Ett systembibliotek för PDF saknas ({missing}). Installera: apt-get install {_LIBRARIES}"
    ) from missing

ASSETS = Path(settings.BASE_DIR) / "skane_digi" / "assets" / "css"
STYLE_SHEETS = ("document.css", "print-plan.css")
VALUES_FROM = "print-plan.css"
_STYLES = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
_STYLES |= {"SemiboldIt": (600, "italic"), "Bold": (700, "normal")}
_FAMILY_NAMES = {"SourceSerifPro": "Source Serif Pro", "SourceSansPro": "Source Sans Pro"}

VARIANT = "pdf/a-3a"
PICTURE = "data:image/png;base64"

# Data whose last byte is an end of line cannot be told from the line end that follows it, and PDF/A forbids that.
_AMBIGUOUS_END = re.compile(rb"[\r\n]\nendstream")
_PROFILE_LEFT_OPEN = "unclosed file.*sRGB"  # WeasyPrint reads its colour profile without closing it
_VALUE = re.compile(r"^\s*(--[a-z-]+):\s*([^;]+);", re.MULTILINE)
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")
_INSIDE_FIGURE = re.compile(r"(?<=\d) (?=(?:\d{3}|kr|öre)\b)")

# WeasyPrint's and Pango's objects are shared between documents and must not be used by two threads at once.
_press = threading.Lock()


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside the PDF. ``media_type`` is ``text/xml``; ``at`` is its date, the same in every printing.

    ``relationship`` says what it is to the page, with the words of ISO 32000-2: ``Data``, ``Alternative``, ``Source``.
    """

    name: str
    content: bytes
    description: str
    media_type: str
    relationship: str
    at: datetime.datetime


class ForbiddenAddress(URLFetcher):
    """Opens nothing: the text of a plan has no reason to fetch anything."""

    def fetch(self, url, headers=None):
        raise PermissionError(f"Dokumentet får inte hämta {url[:200]}")


class PicturesInside(ForbiddenAddress):
    """Opens pictures that are written in the page itself, and nothing else."""

    def fetch(self, url, headers=None):
        kind, _, data = url.partition(",")
        if kind != PICTURE:
            return super().fetch(url, headers)
        return URLFetcherResponse(url, base64.b64decode(data), {"Content-Type": "image/png"})


class WellFormedPage(HTML):
    """A page of markup that is also XML, which is read ten times as fast as any HTML at all."""

    def __init__(self, markup: str):
        self.base_url = None
        self.url_fetcher = PicturesInside()
        self.media_type = "print"
        tree = ElementTree.fromstring(markup)  # noqa: S314 our own template, where every value is escaped
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = tree


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
    """Set ``html`` with the plan's style sheets. ``texts_of_links`` names each anchor for those who listen."""
    require_libraries()
    with _at_press():
        page = HTML(string=html, url_fetcher=ForbiddenAddress())
        return _set(page, STYLE_SHEETS, texts_of_links=texts_of_links)


def pdf_from_markup(markup: str, *, sheets: tuple[str, ...], embedded: EmbeddedFile | None = None) -> bytes:
    """Set ``markup``, HTML that is also well-formed XML, with ``sheets`` and with ``embedded`` inside the PDF.

    A picture may stand in it as ``data:image/png;base64,``. Raises ``xml.etree.ElementTree.ParseError``.
    """
    require_libraries()
    with _at_press():
        return _set(WellFormedPage(markup), sheets, embedded=embedded)


def _set(
    page: HTML,
    sheets: tuple[str, ...],
    *,
    texts_of_links: dict[str, str] | None = None,
    embedded: EmbeddedFile | None = None,
) -> bytes:
    """Set a page. What it was laid out with is garbage on return, when the collector is not yet on again."""
    styles, font_config = _styles(sheets, _style_version(sheets))
    pages = page.render(stylesheets=styles, font_config=font_config, pdf_variant=VARIANT)
    for padding in range(8):
        finisher = functools.partial(_finish, texts_of_links or {}, embedded, padding)
        pdf = pages.write_pdf(pdf_variant=VARIANT, finisher=finisher, attachments=_attachments(embedded))
        if not _AMBIGUOUS_END.search(pdf):
            break
    return pdf


def plain_pdf(document: PlanDocument) -> bytes:
    """Set the plan's template the way one starts out with WeasyPrint: the yardstick of ``manage.py bench``."""
    return plain_pdf_from_html(plan_html(document))


def plain_pdf_from_html(html: str, *, sheets: tuple[str, ...] = STYLE_SHEETS) -> bytes:
    """Set ``html`` by one ``HTML(string=…).write_pdf()``, with nothing shared between documents.

    The style sheets are in the page and the typefaces are as their packages bring them.
    """
    faces = "".join(_font_face(name, source_file(name).as_uri()) for name in _font_names())
    html = html.replace("</head>", f"<style>{faces}{_source(sheets)}</style></head>")
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


def _sheet_sources(sheets: tuple[str, ...] = STYLE_SHEETS) -> list[str]:
    return [(ASSETS / name).read_text(encoding="utf-8") for name in sheets]


def _source(sheets: tuple[str, ...]) -> str:
    """Return the style sheets as one, with the values of :root in place of ``var(--name)``.

    WeasyPrint would look each up for every element.
    """
    values = dict(_VALUE.findall((ASSETS / VALUES_FROM).read_text(encoding="utf-8")))
    return _VARIABLE.sub(lambda match: values[match[1]], "".join(_sheet_sources(sheets)))


def _style_version(sheets: tuple[str, ...]) -> tuple[int, ...]:
    files = [ASSETS / name for name in (*sheets, VALUES_FROM)] + [font_file(name) for name in _font_names()]
    return tuple(file.stat().st_mtime_ns for file in files)


@functools.lru_cache(maxsize=4)
def _styles(sheets: tuple[str, ...], version: tuple[int, ...]) -> tuple[list[CSS], FontConfiguration]:
    """Parse style sheets and typefaces once per process, and again when a file has changed."""
    font_config = FontConfiguration()
    faces = "".join(_font_face(name, f"typeface:{name}") for name in _font_names())
    return [CSS(string=faces + _source(sheets), font_config=font_config, url_fetcher=OwnFonts())], font_config


def _attachments(embedded: EmbeddedFile | None) -> list[Attachment] | None:
    """Return what is embedded, new each time: WeasyPrint reads an attachment once."""
    if embedded is None:
        return None
    return [
        Attachment(
            string=embedded.content,
            name=embedded.name,
            description=embedded.description,
            created=embedded.at,
            modified=embedded.at,
            relationship=embedded.relationship,
        )
    ]


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


def _finish(texts_of_links: dict[str, str], embedded: EmbeddedFile | None, padding: int, document, pdf) -> None:
    """Declare PDF/UA beside PDF/A, let links say where they lead in words, and end every stream unmistakably."""
    if embedded is not None:
        _finish_embedded(embedded, pdf)
    for item in pdf.objects:
        if isinstance(item, Stream):
            if item.extra.get("Type") == "/Metadata":
                item.stream = [item.stream[0].replace(b"</rdf:RDF>", _UA_SCHEMA + b"</rdf:RDF>")]
                item.compress = False
            elif item.compress:
                _compress(item)
            elif item.extra.get("Subtype") == "/Image":
                _end_clearly(item)
        elif isinstance(item, dict) and item.get("Subtype") == "/Link" and "Dest" in item:
            anchor = item["Dest"].string
            words = texts_of_links.get(anchor)
            if words:
                item["Contents"] = type(item["Dest"])(f"Gå till {words}")
    if padding:
        pdf.add_object(Dictionary({"Padding": padding}))


def _finish_embedded(embedded: EmbeddedFile, pdf) -> None:
    """Name the embedded file once, and as of the kind it is: WeasyPrint names it twice and guesses from the machine."""
    pdf.catalog["AF"] = Array(dict.fromkeys(pdf.catalog["AF"]))
    for item in pdf.objects:
        if isinstance(item, Stream) and item.extra.get("Type") == "/EmbeddedFile":
            item.extra["Subtype"] = f"/{embedded.media_type.replace('/', '#2f')}"


def _compress(stream: Stream) -> None:
    """Compress, and where the last byte is an end of line write the data in letters instead.

    That byte belongs to the checksum of the data, so that no other level of compression changes it.
    """
    stream.compress = False
    stream.stream = [zlib.compress(_data_of(stream), 9)]
    stream.extra["Filter"] = "/FlateDecode"
    _end_clearly(stream)


def _end_clearly(stream: Stream) -> None:
    """Write compressed data in letters where their last byte is an end of line."""
    packed = _data_of(stream)
    if packed[-1:] in (b"\r", b"\n"):
        stream.stream = [base64.a85encode(packed) + b"~>"]
        stream.extra["Filter"] = Array(["/ASCII85Decode", stream.extra["Filter"]])
        if "DecodeParms" in stream.extra:
            stream.extra["DecodeParms"] = Array(["null", stream.extra["DecodeParms"]])


def _data_of(stream: Stream) -> bytes:
    return stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
