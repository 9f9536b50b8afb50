"""The rotation assistant: what the ledger says about ending a secret."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.applications import actions, rotation
from portal.applications.models import ClientSecret
from portal.audit.models import ApiCall
from tests.applications.pages import status_with, text_of, token_of, used
from tests.cast import BY_TEST, Cast

pytestmark = pytest.mark.usefixtures("sandbox")


def name_of(cast: Cast) -> str:
    return rotation.credential_of(cast.client_secret)


def page_of(cast: Cast) -> str:
    page = cast.bob.client.get(f"/applications/{cast.application.public_id}/secrets/{cast.client_secret.pk}/")
    return text_of(page)


def overview_of(cast: Cast) -> str:
    return text_of(cast.bob.client.get(f"/applications/{cast.application.public_id}/"))


def test_one_that_was_never_used_is_safe(cast: Cast) -> None:
    assert "Never used: safe to revoke." in page_of(cast)


def test_one_that_was_used_lately_is_not_safe(cast: Cast) -> None:
    used(cast.sandbox_client, name_of(cast), hours_ago=0.05, address="10.2.0.4")
    text = page_of(cast)
    assert "Not safe to revoke yet. It was last used 3 minutes ago from 10.2.0.4." in text
    assert "10.2.0.4 1 3 minutes ago" in text


@pytest.mark.parametrize(("hours", "safe"), [(23.9, False), (24.1, True), (240, True)])
def test_one_that_was_quiet_for_24_hours_is_safe(cast: Cast, hours: float, safe: bool) -> None:
    used(cast.sandbox_client, name_of(cast), hours_ago=hours)
    assert ("Not used for 24 hours: safe to revoke." in page_of(cast)) is safe
    assert rotation.verdict(cast.sandbox_client, name_of(cast)).is_safe is safe


def test_real_calls_count_those_with_its_tokens_too(cast: Cast) -> None:
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret, REMOTE_ADDR="10.1.1.1")
    assert "last used just now from 127.0.0.1" in page_of(cast)
    assert "A token that it obtained expires in 1 hour; revoking" in page_of(cast)
    assert ApiCall.objects.latest("pk").operation == "createToken"
    assert status_with(cast.nobody, token.json()["access_token"]) == 200
    assert rotation.verdict(cast.sandbox_client, name_of(cast)).callers[0].calls == 2


def test_who_uses_it_is_listed_by_address_the_latest_first(cast: Cast) -> None:
    for hours, address in ((5, "10.0.0.1"), (3, "10.0.0.2"), (4, "10.0.0.1"), (30, "10.0.0.3")):
        used(cast.sandbox_client, name_of(cast), hours_ago=hours, address=address)
    found = rotation.verdict(cast.sandbox_client, name_of(cast))
    assert [(caller.address, caller.calls) for caller in found.callers] == [("10.0.0.2", 1), ("10.0.0.1", 2)]


def test_too_many_addresses_and_calls_are_cut_and_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "LISTED", 2)
    monkeypatch.setattr(rotation, "COUNTED", 5)
    for number in range(8):
        used(cast.sandbox_client, name_of(cast), hours_ago=1 + number, address=f"10.0.0.{number}")
    text = page_of(cast)
    assert "There are more addresses; these used it last." in text
    assert "only the calls since 6 hours ago are counted" in text


def test_the_same_name_of_another_client_is_not_ours(cast: Cast) -> None:
    """Key ids are chosen by developers: two clients may have the same."""
    _application, other, _secret = actions.start_application(by=BY_TEST, organisation=cast.elsewhere, name="Theirs")
    used(other, "key:1", hours_ago=1)
    assert rotation.verdict(cast.sandbox_client, "key:1").last is None


def test_the_overview_gives_advice_on_replaced_secrets(cast: Cast) -> None:
    assert "safe to revoke" not in overview_of(cast)
    actions.rotate_secret(by=BY_TEST, secret=cast.client_secret, overlap=None)
    four = cast.client_secret.last_four
    assert f"The old secret …{four} was never used: safe to revoke." in overview_of(cast)
    used(cast.sandbox_client, name_of(cast), hours_ago=25)
    assert f"The old secret …{four} was not used for 24 hours: safe to revoke." in overview_of(cast)
    used(cast.sandbox_client, name_of(cast), hours_ago=1, address="10.2.0.4")
    assert f"Not safe to revoke …{four} yet. 10.2.0.4 used it 1 hour ago." in overview_of(cast)


def test_the_ledger_is_asked_through_its_index(cast: Cast) -> None:
    """Among a hundred thousand calls of others the look-up stays one of an index, on either engine."""
    row: dict[str, Any] = {"method": "GET", "outcome": "allowed", "status": 200, "duration_us": 1, "request_id": "x"}
    start = timezone.now() - timedelta(days=9)
    ApiCall.objects.bulk_create(
        ApiCall(
            at=start + timedelta(seconds=number), client_id=f"c{number % 50}", credential=f"secret:{number % 97}", **row
        )
        for number in range(20_000)
    )
    used(cast.sandbox_client, name_of(cast), hours_ago=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    queries = [
        rotation.calls_with(cast.sandbox_client.client_id, name_of(cast)).order_by("-at")[:1],
        rotation.calls_with(cast.sandbox_client.client_id, name_of(cast)).filter(at__gt=start),
    ]
    for query in queries:
        assert "api_call_of_credential" in query.explain()


def test_watched_are_live_secrets_that_were_replaced(cast: Cast) -> None:
    actions.rotate_secret(by=BY_TEST, secret=cast.client_secret, overlap=None)
    assert list(rotation.replaced_secrets()) == [cast.client_secret]
    ClientSecret.objects.filter(pk=cast.client_secret.pk).update(revoked_at=timezone.now())
    assert list(rotation.replaced_secrets()) == []
