"""Payments for tests: an issued round in the small world of ``tests.factories``, and files as a bank gives them.

The round's invoices are of 1 500 kr (region 91), 250, 500 and 750 kr (9101-9103), due 2024-05-02.
"""

import datetime
from decimal import Decimal

from budgets.giro import ocr_of
from budgets.invoice_crediting import credit_invoice
from budgets.invoice_standing import Standing, standing_of
from budgets.models import Invoice, Payment
from budgets.payments import Part, record_payment
from tests.invoice_factories import make_issued_round

PAID_ON = datetime.date(2024, 4, 30)
DAY = datetime.date(2024, 5, 2)
LATER = datetime.date(2024, 5, 3)
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"
UNKNOWN_OCR = ocr_of("999999", with_length=False)


def issued(**fields) -> dict[str, Invoice]:
    """Return the invoices of a round that has been issued, by the codes of their organisations."""
    round_ = make_issued_round(**fields)
    rows = round_.invoices.select_related("organisation", "collaboration", "invoicing__version__plan")
    return {invoice.organisation.code: invoice for invoice in rows}


def pay(invoice: Invoice, amount: str, *, of: str = "", **fields) -> Payment:
    """Record a payment of an invoice; ``of`` is the payment's amount where the invoice is paid with a part of it."""
    part = Part(invoice, Decimal(amount))
    values = {"received_on": PAID_ON, "amount": Decimal(of or amount), "parts": [part], "by": None, **fields}
    return record_payment(collaboration=invoice.collaboration, **values)


def pay_nobody(collaboration, amount: str, **fields) -> Payment:
    """Record a payment that no invoice is known for."""
    values = {"received_on": PAID_ON, "amount": Decimal(amount), "by": None, **fields}
    return record_payment(collaboration=collaboration, **values)


def credit(invoice: Invoice, amounts: dict[int, str] | None = None) -> Invoice:
    said = None if amounts is None else {position: Decimal(amount) for position, amount in amounts.items()}
    return credit_invoice(invoice=invoice, amounts=said, reason="Fel belopp.", issued_on=DAY, by=None)


def stands(invoice: Invoice, *, day: datetime.date = DAY, is_sent: bool = False) -> Standing:
    return standing_of(invoice, day=day, is_sent=is_sent)


def transaction(
    amount: str | None, reference: str = "", *, payer: str = "Alby kommun", name: str = "", **fields
) -> str:
    """A part of an entry. ``name`` is the bank's reference of it; ``text`` makes the reference unstructured."""
    is_text, new = fields.get("is_text"), fields.get("version") == "08"
    remittance = (
        f"<Ustrd>{reference}</Ustrd>"
        if is_text
        else (
            f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference}</Ref></CdtrRefInf></Strd>"
        )
    )
    debtor = f"<Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr>" if new else f"<Dbtr><Nm>{payer}</Nm></Dbtr>"
    money = f'<Amt Ccy="SEK">{amount}</Amt>' if amount else ""
    if amount and fields.get("version") == "02":
        money = f'<AmtDtls><TxAmt><Amt Ccy="SEK">{amount}</Amt></TxAmt></AmtDtls>'
    return (
        "<TxDtls><Refs>"
        + (f"<AcctSvcrRef>{name}</AcctSvcrRef>" if name else "")
        + "<EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        + money
        + (f"<CdtDbtInd>{fields['direction']}</CdtDbtInd>" if "direction" in fields else "")
        + f"<RltdPties>{debtor}</RltdPties>"
        + (f"<RmtInf>{remittance}</RmtInf>" if reference else "")
        + "</TxDtls>"
    )


def entry(amount: str, *transactions: str, name: str = "", **fields) -> str:
    """An entry of what came in unless ``direction`` is DBIT."""
    status = fields.get("status", "BOOK")
    status = f"<Cd>{status}</Cd>" if fields.get("version") == "08" else status
    return (
        "<Ntry>"
        + f'<Amt Ccy="{fields.get("currency", "SEK")}">{amount}</Amt>'
        + f"<CdtDbtInd>{fields.get('direction', 'CRDT')}</CdtDbtInd>"
        + ("<RvslInd>true</RvslInd>" if fields.get("is_reversal") else "")
        + f"<Sts>{status}</Sts><BookgDt><Dt>{fields.get('day', '2024-04-30')}</Dt></BookgDt>"
        + (f"<AcctSvcrRef>{name}</AcctSvcrRef>" if name else "")
        + f"<NtryDtls>{''.join(transactions)}</NtryDtls></Ntry>"
    )


def camt(*entries: str, version: str = "02") -> bytes:
    """A camt.054 file with these entries."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE.format(version=version)}">'
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId><CreDtTm>2024-05-01T06:00:00</CreDtTm></GrpHdr>"
        "<Ntfctn><Id>N1</Id><CreDtTm>2024-05-01T06:00:00</CreDtTm>"
        "<Acct><Id><Othr><Id>51658300</Id></Othr></Id></Acct>"
        f"{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def csv_file(*rows: str, head: str = "Betaldag;Belopp;OCR;Betalare;Bankens referens") -> bytes:
    return "\r\n".join([head, *rows]).encode("utf-8-sig")
