"""A person, their numbers, a secret and a token, sent everywhere, right and wrong, are found nowhere they must not be.

Not in a real server's log, not in the body of an error, not in the ledger, in no table but those of clinical data.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import requests
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from portal.applications import secrets
from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.edge.environments import SANDBOX
from portal.openapi.document import Operation, operations
from portal.samples.calls import Call, resolve
from tests.openapi.calls import definition, examples, send, usual
from tests.openapi.parties import new_party
from tests.servers import RAISED_LIMITS, Server, running

CI = os.environ.get("CI") == "true"
NAME, FAMILY, PHONE, NUMBER = "Zephyrine Kanariou", "Obianuju-Kanarisson", "+2347099123457", "73019955124"
SECRET = secrets.generate(SANDBOX)
PERSON = {
    "source": "his",
    "local_number": f"K-{NUMBER}",
    "given_name": NAME,
    "family_name": FAMILY,
    "sex": "female",
    "birth_date": "1991-03-17",
    "phone": PHONE,
    "identifiers": [{"system": "urn:opescare:id:ng-nin", "value": NUMBER, "verified": True}],
}
CLINICAL_TABLES = "connect_"
LOGGERS: Any = settings.LOGGING["loggers"]
UNPRINTED = {name for name, logger in LOGGERS.items() if logger.get("handlers") == ["null"]}
HEADERS = (
    "Idempotency-Key", "If-None-Match", "If-Match", "Referer", "User-Agent", "Cookie", "Accept", "Accept-Language",
    "Sandbox-Fault", "Origin", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id",
)  # fmt: skip
CHOSEN_BY_THE_CALLER = {NAME, FAMILY, PHONE, NUMBER}
"""An `X-Request-Id` is the caller's own word, to be found again; only what can be told from its form is refused."""


