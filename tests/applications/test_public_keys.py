"""Public keys, pasted: taken, explained where they cannot be, and never a private one."""

import json
import logging
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from joserfc.jwk import ECKey, RSAKey

from portal.applications import feed
from portal.applications.models import Client
from portal.audit.models import Decision
from tests.applications.pages import send, text_of
from tests.cast import Cast, sign_in
from tests.oauth.assertions import ask, key_for, sign

EC = key_for("ES384")
RSA = key_for("RS384")


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


def page_of(cast: Cast, what: str = "") -> str:
    return f"/applications/{cast.application.public_id}/sandbox/keys/{what}"


def public(key: RSAKey | ECKey, **changes: Any) -> dict[str, Any]:
    """Return the public key as somebody would publish it."""
    return {name: value for name, value in {**key.as_dict(private=False), **changes}.items() if value is not None}


def paste(cast: Cast, *keys: dict[str, Any], indent: int | None = 2) -> Any:
    return send(cast.bob.client, page_of(cast), keys=json.dumps({"keys": list(keys)}, indent=indent))


def stored(cast: Cast) -> Any:
    return Client.objects.get(pk=cast.sandbox_client.pk).jwks


def test_pasted_keys_open_the_door_and_show_who_they_are(cast: Cast) -> None:
    assert paste(cast, public(EC), public(RSA, use="sig", x5t="more")).status_code == 302
    for alg in ("ES384", "RS384"):
        assert ask(cast.nobody, sign(cast.sandbox_client.client_id, alg=alg)).status_code == 200
    text = text_of(cast.bob.client.get(page_of(cast)))
    assert f"{EC.kid} Thumbprint: {EC.thumbprint()} EC ES384 just now 127.0.0.1" in text
    assert f"{RSA.kid} Thumbprint: {RSA.thumbprint()} RSA RS384 just now 127.0.0.1" in text
    assert "x5t" not in stored(cast)["keys"][1]
    row = Decision.objects.filter(verb="applications.set_public_keys").get()
    assert (row.actor_label, row.after["keys"]) == ("Bob", [EC.kid, RSA.kid])


def test_a_single_key_counts_as_a_set(cast: Cast) -> None:
    assert send(cast.bob.client, page_of(cast), keys=json.dumps(public(EC))).status_code == 302
    assert [key["kid"] for key in stored(cast)["keys"]] == [EC.kid]


def test_a_replaced_key_and_its_tokens_open_nothing(cast: Cast) -> None:
    paste(cast, public(EC))
    token = ask(cast.nobody, sign(cast.sandbox_client.client_id, alg="ES384")).json()["access_token"]
    paste(cast, public(RSA))
    from tests.applications.pages import status_with

    assert status_with(cast.nobody, token) == 401
    assert ask(cast.nobody, sign(cast.sandbox_client.client_id, alg="ES384")).status_code == 401


def test_all_keys_are_removed_after_a_warning(cast: Cast) -> None:
    paste(cast, public(EC))
    page = cast.bob.client.get(page_of(cast, "remove/"))
    assert str(EC.kid) in text_of(page)
    assert "has no secret that works" not in text_of(page)
    assert send(cast.bob.client, page_of(cast, "remove/")).status_code == 302
    assert stored(cast) is None
    assert ask(cast.nobody, sign(cast.sandbox_client.client_id, alg="ES384")).status_code == 401


P256 = ECKey.generate_key("P-256", {"kid": "p256"}, private=False)


