"""Whatever a request is made of, what arrives is what was meant: tried in every runtime, to the byte for cURL."""

import json
import os
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

from portal.samples.composing import compose
from portal.samples.languages import LANGUAGES, Language, written
from portal.samples.requests import FORM, File, Form, Json, Multipart, Pairs, Part, Request, Text, decoded, encoded
from portal.samples.steps import Reads, alone
from tests.samples.echo import Received, echo
from tests.samples.runtimes import Fragment, run
from tests.samples.test_composing import CASES, operation_of
from tests.samples.test_values import TEXTS, exactly, some_value

FILES = {"note.txt": b"a note", "a cat's.png": bytes(range(256)), "é (1).bin": b"", "x": b"@x\r\n"}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MANY = 300 if "CI" in os.environ else 40
CREDENTIALS = {
    "curl": "",
    "php": "$token = 'tok'; $clientId = 'me'; $clientSecret = 's:é';",
    "javascript": "const access_token = 'tok', clientId = 'me', clientSecret = 's:x';",
    "python": "access_token = 'tok'; client_id = 'me'; client_secret = 's:x'",
    "java": 'String accessToken = "tok", clientId = "me", clientSecret = "s:x";',
}

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)


def sent(language: Language, requests: Sequence[Request], reads: Reads = "json") -> list[Received]:
    """Return what arrives of requests without an address before their path."""
    with echo() as server:
        found = [replace(each, address=server.url + each.address) for each in requests]
        page = [fragment(language, number, each, reads) for number, each in enumerate(found, start=1)]
        run(language, page, files=FILES)
        assert len(server.received) == len(requests)
        return server.received


def fragment(language: Language, number: int, request: Request, reads: Reads) -> Fragment:
    step = alone(request, reads="nothing" if request.method == "HEAD" else reads)
    sample = next(each for each in written(step) if each.language == language)
    before = CREDENTIALS[language.key]
    if language.key == "javascript":
        files = ", ".join(json.dumps([name, media_type]) for name, media_type in files_of(request))
        before += f"\ninputOf({files});"
    if language.key == "curl":
        text = sample.text.replace('Bearer {access_token}"', 'Bearer tok"').replace(
            '"{client_id}:{client_secret}"', "me:s:x"
        )
        sample = replace(sample, text=text)
    return Fragment("requests", number, sample, may_fail=True, before=before)


def files_of(request: Request) -> list[tuple[str, str]]:
    match request.body:
        case File(name, media_type):
            return [(name, media_type)]
        case Multipart(parts):
            return [(part.filename, part.media_type) for part in parts if part.filename is not None]
    return []


def assert_meant(language: Language, request: Request, arrived: Received) -> None:
    exact = language.key == "curl"
    assert arrived.method == request.method
    if exact:
        assert arrived.target == request.address
    elif request.query:
        path, _, query = arrived.target.partition("?")
        assert unquoted(path) == unquoted(request.url)
        assert parse_qsl(query, keep_blank_values=True, errors="strict") == list(request.query)
    else:
        assert unquoted(arrived.target) == unquoted(request.address)
    for name, value in request.headers:
        assert arrived.headers[name.lower()] == value
    assert_body(language, request, arrived, exact=exact)


def unquoted(target: str) -> str:
    """Return it with what needs no escape as it is, and all else as an escape."""

    def escape(found: re.Match[str]) -> str:
        character = unquote(found[0], errors="surrogateescape")
        return character if re.fullmatch(r"[\w.~:-]", character, re.ASCII) else found[0].upper()

    return re.sub(r"%[0-9A-Fa-f]{2}", escape, target)


