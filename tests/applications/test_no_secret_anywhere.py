"""A secret stands in the one answer that shows it, and nowhere else: not in pages, the database, logs, mails."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection

from portal.applications import actions
from portal.applications.models import ClientSecret
from portal.mail.models import OutgoingMail
from portal.mail.sending import Content
from portal.samples import groups
from tests.applications.pages import send, the_secret, token_of
from tests.cast import BY_TEST, Cast

BASE = "/applications"


def made(cast: Cast) -> list[str]:
    """Make secrets in every way that there is, use them, and end some; return all of them."""
    new = f"{BASE}/new/{cast.organisation.public_id}/"
    first = the_secret(send(cast.alice.client, new, name="Searched", integration="sdk"))
    row = ClientSecret.objects.get(last_four=first[-4:], client__application__name="Searched")
    app = f"{BASE}/{row.client.application.public_id}"
    second = the_secret(send(cast.bob.client, f"{app}/sandbox/secrets/new/", label="b", lifetime="30"))
    third = the_secret(send(cast.bob.client, f"{app}/secrets/{row.pk}/rotate/", overlap="86400", lifetime="never"))
    for secret in (first, second, third, first[:-1] + "x"):
        token_of(cast.nobody, row.client.client_id, secret)
    send(cast.bob.client, f"{app}/secrets/{row.pk}/revoke/", typed=first[-4:], reason="leak")
    return [first, second, third]


def columns() -> Iterator[tuple[str, list[str]]]:
    """Yield every column of every table as text."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                cursor.execute(f"SELECT CAST({quote(column.name)} AS TEXT) FROM {quote(table)}")
                yield f"{table}.{column.name}", [str(value) for (value,) in cursor.fetchall() if value is not None]


def holds(texts: list[str], secrets: list[str]) -> bool:
    """Say whether one of the secrets, or the random half of one, stands in the texts."""
    return any(secret[-46:][:40] in text for text in texts for secret in secrets)


def test_the_database_holds_no_secret(cast: Cast) -> None:
    secrets = made(cast)
    assert [name for name, texts in columns() if holds(texts, secrets)] == []
    assert not holds([str(session.get_decoded()) for session in Session.objects.all()], secrets)
    assert holds([f"…{secrets[0]}…"], secrets), "the search finds"
    names = {name for name, _texts in columns()}
    assert {"audit_apicall.credential", "audit_decision.after", "django_session.session_data"} <= names


def test_no_page_shows_it_again(cast: Cast) -> None:
    secrets = made(cast)
    pages = [BASE + "/", f"{BASE}/new/{cast.organisation.public_id}/", f"/organisations/{cast.organisation.public_id}/"]
    for secret in ClientSecret.objects.filter(client__application__organisation=cast.organisation):
        app = f"{BASE}/{secret.client.application.public_id}"
        pages += [f"{app}/", f"{app}/settings/", f"{app}/sandbox/keys/", f"{app}/sandbox/secrets/new/"]
        pages += [f"{app}/secrets/{secret.pk}/{verb}" for verb in ("", "rotate/", "revoke/")]
    for path in pages:
        for person in cast.everybody():
            answer = person.client.get(path, follow=True)
            assert not holds([answer.content.decode()], secrets), path


def test_neither_logs_nor_mails_hold_it(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(
        logging.INFO
    )  # it logs statements, and only while tests count them
    secrets = made(cast)
    actions.suspend_client(by=BY_TEST, client=ClientSecret.objects.latest("pk").client, reason="x")
    assert not holds([f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records], secrets)
    queued = [Content.of(one).text + Content.of(one).html for one in OutgoingMail.objects.exclude(sealed="")]
    assert not holds(queued + [str(one.message()) for one in mail.outbox], secrets)


def test_the_samples_memory_keeps_no_copy(cast: Cast) -> None:
    """Samples of guides are kept, coloured; those with somebody's secret are not."""
    before = groups.coloured.cache_info().currsize
    made(cast)
    assert groups.coloured.cache_info().currsize == before


def test_no_address_and_no_header_carries_it(cast: Cast) -> None:
    new = f"{BASE}/new/{cast.organisation.public_id}/"
    answer: Any = send(cast.alice.client, new, name="Searched", integration="sdk")
    secret = the_secret(answer)
    page = answer.content.decode()
    assert not holds([f"{name}: {value}" for name, value in answer.items()], [secret])
    addresses = [part.split('"')[0] for mark in ("href=", "action=", "src=") for part in page.split(f'{mark}"')[1:]]
    assert addresses
    assert not holds(addresses, [secret])
