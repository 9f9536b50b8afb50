"""What the token endpoint refuses, each with RFC 6749's error, its status, and a challenge where there must be one."""

import hmac
import json
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client as DjangoClient
from django.test.utils import CaptureQueriesContext

from portal.applications.published import SANDBOX_CLIENT
from portal.audit.models import ApiCall
from tests.oauth.calls import (
    CREDENTIALS,
    FORM,
    GOOD,
    INTROSPECT,
    JSON,
    REVOKE,
    TOKEN,
    basic,
    is_oauth_error,
    post,
    post_json,
)

GOOD_FORM = urlencode(GOOD)
BASIC = basic(SANDBOX_CLIENT.client_id, SANDBOX_CLIENT.client_secret)
ASSERTION = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "a.b.c",
}
GRANT = {"grant_type": "client_credentials"}
STRANGER = {**GOOD, "client_id": "nobody_knows_me"}
WRONG = {**GOOD, "client_secret": "demo_secret_sandbox_2025"}


# --- Who is asking: 401, and nothing that tells a wrong secret from an unknown client.


def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(api: DjangoClient) -> None:
    unknown, wrong = post_json(api, TOKEN, **STRANGER), post_json(api, TOKEN, **WRONG)
    assert is_oauth_error(unknown, 401, "invalid_client")
    assert is_oauth_error(wrong, 401, "invalid_client")
    assert unknown.content == wrong.content
    assert _headers(unknown) == _headers(wrong)


def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer_to_basic(api: DjangoClient) -> None:
    answers = [
        post(api, TOKEN, urlencode(GRANT), FORM, headers={"authorization": basic(*pair)})
        for pair in (("nobody_knows_me", "guess"), (SANDBOX_CLIENT.client_id, "guess"))
    ]
    assert all(is_oauth_error(answer, 401, "invalid_client") for answer in answers)
    assert answers[0].content == answers[1].content
    assert _headers(answers[0]) == _headers(answers[1])


@pytest.mark.parametrize("met_before", [False, True])
def test_an_unknown_client_and_a_wrong_secret_cost_the_same_look_ups_and_comparisons(
    api: DjangoClient, monkeypatch: pytest.MonkeyPatch, met_before: bool
) -> None:
    if met_before:
        post_json(api, TOKEN, **GOOD)
        post_json(api, TOKEN, **STRANGER)
    costs = [_cost(api, parameters, monkeypatch) for parameters in (STRANGER, WRONG)]
    assert costs[0] == costs[1]
    queries, digests, comparisons = costs[0]
    assert queries > 0
    assert digests > 0
    assert comparisons > 0


@pytest.mark.parametrize(
    "parameters",
    [
        GRANT,
        {**GRANT, "client_id": SANDBOX_CLIENT.client_id},
        {**GRANT, "client_secret": SANDBOX_CLIENT.client_secret},
        {**GOOD, "client_secret": ""},
        {**GOOD, "client_id": SANDBOX_CLIENT.client_id.upper()},
        {**GOOD, "client_secret": SANDBOX_CLIENT.client_secret + " "},
        {**GOOD, "client_id": "x" * 10_000},
    ],
    ids=["nothing", "no secret", "no id", "empty secret", "other case", "trailing space", "long id"],
)
def test_missing_or_nearly_right_credentials_are_refused(api: DjangoClient, parameters: dict[str, str]) -> None:
    assert is_oauth_error(post_json(api, TOKEN, **parameters), 401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YQ",
        "Basic é",
        "Basic 日本",
        "Basic \xff\xfe",
        "Basic /////w==",
        "Basic Og==",
        "Basic AAAA",
        "Basic ZGVtbw==",
        "Basic YTpi,Basic YTpi",
        "Basic " + "A" * 8000,
        basic("a\nb", "c"),
        basic("a%00b", "c"),
        basic("%ff", "%ed%a0%80"),
        "Digest username=demo",
        "Bearer nothing",
        "garbage",
    ],
)
def test_a_malformed_authorization_header_is_refused(api: DjangoClient, header: str) -> None:
    answer = post(api, TOKEN, urlencode(GRANT), FORM, HTTP_AUTHORIZATION=header)
    assert is_oauth_error(answer, 401, "invalid_client")


