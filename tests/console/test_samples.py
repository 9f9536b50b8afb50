"""The console's request in five languages: what is read, what is refused, and that nothing of it stays."""

import json
import logging
import shlex
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from portal.console.sampling import LARGEST, RATE
from portal.samples.languages import LANGUAGES

SEARCH = {"method": "GET", "url": "https://opescare.test/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1"}


def ask(client: Client, given: Any, **headers: str) -> Any:
    content = given if isinstance(given, bytes) else json.dumps(given).encode()
    return client.post("/console/samples/", content, content_type="application/json", headers=headers)


def samples_of(client: Client, given: Any) -> dict[str, str]:
    answer = ask(client, given)
    assert answer.status_code == 200, answer.content
    return {sample["language"]: sample["text"] for sample in answer.json()["samples"]}


def test_a_request_is_written_in_every_language_and_coloured(client: Client) -> None:
    answer = ask(client, SEARCH | {"needs_token": True})
    samples = answer.json()["samples"]
    assert [(each["language"], each["label"]) for each in samples] == [(each.key, each.label) for each in LANGUAGES]
    assert 'curl "https://opescare.test' in samples[0]["text"]
    assert '<span class="' in samples[0]["html"]
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    for each in samples:
        assert "ACCESS_TOKEN" in each["text"]


def test_a_script_in_a_body_is_text_in_the_html(client: Client) -> None:
    body = {"kind": "json", "value": {"<script>alert(1)</script>": "<img onerror=alert(1)>"}}
    for sample in ask(client, SEARCH | {"method": "POST", "body": body}).json()["samples"]:
        assert "<script" not in sample["html"]
        assert "<img" not in sample["html"]


def test_a_long_sample_is_plain_text(client: Client) -> None:
    body = {"kind": "json", "value": ["<b>&"] * 5_000}
    for sample in ask(client, SEARCH | {"method": "POST", "body": body}).json()["samples"]:
        assert sample["html"] == escape(sample["text"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "GET"}, ["{url}"]),
        ({"method": "delete"}, ["-X", "DELETE", "{url}"]),
        ({"method": "HEAD"}, ["--head", "{url}"]),
        ({"headers": [["X-A", 'b "c" $d `e` !f'], ["x-a", "g"]]}, ["{url}", "-H", 'X-A: b "c" $d `e` !f, g']),
        ({"headers": [["X-Empty", ""]]}, ["{url}", "-H", "X-Empty;"]),
        (
            {"headers": [["Cookie", "a=1"], ["cookie", "b=2"], ["Accept", "text/csv"]]},
            ["{url}", "-H", "Cookie: a=1; b=2", "-H", "Accept: text/csv"],
        ),
        (
            {"method": "PATCH", "body": {"kind": "json", "value": None}, "headers": [["content-type", "a/b+json"]]},
            ["-X", "PATCH", "{url}", "-H", "Content-Type: a/b+json", "-d", "null"],
        ),
        (
            {"method": "POST", "body": {"kind": "form", "text": "a=it's&b=&a=%20"}},
            ["-X", "POST", "{url}", "-H", "Content-Type: application/x-www-form-urlencoded", "-d", "a=it's&b=&a=%20"],
        ),
        (
            {"method": "POST", "body": {"kind": "form", "text": "a=b:c&b=&a=%20"}},
            ["-X", "POST", "{url}", "-d", "a=b:c&b=&a=%20"],
        ),
        (
            {"method": "POST", "body": {"kind": "text", "text": "@it's\n"}},
            ["-X", "POST", "{url}", "-H", "Content-Type: text/plain", "--data-raw", "@it's\n"],
        ),
        (
            {"method": "PUT", "body": {"kind": "file", "name": "/home/me/a cat's.png"}},
            ["-X", "PUT", "{url}", "-H", "Content-Type: application/octet-stream", "--data-binary", "@a cat's.png"],
        ),
        (
            {
                "method": "POST",
                "body": {
                    "kind": "multipart",
                    "parts": [
                        {"name": "a", "text": "x y"},
                        {"name": "b", "text": "@x;y"},
                        {"name": "o", "text": '{"a":1}', "type": "application/json"},
                        {"name": "f", "filename": "c:\\x.png", "type": "image/png"},
                    ],
                },
            },
            [
                *["-X", "POST", "{url}", "-F", "a=x y", "--form-string", "b=@x;y"],
                *["-F", 'o={"a":1};type=application/json', "-F", "f=@x.png;type=image/png"],
            ],
        ),
    ],
)
def test_the_curl_command_is_exactly_the_request(client: Client, given: dict[str, Any], words: list[str]) -> None:
    command = samples_of(client, SEARCH | given)["curl"]
    assert shlex.split(command.replace(" \\\n", " ")) == [
        "curl",
        *(word.replace("{url}", SEARCH["url"]) for word in words),
    ]


