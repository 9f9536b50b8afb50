"""The usage page says how near an app is to the limit of failed authentications: live, so by the real clock."""

from django.test import Client
from django.urls import reverse

from tests.callers import TOKEN_URL
from tests.cast import Cast


def page(cast: Cast) -> str:
    text: str = cast.alice.client.get(reverse("usage", args=[cast.application.public_id])).text
    return text


def test_how_near_the_limit_of_failed_authentications_is(api: Client, cast: Cast) -> None:
    assert "0 of 60, in the last minute" in page(cast)
    wrong = {"grant_type": "client_credentials", "client_id": cast.sandbox_client.client_id, "client_secret": "wrong"}
    for _ in range(3):
        api.post(TOKEN_URL, wrong, content_type="application/json")
    assert "3 of 60, in the last minute" in page(cast)
