"""What is fetched, what is refused, and what is said about it."""

import gzip
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import translation

from portal.outbound import addresses, fetching
from portal.outbound.fetching import OutboundError, RefusedError, UnreachableError, UnusableError, fetch
from tests.outbound.internet import HOSTS, Authority, Internet, Server, answering

PUBLIC = "93.184.215.14"
KEYS = "https://keys.example.org/jwks.json"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def server(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(authority.pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    opened = Server(authority.write(tmp_path, *HOSTS))
    yield opened
    opened.close()


@pytest.fixture
def internet(server: Server, monkeypatch: pytest.MonkeyPatch) -> Internet:
    made = Internet(server, {host: [[PUBLIC]] for host in HOSTS})
    monkeypatch.setattr(addresses, "lookup", made.lookup)
    monkeypatch.setattr(fetching, "dial", made.dial)
    return made


def get(url: str = KEYS, max_bytes: int = 1000, seconds: float = 5) -> fetching.Fetched:
    return fetch(url, max_bytes=max_bytes, accept="application/json", seconds=seconds)


def test_what_stands_there(internet: Internet) -> None:
    internet.server.handler = answering(b"{}", Content_Type="application/jwk-set+json; charset=utf-8")
    found = get(f"{KEYS}?kid=1#part")
    assert (found.status, found.content_type, found.body) == (200, "application/jwk-set+json", b"{}")
    assert internet.dialled == [PUBLIC]
    assert internet.server.names == ["keys.example.org"]
    head = internet.server.requests[0]
    assert head.startswith("GET /jwks.json?kid=1 HTTP/1.1\r\nHost: keys.example.org\r\n")
    assert "Accept: application/json\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head


def test_a_status_is_the_callers_business(internet: Internet) -> None:
    internet.server.handler = answering(b"no", status="404 Not Found")
    assert get().status == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.org/",
        "ftp://keys.example.org/",
        "file:///etc/passwd",
        "//keys.example.org/",
        "keys.example.org",
        "",
        "https://",
        "https:///jwks.json",
        "https://user@keys.example.org/",
        "https://user:password@keys.example.org/",
        "https://@keys.example.org/",
        "https://keys.example.org:443@127.0.0.1/",
        "https://keys.example.org:8443/",
        "https://keys.example.org:22/",
        "https://keys.example.org:99999/",
        "https://keys.example.org:x/",
        "https://keys.example.org\\@127.0.0.1/",
        "https://keys.example.org/\r\nHost: evil",
        "https://keys.exam\tple.org/",
        " https://keys.example.org/",
        "https://keys.example.org/a b",
        "https://keys.exämple.org/",
        "https://keys。example。org/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://localhost/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0x0.0x0.0x1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://keys..example.org/",
        "https://-keys.example.org/",
        "https://keys.example.org%2e/",
        f"https://{'a' * 64}.example.org/",
        f"https://keys.example.org/{'a' * 2000}",
    ],
)
def test_refused_before_anything_is_looked_up(internet: Internet, url: str) -> None:
    internet.names = {}
    with pytest.raises(RefusedError):
        get(url)
    assert internet.dialled == []


@pytest.mark.parametrize(
    "url", ["https://KEYS.example.org/", "https://keys.example.org./", "https://keys.example.org:443/"]
)
def test_other_spellings_of_the_same_host(internet: Internet, url: str) -> None:
    assert get(url).body == b"hello"
    assert "Host: keys.example.org\r\n" in internet.server.requests[0]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "168.63.129.16", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.88.99.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1",
        "2001:db8::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
        "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_names_that_lead_inside(internet: Internet, address: str) -> None:
    internet.names["keys.example.org"] = [[PUBLIC, address]]
    with pytest.raises(RefusedError, match="leads into a private network"):
        get()
    assert internet.dialled == []


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"])
def test_public_addresses(internet: Internet, address: str) -> None:
    internet.names["keys.example.org"] = [[address]]
    assert get().status == 200
    assert internet.dialled == [address]


