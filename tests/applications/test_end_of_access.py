"""Two server processes under load: what is suspended or revoked is refused by both within two seconds."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.servers import Server, free_port, running, serving

ALLOWED_DELAY = 2.0
LATE = 4

CREATE = """
import json
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.audit.actions import Actor
by, made = Actor.operator("test"), {}
organisation = Organisation.objects.create(name="Test")
for name in ("suspended", "secret", "token", "late", "untouched"):
    application = actions.create_application(by=by, organisation=organisation, name=name)
    client = actions.create_client(
        by=by, application=application, environment="sandbox", scopes=["patient:read"], client_id=name)
    made[name] = actions.add_secret(by=by, client=client)
print(json.dumps(made))
"""
END = """
import time
from portal.applications import actions
from portal.applications.models import Client, ClientSecret
from portal.audit.actions import Actor
by = Actor.operator("test")
actions.suspend_client(by=by, client=Client.objects.get(client_id="suspended"), reason="test")
print("suspended", time.time())
actions.revoke_secret(by=by, secret=ClientSecret.objects.get(client__client_id="secret"))
print("secret", time.time())
"""
END_LATE = f"""
import time
from django.db import transaction
from portal.applications import actions
from portal.applications.models import Client
from portal.audit.actions import Actor
with transaction.atomic():
    actions.suspend_client(by=Actor.operator("test"), client=Client.objects.get(client_id="late"), reason="test")
    print("begun", flush=True)
    time.sleep({LATE})
print("late", time.time())
"""


@dataclass
class Load:
    """A thread that reads with one token from one server, and what it was answered."""

    server: Server
    client: str
    token: str
    answers: list[tuple[float, int]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Read until stopped."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.token}"
            while not self.stopped.is_set():
                sent = time.time()
                answer = session.get(f"{self.server.base_url}/connect/patients/OPC-2024-DEMO1", timeout=60)
                self.answers.append((sent, answer.status_code))
                time.sleep(0.02)


@pytest.fixture(params=["sqlite", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Run two servers over one database; both issue tokens in the name of the first."""
    variables = {}
    if request.param == "postgresql":
        variables["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    with running(tmp_path, PUBLIC_URL="http://localhost:8000", **variables) as first:
        second_environment = {**first.environment, "PORT": str(free_port())}
        with serving(second_environment) as second:
            yield first, second


def token_of(server: Server, client_id: str, secret: str) -> requests.Response:
    """Ask for a token."""
    return requests.post(
        f"{server.base_url}/connect/auth/token",
        json={"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        timeout=60,
    )


def test_both_processes_refuse_within_two_seconds(servers: tuple[Server, Server]) -> None:
    first, _second = servers
    secrets = json.loads(first.manage("shell", "-v", "0", "-c", CREATE).splitlines()[-1])
    tokens = {name: token_of(first, name, secret).json()["access_token"] for name, secret in secrets.items()}
    loads = [Load(server, name, token) for server in servers for name, token in tokens.items()]
    threads = [threading.Thread(target=load.run) for load in loads]
    for thread in threads:
        thread.start()
    ended = end_access(first, secrets, tokens)
    time.sleep(ALLOWED_DELAY + 1.5)
    for load in loads:
        load.stopped.set()
    for thread in threads:
        thread.join()

    for load in loads:
        assert {status for _, status in load.answers} <= {200, 401}, load.client
        assert load.answers[0][1] == 200, load.client
        after = [status for sent, status in load.answers if sent > ended.get(load.client, 0) + ALLOWED_DELAY]
        assert after, load.client
        assert set(after) == ({200} if load.client == "untouched" else {401}), load.client
    for server in servers:
        assert token_of(server, "suspended", secrets["suspended"]).json()["error"] == "unauthorized_client"
        assert token_of(server, "secret", secrets["secret"]).status_code == 401
        assert token_of(server, "token", secrets["token"]).status_code == 200


def end_access(server: Server, secrets: dict[str, str], tokens: dict[str, str]) -> dict[str, float]:
    """End access in four ways and return when each was committed, in seconds since the epoch.

    The late one takes its feed id before the others and commits after them (SQLite has one writer: there it is first).
    """
    ended: dict[str, float] = {}

    def read(output: str) -> None:
        ended.update((name, float(at)) for name, at in (line.split() for line in output.splitlines() if " " in line))

    late = threading.Thread(target=lambda: read(server.manage("shell", "-v", "0", "-c", END_LATE)))
    late.start()
    time.sleep(2)
    read(server.manage("shell", "-v", "0", "-c", END))
    answer = requests.post(
        f"{server.base_url}/connect/auth/revoke",
        data={"client_id": "token", "client_secret": secrets["token"], "token": tokens["token"]},
        timeout=60,
    )
    assert answer.status_code == 200
    ended["token"] = time.time()
    late.join()
    assert set(ended) == {"suspended", "secret", "token", "late"}
    return ended
