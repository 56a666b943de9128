"""A mail server on this machine that keeps the number of every letter it has taken."""

import email
import logging
import socket
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.WARNING)


class MailCatcher(Controller):
    """``numbers`` are the Message-IDs in the order that the letters came, and ``receivers`` whom each was to."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.numbers: list[str] = []
        self.receivers: dict[str, str] = {}
        self._open = 0
        self._lock = threading.Lock()
        super().__init__(self, hostname="127.0.0.1", port=port)

    def factory(self):
        return _Counted(self, self.handler, **self.SMTP_kwargs)

    async def handle_DATA(self, server, session, envelope):
        number = email.message_from_bytes(envelope.content)["Message-ID"]
        self.numbers.append(number)
        self.receivers[number] = envelope.rcpt_tos[0]
        return "250 OK"

    def counted(self, change: int) -> None:
        with self._lock:
            self._open += change

    def settle(self, patience: float = 10) -> None:
        """Wait until nobody is connected: the last letter of a process that died may still be on its way in."""
        until = time.monotonic() + patience
        while self._open and time.monotonic() < until:
            time.sleep(0.002)
        assert not self._open


class _Counted(SMTP):
    def __init__(self, catcher: MailCatcher, *args, **options):
        super().__init__(*args, **options)
        self._catcher = catcher

    def connection_made(self, transport):
        self._catcher.counted(1)
        super().connection_made(transport)

    def connection_lost(self, error):
        super().connection_lost(error)
        self._catcher.counted(-1)