def test_a_name_that_changes_its_mind(internet: Internet) -> None:
    internet.names["keys.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    assert get().body == b"hello"
    assert internet.dialled == [PUBLIC]
    with pytest.raises(RefusedError):
        get()


def test_a_redirect_is_followed_and_checked(internet: Internet) -> None:
    moved = answering(b"", status="302 Found", Location="https://other.example.org/there")
    there = answering(b"found")
    internet.server.handler = lambda connection, head: (there if "other" in head else moved)(connection, head)
    found = get()
    assert (found.body, found.url) == (b"found", "https://other.example.org/there")


@pytest.mark.parametrize(
    "location",
    [
        "http://keys.example.org/",
        "https://127.0.0.1/",
        "https://inside.example.org/",
        "//inside.example.org/",
        "https://user@keys.example.org/",
        "https://keys.example.org:8443/",
        "file:///etc/passwd",
        "https://keys.example.org/\xe9",
    ],
)
@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary", "308 Permanent"])
def test_a_redirect_leads_nowhere_else(internet: Internet, location: str, status: str) -> None:
    internet.names["inside.example.org"] = [["10.0.0.1"]]
    internet.server.handler = answering(b"", status=status, Location=location)
    with pytest.raises(RefusedError):
        get()
    assert internet.dialled == [PUBLIC]


def test_no_more_than_three_redirects(internet: Internet) -> None:
    internet.server.handler = answering(b"", status="302 Found", Location="/again")
    with pytest.raises(UnusableError, match="leads from one address to the next"):
        get()
    assert len(internet.dialled) == 4


def test_too_large(internet: Internet) -> None:
    internet.server.handler = answering(b"x" * 1000)
    assert len(get().body) == 1000
    internet.server.handler = answering(b"x" * 1001)
    with pytest.raises(UnusableError, match="too large"):
        get()


def test_a_body_without_end(internet: Internet) -> None:
    def endless(connection: ssl.SSLSocket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    internet.server.handler = endless
    with pytest.raises(UnusableError, match="too large"):
        get()


def test_a_compressed_body(internet: Internet) -> None:
    internet.server.handler = answering(gzip.compress(b"x" * 100_000), Content_Encoding="gzip")
    with pytest.raises(UnusableError, match="compresses"):
        get()


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"])
def test_one_byte_at_a_time(internet: Internet, before: bytes) -> None:
    def drip(connection: ssl.SSLSocket, head: str) -> None:
        connection.sendall(before)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    internet.server.handler = drip
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="too long"):
        get(seconds=0.6)
    assert time.monotonic() - started < 1.5


def test_silence(internet: Internet) -> None:
    internet.server.handler = lambda connection, head: time.sleep(5)
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="too long"):
        get(seconds=0.5)
    assert time.monotonic() - started < 1.5


def test_a_resolver_that_never_answers(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(host: str, port: int) -> list[str]:
        time.sleep(2)
        return [PUBLIC]

    monkeypatch.setattr(addresses, "lookup", never)
    with pytest.raises(UnreachableError, match="not found"):
        get(seconds=0.3)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6 secret\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsecret",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: secret\r\n" * 200 + b"\r\n",
    ],
)
def test_an_answer_that_is_none_is_not_repeated(internet: Internet, answer: bytes) -> None:
    internet.server.handler = lambda connection, head: connection.sendall(answer)
    with pytest.raises(UnusableError) as refused:
        get()
    assert str(refused.value) == "The server's answer could not be read."


def test_the_certificate_must_be_the_hosts(internet: Internet, authority: Authority) -> None:
    internet.names["elsewhere.example.org"] = [[PUBLIC]]
    with pytest.raises(UnreachableError, match="certificate is not valid"):
        get("https://elsewhere.example.org/")


def test_the_certificate_must_be_trusted(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UnreachableError, match="certificate is not valid"):
        get()


def test_unknown_and_unreachable(internet: Internet) -> None:
    with pytest.raises(UnreachableError, match="not found"):
        get("https://nobody.example.org/")
    internet.server.close()
    with pytest.raises(UnreachableError, match="could not be reached"):
        get()


def test_proxies_of_the_environment_are_not_used(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get().body == b"hello"


def test_development_may_look_inside(server: Server, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTBOUND_ALLOW_PRIVATE = True
    monkeypatch.setattr(addresses, "lookup", lambda host, port: ["127.0.0.1"])
    assert get(f"https://keys.example.org:{server.port}/").body == b"hello"
    assert f"Host: keys.example.org:{server.port}\r\n" in server.requests[0]


def test_messages_are_in_the_readers_language() -> None:
    with translation.override("fr"), pytest.raises(OutboundError) as refused:
        get("http://keys.example.org/")
    assert str(refused.value)
