"""The Idempotency-Key header, and retries and reorderings of any kind."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from portal.audit.models import ApiCall
from portal.connect import idempotency
from portal.connect.idempotency import KEPT
from portal.connect.models import IdempotentCall, Record
from portal.connect.tasks import prune
from tests.connect.pushing import Pusher, encounter, report


@pytest.fixture
def pusher(api: Client) -> Pusher:
    return Pusher(api)


@pytest.mark.parametrize("again", ['"8e03978e"', "8e03978e"])
def test_a_retry_gets_the_first_answer_quoted_or_bare(pusher: Pusher, again: str) -> None:
    first = pusher.push("encounters", encounter(), Idempotency_Key='"8e03978e"')
    assert first.status_code == 201
    assert "Idempotent-Replayed" not in first
    retry = pusher.push("encounters", encounter(), Idempotency_Key=again)
    assert (retry.status_code, retry.json()) == (201, first.json())
    assert retry["Idempotent-Replayed"] == "true"
    assert retry["Location"] == first["Location"]
    assert [row.replay for row in ApiCall.objects.filter(operation="pushEncounter").order_by("pk")] == [False, True]


def test_a_changed_body_is_refused_and_key_order_is_no_change(pusher: Pusher) -> None:
    pusher.push("encounters", encounter(), Idempotency_Key="k")
    reordered = dict(reversed(list(encounter().items())))
    assert pusher.push("encounters", reordered, Idempotency_Key="k").status_code == 201
    changed = pusher.push("encounters", encounter(source_id="other"), Idempotency_Key="k")
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")
    assert Record.objects.count() == 1


def test_a_key_belongs_to_one_client_and_one_address(api: Client, pusher: Pusher) -> None:
    other = Pusher(api)
    assert pusher.push("encounters", encounter(), Idempotency_Key="k").status_code == 201
    assert pusher.push("lab-results", report(), Idempotency_Key="k").status_code == 201
    assert other.push("encounters", encounter(), Idempotency_Key="k").status_code == 201
    assert Record.objects.count() == 3


@pytest.mark.parametrize("key", ['""', '"', '"a"b"', "a b", "é", "x" * 256, '"' + "x" * 256 + '"'])
def test_a_key_that_is_none_is_refused(pusher: Pusher, key: str) -> None:
    answer = pusher.push("encounters", encounter(), Idempotency_Key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
    assert not Record.objects.exists()


def test_a_refused_call_leaves_its_key_free(pusher: Pusher) -> None:
    assert pusher.push("encounters", encounter(health_id="OPC-2024-DEMO99"), Idempotency_Key="k").status_code == 404
    assert pusher.push("encounters", encounter(), Idempotency_Key="k").status_code == 201


def test_a_second_call_while_the_first_is_under_way_is_told_to_wait(pusher: Pusher) -> None:
    real = idempotency._answered
    seen: list[Any] = []

    def slow(*arguments: object) -> object:
        if not seen:
            seen.append(pusher.push("encounters", encounter(), Idempotency_Key="k"))
        return real(*arguments)  # type: ignore[arg-type]

    with patch.object(idempotency, "_answered", slow):
        assert pusher.push("encounters", encounter(), Idempotency_Key="k").status_code == 201
    [second] = seen
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_flight")
    assert second["Retry-After"] == "1"
    assert Record.objects.count() == 1


def test_a_push_whose_ledger_row_cannot_be_written_does_not_stay_and_its_key_is_free(pusher: Pusher) -> None:
    with patch("portal.audit.inside.insert", side_effect=OperationalError):
        answer = pusher.push("encounters", encounter(), Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert not Record.objects.exists()
    assert not IdempotentCall.objects.exists()
    assert pusher.push("encounters", encounter(), Idempotency_Key="k").status_code == 201


def test_keys_are_forgotten_after_a_day(pusher: Pusher) -> None:
    pusher.push("encounters", encounter(), Idempotency_Key="k")
    IdempotentCall.objects.update(at=timezone.now() - KEPT - timedelta(minutes=1))
    other = pusher.push("encounters", encounter(source_id="other"), Idempotency_Key="k")
    assert other.status_code == 201
    assert IdempotentCall.objects.count() == 1
    assert prune() == 0
    IdempotentCall.objects.update(at=timezone.now() - KEPT - timedelta(minutes=1))
    assert prune() == 1
