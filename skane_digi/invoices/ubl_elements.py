"""Elements of a UBL document: names with prefix, text made safe for XML, amounts as exact text."""

import datetime
import re
from decimal import Decimal

from lxml import etree

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
CURRENCY = "SEK"
_FORBIDDEN = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def start(kind: str) -> etree._Element:
    """Return the root of a document of ``kind``: ``Invoice`` or ``CreditNote``."""
    namespace = f"{_UBL}{kind}-2"
    return etree.Element(f"{{{namespace}}}{kind}", nsmap={None: namespace, **NAMESPACES})


def branch(parent: etree._Element, name: str) -> etree._Element:
    """Add an element that holds others (``cac``) last in ``parent``."""
    return etree.SubElement(parent, f"{{{NAMESPACES['cac']}}}{name}")


def leaf(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with ``text`` (``cbc``) last in ``parent``; one without text is left out of what is written."""
    etree.SubElement(parent, f"{{{NAMESPACES['cbc']}}}{name}", attributes).text = safe(text)


def amount(parent: etree._Element, name: str, kronor: Decimal) -> None:
    """Add an amount. Raises ``ValueError`` for one that is not whole öre."""
    text = f"{kronor:.2f}"
    if Decimal(text) != kronor:
        raise ValueError(f"{name} is not whole öre: {kronor}")
    leaf(parent, name, text, currencyID=CURRENCY)


def date(parent: etree._Element, name: str, day: datetime.date) -> None:
    """Add a day."""
    leaf(parent, name, day.isoformat())


def period(parent: etree._Element, starts: datetime.date, ends: datetime.date) -> None:
    """Add an ``InvoicePeriod``."""
    element = branch(parent, "InvoicePeriod")
    date(element, "StartDate", starts)
    date(element, "EndDate", ends)


def digits(text: str) -> str:
    """Return the digits of an organisation number or a giro number."""
    return re.sub(r"[^0-9]", "", text)


def labelled(label: str, text: str) -> str:
    """Return ``Säte: Kristianstad``, or nothing where there is no text."""
    return f"{label}: {text}" if text.strip() else ""


def safe(text: str) -> str:
    """Return ``text`` with line feeds only, and a replacement character for every one that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def written(root: etree._Element) -> bytes:
    """Return the document as bytes in UTF-8, without its empty elements: Peppol forbids them (PEPPOL-EN16931-R008)."""
    for element in reversed(list(root.iter())):
        if not len(element) and not (element.text or "").strip():
            element.getparent().remove(element)
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
