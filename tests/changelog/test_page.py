"""The page of the API's versions, its Markdown, its feed."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from django.test import Client
from pytest_django import Settings

from portal.openapi import versions
from portal.ui.public import forget

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_versions_are_listed_newest_first_with_what_changed(client: Client, prefix: str) -> None:
    text = client.get(f"{prefix}/changelog/").content.decode()
    numbers = re.findall(r'<h2 id="(\d[\d.]+)">', text)
    assert numbers == versions.published()
    assert "POST /connect/patients/resolve" in text
    assert "idempotency_in_flight" in text


def test_breaking_changes_come_first_and_say_whom_they_break(client: Client) -> None:
    text = client.get("/changelog/").content.decode()
    section = text.partition('<h2 id="1.1.0">')[2].partition("<h2")[0]
    assert section.index("Breaking changes") < section.index("Added")
    breaking = section.partition("Breaking changes")[2].partition("<h3")[0]
    assert "<code>ETag</code>" in breaking
    assert "Answers may be what a program does not expect." in breaking


def test_what_is_not_published_yet_stands_above_the_versions(
    client: Client, settings: Settings, tmp_path: Path, pages_anew: None
) -> None:
    raw = yaml.load(settings.OPENAPI_DOCUMENT.read_bytes(), yaml.CSafeLoader)
    raw["paths"]["/connect/patients/resolve"]["post"]["deprecated"] = True
    settings.OPENAPI_DOCUMENT = tmp_path / "openapi.yaml"
    settings.OPENAPI_DOCUMENT.write_text(yaml.dump(raw, Dumper=yaml.CSafeDumper))
    text = client.get("/changelog/").content.decode()
    newest = text.partition('<h2 id="next">')[2].partition("<h2")[0]
    assert "Not yet part of a version" in newest
    assert 'href="/reference/operations/resolvePatient/"' in newest.partition("Deprecated")[2]
    assert 'id="next"' not in client.get("/changelog.atom").content.decode()


@pytest.fixture
def pages_anew() -> Iterator[None]:
    """Forget the kept pages, before and after."""
    forget()
    yield
    forget()


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_links_in_notes_lead_somewhere(client: Client, prefix: str) -> None:
    text = client.get(f"{prefix}/changelog/").content.decode()
    main = text.partition("<main")[2].partition("</main>")[0]
    links = set(re.findall(r'href="(/[^"]+)"', main))
    assert f"{prefix}/guides/errors-and-limits/#problem" in links
    for link in links:
        path, _hash, anchor = link.partition("#")
        answer = client.get(path)
        assert answer.status_code == 200, link
        assert not anchor or f'id="{anchor}"' in answer.content.decode(), link


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_twin_says_the_same(client: Client, prefix: str) -> None:
    answer = client.get(f"{prefix}/changelog.md")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    text = answer.content.decode()
    assert re.findall(r"^## (\d\S+)", text, re.MULTILINE) == versions.published()
    assert "`POST /connect/patients/resolve`" in text
    assert "&" not in text


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_feed_has_every_published_version(client: Client, settings: Settings, prefix: str) -> None:
    answer = client.get(f"{prefix}/changelog.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    page = client.get(f"{prefix}/changelog/").content.decode()
    links = [str(link.get("href")) for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
    assert [link.partition("#")[2] for link in links] == versions.published()
    assert all(f'id="{link.partition("#")[2]}"' in page for link in links)
    assert {link.partition("#")[0].partition("/changelog/")[0].endswith(prefix) for link in links} == {True}
    said = " ".join(entry.findtext(f"{ATOM}summary", "") for entry in feed.findall(f"{ATOM}entry"))
    assert f'href="{settings.PUBLIC_URL}{prefix}/guides/errors-and-limits/#problem"' in said
    assert all(entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry"))
