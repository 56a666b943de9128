"""The pages of sending: confirm first, follow the work, answer for what was cut off."""

import datetime
import io
import zipfile

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from budgets.models import InvoiceDocument, InvoiceRecipient
from skane_digi.invoices import batches
from skane_digi.invoices.making import make_document
from skane_digi.models import InvoiceBatch, InvoiceSending

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def page(client, economist):
    """Return a function that reads a page as the economist does."""
    client.force_login(economist)

    def read(name: str, key: str, **options):
        return client.get(reverse(f"invoices:{name}", args=[key]), **options)

    return read


@pytest.fixture
def post(client, economist, django_capture_on_commit_callbacks):
    client.force_login(economist)

    def posted(name: str, *keys: str, **data):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(reverse(f"invoices:{name}", args=keys), data)

    return posted


def sent(invoice, **fields) -> InvoiceSending:
    return InvoiceSending.objects.create(
        invoice=invoice, **{"occasion": "original", "address": "a@prov.example", "sent_at": timezone.now(), **fields}
    )


class TestTheRound:
    def test_it_says_who_gets_it_at_which_address(self, invoicing, page):
        text = page("send-round", invoicing.key).content.decode()
        for recipient in InvoiceRecipient.objects.all():
            assert recipient.email in text
        assert "Skicka 4 fakturor" in text
        assert mail.outbox == []

    def test_who_has_got_it_and_who_is_unclear_are_told_apart(self, invoicing, page):
        first, second, third, fourth = invoicing.invoices.order_by("sequence")
        sent(first)
        sent(second, sent_at=None, claimed_at=timezone.now() - HOUR)
        sent(third, sent_at=None, claimed_at=timezone.now())
        sent(fourth, sent_at=None, fault="SMTPDataError: nej")
        found = page("send-round", invoicing.key).context["page"]
        assert [letter.invoice for letter in found.sent] == [first]
        assert [letter.invoice for letter in found.unclear] == [second]
        assert [letter.invoice for letter in found.under_way] == [third]
        assert [letter.invoice for letter in found.ready] == [fourth]

    def test_one_without_an_address_leads_to_where_it_is_written(self, invoicing, page):
        invoice = invoicing.invoices.select_related("organisation").first()
        InvoiceRecipient.objects.filter(organisation=invoice.organisation).update(email="")
        # The invoice's own copy of the address serves then; with none there either it has to be written in.
        text = page("send-round", invoicing.key).content.decode()
        assert "Skicka 4 fakturor" in text

    def test_its_questions_do_not_grow_with_the_invoices(self, invoicing, page, django_assert_max_num_queries):
        page("send-round", invoicing.key)
        with django_assert_max_num_queries(16):
            page("send-round", invoicing.key)

    def test_confirmed_it_sends_and_shows_how_far_it_has_come(self, invoicing, post, page):
        answer = post("send-round", invoicing.key)
        batch = InvoiceBatch.objects.get()
        assert answer.url == reverse("invoices:batch", args=[batch.key])
        assert len(mail.outbox) == 4
        text = page("batch", batch.key).content.decode()
        assert "Alla brev har skickats." in text
        assert "4 av 4" in text
        assert "hx-trigger" not in text

    def test_sent_twice_nothing_more_goes(self, invoicing, post):
        post("send-round", invoicing.key)
        answer = post("send-round", invoicing.key)
        assert answer.url == reverse("invoices:send-round", args=[invoicing.key])
        assert len(mail.outbox) == 4