def assert_body(language: Language, request: Request, arrived: Received, *, exact: bool) -> None:
    kind = arrived.content_type or ""
    match request.body:
        case None:
            assert (arrived.body, kind) == (b"", "")
        case Json(value, media_type):
            assert kind == media_type
            assert exactly(json.loads(arrived.body)) == exactly(value)
        case Form(pairs, media_type):
            assert (kind.partition(";")[0] if media_type == FORM else kind) == media_type
            if exact:
                assert arrived.body.decode() == request.body.text
            assert parse_qsl(arrived.body.decode(), keep_blank_values=True) == list(pairs)
        case Text(text, media_type):
            assert (kind, arrived.body.decode()) == (media_type, text)
        case File(name, media_type):
            assert (kind, arrived.body) == (media_type, FILES[name])
        case Multipart(parts):
            assert [as_sent(part, language) for part in parts] == [received(part) for part in parts_of(arrived)]


def parts_of(arrived: Received) -> list[bytes]:
    found = re.fullmatch(r'multipart/form-data; ?boundary="?([^"]+)"?', arrived.content_type or "")
    assert found, arrived.content_type
    first, *parts, last = (b"\r\n" + arrived.body).split(f"\r\n--{found[1]}".encode())
    assert (first, last.strip()) == (b"", b"--")
    return [part.removeprefix(b"\r\n") for part in parts]


def received(part: bytes) -> tuple[str, str | None, str, bytes]:
    head, _, content = part.partition(b"\r\n\r\n")
    headers = {name.lower(): value for name, value in re.findall(r"([\w-]+): (.*?)(?:\r\n|$)", head.decode())}
    names = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', headers["content-disposition"]))
    return names["name"], names.get("filename"), headers.get("content-type", ""), content


def as_sent(part: Part, language: Language) -> tuple[str, str | None, str, bytes]:
    """Return what arrives of a part: browsers call a part that has a type a file, and end lines as mails do."""
    text = part.text
    if language.key == "javascript" and part.filename is None and not part.media_type:
        text = re.sub(r"\r\n|\r|\n", "\r\n", text)
    content = text.encode() if part.filename is None else FILES[part.filename]
    is_blob = language.key == "javascript" and part.filename is None and part.media_type
    return part.name, "blob" if is_blob else part.filename, part.media_type, content


@each_language
def test_every_case_of_the_composer_arrives(language: Language) -> None:
    requests = [
        with_our_files(compose(operation_of(case), case["values"], "")) for case in CASES.values() if "request" in case
    ]
    requests = [each for each in requests if each.address]
    for request, arrived in zip(requests, sent(language, requests), strict=True):
        assert_meant(language, request, arrived)


def with_our_files(request: Request) -> Request:
    match request.body:
        case File(_, media_type):
            return replace(request, body=File("note.txt", media_type))
        case Multipart(parts):
            ours = (part if part.filename is None else replace(part, filename="a cat's.png") for part in parts)
            return replace(request, body=Multipart(tuple(ours)))
    return request


@each_language
def test_credentials_and_answers_that_are_no_json(language: Language) -> None:
    token, basic = Request("GET", "/a", needs_token=True), Request("POST", "/b", (), (("X-A", "b"),), basic=True)
    plain = [Request(method, "/c") for method in (*METHODS, "HEAD", "TRACE")]
    if language.key in {"javascript", "java"}:
        plain.pop()  # neither sends TRACE
    arrived = sent(language, [token, basic, *plain], "nothing")
    assert arrived[0].authorization == "Bearer tok"
    assert arrived[1].authorization == ("Basic bWU6czrDqQ==" if language.key == "php" else "Basic bWU6czp4")
    assert [each.method for each in arrived[2:]] == [each.method for each in plain]
    [text] = sent(language, [Request("GET", "/d")], "text")
    assert text.target == "/d"


ODD = ["(555) 010", ")", "@x", "<x", '"x"', ";x", "=x", ",x", "x;type=a/b", " x ", "a\tb\r\nc\x1b\u202ed\x7f'\\", "!x"]
"""What begins something else in an option of curl, and what one cannot see."""


@each_language
def test_what_means_something_else_to_a_tool_arrives_as_it_is(language: Language) -> None:
    requests = [
        Request("POST", "/a?q=b!c", body=Multipart((Part("a", text), Part("b", text, "text/plain"), Part("c", "end"))))
        for text in ODD
    ]
    requests += [Request("POST", "/b", (), (("X-A", "b\tc"),), Text(text, "text/csv")) for text in ODD]
    requests += [Request("POST", "/c", body=Form((("a", "b"),), kind)) for kind in (f"{FORM}; v=1", "text/x-fields")]
    for request, arrived in zip(requests, sent(language, requests), strict=True):
        assert_meant(language, request, arrived)


