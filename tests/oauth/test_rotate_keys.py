"""The life of a signing key: published before it signs, kept until its last token has expired."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db.models import F
from django.test import Client as DjangoClient
from joserfc import jws

from portal.applications.models import MAXIMUM_TOKEN_LIFETIME
from portal.audit.models import Decision
from portal.edge.environments import PRODUCTION, SANDBOX
from portal.oauth import keys
from portal.oauth.keys import KEPT_AFTER, PUBLISHED_AHEAD, retire, ring, rotate
from portal.oauth.models import SigningKey
from tests.conftest import BY_TEST
from tests.oauth.calls import GOOD, TOKEN, invalid_token, is_problem, post_json, read

INVALID = invalid_token("The access token is not valid")


def test_the_first_key_signs_at_once(api: DjangoClient, token: str) -> None:
    [key] = SigningKey.objects.filter(environment=SANDBOX)
    assert _kid_of(token) == key.kid
    assert key.signs_from == key.created_at


def test_a_new_key_is_published_before_it_signs(api: DjangoClient, token: str) -> None:
    new = rotate(by=BY_TEST, environment=SANDBOX)
    assert _published(api) == [_kid_of(token), new.kid]
    assert _kid_of(_token(api)) == _kid_of(token)
    assert new.signs_from - new.created_at == PUBLISHED_AHEAD


def test_a_new_key_signs_an_hour_later_and_tokens_of_the_old_one_stay_good(api: DjangoClient, token: str) -> None:
    new = rotate(by=BY_TEST, environment=SANDBOX)
    _time_passes(PUBLISHED_AHEAD)
    newer = _token(api)
    assert _kid_of(newer) == new.kid
    assert _published(api) == [_kid_of(token), new.kid]
    for text in (token, newer):
        assert read(api, f"Bearer {text}").status_code == 200


def test_a_compromised_key_and_its_tokens_end_at_once(api: DjangoClient, token: str) -> None:
    assert read(api, f"Bearer {token}").status_code == 200
    pending = rotate(by=BY_TEST, environment=SANDBOX)
    new = rotate(by=BY_TEST, environment=SANDBOX, compromised=True)
    assert is_problem(read(api, f"Bearer {token}"), 401, "token_invalid", INVALID)
    newer = _token(api)
    assert _kid_of(newer) == new.kid != pending.kid
    assert read(api, f"Bearer {newer}").status_code == 200
    assert _published(api) == [new.kid]


def test_the_other_environment_keeps_its_keys(api: DjangoClient) -> None:
    before = ring.signing(PRODUCTION).kid
    rotate(by=BY_TEST, environment=SANDBOX, compromised=True)
    assert _published(api, PRODUCTION) == [before]


def test_a_key_is_kept_until_its_last_token_has_expired(api: DjangoClient, token: str) -> None:
    new = rotate(by=BY_TEST, environment=SANDBOX)
    assert retire() == 0
    _time_passes(PUBLISHED_AHEAD + timedelta(seconds=MAXIMUM_TOKEN_LIFETIME))
    assert retire() == 0
    assert _published(api) == [_kid_of(token), new.kid]
    _time_passes(KEPT_AFTER - timedelta(seconds=MAXIMUM_TOKEN_LIFETIME, microseconds=-1))
    assert retire() == 1
    assert _published(api) == [new.kid]
    assert retire() == 0


def test_the_key_that_signs_is_never_retired(api: DjangoClient, token: str) -> None:
    _time_passes(timedelta(days=400))
    assert retire() == 0
    assert read(api, f"Bearer {token}").status_code == 200


def test_a_key_waits_for_its_successor_to_sign_however_many_are_pending(api: DjangoClient) -> None:
    first = ring.signing(SANDBOX).kid
    second, third = (rotate(by=BY_TEST, environment=SANDBOX).kid for _ in range(2))
    _time_passes(PUBLISHED_AHEAD - timedelta(minutes=1))
    assert _kid_of(_token(api)) == first
    _time_passes(timedelta(minutes=1))
    assert _kid_of(_token(api)) == third
    assert _published(api) == [first, second, third]


def test_keys_are_encrypted_at_rest_and_rotation_is_on_record(api: DjangoClient) -> None:
    key = rotate(by=BY_TEST, environment=SANDBOX)
    assert "PRIVATE KEY" not in key.encrypted_pem
    decision = Decision.objects.get(verb="oauth.rotate_keys", object_id=key.kid)
    assert decision.after == {"environment": SANDBOX, "compromised": False}


def test_a_ring_that_is_reset_while_it_reads_the_keys_does_not_keep_the_old_ones(
    api: DjangoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feed's word comes between the query and the assignment, in another thread."""
    real, old = keys._parse, ring.signing(SANDBOX).kid
    ring.reset()
    resets: list[Thread] = []

    def parse(row: SigningKey) -> keys.ParsedKey:
        if not resets:
            rotate(by=BY_TEST, environment=SANDBOX, compromised=True)
            resets.append(Thread(target=ring.reset))
            resets[0].start()
            resets[0].join(0.1)
        return real(row)

    monkeypatch.setattr(keys, "_parse", parse)
    assert old in [key.kid for key in ring.all()]
    resets[0].join()
    assert old not in [key.kid for key in ring.all()]


def _time_passes(span: timedelta) -> None:
    """Make every key older; that is all that time changes for them."""
    SigningKey.objects.update(created_at=F("created_at") - span, signs_from=F("signs_from") - span)
    ring.reset()


def _token(api: DjangoClient) -> str:
    text: str = post_json(api, TOKEN, **GOOD).json()["access_token"]
    return text


def _kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def _published(api: DjangoClient, environment: str = SANDBOX) -> list[str]:
    return [key["kid"] for key in api.get(f"/.well-known/jwks/{environment}.json").json()["keys"]]
