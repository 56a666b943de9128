"""Handing a letter to the mail server, and telling what became of it."""

import datetime
import enum
import smtplib
from typing import Self

from django.core.mail import EmailMessage, get_connection

PATIENCE = 30  # seconds for the mail server to answer
UNDER_WAY = datetime.timedelta(minutes=10)  # so long a letter that was claimed may be on its way


class Fate(enum.StrEnum):
    """What became of a letter. ``UNKNOWN``: the line was cut, and the server may have taken it or not."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class MailServer:
    """A connection to the mail server that is opened when there is something to send, and anew after a fault.

    ``trouble`` is why it could not be opened, in Swedish; then it is not tried again.
    """

    def __init__(self):
        self.connection = get_connection(timeout=PATIENCE)
        self.is_up = False
        self.trouble = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        self.is_up = False
        self.connection.close()

    def open(self) -> bool:
        """Open the connection where it is not; return whether it is open."""
        if not self.is_up and not self.trouble:
            try:
                self.connection.open()
            except (smtplib.SMTPException, OSError) as error:
                self.trouble = f"E-postservern går inte att nå: {error}"
            else:
                self.is_up = True
        return self.is_up

    def send(self, message: EmailMessage) -> tuple[Fate, str]:
        """Return what became of the letter, and the fault if it did not go."""
        try:
            if self.connection.send_messages([message]):
                return Fate.SENT, ""
            fate, fault = Fate.REFUSED, "E-postservern tog inte emot brevet."
        except (smtplib.SMTPException, OSError, ValueError) as error:
            fate, fault = Fate.REFUSED if _says_no(error) else Fate.UNKNOWN, f"{type(error).__name__}: {error}"
        self.close()
        return fate, fault


def in_one_line(fault: str) -> str:
    """Return a server's answer as a row keeps it."""
    return " ".join(fault.split())[:300]


def _says_no(error: Exception) -> bool:
    """Whether it is certain that the letter did not go: a server that just falls silent may have taken it."""
    return isinstance(error, smtplib.SMTPException | ValueError) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )
