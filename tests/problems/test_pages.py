"""The pages of errors."""

import pytest
from django.test import Client


@pytest.mark.parametrize(("code", "place"), [("rate_limited", "#limits"), ("token_missing", "")])
def test_an_error_leads_to_the_guide_that_has_the_figures(client: Client, code: str, place: str) -> None:
    assert f'href="/guides/errors-and-limits/{place}"' in client.get(f"/errors/{code}/").text
    assert "(/guides/errors-and-limits.md)" in client.get(f"/errors/{code}.md").text
    if place:
        assert f'id="{place[1:]}"' in client.get("/guides/errors-and-limits/").text
