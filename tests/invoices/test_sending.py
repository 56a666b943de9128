"""Each letter goes once, whoever sends and whatever breaks; what it says; and what a human finds out afterwards."""

import datetime
import smtplib
from dataclasses import replace

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from budgets.invoice_content import from_text
from budgets.invoice_crediting import credit_invoice
from budgets.models import InvoiceDocument, InvoiceRecipient
from plans.models import LogEntry
from plans.roles import Role
from skane_digi.invoices import sending as sending_module
from skane_digi.invoices.batches import order_sending, progress_of, work_on
from skane_digi.invoices.occasions import SendRefused
from skane_digi.invoices.sending import (
    UNANSWERED,
    fault_of,
    hand_over_reminder,
    mark_sent,
    resolve_sending,
    send_invoice,
)
from skane_digi.mail_server import UNDER_WAY, MailServer
from skane_digi.models import InvoiceSending
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2024, 6, 3, 9, 30, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
LATER = NOW + UNDER_WAY + MINUTE


@pytest.fixture
def invoice(invoicing):
    return invoicing.invoices.get(organisation__code="9102")


@pytest.fixture
def address(invoice) -> str:
    return InvoiceRecipient.objects.get(organisation=invoice.organisation).email


@pytest.fixture
def send(invoice, economist):
    def sent(at=NOW, **options) -> InvoiceSending:
        return send_invoice(invoice=invoice, by=economist, at=at, **options)

    return sent


@pytest.fixture
def remind(invoice, economist):
    def reminded(since=NOW, at=NOW) -> InvoiceSending:
        with MailServer() as line:
            return hand_over_reminder(invoice=invoice, since=since, by=economist, server=line, at=at)

    return reminded


