"""`send`: the one function through which every room sends mail.

    from portal.mail.sending import send

    send(to=user.email, template="accounts/confirm_address", context={"code": code}, language=user.language,
         valid_for=timedelta(minutes=15))

The mail is rendered at once and stored in the caller's transaction: if that rolls back, nobody is written to; once it
is committed, the mail arrives at least once, even if every process is killed. A worker delivers it (`delivery.py`).

How a mail is written: two templates of the same name.

* `templates/mail/<template>.txt` extends `mail/base.txt` and fills two blocks: `subject` and `content`. Nothing in it
  is escaped, because it is not HTML. A code or a link stands on a line of its own.
* `templates/mail/<template>.html` extends `mail/base.html` and fills `heading` and `content`. A button is
  `{% include "mail/button.html" with href=url label=_("Confirm") %}`, a code
  `{% include "mail/code.html" with code=code %}`, a row of facts
  `{% include "mail/fact.html" with name=_("Client") value=client_id %}`,
  the environment, always in its colour, `{% include "mail/environment.html" with environment=client.environment %}`.
  No images, no styles from elsewhere, nothing that tells us whether it was read.

Both say why somebody gets this mail, what to do, and what to do if it was not them. Both know, beside the context:
`language`, `site` (PUBLIC_URL, without a slash at the end) and `site_name`. Links in mails are absolute.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.core.validators import validate_email
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import timezone, translation

from portal.mail.models import OutgoingMail
from portal.sealing import seal, unseal

_unsent = ContextVar("unsent", default=False)


@dataclass(frozen=True)
class Content:
    """What is sealed: the address and everything that is said."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    reply_to: str = ""

    def sealed(self) -> str:
        """Return it encrypted."""
        return seal(json.dumps(asdict(self)).encode())

    @classmethod
    def of(cls, mail: OutgoingMail) -> "Content":
        """Return what this mail says.

        :raises SealedForeverError: where it cannot be decrypted.
        """
        return cls(**json.loads(unseal(mail.sealed)))


@contextmanager
def unsent() -> Iterator[None]:
    """Write no mail: for what the demo tells of people who have no mailbox."""
    before = _unsent.set(True)
    try:
        yield
    finally:
        _unsent.reset(before)


def send(
    *,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str = "en",
    reply_to: str = "",
    valid_for: timedelta | None = None,
) -> None:
    """Queue the mail in the caller's transaction.

    :param language: the recipient's; an unknown one is written to in English.
    :param valid_for: after this time the mail is dropped instead of delivered: nobody can use a code that has expired.
    :raises ValidationError: where `to` or `reply_to` is not one address.
    """
    for address in filter(None, (to, reply_to)):
        validate_email(address)
    validate_email(to)
    if _unsent.get():
        return
    now = timezone.now()
    OutgoingMail.objects.create(
        template=template,
        sealed=render(to, template, context, language=language, reply_to=reply_to).sealed(),
        queued_at=now,
        due_at=now,
        expires_at=now + valid_for if valid_for else None,
    )


def render(to: str, template: str, context: Mapping[str, Any], *, language: str, reply_to: str = "") -> Content:
    """Return the mail in this language."""
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    known = {**context, "language": language, "site": settings.PUBLIC_URL, "site_name": "OpesCare Developers"}
    with translation.override(language):
        # A name may contain line breaks: where the subject ends, is for nobody to guess.
        end = secrets.token_hex()
        written = _render(f"mail/{template}.txt", {**known, "end_of_subject": end}, escape=False)
        html = _render(f"mail/{template}.html", known, escape=True)
    subject, _, text = written.partition(end)
    return Content(to, " ".join(subject.split()), f"{text.strip()}\n", html, language, reply_to)


def _render(name: str, context: dict[str, Any], *, escape: bool) -> str:
    found = cast("Template", get_template(name))
    return found.template.render(Context(context, autoescape=escape))
