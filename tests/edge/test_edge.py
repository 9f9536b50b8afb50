"""What a request says about itself is believed as far as is safe."""

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.audit.models import ApiCall
from portal.edge.middleware import request_id

URL = "/api/v1/connect/patients/OPC-2024-DEMO1"


def seen_address(api: Client, peer: str, forwarded: str) -> str:
    """Return the address that the ledger kept."""
    api.get(URL, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    return str(ApiCall.objects.order_by("-pk").values_list("address", flat=True)[0])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.0.0.9", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.9", "198.51.100.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        ("10.0.0.9", "", "10.0.0.9"),
        ("10.0.0.9", "Amina Okafor", "10.0.0.9"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("2001:db8::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.9", "203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.9", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.9", "203.0.113.7, ::ffff:10.0.0.8", "203.0.113.7"),
        ("::ffff:10.0.0.9", "Amina Okafor", "10.0.0.9"),
        ("::ffff:203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("::ffff:192.0.2.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_trusted_proxies_speak_for_others(
    api: Client, settings: Settings, peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::1", "::ffff:192.0.2.1"]
    assert seen_address(api, peer, forwarded) == expected


def test_without_trusted_proxies_nobody_speaks_for_others(api: Client) -> None:
    assert seen_address(api, "127.0.0.1", "203.0.113.7") == "127.0.0.1"


def test_https_is_believed_from_a_trusted_proxy_only(api: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = ["10.0.0.9"]
    assert api.get("/errors/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_PROTO="https").status_code == 200
    assert api.get("/errors/", REMOTE_ADDR="10.0.0.8", HTTP_X_FORWARDED_PROTO="https").status_code == 301


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("abc-1", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("a b", False),
        ("é", False),
        ("", False),
        ("opc-2024-demo1", False),
        ("opc_sandbox_sk_secret", False),
    ],
)
def test_a_request_id_is_echoed_where_it_is_harmless(api: Client, sent: str, kept: bool) -> None:
    echoed = api.get(URL, HTTP_X_REQUEST_ID=sent)["X-Request-Id"]
    assert (echoed == sent) is kept
    assert echoed


def test_a_request_that_the_edge_did_not_finish_has_no_id() -> None:
    assert request_id(RequestFactory().get(URL)) == ""


def test_every_answer_carries_the_strict_policy(api: Client) -> None:
    for path in ("/", URL, "/errors/", "/nothing/", "/api/v1/nothing", "/openapi.yaml"):
        policy = api.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_pages_set_no_cookie_and_an_unknown_host_is_refused(api: Client) -> None:
    assert not api.get("/errors/").cookies
    refused = api.get(URL, HTTP_HOST="evil.example")
    assert refused.status_code == 400
    assert "evil.example" not in refused.content.decode()


def test_other_origins_are_let_in_only_where_they_are_named(api: Client) -> None:
    answer = api.options(URL, HTTP_ORIGIN="https://evil.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET")
    assert "Access-Control-Allow-Origin" not in answer