@pytest.fixture
def cut_off(send, server, address):
    """The letter of a process that died while it was being sent."""
    server.answers = {address: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        send()
    server.answers = {}
    return InvoiceSending.objects.get()


def occasions_of(invoice) -> list[str]:
    return [row.occasion for row in InvoiceSending.objects.filter(invoice=invoice).order_by("pk")]


class TestTheLetter:
    def test_it_carries_the_stored_pdf_and_xml(self, invoice, send):
        send()
        (letter,) = mail.outbox
        document = InvoiceDocument.objects.get(invoice=invoice)
        (pdf_name, pdf, pdf_type), (xml_name, xml, xml_type) = letter.attachments
        assert (pdf_name, xml_name) == (f"Faktura {invoice.number}.pdf", f"Faktura {invoice.number}.xml")
        assert (pdf_type, xml_type) == ("application/pdf", "application/xml")
        assert (pdf, xml.encode() if isinstance(xml, str) else xml) == (bytes(document.pdf), bytes(document.xml))

    def test_it_says_what_to_pay_when_and_where(self, invoice, send, address):
        send()
        (letter,) = mail.outbox
        assert letter.to == [address]
        assert letter.reply_to == ["faktura@example.org"]
        assert letter.subject.startswith(f"Faktura {invoice.number} från Region Skåne: ")
        for words in (
            "Att betala:",
            "Förfallodag:   2024-05-02",
            f"OCR-nummer:    {invoice.ocr}",
            "Bankgiro:      5165-8300",
        ):
            assert words in letter.body
        assert "Er referens:   ZZ9102" in letter.body
        assert "Frågor om fakturan besvaras av Gemensam ekonomi, 044-309 30 00, faktura@example.org." in letter.body
        assert "&" not in letter.body
        assert "\n\n\n" not in letter.body

    def test_its_number_is_the_invoices_and_the_occasions(self, invoice, send):
        row = send()
        assert mail.outbox[0].extra_headers["Message-ID"] == f"<{invoice.key}.original@127.0.0.1>"
        assert row.occasion == "original"

    def test_a_credit_invoice_says_what_it_corrects_and_asks_for_no_payment(self, invoice, economist):
        credit = credit_invoice(
            invoice=invoice, amounts=None, reason="Fel referens.", issued_on=NOW.date(), by=economist
        )
        send_invoice(invoice=credit, by=economist, at=NOW)
        (letter,) = mail.outbox
        assert letter.subject.startswith(f"Kreditfaktura {credit.number} från Region Skåne")
        assert f"Den rättar faktura {invoice.number}, daterad 2024-04-02." in letter.body
        assert "Fel referens." in letter.body
        assert "Att kreditera:" in letter.body
        assert "Att betala" not in letter.body

    def test_a_reminder_says_what_is_left_and_of_late_interest(self, invoice, send, remind):
        send()
        remind()
        letter = mail.outbox[1]
        assert letter.subject == f"Betalningspåminnelse: faktura {invoice.number} från Region Skåne förföll 2024-05-02"
        for words in ("Kvar att betala:", "Förföll:         2024-05-02", invoice.ocr, "5165-8300", "dröjsmålsränta"):
            assert words in letter.body
        assert [name for name, *_ in letter.attachments] == [f"Faktura {invoice.number}.pdf"]
        assert letter.extra_headers["Message-ID"] == f"<{invoice.key}.reminder-1@127.0.0.1>"

    def test_a_name_with_a_line_break_makes_no_header(self, invoice, send, monkeypatch):
        monkeypatch.setattr(sending_module, "from_text", _with_break)
        send()
        assert "\n" not in mail.outbox[0].subject


def _with_break(text: str):
    content = from_text(text)
    return replace(content, seller=replace(content.seller, name="Region\nSkåne"))


class TestOnce:
    def test_it_goes_and_is_written_down_and_logged(self, send, economist, address):
        row = send()
        assert (row.occasion, row.channel, row.address, row.claimed_at, row.sent_at) == (
            "original",
            "email",
            address,
            NOW,
            NOW,
        )
        assert row.ordered_by == economist
        told = LogEntry.objects.filter(subject="skane_digi.invoicesending").order_by("number")
        assert [(entry.action, entry.actor) for entry in told] == [("created", economist), ("changed", economist)]
        assert told[1].after.keys() == {"sent_at"}

    def test_asked_again_nothing_more_goes(self, send):
        assert send(LATER) == send(LATER)
        assert len(mail.outbox) == 1

    def test_a_human_can_have_it_sent_once_more(self, invoice, send):
        send()
        with pytest.raises(SendRefused, match="alldeles nyss"):
            send(again=True, at=NOW + MINUTE / 2)
        send(again=True, at=LATER)
        assert occasions_of(invoice) == ["original", "again-1"]
        numbers = {letter.extra_headers["Message-ID"] for letter in mail.outbox}
        assert len(numbers) == len(mail.outbox) == 2

    def test_two_at_once_do_not_both_send(self, send, monkeypatch):
        """The other one runs whole between this one's look and its claim."""
        make_one = sending_module.make_document

        def overtaken(*args, **options):
            monkeypatch.setattr(sending_module, "make_document", make_one)
            send()
            return make_one(*args, **options)

        monkeypatch.setattr(sending_module, "make_document", overtaken)
        assert send().sent_at == NOW
        assert len(mail.outbox) == 1

    def test_one_who_comes_while_another_sends_is_told_so(self, send, server, invoice, economist, monkeypatch):
        during = []

        def at_the_server(self, messages):
            with pytest.raises(SendRefused, match="på väg just nu"):
                send()
            during.append(messages)
            return 1

        monkeypatch.setattr(server, "send_messages", at_the_server)
        send()
        assert len(during) == 1

    def test_an_occasion_has_one_row_in_the_database(self, invoice, send):
        """invoice_sending_once_per_occasion"""
        send()
        with pytest.raises(IntegrityError), transaction.atomic():
            InvoiceSending.objects.create(invoice=invoice, occasion="original")

    def test_a_row_cannot_say_both_that_it_went_and_that_it_was_refused(self, invoice):
        """invoice_sending_sent_or_refused"""
        with pytest.raises(IntegrityError), transaction.atomic():
            InvoiceSending.objects.create(invoice=invoice, occasion="original", sent_at=NOW, fault="nej")

    @pytest.mark.django_db(transaction=True)
    def test_a_claim_that_would_be_undone_with_an_outer_transaction_is_not_made(self, send):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            send()
        assert mail.outbox == []

    def test_only_the_economist_sends(self, invoice):
        chair = make.make_user("ordf@prov.example")
        make.make_role(chair, Role.CHAIR, collaboration=invoice.collaboration)
        for act in (
            lambda: send_invoice(invoice=invoice, by=chair),
            lambda: mark_sent(invoice=invoice, remark="brev", by=chair),
            lambda: resolve_sending(sending=InvoiceSending(invoice=invoice), outcome="lost", by=chair),
        ):
            with pytest.raises(SendRefused, match="ekonomin"):
                act()
        assert not InvoiceSending.objects.exists()


class TestFaults:
    def test_a_refused_letter_is_tried_again_on_its_own_occasion(self, invoice, send, server, address):
        server.answers = {address: smtplib.SMTPRecipientsRefused({address: (550, b"finns inte")})}
        row = send()
        assert row.sent_at is None
        assert "finns inte" in row.fault
        assert address in fault_of(row)
        server.answers = {}
        assert send(LATER).sent_at == LATER
        assert occasions_of(invoice) == ["original"]

    @pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("tyst"), TimeoutError("tyst")])
    def test_a_letter_whose_line_was_cut_may_have_gone_and_is_not_sent_again(self, send, server, address, error):
        server.answers = {address: error}
        assert fault_of(send()) == UNANSWERED
        server.answers = {}
        for again in (False, True):
            with pytest.raises(SendRefused, match="ingen vet om brevet kom fram"):
                send(LATER, again=again)
        assert mail.outbox == []

    def test_a_server_out_of_reach_claims_nothing(self, send, server):
        server.is_down = True
        with pytest.raises(SendRefused, match="går inte att nå"):
            send()
        assert not InvoiceSending.objects.exists()

    def test_a_body_without_an_address_is_said_with_where_to_mend_it(self, invoicing, invoice, economist, send):
        InvoiceRecipient.objects.filter(organisation=invoice.organisation).update(email="")
        invoice.content = invoice.content.replace("faktura-9102@example.org", "")
        with pytest.raises(
            SendRefused, match="har ingen e-postadress för fakturor. Skriv in den under Fakturor, Mottagare"
        ):
            send()

    def test_the_address_is_the_one_the_body_has_now(self, invoice, send):
        InvoiceRecipient.objects.filter(organisation=invoice.organisation).update(email="ny@prov.example")
        send()
        assert mail.outbox[0].to == ["ny@prov.example"]

    def test_without_an_address_now_the_one_on_the_invoice_is_used(self, invoice, send, address):
        InvoiceRecipient.objects.filter(organisation=invoice.organisation).update(email="")
        send()
        assert mail.outbox[0].to == [address]

    def test_without_the_sites_own_address_nothing_is_sent(self, send, settings):
        settings.SITE_URL = ""
        with pytest.raises(SendRefused, match="SITE_URL"):
            send()
        assert not InvoiceSending.objects.exists()

    def test_one_fault_does_not_stop_the_others_in_a_batch(self, invoicing, economist, server, address):
        server.answers = {address: smtplib.SMTPRecipientsRefused({address: (550, b"finns inte")})}
        batch = order_sending(invoicing=invoicing, by=economist)
        work_on(batch.key)
        progress = progress_of(batch)
        assert progress.words == "3 av 4"
        assert [item.invoice.organisation.code for item in progress.faults] == ["9102"]
        again = order_sending(invoicing=invoicing, by=economist)
        assert [item.invoice.organisation.code for item in again.items.all()] == ["9102"]