def test_the_ledger_records_a_refusal_without_what_was_sent(api: DjangoClient) -> None:
    post_json(api, TOKEN, **WRONG)
    row = ApiCall.objects.get()
    assert (row.outcome, row.status, row.error_code) == ("denied", 401, "invalid_client")
    assert (row.client_id, row.environment) == (SANDBOX_CLIENT.client_id, "sandbox"), "so its log shows who tries"
    assert (row.credential, row.token_id) == ("", "")
    assert WRONG["client_secret"] not in str(vars(row))


# --- One way to authenticate at a time (RFC 6749, section 2.3).


@pytest.mark.parametrize(
    ("header", "parameters"),
    [
        (BASIC, GOOD),
        (BASIC, {**GRANT, "client_secret": SANDBOX_CLIENT.client_secret}),
        (BASIC, {**GRANT, **ASSERTION}),
        ("", {**GOOD, **ASSERTION}),
        ("", {**GRANT, "client_secret": SANDBOX_CLIENT.client_secret, **ASSERTION}),
        (BASIC, {**GOOD, **ASSERTION}),
    ],
    ids=["basic+body", "basic+secret", "basic+assertion", "body+assertion", "secret+assertion", "three"],
)
def test_two_authentication_methods_at_once_are_refused(
    api: DjangoClient, header: str, parameters: dict[str, str]
) -> None:
    extra = {"HTTP_AUTHORIZATION": header} if header else {}
    for body, content_type in ((json.dumps(parameters), JSON), (urlencode(parameters), FORM)):
        assert is_oauth_error(post(api, TOKEN, body, content_type, **extra), 400, "invalid_request")


def test_the_client_id_beside_a_basic_header_must_be_the_same(api: DjangoClient) -> None:
    answer = post_json_with(api, BASIC, **GRANT, client_id="somebody_else")
    assert is_oauth_error(answer, 400, "invalid_request")


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_an_assertion_needs_its_type(api: DjangoClient, kind: str) -> None:
    answer = post_json(api, TOKEN, **GRANT, client_assertion="a.b.c", client_assertion_type=kind)
    assert is_oauth_error(answer, 400, "invalid_request")


# --- What is asked for.


def test_a_missing_grant_type_is_an_invalid_request(api: DjangoClient) -> None:
    assert is_oauth_error(post_json(api, TOKEN, **CREDENTIALS), 400, "invalid_request")
    assert is_oauth_error(post_json(api, TOKEN, **CREDENTIALS, grant_type=""), 400, "invalid_request")


@pytest.mark.parametrize("grant_type", ["password", "authorization_code", "CLIENT_CREDENTIALS", "client_credentials "])
def test_another_grant_type_is_not_supported(api: DjangoClient, grant_type: str) -> None:
    answer = post_json(api, TOKEN, **CREDENTIALS, grant_type=grant_type)
    assert is_oauth_error(answer, 400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "scope",
    [
        "patient:read",
        "patient:profile:read patient:read",
        "no:such:scope",
        "Patient:Profile:Read",
        "patient:profile:read,lab:results:read",
        "*",
        " ",
        "é",
    ],
)
def test_a_scope_that_the_client_does_not_have_is_refused(api: DjangoClient, scope: str) -> None:
    assert is_oauth_error(post_json(api, TOKEN, **GOOD, scope=scope), 400, "invalid_scope")


# --- How it is asked: parameters once, as text, in the body.


@pytest.mark.parametrize(
    "body",
    [
        GOOD_FORM + "&grant_type=client_credentials",
        GOOD_FORM + "&client_id=other",
        GOOD_FORM + "&scope=patient:profile:read&scope=patient:profile:read",
        GOOD_FORM + "&scope=&scope=patient:profile:read",
        GOOD_FORM + "&extra=1&extra=2",
        GOOD_FORM + "&grant%5Ftype=client_credentials",
    ],
)
def test_a_repeated_form_parameter_is_refused(api: DjangoClient, body: str) -> None:
    assert is_oauth_error(post(api, TOKEN, body, FORM), 400, "invalid_request")


@pytest.mark.parametrize(
    "again", ['"scope": "", "scope": ""', '"grant_type": "client_credentials"', '"\\u0063lient_id": "a"']
)
def test_a_repeated_json_key_is_refused(api: DjangoClient, again: str) -> None:
    body = json.dumps(GOOD)[:-1] + f", {again}}}"
    assert is_oauth_error(post(api, TOKEN, body), 400, "invalid_request")


