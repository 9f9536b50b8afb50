"""The mails that a test has caused. Ask for them after the act: what is queued is delivered first.

`latest` and `letters` are for tests in this process, `received` for those of a live server.
"""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage as Parsed
from email.policy import default
from pathlib import Path

from django.core import mail

from portal.mail.delivery import deliver_due
from tests.servers import Server


@dataclass(frozen=True)
class Letter:
    """What somebody found in their mailbox."""

    to: str
    subject: str
    text: str
    html: str
    headers: Parsed


def letters(to: str | None = None) -> list[Letter]:
    """Return the mails to this address, or to anybody, the oldest first."""
    deliver_due()
    found = [
        Letter(
            one.to[0],
            str(one.subject),
            str(one.body),
            str(one.alternatives[0][0]) if isinstance(one, mail.EmailMultiAlternatives) else "",
            one.message(),
        )
        for one in mail.outbox
    ]
    return [letter for letter in found if to in (None, letter.to)]


def latest(to: str) -> Letter:
    """Return the newest mail to this address; fail where there is none."""
    found = letters(to)
    assert found, f"no mail to {to}; there is mail to {[letter.to for letter in letters()]}"
    return found[-1]


def received(server: Server, to: str) -> list[Letter]:
    """Return the mails of a live server to this address, the oldest first, from its DATA_DIR/mail."""
    server.manage("mail", "--deliver")
    return delivered(server, to)


def delivered(server: Server, to: str) -> list[Letter]:
    """Return the mails to this address that a worker of the live server has delivered, the oldest first."""
    folder = Path(server.environment["DATA_DIR"]) / "mail"
    parsed = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    return [_letter(one) for one in parsed if one["To"] == to]


def _letter(message: Parsed) -> Letter:
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return Letter(message["To"], message["Subject"], text.get_content(), html.get_content(), message)
