"""Public keys by address: fetched now, every few hours, and when an unknown key signs."""

import json
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from portal.applications import feed, fetched_keys
from portal.applications.models import Client
from portal.audit.models import Decision
from portal.outbound.fetching import Fetched, UnreachableError
from tests.applications.pages import send, text_of
from tests.applications.test_public_keys import EC, RSA, page_of, public, stored
from tests.cast import Cast
from tests.oauth.assertions import ask, sign

URL = "https://keys.example.org/jwks.json"


class Site:
    """What stands at the address, and how often it was asked for."""

    def __init__(self) -> None:
        self.answer: Any = {"keys": [public(EC)]}
        self.status = 200
        self.asked = 0

    def fetch(self, url: str, *, max_bytes: int, accept: str) -> Fetched:
        """Answer in the place of the internet; what `fetch` itself does is shown in tests/outbound."""
        self.asked += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        assert "json" in accept
        return Fetched(self.status, "application/json", body, url)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site()
    monkeypatch.setattr(fetched_keys, "fetch", made.fetch)
    monkeypatch.setattr(feed, "INTERVAL", 0.0)
    return made


def use(cast: Cast, url: str = URL) -> Any:
    return send(cast.bob.client, page_of(cast), url=url)


def row(cast: Cast) -> Client:
    return Client.objects.get(pk=cast.sandbox_client.pk)


def later(cast: Cast, **since: float) -> None:
    """Let so much time pass for the client's keys."""
    client = row(cast)
    assert client.jwks_due_at
    assert client.jwks_fetched_at
    Client.objects.filter(pk=client.pk).update(
        jwks_due_at=client.jwks_due_at - timedelta(**since), jwks_fetched_at=client.jwks_fetched_at - timedelta(**since)
    )


def status_of(cast: Cast, alg: str) -> int:
    status: int = ask(cast.nobody, sign(cast.sandbox_client.client_id, alg=alg)).status_code
    return status


def test_keys_of_an_address_open_the_door(cast: Cast, site: Site) -> None:
    assert use(cast).status_code == 302
    assert status_of(cast, "ES384") == 200
    text = text_of(cast.bob.client.get(page_of(cast)))
    assert URL in text
    assert "Last asked just now" in text
    assert Decision.objects.get(verb="applications.set_public_keys").after == {"keys": [EC.kid], "url": URL}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (UnreachableError("The server could not be reached."), 200, "The server could not be reached."),
        ({"keys": []}, 200, "lists 1 to 10 keys"),
        (b"<html>", 200, "is not JSON"),
        ({"keys": [public(EC)]}, 404, "did not answer with 200"),
    ],
)
def test_an_address_that_cannot_be_used_changes_nothing(
    cast: Cast, site: Site, answer: Any, status: int, said: str
) -> None:
    site.answer, site.status = answer, status
    assert said in text_of(use(cast))
    assert (stored(cast), row(cast).jwks_url) == (None, "")


@pytest.mark.parametrize("url", ["http://keys.example.org/", "https://me:x@keys.example.org/", "ftp://a", ""])
def test_an_address_that_is_not_https_is_not_asked(cast: Cast, site: Site, url: str) -> None:
    assert use(cast, url).status_code == 200
    assert site.asked == 0


def test_nothing_is_asked_before_it_is_due(cast: Cast, site: Site) -> None:
    use(cast)
    later(cast, hours=5)
    assert fetched_keys.refresh_due() == 0
    site.answer = {"keys": [public(RSA)]}
    later(cast, hours=2)
    assert fetched_keys.refresh_due() == 1
    assert (status_of(cast, "RS384"), status_of(cast, "ES384")) == (200, 401)
    assert fetched_keys.refresh_due() == 0
    assert Decision.objects.filter(actor_kind="system", verb="applications.set_public_keys").count() == 1


def test_what_has_not_changed_is_no_decision(cast: Cast, site: Site) -> None:
    use(cast)
    count = Decision.objects.count()
    later(cast, hours=7)
    fetched_keys.refresh_due()
    assert Decision.objects.count() == count


def test_a_fault_keeps_the_keys_is_shown_and_mends_itself(cast: Cast, site: Site) -> None:
    use(cast)
    good, site.answer = site.answer, b"<html>"
    later(cast, hours=7)
    fetched_keys.refresh_due()
    assert status_of(cast, "ES384") == 200
    text = text_of(cast.bob.client.get(page_of(cast)))
    assert "The last attempt failed; the keys stay as they were. What stands at this address is not JSON." in text
    site.answer = good
    later(cast, minutes=16)
    fetched_keys.refresh_due()
    assert row(cast).jwks_fault == ""


def test_an_unknown_key_has_them_fetched_at_most_once_a_minute(cast: Cast, site: Site) -> None:
    use(cast)
    site.answer = {"keys": [public(EC), public(RSA)]}
    assert status_of(cast, "RS384") == 401
    assert fetched_keys.refresh_due() == 0, "they were fetched a moment ago"
    later(cast, seconds=61)
    assert status_of(cast, "RS384") == 401
    assert fetched_keys.refresh_due() == 1
    assert status_of(cast, "RS384") == 200


def test_a_stranger_makes_nobody_ask_for_pasted_keys(cast: Cast, site: Site) -> None:
    send(cast.bob.client, page_of(cast), keys=json.dumps(public(EC)))
    assert status_of(cast, "RS384") == 401
    assert row(cast).jwks_due_at is None


def test_pasting_ends_the_fetching(cast: Cast, site: Site) -> None:
    use(cast)
    send(cast.bob.client, page_of(cast), keys=json.dumps(public(RSA)))
    assert (row(cast).jwks_url, row(cast).jwks_due_at) == ("", None)


def test_an_answer_that_comes_after_another_choice_is_dropped(cast: Cast, site: Site) -> None:
    use(cast)
    old = row(cast)
    send(cast.bob.client, page_of(cast), keys=json.dumps(public(RSA)))
    fetched_keys.refresh(old)
    assert [key["kid"] for key in stored(cast)["keys"]] == [RSA.kid]


def test_they_can_be_fetched_by_hand(cast: Cast, site: Site) -> None:
    use(cast)
    site.answer = {"keys": [public(RSA)]}
    assert cast.bob.client.post(page_of(cast, "refresh/")).status_code == 302
    assert status_of(cast, "RS384") == 200


def test_a_worker_that_must_end_begins_nothing_new(cast: Cast, site: Site) -> None:
    use(cast)
    later(cast, hours=7)
    stopping = Event()
    stopping.set()
    assert fetched_keys.refresh_due(stopping) == 0


def test_one_that_is_being_fetched_is_left_alone_for_a_while(cast: Cast, site: Site) -> None:
    """A worker that dies in the middle leaves no client without a next time."""
    use(cast)
    later(cast, hours=7)
    site.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fetched_keys.refresh_due()
    due = row(cast).jwks_due_at
    assert due
    assert timezone.now() < due <= timezone.now() + fetched_keys.AFTER_A_FAULT
