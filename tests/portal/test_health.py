"""`/healthz` and `/readyz`, as those ask who watch over processes."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from portal import health
from portal.audit.models import ApiCall
from portal.oauth.keys import ring
from portal.oauth.models import SigningKey


@pytest.fixture(autouse=True)
def _another_second() -> None:
    """Forget what was found in this second: it is kept for the next who asks."""
    health._is_ready.cache_clear()


def test_a_process_lives_without_a_database() -> None:
    """This test may not ask the database: pytest would fail it."""
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_with_a_database_and_keys(api: Client) -> None:
    answer = api.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_is_asked_by_any_name_without_https_and_keeps_nothing(api: Client, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = api.get(path, HTTP_HOST="10.1.2.3:8000")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert not ApiCall.objects.exists()


def test_a_process_looks_once_a_second_however_many_ask(
    api: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(health, "monotonic", lambda: 7.0)
    assert api.get("/readyz").status_code == 200
    SigningKey.objects.filter(environment="production").delete()
    ring.reset()
    monkeypatch.setattr(health, "monotonic", lambda: 7.9)
    with django_assert_num_queries(0):
        assert api.get("/readyz").status_code == 200
    monkeypatch.setattr(health, "monotonic", lambda: 8.0)
    assert [api.get("/readyz").status_code for _ in range(2)] == [503, 503]


def test_nothing_can_be_sent_there(api: Client) -> None:
    assert api.post("/readyz", HTTP_HOST="localhost").status_code == 404


def not_ready(api: Client, caplog: pytest.LogCaptureFixture) -> str:
    """Return what the log says; a stranger reads only that it is not ready."""
    answer = api.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ok\n")
    [said] = [record.getMessage() for record in caplog.records if record.name == "portal.health"]
    return said


def test_it_is_not_ready_without_keys(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    SigningKey.objects.filter(environment="production").delete()
    ring.reset()
    assert not_ready(api, caplog) == "not ready: ImproperlyConfigured"


def test_it_is_not_ready_with_keys_that_do_not_open(
    api: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KEY_ENCRYPTION_KEYS = ["another-key-" * 4]
    ring.reset()
    assert not_ready(api, caplog) == "not ready: ImproperlyConfigured"


def test_it_is_not_ready_before_it_is_migrated(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit' AND name = '0001_initial'")
    assert not_ready(api, caplog) == "not ready: 1 migrations are not applied"


def test_it_is_not_ready_without_a_database(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("the server at 10.0.0.5 does not answer")

    with connection.execute_wrapper(refuse):
        assert not_ready(api, caplog) == "not ready: OperationalError"
        assert api.get("/healthz").status_code == 200