class TestTheWork:
    @pytest.fixture
    def batch(self, invoicing, economist) -> InvoiceBatch:
        return batches.order_documents(invoicing=invoicing, by=economist)

    def test_while_it_goes_on_the_page_asks_again_and_works_without_script(self, batch, page):
        text = page("batch", batch.key).content.decode()
        assert 'hx-trigger="every 1s"' in text
        assert "0 av 4" in text
        assert f'<noscript><p><a href="{reverse("invoices:batch", args=[batch.key])}">' in text

    def test_htmx_gets_the_figures_alone_and_the_news_only_at_the_end(self, batch, page):
        part = page("batch", batch.key, headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()
        assert "besked" not in part.content.decode()
        assert "HX-Request" in part.headers["Vary"]
        batches.work_on(batch.key)
        part = page("batch", batch.key, headers={"HX-Request": "true"}).content.decode()
        assert "Alla fakturor har sina filer." in part
        assert "hx-trigger" not in part
        assert "Hämta alla fakturor (ZIP)" in part

    def test_one_who_looks_takes_up_what_was_left(self, batch, page, django_capture_on_commit_callbacks):
        InvoiceBatch.objects.update(worked_at=timezone.now() - HOUR)
        with django_capture_on_commit_callbacks(execute=True):
            page("batch", batch.key)
        assert InvoiceDocument.objects.count() == 4

    def test_what_went_wrong_is_told_at_its_invoice(self, invoicing, batch, page, monkeypatch):
        monkeypatch.setattr(batches, "make_document", lambda invoice, **options: 1 // 0)
        batches.work_on(batch.key)
        text = page("batch", batch.key).content.decode()
        assert "Klart, men 4 av 4 gick inte. Felen står nedan." in text
        assert "Försök igen" in text
        assert "Hämta alla" not in text


class TestTheZip:
    def test_the_files_are_made_first_and_then_fetched(self, invoicing, post, page):
        assert page("zip", invoicing.key).url == reverse("invoices:round", args=[invoicing.key])
        post("make-files", invoicing.key)
        answer = page("zip", invoicing.key)
        assert answer["Content-Type"] == "application/zip"
        assert 'filename="Fakturor, ' in answer["Content-Disposition"]
        assert len(zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist()) == 9

    def test_with_all_files_made_one_is_led_to_the_zip(self, invoicing, post):
        post("make-files", invoicing.key)
        assert post("make-files", invoicing.key).url == reverse("invoices:zip", args=[invoicing.key])


class TestOneInvoice:
    @pytest.fixture
    def invoice(self, invoicing):
        return invoicing.invoices.first()

    def said(self, client) -> str:
        return " ".join(str(message) for message in client.get("/").context["messages"])

    def test_it_is_sent_and_that_is_said(self, invoice, post, client):
        assert post("send", invoice.key).url == reverse("invoices:invoice", args=[invoice.key])
        assert len(mail.outbox) == 1
        assert "är skickad till" in self.said(client)

    def test_a_fault_is_said(self, invoice, post, client, server):
        server.is_down = True
        post("send", invoice.key)
        assert "går inte att nå" in self.said(client)

    def test_it_is_written_down_that_it_went_another_way(self, invoice, post, client):
        post("mark-sent", invoice.key, remark="Peppol")
        assert InvoiceSending.objects.get().remark == "Peppol"
        assert "antecknad som skickad" in self.said(client)

    def test_without_saying_how_it_is_not(self, invoice, post, client):
        post("mark-sent", invoice.key)
        assert not InvoiceSending.objects.exists()
        assert "Skriv hur" in self.said(client)

    @pytest.mark.parametrize(("came_from", "to"), [("round", "send-round"), ("", "invoice")])
    def test_an_answer_leads_back_to_where_it_was_given(self, invoicing, invoice, post, came_from, to):
        row = sent(invoice, sent_at=None, claimed_at=timezone.now() - HOUR)
        answer = post("resolve-sending", row.key, outcome="lost", **{"from": came_from})
        key = invoicing.key if came_from else invoice.key
        assert answer.url == reverse(f"invoices:{to}", args=[key])
        row.refresh_from_db()
        assert row.outcome == "lost"

    def test_the_chosen_are_reminded(self, invoicing, post):
        first, second, *_ = invoicing.invoices.all()
        sent(first)
        answer = post("remind", invoice=[first.key, second.key])
        assert answer.url == reverse("invoices:batch", args=[InvoiceBatch.objects.get().key])
        assert len(mail.outbox) == 1

    def test_with_none_chosen_that_is_said(self, post, client):
        assert post("remind").url == reverse("invoices:list")
        assert "Ingen av fakturorna" in self.said(client)


class TestTheCommand:
    def run(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("invoices", *arguments, stdout=out)
        return out.getvalue()

    def test_it_makes_and_sends_a_round(self, invoicing, economist, django_capture_on_commit_callbacks):
        for flag in ("--make", "--send"):
            with django_capture_on_commit_callbacks(execute=True):
                self.run(flag, invoicing.key, "--by", economist.email)
        assert InvoiceDocument.objects.count() == 4
        assert len(mail.outbox) == 4

    def test_it_takes_up_what_was_left(self, invoicing, economist, django_capture_on_commit_callbacks):
        assert self.run("--take-up") == "Inget arbete har blivit liggande.\n"
        batch = batches.order_documents(invoicing=invoicing, by=economist, at=timezone.now() - HOUR)
        with django_capture_on_commit_callbacks(execute=True):
            assert batch.key in self.run("--take-up")
        assert InvoiceDocument.objects.count() == 4

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--make", "borta"], "ingen faktureringsomgång"),
            (["--send", "{key}"], "--by"),
            (["--send", "{key}", "--by", "ingen@prov.example"], "--by"),
        ],
    )
    def test_what_is_not_there_is_said(self, invoicing, economist, arguments, words):
        with pytest.raises(CommandError, match=words):
            self.run(*[argument.format(key=invoicing.key) for argument in arguments])

    def test_nothing_to_do_is_said(self, invoicing, economist):
        for invoice in invoicing.invoices.all():
            make_document(invoice)
        with pytest.raises(CommandError, match="har sina filer"):
            self.run("--make", invoicing.key, "--by", economist.email)
