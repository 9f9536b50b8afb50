"""The published quickstart runs as it stands, in every language, against a live server."""

import base64
import json
from typing import Any

import pytest

from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.samples.languages import LANGUAGES, Language
from tests.samples.published import PRODUCTION_TOKEN, SEARCH, TOKEN
from tests.samples.runtimes import fragments, run
from tests.servers import Server

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)


def scopes_of(answer: Any) -> set[str]:
    """Return the scopes in a token, or in the whole answer that cURL shows."""
    token = answer["access_token"] if isinstance(answer, dict) else answer
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return set(claims["scope"].split())


@each_language
def test_the_two_steps_print_the_patient(live: Server, language: Language) -> None:
    page = fragments("quickstart", [(1, TOKEN), (2, SEARCH)], language, live.base_url)
    token, patient = run(language, page)
    assert scopes_of(token) == {"patient:profile:read"}
    assert patient["health_id"] == "OPC-2024-DEMO1"
    assert patient["given_name"] == "Amina"


@each_language
def test_the_production_client_gets_its_six_scopes(live: Server, language: Language) -> None:
    page = fragments("production", [(1, PRODUCTION_TOKEN)], language, f"{live.url}/v1")
    [token] = run(language, page)
    assert len(scopes_of(token)) == 6
    assert scopes_of(token) == set(DEMO_PRODUCTION_CLIENT.scopes)
