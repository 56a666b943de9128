"""What the letters say that carry an invoice, a credit invoice or a reminder of payment."""

import datetime
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from budgets.invoice_content import InvoiceContent
from budgets.invoice_standing import Standing
from budgets.models import InvoiceDocument
from budgets.money import format_kr, plain
from skane_digi.models import InvoiceSending
from skane_digi.reminders.letters import absolute


def invoice_letter(sending: InvoiceSending, content: InvoiceContent, document: InvoiceDocument) -> EmailMessage:
    """Return the letter with the invoice as PDF and XML. Raises ``reminders.letters.SiteAddressMissing``."""
    title = f"{_name(content)} från {content.seller.name}: {content.source.plan}, {content.source.period_text}"
    body = render_to_string("invoices/email/invoice.txt", _context(content))
    letter = _addressed(sending, content, title, body)
    _attach_pdf(letter, content, document)
    letter.attach(f"{_name(content)}.xml", bytes(document.xml), "application/xml")
    return letter


def reminder_letter(
    sending: InvoiceSending, content: InvoiceContent, document: InvoiceDocument, standing: Standing
) -> EmailMessage:
    """Return the letter that reminds of what is left to pay, with the PDF. Raises as ``invoice_letter``."""
    title = f"Betalningspåminnelse: faktura {content.number} från {content.seller.name} förföll {content.due_on}"
    is_part = standing.left != content.totals.payable
    context = {**_context(content), "left": plain(format_kr(standing.left, decimals=2)), "is_part": is_part}
    letter = _addressed(sending, content, title, render_to_string("invoices/email/reminder.txt", context))
    _attach_pdf(letter, content, document)
    return letter


def file_stem(content: InvoiceContent) -> str:
    """Return ``Faktura 1001`` or ``Kreditfaktura 1035``, the name of the invoice's files."""
    return _name(content)


def letter_number(sending: InvoiceSending) -> str:
    """Return the letter's Message-ID. The same letter tried again has the same, so that a mailbox can tell."""
    return f"<{sending.invoice.key}.{sending.occasion}@{urlsplit(absolute('/')).hostname}>"


def _addressed(sending: InvoiceSending, content: InvoiceContent, title: str, body: str) -> EmailMessage:
    headers = {"Message-ID": letter_number(sending), "Auto-Submitted": "auto-generated"}
    answers = [content.seller.contact_email] if content.seller.contact_email else []
    # A name that was pasted or imported may have line breaks, which no letter's subject can hold.
    return EmailMessage(" ".join(title.split()), body, to=[sending.address], reply_to=answers, headers=headers)


def _attach_pdf(letter: EmailMessage, content: InvoiceContent, document: InvoiceDocument) -> None:
    letter.attach(f"{_name(content)}.pdf", bytes(document.pdf), "application/pdf")


def _context(content: InvoiceContent) -> dict:
    seller = content.seller
    contact = (seller.contact_name, seller.contact_phone, seller.contact_email)
    return {
        "content": content,
        "seller": seller,
        "buyer": content.buyer,
        "name": _name(content),
        "payable": plain(format_kr(content.totals.payable, decimals=2)),
        "due_on": _day(content.due_on),
        "issued_on": _day(content.issued_on),
        "corrects": content.corrects,
        "corrected_on": _day(content.corrects.issued_on) if content.corrects else "",
        "contact": ", ".join(part for part in contact if part),
    }


def _name(content: InvoiceContent) -> str:
    return f"{'Kreditfaktura' if content.is_credit else 'Faktura'} {content.number}"


def _day(day: datetime.date) -> str:
    return day.isoformat()