@pytest.mark.parametrize(
    ("keys", "line", "said"),
    [
        ([public(EC), public(RSA, kid=None)], 10, "needs a “kid”"),
        ([public(EC), public(RSA, kid=EC.kid)], 10, "Two keys have the same “kid”"),
        ([public(EC, kty="OKP")], None, "“kty” is RSA or EC"),
        ([public(RSA, use="enc")], None, "has the “use” sig"),
        ([public(RSA, alg="RS256")], None, "is RS384"),
        ([public(P256)], None, "needs an EC key on P-384"),
        ([public(RSA, n="x" * 171)], None, "at least 2048 bits"),
        ([public(EC, x="!")], None, "cannot be read"),
        ([], None, "lists 1 to 10 keys"),
    ],
)
def test_a_key_that_cannot_be_used_is_explained_with_its_line(
    cast: Cast, keys: list[dict[str, Any]], line: int | None, said: str
) -> None:
    answer = paste(cast, *keys)
    assert answer.status_code == 200
    text = text_of(answer)
    assert said in text
    if line:
        assert f"Line {line} needs mending" in text
    assert stored(cast) is None


def test_the_line_is_that_of_the_member_at_fault(cast: Cast) -> None:
    text = json.dumps({"keys": [public(EC), public(RSA, alg="RS256")]}, indent=2)
    number = next(number for number, line in enumerate(text.splitlines(), 1) if "RS256" in line)
    assert f"Line {number} needs mending" in text_of(send(cast.bob.client, page_of(cast), keys=text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "keys": [\n    {"kty": "EC",}\n  ]\n}', "Line 3 needs mending. This is not JSON"),
        ("-----BEGIN PUBLIC KEY-----\nMHYwEAYH", "This is a key in PEM form"),
        ("[" * 3000, "not"),
        ("1", "lists 1 to 10 keys"),
        ("x" * 70_000, "at most 65536 characters"),
        ("", "This field is required"),
    ],
)
def test_a_text_that_is_no_key_set_is_explained(cast: Cast, text: str, said: str) -> None:
    answer = send(cast.bob.client, page_of(cast), keys=text)
    assert said in text_of(answer)
    assert stored(cast) is None


PRIVATE = ECKey.generate_key("P-384", {"kid": "mine"}).as_dict(private=True)
SECRET_PART = str(PRIVATE["d"])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"keys": [public(EC), PRIVATE]}, indent=2),
        json.dumps(PRIVATE),
        json.dumps({"keys": [{**PRIVATE, "kid": None}]}),
        json.dumps({"keys": [PRIVATE]}, indent=2)[:-3],
        f"-----BEGIN EC PRIVATE KEY-----\n{SECRET_PART}\n-----END EC PRIVATE KEY-----",
        json.dumps({"keys": [{"kty": "oct", "kid": "shared", "k": SECRET_PART}]}),
    ],
)
def test_a_private_key_is_refused_loudly_and_kept_nowhere(
    cast: Cast, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = send(cast.bob.client, page_of(cast), keys=text)
    said = text_of(answer)
    assert "This is a private key. It was not kept." in said
    assert "throw this key away" in said
    assert SECRET_PART not in answer.content.decode()
    assert stored(cast) is None
    messages = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert SECRET_PART not in "".join(messages)
    assert all(SECRET_PART not in str(session.get_decoded()) for session in Session.objects.all())


def test_the_line_of_a_private_key_is_named(cast: Cast) -> None:
    text = json.dumps({"keys": [public(EC), PRIVATE]}, indent=2)
    number = next(number for number, line in enumerate(text.splitlines(), 1) if SECRET_PART in line)
    assert f"It stands in line {number}." in text_of(send(cast.bob.client, page_of(cast), keys=text))


def test_what_is_pasted_too_late_is_not_kept_in_the_session(cast: Cast) -> None:
    """Allauth would keep the form until the password has been given: a private key must not lie in the database."""
    late = sign_in(cast.bob.user, seconds_ago=1201)
    answer = late.post(page_of(cast), {"keys": json.dumps(PRIVATE)})
    assert answer["Location"] == page_of(cast)
    assert "/reauthenticate/" in late.get(answer["Location"])["Location"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        assert cursor.fetchall()
    assert all(SECRET_PART not in str(session.get_decoded()) for session in Session.objects.all())
