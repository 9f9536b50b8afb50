"""Too many failed client authentications from one address, counted in memory and in Redis."""

import base64
import json

import pytest
from django.test import Client
from pytest_django import Settings

from portal.applications.published import SANDBOX_CLIENT
from portal.limits import counting, failures
from tests.callers import TOKEN_URL, token

WRONG = {"grant_type": "client_credentials", "client_id": "demo_dev_sandbox", "client_secret": "wrong"}


def fail(api: Client, address: str = "10.0.0.1", client_id: str = "demo_dev_sandbox") -> int:
    """Fail once and return the status."""
    return api.post(
        TOKEN_URL, WRONG | {"client_id": client_id}, content_type="application/json", REMOTE_ADDR=address
    ).status_code


@pytest.fixture(params=["memory", "redis"])
def counted(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Count in memory or in a real Redis."""
    settings.REDIS_URL = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    counting.reset()


@pytest.mark.usefixtures("counted")
def test_an_address_that_fails_too_often_has_to_wait_and_others_do_not(api: Client) -> None:
    assert {fail(api) for _ in range(failures.FAILURES.amount)} == {401}
    answer = api.post(TOKEN_URL, WRONG, content_type="application/json", REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 429
    assert answer.json()["error"] == "temporarily_unavailable"
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert fail(api, "10.0.0.2") == 401
    assert fail(api, client_id="another_agent_behind_the_same_nat") == 401
    assert token(api)


@pytest.mark.usefixtures("counted")
def test_whoever_fails_does_not_lock_out_the_right_secret_behind_the_same_address(api: Client) -> None:
    assert {fail(api, "127.0.0.1", SANDBOX_CLIENT.client_id) for _ in range(failures.FAILURES.amount)} == {401}
    assert fail(api, "127.0.0.1", SANDBOX_CLIENT.client_id) == 429
    right = WRONG | {"client_id": SANDBOX_CLIENT.client_id, "client_secret": SANDBOX_CLIENT.client_secret}
    answer = api.post(TOKEN_URL, right, content_type="application/json", REMOTE_ADDR="127.0.0.1")
    assert answer.status_code == 200
    assert fail(api, "127.0.0.1", SANDBOX_CLIENT.client_id) == 429


def test_an_ipv6_network_is_counted_as_one(api: Client) -> None:
    assert {fail(api, f"2001:db8::{number:x}") for number in range(failures.FAILURES.amount)} == {401}
    assert fail(api, "2001:db8::ffff") == 429
    assert fail(api, "2001:db8:0:1::1") == 401


def test_success_is_not_counted(api: Client) -> None:
    for _ in range(failures.FAILURES.amount + 5):
        token(api)


def test_a_redis_that_does_not_answer_stops_nobody(api: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    counting.reset()
    assert fail(api) == 401
    assert token(api)


def test_an_assertion_without_client_id_is_counted_under_the_client_that_it_names(api: Client) -> None:
    def fail_as(client_id: str) -> int:
        claims = base64.urlsafe_b64encode(json.dumps({"sub": client_id}).encode()).decode().rstrip("=")
        asked = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": f"eyJhbGciOiJSUzM4NCJ9.{claims}.eA",
        }
        return api.post(TOKEN_URL, asked, content_type="application/json").status_code

    assert {fail_as("one") for _ in range(failures.FAILURES.amount)} == {401}
    assert fail_as("one") == 429
    assert fail_as("another") == 401
