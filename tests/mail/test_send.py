"""What a mail says, and what is kept of it."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.mail.models import OutgoingMail
from portal.mail.sending import send
from tests import mailbox
from tests.servers import PROJECT, Server, manage

pytestmark = pytest.mark.django_db
ANA = "ana@example.org"


def example(name: str = "Ana", **options: object) -> None:
    send(**{"to": ANA, "template": "tests/example", "context": {"name": name, "code": "493 027"}, **options})  # type: ignore[arg-type]


def test_both_parts_say_it() -> None:
    example()
    letter = mailbox.latest(ANA)
    assert letter.subject == "Language: Ana"
    assert "\n493 027\n" in letter.text
    assert "493 027</p>" in letter.html
    assert '<html lang="en">' in letter.html


def test_in_the_recipients_language() -> None:
    example(language="fr")
    letter = mailbox.latest(ANA)
    assert letter.subject == "Langage: Ana"
    assert '<html lang="fr">' in letter.html
    assert letter.headers["Content-Language"] == "fr"


def test_an_unknown_language_is_english() -> None:
    example(language="tlh")
    assert mailbox.latest(ANA).subject == "Language: Ana"


def test_text_is_not_escaped_and_html_is() -> None:
    example("O'Neil & <b>Sons</b>")
    letter = mailbox.latest(ANA)
    assert letter.subject == "Language: O'Neil & <b>Sons</b>"
    assert "O&#x27;Neil &amp; &lt;b&gt;Sons" in letter.html
    assert "/x/?a=1&amp;b=2" in letter.html


def test_a_name_cannot_end_the_subject() -> None:
    example("Ana\r\nBcc: eve@example.org\n\nNow comes my own text")
    letter = mailbox.latest(ANA)
    assert letter.subject == "Language: Ana Bcc: eve@example.org Now comes my own text"
    assert letter.headers["Bcc"] is None


@pytest.mark.parametrize("to", ["", "ana", "ana@example.org, eve@example.org", "ana@example.org\nBcc: eve@example.org"])
def test_one_address_and_nothing_else(to: str) -> None:
    with pytest.raises(ValidationError):
        example(to=to)


def test_rolled_back_is_never_sent() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        example()
        raise RuntimeError
    assert mailbox.letters() == []


def test_the_row_says_nothing_about_the_recipient() -> None:
    example("Ana Mbarga", reply_to="reviewer@example.org")
    row = str(OutgoingMail.objects.values().get())
    for word in ("ana@", "Ana Mbarga", "493 027", "Language", "reviewer"):  # what chance does not write
        assert word not in row
    assert mailbox.latest(ANA).headers["Reply-To"] == "reviewer@example.org"


def test_nothing_is_kept_after_delivery() -> None:
    example()
    mailbox.latest(ANA)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sealed, mail.attempts) == ("sent", "", 1)
    assert mail.settled_at


def test_what_is_no_longer_valid_is_dropped() -> None:
    example(valid_for=timedelta(minutes=15))
    OutgoingMail.objects.update(expires_at=OutgoingMail.objects.get().queued_at)
    assert mailbox.letters() == []
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sealed) == ("expired", "")


def test_the_mails_of_a_live_server(tmp_path: Path) -> None:
    environment = {**os.environ, "MODE": "development", "DATA_DIR": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    manage(environment, "migrate", "-v", "0")
    subprocess.run([sys.executable, "-m", "tests.worker.quick", "queue", "2"], env=environment, cwd=PROJECT, check=True)
    server = Server("", environment, cast("Any", None), tmp_path / "log")
    (letter,) = mailbox.received(server, "person-1@example.org")
    assert letter.subject == "Language: person-1"
    assert "\n493 027\n" in letter.text
    assert "493 027</p>" in letter.html
    assert len(list((tmp_path / "mail").glob("*.html"))) == 2