JSON_BODY = {"kind": "json", "value": {}}
WIDE_AND_DEEP: Any = [0] * 10_000
for _level in range(50):
    WIDE_AND_DEEP = [WIDE_AND_DEEP]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"method": "BREW"}, "/method"),
        ({"method": None}, "/method"),
        ({"url": "/api/v1/x"}, "/url"),
        ({"url": "ftp://opescare.test/"}, "/url"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "https://user:word@opescare.test/"}, "/url"),
        ({"url": "https://opescare.test/a b"}, "/url"),
        ({"url": "https://opescare.test/?a[]=1"}, "/url"),
        ({"url": "https://opescare.test/%zz"}, "/url"),
        ({"url": "https://opescare.test/#x"}, "/url"),
        ({"url": "https://opescare.test/" + "a" * 8000}, "/url"),
        ({"url": ["https://opescare.test/"]}, "/url"),
        ({"needs_token": "yes"}, "/needs_token"),
        ({"token": "x"}, ""),
        ({"headers": {"a": "b"}}, "/headers"),
        ({"headers": [["a", "b"]] * 101}, "/headers"),
        ({"headers": [["a"]]}, "/headers/0"),
        ({"headers": [["a", 1]]}, "/headers/0"),
        ({"headers": [["a", "b"], ["a:b", "c"]]}, "/headers/1"),
        ({"headers": [["a", "b\r\nc: d"]]}, "/headers/0"),
        ({"headers": [["a", "é"]]}, "/headers/0"),
        ({"headers": [["Authorization", "Bearer something"]]}, "/headers/0"),
        ({"headers": [["Host", "elsewhere"]]}, "/headers/0"),
        ({"headers": [["Content-Type", "x y"]]}, "/headers"),
        ({"body": "text"}, "/body/kind"),
        ({"body": {"kind": []}}, "/body/kind"),
        ({"body": {"kind": "json"}}, "/body/value"),
        ({"body": {"kind": "json", "value": 1, "text": ""}}, "/body"),
        ({"body": {"kind": "json", "value": 2**60}}, "/body/value"),
        ({"body": {"kind": "json", "value": "\ud800"}}, "/body/value"),
        ({"body": {"kind": "json", "value": WIDE_AND_DEEP}}, "/body/value"),
        ({"body": {"kind": "text", "text": "\ud800"}}, "/body/text"),
        ({"body": {"kind": "text", "text": "a\0"}}, "/body/text"),
        ({"body": {"kind": "text"}}, "/body/text"),
        ({"body": {"kind": "file", "name": "a/"}}, "/body/name"),
        ({"body": {"kind": "file", "name": "a\n"}}, "/body/name"),
        ({"body": {"kind": "multipart", "parts": []}}, "/body/parts"),
        ({"body": {"kind": "multipart", "parts": ["a"]}}, "/body/parts/0"),
        ({"body": {"kind": "multipart", "parts": [{"name": 'a"b', "text": ""}]}}, "/body/parts/0/name"),
        ({"body": {"kind": "multipart", "parts": [{"name": "a", "text": "", "type": "x\ny"}]}}, "/body/parts/0/type"),
        ({"body": {"kind": "multipart", "parts": [{"name": "a", "text": "", "more": 1}]}}, "/body/parts/0"),
    ],
)
def test_anything_else_is_refused_with_its_place(client: Client, given: dict[str, Any], pointer: str) -> None:
    answer = ask(client, SEARCH | given)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_body_that_is_nested_too_deeply_is_refused(client: Client) -> None:
    deep: Any = []
    for _ in range(60):
        deep = [deep]
    assert ask(client, SEARCH | {"body": {"kind": "json", "value": deep}}).status_code == 422
    assert ask(client, SEARCH | {"body": {"kind": "json", "value": deep[0][0]}}).status_code == 200
    assert ask(client, b'{"body":' + b"[" * 30_000).status_code == 400


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"{", b'{"url": NaN}', b'{"url":1,"url":1}', b"\xff", b'{"body":1e999}']
)
def test_what_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    assert ask(client, body).status_code in {400, 422}


def test_a_large_body_another_type_and_another_method_are_refused(client: Client) -> None:
    large = SEARCH | {"body": {"kind": "text", "text": "a" * LARGEST}}
    assert ask(client, large).status_code == 413
    assert client.post("/console/samples/", {"url": "x"}).status_code == 415
    refused = client.get("/console/samples/")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")


@pytest.mark.parametrize("length", ["many", "-1", "1.5", "9" * 5_000])
def test_a_length_that_is_no_number_of_bytes_is_refused(client: Client, length: str) -> None:
    answer = client.generic("POST", "/console/samples/", b"{}", "application/json", CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_who_asks_too_often_waits(client: Client) -> None:
    statuses = [ask(client, b"{").status_code for _ in range(RATE.amount + 1)]
    assert statuses == [400] * RATE.amount + [429]
    assert int(ask(client, SEARCH)["Retry-After"]) > 0


def test_nothing_of_a_request_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"kind": "json", "value": {"client_secret": "canary-in-a-value"}}
    for given in (SEARCH | {"body": body}, SEARCH | {"body": body, "headers": [["canary-in-a-name", "\n"]]}):
        answer = ask(client, given)
        assert "canary" not in caplog.text
        if answer.status_code != 200:
            assert b"canary" not in answer.content
