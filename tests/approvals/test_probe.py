"""The probe: a worker looks over HTTP whether a new grant works; only then is the request complete."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from portal.applications import actions as applications
from portal.applications.models import ClientSecret
from portal.applications.scopes import available
from portal.approvals.grants import probe_calls, probing
from portal.approvals.models import Grant, Probe
from portal.audit.models import ApiCall, Decision
from portal.sealing import unseal
from tests.applications.pages import secrets_in, send, text_of, the_secret
from tests.approvals.grants import accepted, address, grant_of, opened, production_client
from tests.cast import BY_TEST, Cast
from tests.mailbox import latest, letters

PRODUCTION = "/v1"


@pytest.fixture
def through_the_door(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the probe's calls arrive at this process, and note them. A real server is in test_probe_live.py."""
    called: list[str] = []

    def ask(method: str, path: str, body: Any, token: str = "") -> tuple[int | None, dict[str, Any]]:
        called.append(f"{method} {path}")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        browser = Browser(raise_request_exception=False)
        answer = browser.generic(
            method,
            PRODUCTION + path,
            json.dumps(body) if body is not None else b"",
            "application/json",
            headers=headers,
        )
        return answer.status_code, answer.json()

    monkeypatch.setattr(probe_calls, "_ask", ask)
    return called


def answering(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int | None, dict[str, Any]]) -> None:
    """Let the API answer these, the last of them for ever."""
    left = list(answers)
    monkeypatch.setattr(probe_calls, "_ask", lambda *_: left.pop(0) if len(left) > 1 else left[0])


def make_due() -> None:
    Probe.objects.filter(finished_at=None).update(due_at=timezone.now())


def run_to_the_end() -> Probe:
    for _ in range(20):
        make_due()
        if not probing.run_due():
            break
    return Probe.objects.latest("pk")


def test_every_scope_of_production_has_its_call() -> None:
    assert set(probe_calls.ALLOWED) == set(available("production"))


def test_an_opening_begins_it_and_it_completes_the_grant(cast: Cast, through_the_door: list[str]) -> None:
    grant, secret = opened(cast)
    probe = Probe.objects.get()
    assert secret not in probe.sealed
    assert unseal(probe.sealed).decode() == secret
    assert grant.completed_at is None
    assert probing.run_due() == 1
    assert through_the_door == [
        "POST /connect/auth/token",
        "POST /connect/records/encounters",
        "POST /connect/facilities/sync",
        "POST /connect/patients/resolve",
    ]
    probe.refresh_from_db()
    assert (probe.passed, probe.sealed, probe.fault) == (True, "", "")
    assert [step["status"] for step in probe.steps] == [200, 422, 422, 403]
    assert grant_of(grant.request).completed_at is not None
    assert Decision.objects.filter(verb="approvals.complete_grant").count() == 1
    page = text_of(cast.vera.client.get(address(cast)))
    assert "went well just now: this access works" in page
    assert "A call with encounter:push is let in" in page
    assert f"…{secret[-4:]}" not in page, "viewers see no credential"
    assert f"…{secret[-4:]}" in text_of(cast.bob.client.get(address(cast)))


def test_developers_and_the_reviewer_hear_that_it_is_complete(cast: Cast, through_the_door: list[str]) -> None:
    opened(cast)
    probing.run_due()
    for to in ("alice@example.org", "bob@example.org"):
        assert "St. Raphael HIS has production access" in latest(to).subject
    assert "St. Raphael HIS of St. Raphael Health has production access" in latest("rita@example.org").subject
    assert not letters("vera@example.org")


def test_a_client_with_every_scope_is_refused_what_only_the_sandbox_has(
    cast: Cast, sandbox: None, through_the_door: list[str], settings: Settings
) -> None:
    settings.SENSITIVE_SCOPES = []
    grant, _secret = opened(cast, None, **dict.fromkeys(available("production"), "Needed."))
    probing.run_due()
    assert through_the_door[-1] == "GET /connect/pharmacy/stock"
    assert grant_of(grant.request).completed_at is not None


def test_none_of_its_calls_changes_anything(cast: Cast, sandbox: None, through_the_door: list[str]) -> None:
    opened(cast)
    probing.run_due()
    rows = ApiCall.objects.filter(client_id=production_client(cast).client_id)
    assert set(rows.values_list("status", flat=True)) == {200, 422, 403}
    assert set(rows.exclude(operation="createToken").values_list("status", flat=True)) == {422, 403}


@pytest.mark.parametrize(
    ("answers", "fault", "said"),
    [
        ([(401, {})], "token_refused", "No token was given for this secret"),
        ([(200, {"access_token": "x", "scope": "lab:push"})], "scopes_differ", "does not carry the scopes"),
        (
            [(200, {"access_token": "x", "scope": "encounter:push facility:sync"}), (403, {})] * 4,
            "not_allowed",
            "was not answered as it should",
        ),
        (
            [(200, {"access_token": "x", "scope": "encounter:push facility:sync"}), *[(422, {})] * 3] * 4,
            "not_refused",
            "was not refused",
        ),
    ],
)
def test_what_is_wrong_ends_it_with_a_clear_fault(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, answers: list[Any], fault: str, said: str
) -> None:
    grant, _secret = opened(cast)
    answering(monkeypatch, *answers)
    probe = run_to_the_end()
    assert (probe.passed, probe.fault, probe.sealed, probe.attempts) == (False, fault, "", probing.ATTEMPTS)
    assert grant_of(grant.request).completed_at is None
    page = text_of(cast.bob.client.get(address(cast)))
    assert said in page
    assert "Run it again" in page
    assert "did not go well" in latest("bob@example.org").subject


