"""camt.054 (ISO 20022): the bank's notice of what has come in. Swedish banks use several of its versions.

An entry (``Ntry``) is one payment or a batch of many (``TxDtls``). Only what came in is taken, and a batch whose parts
do not sum to its amount is refused, because something in it would be lost.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from budgets.bank_files.entries import (
    CAMT,
    MAX_ENTRIES,
    BankEntry,
    BankFileRefused,
    Ignored,
    ReadFile,
    clipped,
    digest_of,
    joined_reference,
    numbered,
    too_many,
)
from budgets.money import format_kr, from_ore, to_ore

VERSIONS = ("02", "04", "08")
NAMESPACES = {f"urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}" for version in VERSIONS}
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,5})?")
_NOT_NAMED = {"", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE"}
_UNREADABLE = "Filen går inte att läsa som XML. Hämta den på nytt från banken."


class _Unreadable(Exception):
    """What is wrong with one entry, in Swedish."""


def read_camt(data: bytes, *, name: str, digest: str) -> ReadFile:
    """Read the payments of a camt.054 file. Raises ``BankFileRefused``."""
    root = _root(data)
    entries: list[BankEntry] = []
    ignored: list[Ignored] = []
    faults = []
    for number, entry in enumerate(root.iterfind("./{*}BkToCstmrDbtCdtNtfctn/{*}Ntfctn/{*}Ntry"), 1):
        try:
            taken, left = _entry(entry, f"Post {number}")
        except _Unreadable as fault:
            faults.append(f"Post {number}: {fault}")
            continue
        if taken and _is_repeated(taken, entries):
            left.append(Ignored(f"Post {number}", "samma post står två gånger i filen"))
            taken = []
        entries += taken
        ignored += left
        if len(entries) > MAX_ENTRIES:
            raise too_many()
    if faults:
        raise BankFileRefused(*faults)
    accounts = tuple(dict.fromkeys(filter(None, map(_account, root.iterfind(".//{*}Ntfctn/{*}Acct")))))
    return ReadFile(name, CAMT, digest, tuple(numbered(entries)), tuple(ignored), accounts)


def _root(data: bytes) -> etree._Element:
    # Nothing is fetched, no entity is expanded, and the depth and the texts have libxml2's own limits.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BankFileRefused(_UNREADABLE) from error
    if root.getroottree().docinfo.doctype:
        raise BankFileRefused("Filen har en dokumenttyp (DOCTYPE). En fil från banken har ingen, så den läses inte.")
    name = etree.QName(root)
    if name.localname != "Document" or name.namespace not in NAMESPACES:
        found = re.search(r"(camt|pain)\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}", name.namespace or "")
        said = f"Filen är {found[0]}." if found else "Filen är XML av ett annat slag."
        raise BankFileRefused(f"{said} Hämta camt.054 från banken, version 02, 04 eller 08.")
    return root


def _entry(entry: etree._Element, place: str) -> tuple[list[BankEntry], list[Ignored]]:
    """Return the payments of one entry, and what in it is left out."""
    amount = _amount(entry.find("{*}Amt"))
    if reason := _no_payment(entry):
        return [], [Ignored(place, f"{format_kr(amount)} {reason}")]
    day = _day(entry)
    own = joined_reference([_text(entry, "{*}AcctSvcrRef") or _text(entry, "{*}NtryRef")])
    parts = entry.findall("{*}NtryDtls/{*}TxDtls")
    if not parts:
        return [_payment(entry, amount, day, own, place)], []
    if len(parts) == 1 and _part_amount(parts[0]) is None:
        return [_payment(parts[0], amount, day, own, place)], []
    return _batch(parts, amount, day, own, place)


def _batch(
    parts: list[etree._Element], amount: Decimal, day: datetime.date, own: str, place: str
) -> tuple[list[BankEntry], list[Ignored]]:
    taken, ignored, total = [], [], Decimal("0.00")
    for number, part in enumerate(parts, 1):
        where = place if len(parts) == 1 else f"{place}.{number}"
        one = _part_amount(part)
        if one is None:
            raise _Unreadable(f"del {number} saknar belopp, så den kan inte tas för sig.")
        if _text(part, "{*}CdtDbtInd") == "DBIT":
            total -= one
            ignored.append(Ignored(where, f"{format_kr(one)} gick ut"))
        else:
            total += one
            if one:
                taken.append(_payment(part, one, day, own, where))
    if total != amount:
        raise _Unreadable(f"delarna är tillsammans {format_kr(total)}, men posten är {format_kr(amount)}.")
    return numbered(taken), ignored


def _payment(part: etree._Element, amount: Decimal, day: datetime.date, own: str, place: str) -> BankEntry:
    if not amount:
        raise _Unreadable("beloppet är noll.")
    reference, payer = _reference(part), _payer(part)
    names = [own, *_names(part)]
    return BankEntry(
        received_on=day,
        amount=amount,
        reference=reference,
        payer=payer,
        bank_reference=joined_reference(dict.fromkeys(names)) or digest_of(day, amount, reference, payer),
        place=place,
    )


def _names(part: etree._Element) -> Iterator[str]:
    for path in ("AcctSvcrRef", "TxId", "EndToEndId"):
        text = _text(part, f"{{*}}Refs/{{*}}{path}")
        if text.upper() not in _NOT_NAMED:
            yield text


def _reference(part: etree._Element) -> str:
    """Return the structured references, or else the payer's own words."""
    found = part.iterfind(".//{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")
    texts = dict.fromkeys(filter(None, (clipped(one.text) for one in found)))
    if not texts:
        texts = dict.fromkeys(filter(None, (clipped(one.text) for one in part.iterfind(".//{*}RmtInf/{*}Ustrd"))))
    return clipped(" ".join(texts))


