"""Fixtures for all tests: the sandbox in the test database, clients that call the API, and a live server."""

from collections.abc import Iterator

import pytest
from django.test import Client as DjangoClient

from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.applications.published import SANDBOX_CLIENT
from portal.audit.actions import Actor
from portal.connect import datasets
from portal.connect.synthetic import load_fixtures
from portal.limits import failures
from portal.management.published import ensure_client, ensure_keys
from portal.oauth.keys import ring
from portal.oauth.tokens import revoked
from tests.servers import Server, running

BY_TEST = Actor.operator("test")


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Let this process know as little of the database as a new one."""
    for memory in (feed, clients, ring, revoked):
        memory.reset()
    datasets.forget()
    failures.reset()


@pytest.fixture
def sandbox(db: None) -> None:
    """Load what every deployment has."""
    ensure_keys(BY_TEST)
    ensure_client(BY_TEST, SANDBOX_CLIENT)
    load_fixtures()


@pytest.fixture
def api(sandbox: None) -> DjangoClient:
    """Return an HTTP client in front of a loaded sandbox. Exceptions become 500, as in production."""
    return DjangoClient(raise_request_exception=False)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the demo on a port of its own."""
    with running(tmp_path_factory.mktemp("live")) as server:
        yield server
