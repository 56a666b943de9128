"""What rules of Peppol documents are written with: each is a function that yields the elements which break it.

A missing element is shown as its parent. Documents are read with XPath alone, and nothing is shared with the code that
writes them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

FATAL, WARNING = "fatal", "warning"
NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
LINES = "cac:InvoiceLine|cac:CreditNoteLine"
CATEGORIES = "//cac:TaxCategory|//cac:ClassifiedTaxCategory"
AMOUNTS = "//*[contains(local-name(), 'Amount')]"
Element = etree._Element
Check = Callable[[Element], Iterator[Element]]


@dataclass(frozen=True)
class Fault:
    """A rule that an element breaks."""

    rule: str
    level: str
    place: str


RULES: dict[str, tuple[str, Check]] = {}


def rule(name: str, level: str = FATAL) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        RULES[name] = (level, check)
        return check

    return keep


def all_of(element: Element, path: str) -> list[Element]:
    return element.xpath(path, namespaces=NAMES)


def text_of(element: Element, path: str = ".") -> str:
    """The text at ``path`` without outer space, empty where there is none."""
    found = all_of(element, path)
    return " ".join((found[0].text or "").split()) if found else ""


def number_at(element: Element, path: str, default: str = "0") -> Decimal:
    return Decimal(text_of(element, path) or default)


def is_digits(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]+", text))


def passes_luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def passes_gln(number: str) -> bool:
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    return len(number) == 13 and weighted % 10 == 0