def _payer(part: etree._Element) -> str:
    # Up to version 06 the name is the debtor's own, from 08 that of the debtor's Pty.
    for path in ("{*}Dbtr/{*}Nm", "{*}Dbtr/{*}Pty/{*}Nm", "{*}UltmtDbtr/{*}Nm", "{*}UltmtDbtr/{*}Pty/{*}Nm"):
        if found := clipped(part.findtext(f".//{{*}}RltdPties/{path}")):
            return found
    return ""


def _no_payment(entry: etree._Element) -> str:
    """Return why the entry is no payment to take; empty where it is one."""
    direction = _text(entry, "{*}CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise _Unreadable("det står inte om pengarna kom in (CRDT) eller gick ut (DBIT).")
    if direction == "DBIT":
        return "gick ut"
    if _text(entry, "{*}RvslInd") in {"true", "1"}:
        return "är en rättelse av något som gick ut"
    status = _text(entry, "{*}Sts/{*}Cd") or _text(entry, "{*}Sts")
    return "är inte bokfört ännu" if status == "PDNG" else ""


def _part_amount(part: etree._Element) -> Decimal | None:
    found = part.find("{*}Amt")
    if found is None:
        found = part.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    return None if found is None else _amount(found)


def _amount(found: etree._Element | None) -> Decimal:
    if found is None:
        raise _Unreadable("beloppet saknas.")
    text, currency = (found.text or "").strip(), found.get("Ccy", "")
    if currency != "SEK":
        raise _Unreadable(f"beloppet är i {currency or 'okänd valuta'}. Bara svenska kronor (SEK) kan läsas in.")
    if not _AMOUNT.fullmatch(text):
        raise _Unreadable(f"”{text[:40]}” är inte ett belopp.")
    try:
        return from_ore(to_ore(text))
    except ValueError as error:
        raise _Unreadable(f"beloppet {text} är inte ett helt antal öre.") from error


def _day(entry: etree._Element) -> datetime.date:
    for path in ("BookgDt", "ValDt"):
        text = _text(entry, f"{{*}}{path}/{{*}}Dt") or _text(entry, f"{{*}}{path}/{{*}}DtTm")
        if text:
            try:
                return datetime.date.fromisoformat(text[:10])
            except ValueError as error:
                raise _Unreadable(f"”{text[:30]}” är inte en dag.") from error
    raise _Unreadable("bokföringsdagen saknas.")


def _account(account: etree._Element) -> str:
    return clipped(account.findtext("{*}Id/{*}IBAN") or account.findtext("{*}Id/{*}Othr/{*}Id"))


def _is_repeated(taken: list[BankEntry], earlier: list[BankEntry]) -> bool:
    """Whether the bank gives the same entry, with the same name of its own, once more."""
    if taken[0].bank_reference.startswith("rad:"):
        return False
    known = {(one.bank_reference, one.received_on, one.amount, one.reference) for one in earlier}
    return all((one.bank_reference, one.received_on, one.amount, one.reference) in known for one in taken)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
