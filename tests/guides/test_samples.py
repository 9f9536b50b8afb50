"""Every sample on every page runs, in its real runtime, against a live server."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from portal.guides.pages import page
from portal.samples.languages import LANGUAGES, Language
from tests.samples.runtimes import fragments, run
from tests.servers import Server

PAGES = sorted(settings.DOCS_DIR.rglob("*.md"))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(settings.DOCS_DIR)))
def test_the_samples_of_a_page_run(live: Server, path: Path, language: Language) -> None:
    calls = [(placed.line, placed.call) for placed in page(path).calls]
    answers = run(language, fragments(str(path), calls, language, live.base_url))
    assert len(answers) == len(calls)
    if path.name == "getting-started.md":
        assert answers[-1]["given_name"] == "Amina"


def test_a_call_knows_its_line() -> None:
    [path] = [path for path in PAGES if path.name == "getting-started.md"]
    lines = path.read_text().splitlines()
    assert [lines[placed.line - 1] for placed in page(path).calls] == ["```call createToken", "```call searchPatient"]


def test_the_page_is_served_without_query_or_cookie(client: Client) -> None:
    answer = client.get("/guides/getting-started/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert not answer.cookies
    for label in ("cURL", "PHP", "JavaScript", "Python", "Java"):
        assert f'aria-label="{label}"' in text
    assert "demo_secret_sandbox_2026" in text
    assert client.get("/guides/nothing/").status_code == 404
