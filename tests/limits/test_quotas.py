"""How many calls a client and an address have in a minute, in memory and in Redis; what the answers say of it."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from redis import Redis

from portal.applications.published import DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT
from portal.audit.actions import Actor
from portal.audit.models import ApiCall
from portal.limits import counting, memory
from portal.management.published import ensure_client
from tests.callers import SEARCH_URL, TOKEN_URL, token

DEMO = {"client_id": DEMO_SANDBOX_CLIENT.client_id, "client_secret": DEMO_SANDBOX_CLIENT.client_secret}
GOOD = {
    "grant_type": "client_credentials",
    "client_id": SANDBOX_CLIENT.client_id,
    "client_secret": SANDBOX_CLIENT.client_secret,
}
LEFT = re.compile(r'"client";r=(\d+);t=(\d+), "address";r=(\d+);t=(\d+)')


@pytest.fixture(params=["memory", "redis", "no redis"])
def counted(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Count in memory, in a real Redis, or where a Redis should be that does not answer."""
    if request.param == "memory":
        settings.REDIS_URL = ""
    elif request.param == "redis":
        settings.REDIS_URL = request.getfixturevalue("redis_url")
        Redis.from_url(settings.REDIS_URL).flushdb()
    else:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
    counting.reset()


@pytest.fixture
def demo(api: Client) -> None:
    """Load the client that has an application of its own."""
    ensure_client(Actor.operator("test"), DEMO_SANDBOX_CLIENT)


def read(api: Client, bearer: str, address: str = "10.0.0.1") -> Any:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, headers=headers, REMOTE_ADDR=address)


def recorded(address: str) -> list[tuple[int, str, str]]:
    rows = ApiCall.objects.filter(address=address).order_by("id")
    return list(rows.values_list("status", "error_code", "outcome"))


