"""A production call without its scope says where to ask for it."""

from typing import Any

from portal.applications import actions as applications
from tests.applications.pages import text_of, token_of
from tests.approvals.grants import address, opened, production_client
from tests.cast import BY_TEST, Cast


def push(cast: Cast, secret: str, path: str, **asked: str) -> Any:
    token = token_of(cast.nobody, production_client(cast).client_id, secret, **asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return cast.nobody.post(f"/v1/connect/{path}", {}, content_type="application/json", headers=headers)


def test_the_answer_names_the_page_and_the_page_offers_it(cast: Cast) -> None:
    _grant, secret = opened(cast)
    refused = push(cast, secret, "records/lab-results")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    page = refused.json()["request_access"].removeprefix("http://localhost:8000")
    assert page == f"/applications/{cast.application.public_id}/production/"
    assert "Ask for more" in text_of(cast.bob.client.get(page))
    assert "request_access" in text_of(cast.nobody.get("/errors/insufficient_scope/"))


def test_not_where_it_would_not_help(cast: Cast) -> None:
    """The client has the scope and its token was asked for less; only the sandbox has it; it is the sandbox."""
    _grant, secret = opened(cast)
    assert "request_access" not in push(cast, secret, "facilities/sync", scope="encounter:push").json()
    token = token_of(cast.nobody, production_client(cast).client_id, secret).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    stock = cast.nobody.get("/v1/connect/pharmacy/stock", headers=headers)
    assert (stock.status_code, "request_access" in stock.json()) == (403, False)
    applications.set_scopes(by=BY_TEST, client=cast.sandbox_client, scopes=["lab:push"])
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    mine = cast.nobody.post("/api/v1/connect/records/encounters", {}, content_type="application/json", headers=headers)
    assert (mine.status_code, "request_access" in mine.json()) == (403, False)


def test_asking_for_more_begins_with_the_same_answers(cast: Cast) -> None:
    grant, _secret = opened(cast)
    assert "Ask for more scopes, or renew" in text_of(cast.bob.client.get(address(cast)))
    cast.bob.client.post(f"/applications/{cast.application.public_id}/production/ask/")
    new = cast.application.access_requests.latest("pk")
    assert (new.state, new.answers) == ("draft", grant.request.answers)