@dataclass
class Canaries:
    """Sends what must not be seen again, and keeps what was answered."""

    server: Server
    session: requests.Session
    token: str
    health_id: str = ""
    answers: int = 0

    @property
    def words(self) -> list[str]:
        return [NAME, FAMILY, PHONE, NUMBER, self.health_id, SECRET, self.token]

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> requests.Response:
        """Send, and look whether an error repeats any of it."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.session.request(method, url, data=body, headers=sent, timeout=60, allow_redirects=False)
        self.answers += 1
        assert answer.status_code < 500, (method, url, body, answer.text)
        if answer.status_code >= 400:
            self._read(answer, body)
        return answer

    def _read(self, answer: requests.Response, body: bytes | None) -> None:
        said = answer.text + str(answer.headers)
        if answer.status_code == 409:  # the contract: who it may be is named, by Health ID alone
            said = str({name: value for name, value in answer.json().items() if name != "candidates"})
        found = [word for word in self.words if word in said]
        assert not found, (found, answer.request.method, answer.url, body, said)

    def create_the_person(self) -> None:
        """Let them have a Health ID."""
        made = self.call(operations()["resolvePatient"], PERSON)
        assert made.status_code == 201, made.text
        self.health_id = made.json()["health_id"]

    def call(self, operation: Operation, arguments: Mapping[str, Any], **headers: str) -> requests.Response:
        """Call an operation."""
        request = resolve(Call(operation.id, arguments), self.server.base_url)
        body = None if request.body is None else json.dumps(request.json).encode()
        return self.send(request.method, request.address, body, **headers)


def one_by_one(value: Any, words: list[str], start: int) -> Iterator[Any]:
    """Yield the value with one text in it replaced, for each text that it has."""
    if isinstance(value, str):
        yield words[start % len(words)]
    items: Any = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for number, (name, inner) in enumerate(items):
        for changed in one_by_one(inner, words, start + number):
            copy: Any = dict(value) if isinstance(value, Mapping) else list(value)
            copy[name] = changed
            yield copy


def strew(canaries: Canaries, operation: Operation, shift: int) -> None:
    """Send the words to one operation: as values, as names, in the address, in headers, as a body that is no JSON."""
    example = usual(operation)
    words = canaries.words[shift:] + canaries.words[:shift]
    for changed in one_by_one(example.arguments, words, 0):
        canaries.call(operation, changed)
    request = resolve(Call(operation.id, example.arguments), canaries.server.base_url)
    unknown = dict.fromkeys([word for word in words if not word.isalpha()], words[0])
    canaries.send(request.method, request.url, json.dumps({**(request.json or {}), **unknown}).encode())
    canaries.send(request.method, request.url, f'{{"{words[0]}": "{words[1]}",'.encode())
    canaries.send(request.method, request.url, words[0].encode(), Content_Type=f"text/{words[1][:8]}")
    asked = requests.Request("GET", request.url, params={**dict(request.query), words[0]: words[1]}).prepare().url or ""
    canaries.send(request.method, asked, json.dumps(request.json or {}).encode())
    described = [each["name"] for each in definition(operation).get("parameters", ()) if each["in"] == "header"]
    for number, name in enumerate(dict.fromkeys((*HEADERS, *described))):
        word = words[number % len(words)]
        if name != "X-Request-Id" or word not in CHOSEN_BY_THE_CALLER:
            canaries.call(operation, example.arguments, **{name: word})
    for scheme in ("Bearer {}", "Basic {}", "{}", "Bearer {}x"):
        canaries.call(operation, example.arguments, Authorization=scheme.format(words[2]))
    canaries.send("GET", f"{canaries.server.base_url}/connect/{words[0]}/{words[1]}")


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    """Run a server, and let the client that holds every scope create the person and push what is theirs."""
    with running(tmp_path, **RAISED_LIMITS) as server, requests.Session() as session:
        asked = {
            "grant_type": "client_credentials",
            "client_id": DEMO_SANDBOX_CLIENT.client_id,
            "client_secret": DEMO_SANDBOX_CLIENT.client_secret,
        }
        answer = session.post(f"{server.base_url}/connect/auth/token", json=asked, timeout=60)
        new = Canaries(server, session, answer.json()["access_token"])
        new.create_the_person()
        yield new


def test_they_are_seen_nowhere(canaries: Canaries) -> None:
    for number, operation in enumerate(operations().values()):
        for example in examples(operation):
            if 200 <= example.status < 300 and "health_id" in example.arguments:
                canaries.call(operation, {**example.arguments, "health_id": canaries.health_id})
        for shift in range(7) if CI else [number % 7]:
            strew(canaries, operation, shift)
    assert canaries.answers > 20 * len(operations())
    forbidden = [canaries.health_id]
    canaries.create_the_person()  # the sandbox was emptied at last
    forbidden += [*canaries.words, canaries.token.rpartition(".")[2], DEMO_SANDBOX_CLIENT.client_secret]
    log = canaries.server.log.read_text()
    assert [word for word in forbidden if word in log] == []
    tables = tables_with(canaries.server.environment, forbidden)
    assert {found for found in tables if not found[0].startswith(CLINICAL_TABLES)} == set()
    assert {word for _table, word in tables} >= {NAME, FAMILY, PHONE, NUMBER, canaries.health_id}
    assert {word for _table, word in tables} & {SECRET, *forbidden[-3:]} == set()


def test_they_are_not_told_when_something_breaks(api: Client, sandbox: None, caplog: pytest.LogCaptureFixture) -> None:
    """Errors of the database print values, and Django prints addresses: neither reaches a log or an answer."""
    words = [NAME, FAMILY, PHONE, NUMBER, SECRET, "OPC-2024-DEMO1"]
    token = new_party().token()

    def broken(*_: object) -> None:
        raise OperationalError(" ".join(words))

    for operation in operations().values():
        arguments: Any = next(one_by_one(usual(operation).arguments, words, 0), {})
        with connection.execute_wrapper(broken):
            answer = send(api, operation, arguments, token)
        told = answer.content.decode() + "".join(
            record.getMessage() + str(record.exc_text) for record in caplog.records if record.name not in UNPRINTED
        )
        assert not [word for word in [*words, quote(NAME), token] if word in told], (operation.id, told)
    assert any(record.name == "portal.problems.handlers" for record in caplog.records)


def tables_with(environment: dict[str, str], words: list[str]) -> set[tuple[str, str]]:
    """Return which words stand in which tables of the server's database."""
    found: set[tuple[str, str]] = set()
    url = environment.get("DATABASE_URL")
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    if not url:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
    database: Any = psycopg.connect(url) if url else sqlite3.connect(Path(environment["DATA_DIR"]) / "db.sqlite3")
    with closing(database):
        for (name,) in database.execute(listed).fetchall():
            rows = str(database.execute(f'SELECT * FROM "{name}"').fetchall())
            found |= {(str(name), word) for word in words if word in rows}
    return found
