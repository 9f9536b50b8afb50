"""Whatever is sent to the token endpoints, the answer is a refusal in JSON or a right answer, never a 5xx."""

import base64
import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as DjangoClient

from portal.applications.published import SANDBOX_CLIENT
from portal.limits import failures
from tests.oauth.assertions import TYPE
from tests.oauth.calls import FORM, GOOD, INTROSPECT, JSON, REVOKE, TOKEN
from tests.oauth.forgery import segment

ROUNDS = 400

NAMES = [*GOOD, "scope", "token", "token_type_hint", "client_assertion", "client_assertion_type", "x", ""]
CONTENT_TYPES = [
    JSON,
    FORM,
    f"{JSON}; charset=utf-8",
    f"{FORM}; charset=utf-16",
    f"{JSON}; charset=nonsense",
    f"{JSON}; charset=",
    f'{JSON}; a="b',
    f"{JSON}; charset*=utf-8''%ff",
    f"{JSON};" * 50,
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "é",
    "",
    ";;;",
    "\x00",
]
WORDS = [
    "",
    " ",
    "a",
    "client_credentials",
    SANDBOX_CLIENT.client_id,
    SANDBOX_CLIENT.client_secret,
    TYPE,
    "patient:profile:read",
    "\x00",
    "\u2028",
    "\U0001f600",
    "é",
    "%00",
    "%",
    "' OR 1=1 --",
    "{{7*7}}",
    "../../etc/passwd",
    "x" * 5_000,
]
VALUES: list[Any] = [None, True, 0, -1, 1.5, 10**30, [], {}, [[[]]], {"a": {"b": []}}]
HEADER_VALUES: list[Any] = [
    "RS256",
    "RS384",
    "ES384",
    "none",
    "HS256",
    None,
    1,
    [],
    {},
    ["exp"],
    [["x"]],
    "",
    "é",
    True,
]


class Generator:
    """Makes requests that are often nearly right."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def request(self) -> tuple[bytes, str, dict[str, str]]:
        """Return a body, its content type, and WSGI headers."""
        pick = self._random
        content_type = pick.choice([JSON, FORM, *CONTENT_TYPES])
        encode = self._form if FORM in content_type else self._json
        body = pick.choice([encode, encode, encode, self._noise])()
        headers = {"HTTP_AUTHORIZATION": self._authorization()} if pick.random() < 0.5 else {}
        if pick.random() < 0.1:
            headers["CONTENT_LENGTH"] = pick.choice(["", "abc", "-1", "0", "3", "9" * 30, "1_0", "²"])
        if pick.random() < 0.1:
            headers["HTTP_X_REQUEST_ID"] = pick.choice(["é", "a b", "x" * 500, "\r\nX-Bad: 1"])
        return body, content_type, headers

    def _word(self) -> str:
        pick = self._random
        return pick.choice([pick.choice(WORDS), pick.choice(WORDS), self._jwt()])

    def _jwt(self) -> str:
        pick = self._random
        header = {
            name: pick.choice(HEADER_VALUES) for name in pick.sample(["alg", "typ", "kid", "crit", "jwk", "b64"], 3)
        }
        claims = {name: pick.choice([*WORDS, *VALUES]) for name in ("iss", "sub", "aud", "exp", "jti", "client_id")}
        claims["sub"] = pick.choice([SANDBOX_CLIENT.client_id, claims["sub"]])
        parts: list[object] = [header, claims, bytes(pick.randrange(256) for _ in range(8))]
        if pick.random() < 0.3:
            parts[pick.randrange(3)] = pick.choice([[], "text", None, 1, b"[" * 500, b"\xff", b""])
        return ".".join(map(segment, parts[: pick.choice([3, 3, 3, 2, 1])]))

    def _authorization(self) -> str:
        pick = self._random
        pair = f"{pick.choice(WORDS)}:{pick.choice(WORDS)}".encode()
        credentials = base64.b64encode(pair).decode()[pick.choice([0, 0, 0, 1]) :]
        scheme = pick.choice(["Basic", "Basic", "bearer", "Digest", "", "\x00"])
        return pick.choice([f"{scheme} {credentials}", f"{scheme} {pick.choice(WORDS)}", scheme])

    def _pairs(self) -> list[tuple[str, str]]:
        pick = self._random
        pairs = [pair for pair in GOOD.items() if pick.random() < 0.8]
        pairs += [(pick.choice(NAMES), self._word()) for _ in range(pick.randrange(4))]
        return pairs

    def _form(self) -> bytes:
        return urlencode(self._pairs()).encode()

    def _json(self) -> bytes:
        pick = self._random
        value: dict[str, Any] = dict(self._pairs())
        if pick.random() < 0.2:
            value[pick.choice(NAMES)] = pick.choice(VALUES)
        return json.dumps(value, ensure_ascii=pick.random() < 0.5).encode()

    def _noise(self) -> bytes:
        pick = self._random
        body = bytearray(pick.choice([self._form, self._json])())
        for _ in range(pick.randrange(1, 5)):
            position = pick.randrange(len(body) + 1)
            body[position : position + pick.randrange(3)] = bytes(pick.randrange(256) for _ in range(pick.randrange(4)))
        return bytes(body)


@pytest.mark.parametrize("path", [TOKEN, REVOKE, INTROSPECT])
def test_no_input_breaks_the_token_endpoints(api: DjangoClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "seconds_to_wait", lambda *_who: 0)
    seen: set[int] = set()
    for seed in range(ROUNDS):
        body, content_type, headers = Generator(seed).request()
        answer = api.generic("POST", path, body, content_type=content_type, **headers)  # type: ignore[arg-type]
        case = f"seed {seed}: {answer.status_code} to {content_type!r} {headers!r} {body[:300]!r}"
        assert answer.status_code in {200, 400, 401, 413}, case
        assert answer["Content-Type"] == "application/json", case
        assert answer.status_code == 200 or answer.json()["error"], case
        seen.add(answer.status_code)
    assert seen >= {200, 400, 401}


def test_no_authorization_header_breaks_a_call(api: DjangoClient) -> None:
    for seed in range(ROUNDS):
        generator = Generator(seed)
        header = f"Bearer {generator._jwt()}" if seed % 2 else generator._authorization()
        answer = api.get("/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1", HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401, f"seed {seed}: {answer.status_code} to {header[:300]!r}"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith('Bearer realm="OpesCare"')
