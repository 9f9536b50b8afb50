"""The first production secret: made by a member when the grant is opened, shown once, the owners told."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser

from portal.applications.models import ClientSecret
from portal.approvals.models import Grant
from portal.audit.models import Decision
from tests.applications.pages import hidden, secrets_in, send, text_of, the_secret, token_of
from tests.approvals.grants import accepted, address, grant_of, granted, open_by, opened, production_client
from tests.cast import Cast, sign_in
from tests.mailbox import latest, letters


def test_the_secret_is_shown_once_and_works_in_production_alone(cast: Cast) -> None:
    grant = accepted(cast)
    answer = open_by(cast, label="Kisumu")
    secret = the_secret(answer)
    assert secret.startswith("opc_live_sk_")
    assert "no-store" in answer["Cache-Control"]
    assert "This is the only time that you see it" in text_of(answer).replace("this is", "This is")
    client = production_client(cast)
    token = token_of(cast.nobody, client.client_id, secret)
    assert (token.status_code, token.json()["scope"].split()) == (200, ["encounter:push", "facility:sync"])
    now = grant_of(grant.request)
    assert (now.opened_by, now.opened_at is not None) == ("Bob", True)
    for page in ("", "open/"):
        assert secrets_in(cast.bob.client.get(address(cast, page), follow=True)) == set()


def test_it_stands_in_the_trail_and_owners_are_told_but_not_the_secret(cast: Cast) -> None:
    _grant, secret = opened(cast)
    assert Decision.objects.filter(verb="approvals.open_grant").count() == 1
    assert all(secret not in str(row.__dict__) for row in Decision.objects.all())
    mail = latest("alice@example.org")
    assert "St. Raphael HIS has its first production secret" in mail.subject
    assert "Bob made it" in mail.text
    assert secret not in mail.text + mail.html
    assert not [one for one in letters("bob@example.org") if "secret" in one.subject]


def test_the_form_sent_twice_makes_one(cast: Cast) -> None:
    accepted(cast)
    fields = {**hidden(cast.bob.client.get(address(cast, "open/"))), "lifetime": "180"}
    the_secret(cast.bob.client.post(address(cast, "open/"), fields))
    again = cast.bob.client.post(address(cast, "open/"), fields)
    assert (again.status_code, secrets_in(again)) == (409, set())
    assert production_client(cast).secrets.count() == 1


def test_who_comes_second_is_told_who_was_first(cast: Cast) -> None:
    accepted(cast)
    late = {**hidden(cast.alice.client.get(address(cast, "open/"))), "lifetime": "180"}
    open_by(cast)
    answer = cast.alice.client.post(address(cast, "open/"), late)
    assert "Bob has opened it already" in text_of(cast.alice.client.get(answer["Location"]))
    assert production_client(cast).secrets.count() == 1


def test_viewers_and_those_who_did_not_prove_who_they_are_open_nothing(cast: Cast) -> None:
    accepted(cast)
    assert cast.vera.client.post(address(cast, "open/")).status_code == 403
    stale = sign_in(cast.bob.user, seconds_ago=3600)
    assert "reauthenticate" in stale.get(address(cast, "open/"))["Location"]
    assert not production_client(cast).secrets.exists()


@pytest.mark.parametrize("page", ["secrets/new", "keys"])
def test_the_ordinary_pages_lead_to_the_opening(cast: Cast, page: str) -> None:
    granted(cast)
    path = f"/applications/{cast.application.public_id}/production/{page}/"
    for answer in (cast.bob.client.get(path), cast.bob.client.post(path, {"lifetime": "30", "keys": "{}"})):
        assert answer["Location"] == address(cast, "open/")
    assert not production_client(cast).secrets.exists()


def test_after_the_opening_they_make_secrets_as_ever(cast: Cast) -> None:
    opened(cast)
    path = f"/applications/{cast.application.public_id}/production/secrets/new/"
    the_secret(send(cast.bob.client, path, lifetime="30"))
    assert production_client(cast).secrets.count() == 2


def test_the_credentials_page_shows_what_was_granted(cast: Cast) -> None:
    granted(cast)
    page = cast.bob.client.get(f"/applications/{cast.application.public_id}/")
    for said in ("Production client", "encounter:push", "NG-LOS-H1", "no end was set", "Make the first secret"):
        assert said in text_of(page)
    assert "Make the first secret" not in text_of(cast.vera.client.get(f"/applications/{cast.application.public_id}/"))


def test_what_is_not_granted_yet_is_said(cast: Cast) -> None:
    assert "Nothing is granted yet" in text_of(cast.vera.client.get(address(cast)))
    assert cast.bob.client.get(address(cast, "open/"))["Location"] == address(cast)


def test_sandbox_and_production_refuse_the_secrets_of_each_other(cast: Cast) -> None:
    _grant, secret = opened(cast)
    pairs = {(cast.sandbox_client.client_id, secret), (production_client(cast).client_id, cast.secret)}
    for client_id, wrong in pairs:
        assert token_of(cast.nobody, client_id, wrong).json()["error"] == "invalid_client"


@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_make_one_secret(cast: Cast) -> None:
    accepted(cast)
    browsers = [cast.alice.client, cast.bob.client]
    forms = [{**hidden(one.get(address(cast, "open/"))), "lifetime": "180"} for one in browsers]
    answers: list[Any] = []
    start = threading.Barrier(2)

    def send_one(browser: Browser, fields: dict[str, str]) -> None:
        start.wait()
        answers.append(browser.post(address(cast, "open/"), fields))
        connection.close()

    both = list(zip(browsers, forms, strict=True))
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        answers += [browser.post(address(cast, "open/"), fields) for browser, fields in both]  # it has no two threads
    else:
        threads = [threading.Thread(target=send_one, args=pair) for pair in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert ClientSecret.objects.filter(client=production_client(cast)).count() == 1
    assert Grant.objects.get().opened_by in {"Alice", "Bob"}
