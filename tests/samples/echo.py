"""A server that remembers what it was sent, to the byte."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True)
class Received:
    """A request, decoded once and no further."""

    method: str
    segments: list[str]
    query: list[tuple[str, str]]
    authorization: str | None
    content_type: str | None
    body: bytes
    target: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """Return the body, or None where there was none. A repeated key is a fault."""
        return json.loads(self.body, object_pairs_hook=_once) if self.body else None


@dataclass
class Echo:
    """A running server. It hands out the tokens of `tokens`, one after the other; other calls get those of
    `answers`, and then a number."""

    url: str = ""
    tokens: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


@contextmanager
def echo() -> Iterator[Echo]:
    """Run the server on a port of its own."""
    state = Echo()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def answer(self) -> None:
            state.received.append(self.read())
            is_token = self.path.endswith("/token")
            other = state.answers.pop(0) if state.answers else {"number": len(state.received)}
            answer = {"access_token": state.tokens.pop(0)} if is_token else other
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_HEAD = answer  # noqa: N815 # the library's names

        def read(self) -> Received:
            path, _, query = self.path.partition("?")
            return Received(
                method=self.command,
                segments=[unquote(segment, errors="strict") for segment in path.split("/")[1:]],
                query=parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict"),
                authorization=self.headers["Authorization"],
                content_type=self.headers["Content-Type"],
                body=self.body(),
                target=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
            )

        def body(self) -> bytes:
            if self.headers["Transfer-Encoding"] != "chunked":
                return self.rfile.read(int(self.headers["Content-Length"] or 0))
            found = b""
            while size := int(self.rfile.readline(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    assert len(result) == len(pairs), "a repeated key"
    return result
