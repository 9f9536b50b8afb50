"""Workers that are killed while they check answers: every check comes to an end, once, and its mail is sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.outbound.internet import Authority, Server, answering
from tests.worker.conftest import Office

CHECKS = 5
"""The policy is reachable, a privacy page and on whose domain; the terms are reachable; the contact is read."""


@pytest.fixture
def site(office: Office, tmp_path: Path) -> Iterator[Server]:
    """Return a website on localhost, which the workers may ask and trust."""
    authority = Authority()
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(authority.pem())
    office.environment |= {"OUTBOUND_ALLOW_PRIVATE": "yes", "SSL_CERT_FILE": str(trusted)}
    opened = Server(authority.write(tmp_path, "localhost"))
    yield opened
    opened.close()


def test_killed_while_it_waits_for_an_answer(office: Office, site: Server) -> None:
    office.run("check", str(site.port))
    answer = answering(b"<p>privacy</p>" * 100, Content_Type="text/html")

    def kill(connection: Any, head: str) -> None:
        site.handler = answer
        victim.kill()
        victim.wait()

    for _ in range(2):
        site.handler = kill
        victim = office.start()
        victim.wait(30)
    undone = "SELECT count(*) FROM approvals_answercheck WHERE done_at IS NULL"
    assert office.query(undone)[0][0] >= 1
    office.start()
    office.mailbox.wait_for(lambda: office.query(undone) == [(0,)] and bool(office.mailbox.accepted), seconds=60)
    assert office.query("SELECT count(*) FROM approvals_answercheck WHERE outcome <> ''") == [(CHECKS,)]
    assert office.query("SELECT count(*) FROM approvals_contactproof") == [(1,)]
    given_up = "SELECT count(*) FROM approvals_answercheck WHERE reason LIKE 'This check could not%'"
    assert office.query(given_up) == [(0,)]
