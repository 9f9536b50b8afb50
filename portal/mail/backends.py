"""Mail in development: shown in the terminal, kept as files in DATA_DIR/mail."""

import os
import sys
import threading
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 200
"""So many mails stay in the folder."""


class DevelopmentBackend(BaseEmailBackend):
    """Prints a mail's text as it is, without headers and encodings, and writes it as `.eml` and `.html`."""

    _lock = threading.Lock()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.DATA_DIR) / "mail"

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print and keep them."""
        with self._lock:
            for message in email_messages:
                page = self._keep(message)
                sys.stdout.write(readable(message, page))
                sys.stdout.flush()
            self._forget()
        return len(email_messages)

    def _keep(self, message: EmailMessage) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        at = parsedate_to_datetime(message.extra_headers["Date"])
        stem = f"{at:%Y%m%d-%H%M%S}-{message.extra_headers['Message-ID'].strip('<>').partition('@')[0]}"
        _write(self.folder / f"{stem}.eml", message.message().as_bytes())
        page = self.folder / f"{stem}.html"
        for alternative in getattr(message, "alternatives", []):
            _write(page, str(alternative[0]).encode())
        return page

    def _forget(self) -> None:
        for suffix in ("eml", "html"):
            for old in sorted(self.folder.glob(f"*.{suffix}"))[:-KEPT]:
                old.unlink(missing_ok=True)


def readable(message: EmailMessage, page: Path) -> str:
    """Return the mail as a developer wants to see it."""
    ruler = "─" * 72
    head = f"Mail to {', '.join(message.to)}\n{message.subject}"
    return f"\n{ruler}\n{head}\n{ruler}\n{message.body}{ruler}\nAs HTML: {page.as_uri()}\n\n"


def _write(path: Path, content: bytes) -> None:
    """Nobody ever reads half a file."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    os.replace(part, path)  # noqa: PTH105 - the same