class TestCutOff:
    def test_it_is_not_sent_again_by_itself(self, invoicing, economist, cut_off):
        batch = order_sending(invoicing=invoicing, by=economist)
        assert cut_off.invoice not in [item.invoice for item in batch.items.all()]
        work_on(batch.key, at=LATER)
        assert len(mail.outbox) == 3

    def test_the_worker_that_takes_up_the_work_says_that_a_human_has_to_answer(
        self, invoicing, invoice, economist, server, address
    ):
        batch = order_sending(invoicing=invoicing, by=economist, at=NOW)
        server.answers = {address: KeyboardInterrupt()}
        with pytest.raises(KeyboardInterrupt):
            work_on(batch.key, at=NOW)
        server.answers = {}
        work_on(batch.key, at=LATER)
        (item,) = progress_of(batch).faults
        assert item.invoice == invoice
        assert "Fråga mottagaren" in item.fault
        assert len(mail.outbox) == 3

    def test_nobody_answers_for_one_that_may_be_on_its_way(self, cut_off, economist):
        with pytest.raises(SendRefused, match="på väg just nu"):
            resolve_sending(sending=cut_off, outcome="lost", by=economist, at=NOW + MINUTE)

    def test_one_that_arrived_counts_as_sent(self, invoice, cut_off, economist, send):
        row = resolve_sending(sending=cut_off, outcome="arrived", remark="Bekräftat i telefon.", by=economist, at=LATER)
        assert (row.outcome, row.sent_at, row.remark) == ("arrived", NOW, "Bekräftat i telefon.")
        send(LATER)
        assert mail.outbox == []
        entry = LogEntry.objects.filter(subject="skane_digi.invoicesending").order_by("number").last()
        assert (entry.actor, entry.after["outcome"]) == (economist, "arrived")

    def test_one_that_was_lost_is_sent_on_a_new_occasion(self, invoice, cut_off, economist, send):
        resolve_sending(sending=cut_off, outcome="lost", by=economist, at=LATER)
        assert send(LATER).sent_at == LATER
        assert occasions_of(invoice) == ["original", "again-1"]
        assert len(mail.outbox) == 1

    @pytest.mark.parametrize("outcome", ["", "kanske"])
    def test_an_answer_is_one_of_two(self, cut_off, economist, outcome):
        with pytest.raises(SendRefused, match="kom fram eller inte"):
            resolve_sending(sending=cut_off, outcome=outcome, by=economist, at=LATER)

    def test_it_is_answered_once(self, cut_off, economist, send):
        resolve_sending(sending=cut_off, outcome="lost", by=economist, at=LATER)
        for row in (cut_off, send(LATER)):
            with pytest.raises(SendRefused, match="redan känt"):
                resolve_sending(sending=row, outcome="arrived", by=economist, at=LATER)


