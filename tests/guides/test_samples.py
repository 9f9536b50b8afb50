"""Every sample on every page runs, in its real runtime, against a live server."""

import pytest
import requests

from portal.applications.published import DEMO_SANDBOX_CLIENT
from portal.guides.library import Page, library
from portal.samples.languages import LANGUAGES, Language
from tests.samples.runtimes import fragments, run
from tests.servers import Server

PAGES = [page for language in library().pages for page in library().pages[language].values() if not page.untranslated]
PROGRAMS = {str([placed.call for placed in page.calls]): page for page in reversed(PAGES) if page.calls}
"""Each program once: a translation has the calls of its source. `test_recipes` runs those of recipes."""


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)
@pytest.mark.parametrize("page", [page for page in PROGRAMS.values() if not page.is_chain], ids=lambda page: page.url)
def test_the_samples_of_a_page_run(live: Server, page: Page, language: Language) -> None:
    calls = [(placed.line, placed.call) for placed in page.calls]
    empty_sandbox(live)
    answers = run(language, fragments(str(page.source.path), calls, language, live.base_url))
    assert len(answers) == len(calls)
    if page.source.slug == "getting-started":
        assert answers[1]["given_name"] == "Amina"


def empty_sandbox(live: Server) -> None:
    """Forget what an earlier page has pushed: the first version of a record is refused after the second."""
    client = {"client_id": DEMO_SANDBOX_CLIENT.client_id, "client_secret": DEMO_SANDBOX_CLIENT.client_secret}
    asked = {"grant_type": "client_credentials", **client}
    token = requests.post(f"{live.base_url}/connect/auth/token", json=asked, timeout=30).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    requests.post(f"{live.base_url}/connect/sandbox/reset", json={}, headers=bearer, timeout=30).raise_for_status()


def test_a_call_knows_its_line() -> None:
    page = library().pages["en"]["getting-started"]
    lines = page.source.path.read_text().splitlines()
    assert [lines[placed.line - 1] for placed in page.calls][:2] == ["```call createToken", "```call searchPatient"]
