"""The look of the Word files: styles, lists and an empty A4 document that every paper starts from.

The typefaces are those that come with Word. Style names are Word's own where it has one, so that an organisation's
template takes the text over.
"""

import functools
import io

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

LANGUAGE = "sv-SE"
HYPERLINK = RELATIONSHIP_TYPE.HYPERLINK
SERIF, SANS = "Cambria", "Calibri"
INK, QUIET, ACCENT = "1D1815", "5C5148", "8D1524"
LINE, STRONG_LINE, GOLD, WASH = "D9CFC0", "8C7F71", "E8B420", "FBEDC4"
TABLE_STYLE = "PaperTable"
TABLE_STYLE_NAME = "Paper Table"
LABEL_WIDTH = Mm(42)
# (head, total, figure) → the style of a cell's paragraph
CELL_STYLES = {
    (head, total, figure): f"Table{'Head' if head else 'Total' if total else 'Text'}{'Figure' if figure else ''}"
    for head in (True, False)
    for total in (True, False)
    for figure in (True, False)
}
_NUMBERS, _BULLETS = 90, 91
_KEPT = {"Normal", "Header", "Footer", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Body Text", "Caption"}
_KEPT |= {"List Number", "List Bullet", "Default Paragraph Font", "Normal Table", "No List"}
_HALF_POINT = 6350
# What has to follow a border and a shade inside the properties of a paragraph.
_AFTER_SHADE = ("w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
_UNUSED_PARTS = ("thumbnail", "customXml", "stylesWithEffects")


@functools.cache
def base_document() -> bytes:
    """Return an empty document with the page, the styles and the list definitions in place."""
    document = Document()
    _drop_what_is_not_used(document)
    _speak_swedish(document)
    _page(document.sections[0])
    _styles(document)
    _list_definitions(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def new_list(document, *, is_ordered: bool) -> int:
    """Return the number of a new list; an ordered one counts from 1 whatever came before it."""
    numbering = document.part.numbering_part.element
    number = numbering.add_num(_NUMBERS if is_ordered else _BULLETS)
    if is_ordered:
        number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return number.numId


def put_in_list(line: WordParagraph, number: int, depth: int) -> None:
    properties = line._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = min(depth, 2)
    properties.get_or_add_numId().val = number


def _drop_what_is_not_used(document) -> None:
    for relations in (document.part.package.rels, document.part.rels):
        for name in [key for key, one in relations.items() if any(word in one.reltype for word in _UNUSED_PARTS)]:
            relations.pop(name)
    for style in list(document.styles):
        if style.name not in _KEPT:
            style.delete()
    for style in document.styles.element.findall(qn("w:style")):
        for link in style.findall(qn("w:link")):
            style.remove(link)


def _speak_swedish(document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    language = defaults.find(f".//{qn('w:lang')}")
    language.set(qn("w:val"), LANGUAGE)
    language.set(qn("w:eastAsia"), LANGUAGE)
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    for one in settings.iter(qn("w:compatSetting")):
        if one.get(qn("w:name")) == "compatibilityMode":
            one.set(qn("w:val"), "15")


def _page(section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(25)
    section.top_margin, section.bottom_margin = Mm(27), Mm(23)
    section.header_distance = section.footer_distance = Mm(12)
    section.different_first_page_header_footer = True


def _styles(document) -> None:
    styles = document.styles
    fonts = styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:rFonts')}")
    fonts.attrib.clear()
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), SERIF)
    _set(styles["Normal"], size=21, after=0, line=276)
    _set(styles["Body Text"], after=6, line=276)
    _set(styles["Heading 1"], font=SANS, size=44, bold=True, before=10, after=8, line=252)
    _set(styles["Heading 2"], font=SANS, size=27, bold=True, before=14, after=3)
    for level in (3, 4):
        _set(styles[f"Heading {level}"], font=SANS, size=22, bold=True, before=8, after=2)
    for name in ("Header", "Footer"):
        properties = styles[name].element.get_or_add_pPr()
        properties.remove(properties.find(qn("w:tabs")))
    _set(styles["Header"], font=SANS, size=19, bold=True, colour=ACCENT)
    _set(styles["Footer"], font=SANS, size=17, colour=QUIET)
    _set(styles["Caption"], font=SANS, size=20, bold=True, before=8, after=3, keep=True)
    for name in ("List Number", "List Bullet"):
        _set(styles[name], after=3)
        properties = styles[name].element.get_or_add_pPr()
        properties.remove(properties.find(qn("w:contextualSpacing")))
    fact = _new(styles, "Fact", font=SANS, size=20, after=1)
    fact.paragraph_format.left_indent, fact.paragraph_format.first_line_indent = LABEL_WIDTH, -LABEL_WIDTH
    fact.paragraph_format.tab_stops.add_tab_stop(LABEL_WIDTH)
    notice = _new(styles, "Notice", font=SANS, size=20, after=0, line=288)
    notice.paragraph_format.keep_together = True
    notice.paragraph_format.left_indent = Mm(3)
    _border(notice, ("left",), GOLD, size=36, space=8)
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{WASH}"/>')
    notice.element.get_or_add_pPr().insert_element_before(shade, *_AFTER_SHADE)
    signature = _new(styles, "Signature Line", font=SANS, size=18, colour=QUIET, before=40)
    signature.paragraph_format.right_indent = Mm(80)
    signature.paragraph_format.keep_together = True
    _border(signature, ("top", "between"), STRONG_LINE, size=6, space=3)
    _table_styles(styles)


def _table_styles(styles) -> None:
    for (is_head, is_total, is_figure), identifier in CELL_STYLES.items():
        if identifier in {style.style_id for style in styles}:
            continue
        words = identifier.removeprefix("Table").replace("Figure", " Figure")
        style = _new(styles, f"Table {words}", font=SANS, size=19, bold=is_head or is_total, after=0, line=264)
        style.element.set(qn("w:styleId"), identifier)
        if is_figure:
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        style.paragraph_format.keep_with_next = is_head or None
    lines = f'w:val="single" w:sz="4" w:space="0" w:color="{LINE}"'
    styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{TABLE_STYLE}">'
            f'<w:name w:val="{TABLE_STYLE_NAME}"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
            f"<w:bottom {lines}/><w:insideH {lines}/></w:tblBorders><w:tblCellMar>"
            '<w:top w:w="40" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
            '<w:right w:w="100" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            '<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>'
            f'<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{STRONG_LINE}"/>'
            "</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
        )
    )


def _new(styles, name: str, **look):
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    style.quick_style = True
    _set(style, **look)
    return style


def _set(style, *, font="", size=None, bold=None, colour="", before=0, after=None, line=None, keep=None) -> None:
    """Give a style its look: ``size`` in half points, ``before`` and ``after`` in points, ``line`` in 240ths."""
    if font:
        style.font.name = font
        fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
        for name in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[name]
        fonts.set(qn("w:cs"), font)
    if size is not None:
        style.font.size = Emu(size * _HALF_POINT)
    if bold is not None:
        style.font.bold = bold
    style.font.color.rgb = RGBColor.from_string(colour or INK)
    spacing = style.paragraph_format
    spacing.space_before = Pt(before)
    if after is not None:
        spacing.space_after = Pt(after)
    if line is not None:
        written = style.element.get_or_add_pPr().get_or_add_spacing()
        written.set(qn("w:line"), str(line))
        written.set(qn("w:lineRule"), "auto")
    if keep is not None:
        spacing.keep_with_next = keep


def _border(style, sides: tuple[str, ...], colour: str, *, size: int, space: int) -> None:
    lines = "".join(f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>' for side in sides)
    border = parse_xml(f"<w:pBdr {nsdecls('w')}>{lines}</w:pBdr>")
    style.element.get_or_add_pPr().insert_element_before(border, "w:shd", *_AFTER_SHADE)


def _list_definitions(document) -> None:
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    numbering.append(_definition(_NUMBERS, (("decimal", "%1."), ("lowerLetter", "%2."), ("lowerRoman", "%3."))))
    numbering.append(_definition(_BULLETS, (("bullet", "•"), ("bullet", "–"), ("bullet", "•"))))
    for style in document.styles.element.iter(qn("w:numPr")):
        style.getparent().remove(style)


def _definition(identifier: int, levels: tuple[tuple[str, str], ...]):
    written = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{360 * (depth + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    return parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identifier}"><w:multiLevelType w:val="multilevel"/>'
        f"{written}</w:abstractNum>"
    )