@pytest.mark.usefixtures("counted", "demo")
def test_a_client_that_calls_too_often_has_to_wait_and_others_do_not(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_CLIENT = 5
    bearer, other = token(api, **DEMO), token(api)  # the client's first call of the five
    assert [read(api, bearer, f"10.0.0.{number}").status_code for number in range(5)] == [200] * 4 + [429]
    answer = read(api, bearer)
    assert answer.json()["code"] == "rate_limited"
    assert answer.json()["violated-policies"] == ["client"]
    assert answer["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert f'"client";r=0;t={answer["Retry-After"]}, ' in answer["RateLimit"]
    refused = api.post(TOKEN_URL, GOOD | DEMO, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert "Retry-After" in refused
    assert "RateLimit" in refused
    assert read(api, other).status_code == 200


@pytest.mark.usefixtures("counted")
def test_an_address_that_calls_too_often_has_to_wait_and_others_do_not(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_ADDRESS = 3
    bearer = token(api)
    assert [read(api, "").status_code for _ in range(2)] == [401, 401]
    assert [read(api, bearer).status_code for _ in range(2)] == [200, 429]
    answer = read(api, bearer)
    assert (answer.json()["code"], answer.json()["violated-policies"]) == ("rate_limited", ["address"])
    assert answer["RateLimit-Policy"] == '"address";q=3;w=60'
    assert answer["RateLimit"] == f'"address";r=0;t={answer["Retry-After"]}'
    refused = api.post(TOKEN_URL, GOOD, content_type="application/json", REMOTE_ADDR="10.0.0.1")
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert api.get("/v1/nowhere", REMOTE_ADDR="10.0.0.1").status_code == 429
    assert read(api, bearer, "10.0.0.2").status_code == 200


@pytest.mark.usefixtures("counted")
def test_the_published_client_is_limited_for_each_address(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_PUBLISHED = 3
    bearer = token(api)
    assert [read(api, bearer).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert read(api, bearer, "10.0.0.2").status_code == 200
    assert read(api, bearer, "2001:db8::1").status_code == 200
    assert [read(api, bearer, f"2001:db8::{number}").status_code for number in range(2, 5)] == [200, 200, 429]
    assert read(api, bearer, "2001:db8:0:1::1").status_code == 200


def test_addresses_of_ipv4_are_limited_apart_however_they_are_written(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_ADDRESS = 2
    assert [read(api, "", "::ffff:203.0.113.7").status_code for _ in range(3)] == [401, 401, 429]
    assert read(api, "", "203.0.113.7").status_code == 429
    assert read(api, "", "::ffff:203.0.113.8").status_code == 401


@pytest.mark.usefixtures("counted")
def test_answers_say_what_is_left(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_PUBLISHED, settings.RATE_LIMIT_ADDRESS = 100, 200
    answers = [read(api, token(api)), read(api, token(api))]
    for answer in answers:
        assert answer["RateLimit-Policy"] == '"client";q=100;w=60, "address";q=200;w=60'
    found = [LEFT.fullmatch(answer["RateLimit"]) for answer in answers]
    assert all(found)
    left = [[int(value) for value in match.groups()] for match in found if match]
    # The tokens came from another address, so the calls alone count here.
    assert [values[0] for values in left] == [99, 98]
    assert [values[2] for values in left] == [199, 198]
    assert all(1 <= seconds <= 60 for values in left for seconds in (values[1], values[3]))


def test_an_error_of_an_authenticated_call_says_what_is_left_and_a_stranger_learns_nothing(api: Client) -> None:
    headers = {"Authorization": f"Bearer {token(api)}"}
    for answer in (
        api.get(SEARCH_URL, headers=headers),
        api.get("/api/v1/connect/patients/OPC-2024-DEM01", headers=headers),
        api.post("/api/v1/connect/patients/resolve", {}, content_type="application/json", headers=headers),
        api.delete(SEARCH_URL, headers=headers),
        api.post(TOKEN_URL, GOOD, content_type="application/json"),
        api.post(TOKEN_URL, GOOD | {"scope": "x"}, content_type="application/json"),
    ):
        assert LEFT.fullmatch(answer["RateLimit"]), answer.status_code
    for answer in (read(api, ""), read(api, "nonsense"), api.post(TOKEN_URL), api.get("/guides/getting-started/")):
        assert "RateLimit" not in answer
        assert "RateLimit-Policy" not in answer


def test_refused_calls_are_in_the_ledger_until_they_are_a_flood(api: Client, settings: Settings) -> None:
    settings.RATE_LIMIT_PUBLISHED, settings.RATE_LIMIT_ADDRESS = 2, 6
    bearer = token(api)
    statuses = [read(api, bearer).status_code for _ in range(20)]
    assert statuses == [200] * 2 + [429] * 18
    # Two more than the client has, then two that are not written; six more than the address has, then the rest.
    assert recorded("10.0.0.1") == [(200, "", "allowed")] * 2 + [(429, "rate_limited", "denied")] * (2 + 6)
    strangers = [read(api, "", "10.0.0.9").status_code for _ in range(20)]
    assert strangers == [401] * 6 + [429] * 14
    assert recorded("10.0.0.9") == [(401, "token_missing", "denied")] * 6 + [(429, "rate_limited", "denied")] * 6


def test_an_address_is_refused_before_the_database_is_asked(
    api: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    settings.RATE_LIMIT_ADDRESS = 1
    bearer = token(api)
    for _ in range(3):
        read(api, bearer)
    with django_assert_num_queries(0):
        assert read(api, bearer).status_code == 429


def test_a_redis_that_comes_back_is_asked_again(
    api: Client, settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "REDIS_REST", 0.0)
    settings.REDIS_URL, settings.RATE_LIMIT_PUBLISHED = redis_url, 3
    counting.reset()
    Redis.from_url(redis_url).flushdb()
    bearer = token(api)
    assert [read(api, bearer).status_code for _ in range(2)] == [200, 200]
    store = counting.counting()
    there = store._redis
    store._redis = counting._redis("redis://127.0.0.1:1/0")
    assert [read(api, bearer).status_code for _ in range(4)] == [200, 200, 200, 429]  # of this process's own
    store._redis = there
    assert [read(api, bearer).status_code for _ in range(2)] == [200, 429]


def test_windows_end_and_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    store = memory.ProcessMemory()
    assert [store.incr("a", 60), store.incr("a", 60), store.get("a"), store.get("b")] == [1, 2, 2, 0]
    now = 1061.0
    assert [store.get("a"), store.incr("b", 60)] == [0, 1]
    assert list(store._windows) == ["b"]
