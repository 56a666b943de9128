"""What the tests of sending stand on: a mail server that does as it is told, short files, and an economist."""

import smtplib

import pytest
from django.core.mail.backends.locmem import EmailBackend

from plans.roles import Role
from skane_digi.invoices import making
from tests import factories as make
from tests import invoice_factories as bill


class Server(EmailBackend):
    """A mail server that does with a letter what ``answers`` says for its address."""

    answers: dict = {}
    is_down = False
    is_cut = True
    opened = 0

    def open(self):
        Server.opened += 1
        if self.is_down:
            raise ConnectionRefusedError("nej")
        self.is_cut = False

    def send_messages(self, messages):
        (message,) = messages
        if self.is_cut:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        if error := self.answers.get(message.to[0]):
            self.is_cut = isinstance(error, smtplib.SMTPServerDisconnected)
            raise error
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    for name, value in {"answers": {}, "is_down": False, "opened": 0}.items():
        monkeypatch.setattr(Server, name, value)
    return Server


@pytest.fixture
def quick_files(monkeypatch):
    """Let an invoice's files be its number, so that a test of many is about the many."""
    monkeypatch.setattr(making, "invoice_xml", lambda content: f"<xml>{content.number}</xml>".encode())
    monkeypatch.setattr(making, "invoice_pdf", lambda content, xml: b"%PDF " + xml)


@pytest.fixture
def invoicing(db, quick_files):
    """A round of four invoices, 1001–1004, issued and due 2024-05-02."""
    return bill.make_issued_round()


@pytest.fixture
def economist(invoicing):
    person = make.make_user("ekonom@prov.example", first_name="Eva", last_name="Ekonom")
    make.make_role(person, Role.ECONOMIST, collaboration=invoicing.version.plan.collaboration)
    return person