class TestReminders:
    def test_whoever_takes_up_the_work_does_not_remind_anew(self, invoice, send, remind):
        send()
        remind(since=NOW)
        assert remind(since=NOW, at=LATER).occasion == "reminder-1"
        assert len(mail.outbox) == 2

    def test_a_later_order_reminds_once_more(self, invoice, send, remind):
        send()
        remind()
        remind(since=LATER, at=LATER)
        assert occasions_of(invoice) == ["original", "reminder-1", "reminder-2"]

    def test_what_has_been_credited_meanwhile_is_not_reminded_of(self, invoice, send, remind, economist):
        send()
        credit_invoice(invoice=invoice, amounts=None, reason="Fel.", issued_on=NOW.date(), by=economist)
        with pytest.raises(SendRefused, match="Ingen påminnelse behövs"):
            remind()

    def test_a_reminder_does_not_make_the_invoice_sent_again(self, invoice, send, remind):
        send()
        remind()
        send(LATER)
        assert len(mail.outbox) == 2


class TestOtherWays:
    def test_it_is_written_down_how(self, invoice, economist, send):
        row = mark_sent(invoice=invoice, remark=" Peppol ", by=economist, at=NOW)
        assert (row.occasion, row.channel, row.remark, row.sent_at) == ("original", "other", "Peppol", NOW)
        assert LogEntry.objects.get(subject="skane_digi.invoicesending").after["remark"] == "Peppol"
        send(LATER)
        assert mail.outbox == []

    def test_it_must_say_how(self, invoice, economist):
        with pytest.raises(SendRefused, match="Skriv hur"):
            mark_sent(invoice=invoice, remark=" ", by=economist)

    def test_a_refused_letter_that_went_another_way_is_sent(self, invoice, economist, send, server, address):
        server.answers = {address: smtplib.SMTPDataError(554, b"nej")}
        send()
        row = mark_sent(invoice=invoice, remark="Brev.", by=economist, at=LATER)
        assert (row.occasion, row.fault, row.sent_at) == ("original", "", LATER)

    def test_one_that_was_cut_off_must_be_answered_for_first(self, cut_off, economist):
        with pytest.raises(SendRefused, match="ingen vet"):
            mark_sent(invoice=cut_off.invoice, remark="Brev.", by=economist, at=LATER)