@each_language
def test_a_large_body_arrives(language: Language) -> None:
    """Of what is written in one piece a shell takes 128 kB and Java 64 kB."""
    deep: Any = "é"
    for _ in range(50):
        deep = [deep, deep] if len(str(deep)) < 5_000 else [deep]
    requests = [Request("POST", "/a", body=Json([1] * 20_000)), Request("POST", "/b", body=Json(deep))]
    requests.append(Request("POST", "/c", body=Text("é'\n" * 15_000, "text/csv")))
    for request, arrived in zip(requests, sent(language, requests), strict=True):
        assert_meant(language, request, arrived)


def test_a_terminal_does_nothing_by_itself_with_a_command() -> None:
    request = Request(
        "POST", "https://x.test/a?q=b!c", (), (("X-A", "b!c"), ("X-B", "c\td")), Text("a\tb\x1b\r\nc", "")
    )
    command = next(each.text for each in written(alone(request)) if each.language.key == "curl")
    assert command.replace("\n", "").isprintable()
    assert not re.search(r'"[^"]*![^"]*"', command), "bash would look for it in its history"


@each_language
def test_random_requests_arrive(language: Language) -> None:
    requests = [some_request() for _ in range(MANY)]
    for request, arrived in zip(requests, sent(language, requests), strict=True):
        assert_meant(language, request, arrived)


def some_request() -> Request:
    """Return a random request; pytest-randomly seeds it, and names the seed where a test fails."""
    pairs = some_pairs(random.randint(0, 3))
    search = random.choice([encoded(pairs), encoded(pairs).replace("%20", "+"), "a=1,2%7C3;x&b=", "q=a/b?c:d@e!$()*"])
    path = "/" + "/".join(encoded([("p", text)]) for text in random.sample(TEXTS, 2))
    body = some_body()
    methods = METHODS if body is None else [each for each in METHODS if each != "GET"]
    return Request(
        random.choice(methods),
        f"{path}?{search}" if search else path,
        decoded(search),
        some_headers(),
        body,
    )


def some_pairs(count: int) -> Pairs:
    return tuple((random.choice([text for text in TEXTS if text]), random.choice(TEXTS)) for _ in range(count))


def some_headers() -> Pairs:
    texts = [text.strip() for text in TEXTS if re.fullmatch(r"[ -~]*", text)]
    found = {f"X-{number}": random.choice(texts) for number in random.sample(range(9), random.randint(0, 3))}
    if random.random() < 0.2:
        found["Cookie"] = "a=1; b=%22"
    return tuple(found.items())


def some_body() -> Any:
    text = "".join(random.sample(TEXTS, 2)).replace("\0", "")
    name = random.choice(list(FILES))
    parts = [
        Part(random.choice(["a", "b[]", "c d", "é"]), text),
        Part("o", json.dumps([text]), "application/json"),
        Part("f", "", random.choice(["image/png", "text/plain"]), name),
        Part("e", ""),
    ]
    return random.choice(
        [
            None,
            Json(some_value() or 7),  # without ext-curl, Guzzle takes "0" for no body
            Json(some_value() or 7, "application/vnd.x+json"),
            Json(random.choice([None, True, False, "", "x", [], {}])),
            Form(some_pairs(random.randint(1, 3))),
            Text(text, "text/plain"),
            Text("", "text/csv"),
            File(name, "image/png"),
            Multipart(tuple(random.sample(parts, random.randint(1, 4)))),
        ]
    )


def test_a_body_that_fetch_cannot_send_is_left_out_and_said() -> None:
    [sample] = [
        each for each in written(alone(Request("GET", "/a", body=Json([1])))) if each.language.key == "javascript"
    ]
    assert sample.text.startswith("// fetch sends no body with GET.\nconst answerResponse = await fetch('/a');")
