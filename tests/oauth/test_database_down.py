"""Where the database does not answer, nobody is let in by guess, and the answer says so."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client as DjangoClient

from portal.applications.feed import feed
from tests.oauth.calls import CREDENTIALS, GOOD, INTROSPECT, REVOKE, TOKEN, is_problem, post_json, read


@pytest.fixture(params=[DatabaseError, OperationalError, InterfaceError])
def broken(request: pytest.FixtureRequest, token: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Break the feed's query, and return a token that was good until then."""

    def fail() -> None:
        raise request.param

    monkeypatch.setattr(feed, "catch_up", fail)
    return token


def test_a_call_is_refused(api: DjangoClient, broken: str) -> None:
    assert is_problem(read(api, f"Bearer {broken}"), 503, "service_unavailable")


def test_the_token_endpoints_say_so(api: DjangoClient, broken: str) -> None:
    assert is_problem(post_json(api, TOKEN, **GOOD), 503, "service_unavailable")
    for path in (REVOKE, INTROSPECT):
        assert is_problem(post_json(api, path, **CREDENTIALS, token=broken), 503, "service_unavailable")