@pytest.mark.parametrize("path", [TOKEN, REVOKE, INTROSPECT])
def test_parameters_in_the_address_are_refused(api: DjangoClient, path: str) -> None:
    for query in (GOOD_FORM, "scope=patient:profile:read", "x", "client_secret=a"):
        assert is_oauth_error(post_json(api, f"{path}?{query}", **GOOD, token="x"), 400, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "text/json", "", "/", ";"],
)
def test_another_content_type_is_refused(api: DjangoClient, content_type: str) -> None:
    assert is_oauth_error(post(api, TOKEN, json.dumps(GOOD), content_type), 400, "invalid_request")


def test_a_body_of_one_megabyte_is_refused(api: DjangoClient) -> None:
    for body, content_type in (
        (json.dumps({**GOOD, "scope": "x" * 1_000_000}), JSON),
        (urlencode({**GOOD, "scope": "x" * 1_000_000}), FORM),
    ):
        assert is_oauth_error(post(api, TOKEN, body, content_type), 413, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}}",
        b"nonsense",
        json.dumps(GOOD).encode() + b"{}",
        json.dumps(GOOD).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        json.dumps(GOOD).encode().replace(b"demo", b"\xff\xfe", 1),
        b'{"grant_type": NaN}',
        b'{"grant_type": ' + b"1" * 5000 + b"}",
        b'{"grant_type": 1e999}',
        b"[" * 50_000,
        b'{"a":' * 40_000,
        b"{'grant_type': 'client_credentials'}",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_broken_json_is_refused(api: DjangoClient, body: bytes) -> None:
    assert is_oauth_error(post(api, TOKEN, body), 400, "invalid_request")


@pytest.mark.parametrize("body", ["[]", "null", "true", "1", '"text"', json.dumps([GOOD])])
def test_json_that_is_not_an_object_is_refused(api: DjangoClient, body: str) -> None:
    assert is_oauth_error(post(api, TOKEN, body), 400, "invalid_request")


@pytest.mark.parametrize("value", [None, True, 1, 1.5, ["patient:profile:read"], {"name": "x"}])
def test_a_json_value_that_is_not_text_is_refused(api: DjangoClient, value: object) -> None:
    for name in ("grant_type", "client_id", "client_secret", "scope", "unknown"):
        assert is_oauth_error(post_json(api, TOKEN, **{**GOOD, name: value}), 400, "invalid_request")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope"])
def test_control_characters_are_refused(api: DjangoClient, name: str) -> None:
    for character in "\x00\x01\n\r\t\x1f\x7f\x85\u2028":
        parameters = {**GOOD, name: f"{GOOD.get(name, 'patient:profile:read')}{character}"}
        assert is_oauth_error(post_json(api, TOKEN, **parameters), 400, "invalid_request")
        assert is_oauth_error(post(api, TOKEN, urlencode(parameters), FORM), 400, "invalid_request")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope"])
def test_half_a_surrogate_pair_is_refused(api: DjangoClient, name: str) -> None:
    assert is_oauth_error(post_json(api, TOKEN, **{**GOOD, name: "\ud800"}), 400, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        "&&&",
        "=",
        "grant_type",
        GOOD_FORM + "&",
        GOOD_FORM + "&scope=%ff",
        GOOD_FORM + "&scope=%ed%a0%80",
        GOOD_FORM + "&scope=é",
        GOOD_FORM.replace("demo", "\udcff").encode("utf-8", "surrogateescape"),
        "&".join(f"name{number}=x" for number in range(500)),
        json.dumps(GOOD),
    ],
    ids=lambda body: repr(body[-12:]),
)
def test_a_broken_form_is_refused(api: DjangoClient, body: str | bytes) -> None:
    assert is_oauth_error(post(api, TOKEN, body, FORM), 400, "invalid_request")


@pytest.mark.parametrize("path", [TOKEN, REVOKE, INTROSPECT])
def test_another_method_is_refused(api: DjangoClient, path: str) -> None:
    for method in (api.get, api.head, api.put, api.patch, api.delete, api.options):
        answer = method(path)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")


def post_json_with(api: DjangoClient, header: str, **parameters: object) -> Any:
    return post(api, TOKEN, json.dumps(parameters), headers={"authorization": header})


def _headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}


def _cost(api: DjangoClient, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """Return how many queries, keyed hashes and comparisons a refusal takes."""
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        digest = Mock(wraps=hmac.new)
        compare = Mock(wraps=hmac.compare_digest)
        patch.setattr(hmac, "new", digest)
        patch.setattr(hmac, "compare_digest", compare)
        assert post_json(api, TOKEN, **parameters).status_code == 401
    return len(queries), digest.call_count, compare.call_count
