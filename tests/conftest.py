"""Fixtures for all tests: the sandbox in the test database, clients that call the API, and a live server."""

from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core.management import call_command
from django.test import Client as DjangoClient
from django.utils import timezone, translation
from pytest_django import Settings
from whitenoise.base import WhiteNoise

from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.applications.published import SANDBOX_CLIENT
from portal.audit.actions import Actor
from portal.audit.insert import insert
from portal.audit.writer import writer
from portal.connect import datasets
from portal.connect.synthetic import load_fixtures, load_people, loading
from portal.connect.synthetic.people import people
from portal.limits import counting
from portal.management.published import ensure_client, ensure_keys
from portal.oauth import keys
from portal.oauth.keys import ring
from portal.oauth.tokens import revoked
from tests.cast import Cast, gather
from tests.databases import postgresql, redis
from tests.oauth.key_pool import KeyPool
from tests.servers import UNLIMITED, Server, running

named_people = cache(lambda: [person for person in people() if "DEMO" in person.health_id])
BY_TEST = Actor.operator("test")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the static files, as every deployment does: pages name them by their hash. Once for all processes."""
    if not hasattr(config, "workerinput"):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Let this process know as little of the database as a new one."""
    for memory in (feed, clients, ring, revoked):
        memory.reset()
    datasets.forget()
    counting.reset()


@pytest.fixture(autouse=True)
def _unlimited(settings: Settings) -> None:
    """Let tests call as often as they like; those on limits set their own."""
    for name in UNLIMITED:
        setattr(settings, name, 1_000_000)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Forget the language of the page that the last test looked at: words and addresses are made in it."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _ledger_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every ledger row inside the test's own transaction; live servers have their threads."""
    for name in ("write", "write_later"):
        monkeypatch.setattr(writer, name, lambda row: insert([row]))


@pytest.fixture(autouse=True)
def _keys_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "RSAKey", KeyPool())


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_looked_for_once() -> Iterator[None]:
    """Let WhiteNoise look through them once for all: every client of Django's has middleware of its own."""
    look, found = WhiteNoise.update_files_dictionary, {}

    def look_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in found:
            look(self, root, prefix)
            found[root, prefix] = self.files
        self.files = {**self.files, **found[root, prefix]}

    with patch.object(WhiteNoise, "update_files_dictionary", look_once):
        yield


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """Hash as production does, but with little work: servers that run beside the tests do all of it."""
    with patch.object(ScryptPasswordHasher, "work_factor", 2):
        yield


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stay at noon (UTC): what a page says of today is not true any more a moment after midnight."""
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def deployment(db: None) -> None:
    """Load what every deployment has, but for the synthetic data."""
    ensure_keys(BY_TEST)
    ensure_client(BY_TEST, SANDBOX_CLIENT)


@pytest.fixture
def sandbox(deployment: None) -> None:
    """Load of the synthetic data the people with a name in the guides alone, because most tests need no more."""
    with patch.object(loading, "people", named_people):
        load_people()


@pytest.fixture
def full_sandbox(sandbox: None) -> None:
    """Load all of the synthetic data."""
    load_fixtures()


@pytest.fixture
def api(sandbox: None) -> DjangoClient:
    """Return an HTTP client in front of a loaded sandbox. Exceptions become 500, as in production."""
    return DjangoClient(raise_request_exception=False)


@pytest.fixture
def cast(deployment: None) -> Cast:
    """Gather the people of the tests."""
    return gather()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the demo on a port of its own."""
    with running(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a PostgreSQL and return its DATABASE_URL."""
    with postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a Redis and return its REDIS_URL."""
    with redis(tmp_path_factory.mktemp("redis")) as url:
        yield url
