"""A real SMTP server in a thread, which notes what it is given and does as the test wants."""

import logging
import time
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's


class Mailbox:
    """Everything that was accepted, in order, by Message-ID; `on` is called with each moment of a dialogue."""

    def __init__(self) -> None:
        self.port = free_port()
        self.accepted: list[str] = []
        self.moments: list[str] = []
        self.on: Callable[[str], None] = lambda moment: None
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """Return the EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Stop listening."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._at("mail")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._at("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        self.accepted.append(str(message["Message-ID"]))
        self._at("accepted")
        return "250 OK"

    def _at(self, moment: str) -> None:
        self.moments.append(moment)
        self.on(moment)

    def wait_for(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Return once the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{len(self.accepted)} mails came, last {self.moments[-3:]}"
            time.sleep(0.02)