@pytest.mark.parametrize("answer", [(None, {}), (503, {}), (429, {})])
def test_what_mends_itself_is_tried_again_later_and_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, answer: tuple[int | None, dict[str, Any]]
) -> None:
    opened(cast)
    answering(monkeypatch, answer)
    pauses = []
    for _ in range(8):
        make_due()
        probing.run_due()
        pauses.append(round((Probe.objects.get().due_at - timezone.now()).total_seconds()))
    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120]
    assert Probe.objects.get().finished_at is None


def test_after_fifteen_minutes_it_is_over_and_the_secret_erased(cast: Cast) -> None:
    opened(cast)
    long_ago = timezone.now() - probing.LIFETIME
    Probe.objects.update(started_at=long_ago)
    probing.run_due()
    probe = Probe.objects.get()
    assert (probe.passed, probe.fault, probe.sealed) == (False, "timed_out", "")
    assert "Nobody made the probe within 15 minutes" in text_of(cast.bob.client.get(address(cast)))


def test_a_key_that_is_gone_ends_it(cast: Cast, settings: Settings) -> None:
    opened(cast)
    settings.KEY_ENCRYPTION_KEYS = ["another key, which has sealed nothing here 000"]
    probing.run_due()
    assert Probe.objects.get().fault == "sealed"


def test_a_worker_that_is_killed_loses_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, through_the_door: list[str]
) -> None:
    grant, _secret = opened(cast)
    with monkeypatch.context() as patch:
        patch.setattr(probing, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            probing.run_due()
    assert probing.run_due() == 0, "it is another worker's until its lease is over"
    Probe.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert probing.run_due() == 1
    assert grant_of(grant.request).completed_at is not None


def test_it_runs_again_with_a_secret_that_is_pasted(cast: Cast, through_the_door: list[str]) -> None:
    grant, secret = opened(cast)
    run_to_the_end()
    answer = send(cast.bob.client, address(cast, "probe/"), secret=f" {secret} ")
    assert answer["Location"] == address(cast)
    assert secret not in cast.bob.client.get(address(cast)).content.decode()
    assert run_to_the_end().passed
    assert grant.probes.count() == 2


@pytest.mark.parametrize("which", ["another", "revoked", "sandbox"])
def test_a_secret_that_does_not_work_begins_none(cast: Cast, through_the_door: list[str], which: str) -> None:
    _grant, secret = opened(cast)
    run_to_the_end()
    if which == "revoked":
        applications.revoke_secret(by=BY_TEST, secret=ClientSecret.objects.get(client=production_client(cast)))
    pasted = {"another": "opc_live_sk_x", "revoked": secret, "sandbox": cast.secret}[which]
    answer = send(cast.bob.client, address(cast, "probe/"), secret=pasted)
    assert "that works" in text_of(answer)
    assert pasted not in answer.content.decode()
    assert Probe.objects.count() == 1


def test_it_runs_again_with_a_new_secret_shown_once(cast: Cast, through_the_door: list[str]) -> None:
    opened(cast)
    run_to_the_end()
    answer = send(cast.bob.client, address(cast, "probe/"), label="second", lifetime="30")
    assert the_secret(answer)[-4:] == Probe.objects.latest("pk").last_four
    assert production_client(cast).secrets.count() == 2
    assert secrets_in(cast.bob.client.get(address(cast))) == set()


def test_one_at_a_time(cast: Cast) -> None:
    _grant, secret = opened(cast)
    answer = send(cast.bob.client, address(cast, "probe/"), secret=secret)
    assert "A probe is under way already" in text_of(answer)
    assert Probe.objects.count() == 1


def test_it_waits_for_the_opening(cast: Cast) -> None:
    accepted(cast)
    assert cast.bob.client.post(address(cast, "probe/"), {"secret": "x"})["Location"] == address(cast)
    assert cast.vera.client.post(address(cast, "probe/"), {"secret": "x"}).status_code == 403


def test_its_page_hears_of_each_step(cast: Cast, through_the_door: list[str]) -> None:
    opened(cast)
    page = cast.vera.client.get(address(cast))
    assert "It waits for our worker" in text_of(page)
    first = cast.vera.client.get(address(cast, "probe/progress/"))
    seen = first.content.decode().partition('data-seen="')[2].partition('"')[0]
    assert cast.vera.client.get(address(cast, f"probe/progress/?seen={seen}")).status_code == 204
    probing.run_due()
    later = cast.vera.client.get(address(cast, f"probe/progress/?seen={seen}"))
    assert "A call that was not granted is refused" in text_of(later)
    assert "data-running" not in later.content.decode()
    assert "no-store" in later["Cache-Control"]


@pytest.mark.parametrize("fields", [{"finished_at": timezone.now(), "passed": True}, {"sealed": ""}])
def test_the_database_keeps_no_secret_of_a_probe_that_is_over(cast: Cast, fields: dict[str, Any]) -> None:
    opened(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Probe.objects.update(**fields)


def test_no_grant_is_complete_before_it_is_open(cast: Cast) -> None:
    accepted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.update(completed_at=timezone.now())
