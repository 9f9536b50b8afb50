"""The mails that a test has caused. Ask for them after the act: what is queued is delivered first."""

from dataclasses import dataclass
from email.message import EmailMessage as Parsed

from django.core import mail

from portal.mail.delivery import deliver_due


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
