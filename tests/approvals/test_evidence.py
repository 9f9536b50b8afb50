"""What the sandbox knows of an application: each thing met and not met, by calls that were really made."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.models import User
from portal.applications.models import ClientSecret
from portal.applications.scopes import SCOPES, available
from portal.approvals.evidence import Evidence, Item, evidence_of, items, reading
from portal.approvals.evidence.words import WORDS
from portal.approvals.scenarios.actions import start_scenario
from portal.approvals.scenarios.catalogue import SCENARIOS
from portal.approvals.scenarios.models import ScenarioRun
from portal.audit.models import ApiCall
from portal.connect.models import Dataset
from portal.connect.register import file_missing
from portal.openapi.document import operations
from portal.usage.counting import count
from portal.usage.kinds import KINDS, opened_by, writes
from tests.approvals.requests import BY_DEVELOPER, draft, reviewer, submitted
from tests.callers import bearer
from tests.cast import Cast, Person, sign_in
from tests.connect.pushing import Pusher, encounter, report
from tests.connect.test_resolve import TRIPLET
from tests.usage.histories import a_call, write

ASKED = ("health_id:verify", "patient:read", "encounter:push", "lab:push")


class Program(Pusher):
    """The application's own program."""

    def __init__(self, api: Client, cast: Cast) -> None:
        self.api = api
        self.credentials = {"client_id": cast.sandbox_client.client_id, "client_secret": cast.secret}
        self.fetch()

    def fetch(self) -> None:
        """Get a new token."""
        self.token = bearer(self.api, **self.credentials)["headers"]


@pytest.fixture
def program(api: Client, cast: Cast) -> Program:
    return Program(api, cast)


@pytest.fixture
def address(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/production/evidence/"


def known(cast: Cast, *scopes: str) -> Evidence:
    return evidence_of(cast.application, scopes or ASKED)


def said(cast: Cast, key: str) -> tuple[str, str]:
    """Return the verdict and the figure of an item."""
    found = item(cast, key)
    return found.verdict, found.figure


def item(cast: Cast, key: str) -> Item:
    evidence = known(cast)
    return evidence.scopes.get(key) or next(each for each in evidence.items if each.key == key)


def past(cast: Cast, *calls: dict[str, Any]) -> None:
    """Put calls into the ledger, each a second after the one before, the last of them a minute ago."""
    first = timezone.now() - timedelta(seconds=60 + len(calls))
    same = {"client_id": cast.sandbox_client.client_id, "credential": "secret:1", "duration_us": 1000}
    rows = [
        a_call(cast.application.pk, **{**same, "at": first + timedelta(seconds=number), **columns})
        for number, columns in enumerate(calls)
    ]
    write(rows)


def linked(cast: Cast, found: Item) -> set[str]:
    """Follow an item's link as its developer and as a reviewer; return the request ids, which are the same for both."""
    access = cast.application.access_requests.first() or submitted(cast)
    known_one = User.objects.filter(name="Rita").first()
    rita = Person(known_one, sign_in(known_one)) if known_one else reviewer()
    pages = [
        (cast.alice, f"/applications/{cast.application.public_id}/log/"),
        (rita, f"/review/requests/{access.public_id}/calls/"),
    ]
    shown = [ids(person.client.get(f"{path}?{found.filters}").content.decode()) for person, path in pages]
    assert shown[0] == shown[1]
    return shown[0]


def ids(html: str) -> set[str]:
    return set(re.findall(r'<td class="request"><code title="([^"]+)"', html))


def test_nothing_is_met_before_the_first_call(cast: Cast) -> None:
    evidence = known(cast)
    assert {each.key for each in evidence.everything if each.is_met} == {"secret_age"}
    assert [each.verdict for each in evidence.scopes.values()] == ["unmet"] * 4
    assert [each.figure for each in evidence.scopes.values()] == ["never called"] * 4


def test_a_scope_is_met_by_calls_that_succeeded_one_of_which_writes(program: Program, cast: Cast) -> None:
    program.push("encounters", encounter())
    found = item(cast, "encounter:push")
    assert (found.verdict, found.figure) == ("warn", "1 sandbox call")
    assert found.next.startswith("Go on: 10 calls must succeed")
    record = program.push("encounters", encounter(source_version=2)).json()["id"]
    for _ in range(8):
        assert program.get(f"records/encounters/{record}").status_code == 200
    scope = known(cast).scopes["encounter:push"]
    assert (scope.verdict, scope.calls, scope.values["called"], scope.values["wrote"]) == ("met", 10, 2, 2)
    assert scope.success == 100
    assert scope.last_seen == ApiCall.objects.order_by("-at")[0].at
    assert said(cast, "lab:push") == ("unmet", "never called")
    assert linked(cast, scope) == set(ApiCall.objects.exclude(scope="").values_list("request_id", flat=True))


def test_reading_alone_does_not_show_that_a_program_pushes(cast: Cast) -> None:
    past(cast, *[{"operation": "getEncounter", "scope": "encounter:push"}] * 20)
    assert said(cast, "encounter:push") == ("warn", "20 sandbox calls")


def test_calls_that_a_scope_of_the_sandbox_opened_count_for_the_one_of_production(program: Program, cast: Cast) -> None:
    """Tokens of the sandbox carry all: the ledger names the first that fits."""
    for _ in range(10):
        program.get("patients/OPC-2024-DEMO1")
    assert {row.scope for row in ApiCall.objects.filter(operation="getPatient")} == {"patient:profile:read"}
    assert said(cast, "patient:read") == ("met", "10 sandbox calls")


def test_items_of_a_batch_count_for_the_scope_of_their_kind(program: Program, cast: Cast) -> None:
    batch = {"items": [{"lab_results": report(source_id=f"L{number}")} for number in range(10)]}
    assert [each["status"] for each in program.post("records/batch", batch).json()["items"]] == [201] * 10
    evidence = known(cast)
    assert evidence.scopes["encounter:push"].calls == 0
    assert evidence.scopes["lab:push"].values["good"] == 11, "the items, and the call itself"
    assert len(linked(cast, evidence.scopes["lab:push"])) == 1, "all under one request id"


def test_a_reset_says_nothing_of_any_scope(program: Program, cast: Cast) -> None:
    assert program.post("sandbox/reset", {}).status_code == 200
    assert {each.calls for each in known(cast, *available("production")).scopes.values()} == {0}


def test_every_operation_is_opened_by_a_scope_and_reads_or_writes() -> None:
    opened = {scope: set.union(*map(set, opened_by(scope))) for scope in available("production")}
    everything = {one.id for one in operations().values() if one.scopes and len(one.scopes) < len(SCOPES)}
    sandbox_only = {"listPharmacyStock", "listBloodInventory"}
    assert set.union(*opened.values()) == everything - sandbox_only
    assert {name for name in everything if writes(name)} == {
        "putFacility", "syncFacilities", "resolvePatient", "resolvePatientBatch", "pushRecordBatch", "pushEncounter",
        "pushLabResults", "pushPrescription",
    }  # fmt: skip


def test_expected_refusals_faults_on_demand_and_our_failures_are_no_faults_of_the_caller(cast: Cast) -> None:
    good = [{"status": 200}] * 5 + [{"status": 304}, {"status": 404}, {"status": 409}, {"status": 200}]
    past(cast, *good, {"status": 500}, {"status": 429, "error_code": "injected_fault"})
    assert said(cast, "success_7") == ("met", "100 %")
    past(cast, {"status": 422, "error_code": "invalid_body"})
    assert said(cast, "success_7") == said(cast, "success_30") == ("met", "90 %")
    past(cast, {"status": 401, "error_code": "token_expired", "request_id": "late", "credential": ""})
    assert said(cast, "success_7") == ("unmet", "81.8 %")
    assert "late" in linked(cast, item(cast, "success_7"))
    assert len(linked(cast, item(cast, "success_30"))) == 2


def test_the_windows_end_where_they_say(cast: Cast) -> None:
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month, week = today - timedelta(days=29), today - timedelta(days=6)
    moment = timedelta(microseconds=1)
    for at in (month - moment, month, week - moment, week):
        past(cast, {"status": 400, "at": at, "request_id": f"{at:%d-%H}"})
    assert [item(cast, key).values["calls"] for key in ("calls", "success_30", "success_7")] == [3, 3, 1]
    assert linked(cast, item(cast, "success_30")) == {f"{at:%d-%H}" for at in (month, week - moment, week)}
    assert linked(cast, item(cast, "success_7")) == {f"{week:%d-%H}"}


def test_calls_of_others_and_of_production_do_not_count(program: Program, cast: Cast, api: Client) -> None:
    other = Pusher(api)
    live = Pusher(api, "production", application=cast.application)
    for one in (other, live):
        for _ in range(12):
            one.push("encounters", encounter())
    evidence = known(cast)
    assert evidence.scopes["encounter:push"].calls == 0
    by_key = {each.key: each.values for each in evidence.items}
    assert (by_key["calls"]["calls"], by_key["replay"]["seen"], by_key["tokens"]["issued"]) == (1, 0, 1)
    assert all(linked(cast, each) <= set(own(cast)) for each in evidence.items if each.filters)


def own(cast: Cast) -> Iterator[str]:
    rows = ApiCall.objects.filter(client_id=cast.sandbox_client.client_id)
    return iter(rows.values_list("request_id", flat=True))


def test_an_ambiguous_resolve_that_is_not_sent_again_is_handled(program: Program, cast: Cast) -> None:
    file_missing(Dataset.objects.get(kind="fixtures"))
    assert said(cast, "ambiguous") == ("unmet", "not seen")
    first = program.post("patients/resolve", TRIPLET)
    assert first.status_code == 409
    assert said(cast, "ambiguous") == ("met", "1 time")
    assert linked(cast, item(cast, "ambiguous")) == {first["X-Request-Id"]}


AMBIGUOUS = {"operation": "resolvePatient", "status": 409, "error_code": "ambiguous_match"}
OLDER = {"operation": "pushEncounter", "status": 409, "error_code": "older_version"}


@pytest.mark.parametrize(("key", "refused"), [("ambiguous", AMBIGUOUS), ("conflict", OLDER)])
@pytest.mark.parametrize(("seconds", "handled", "verdict"), [(5, 0, "warn"), (5.1, 2, "met")])
def test_a_repetition_is_blind_within_the_seconds_of_the_questionnaire(
    cast: Cast, key: str, refused: dict[str, Any], seconds: float, handled: int, verdict: str
) -> None:
    first = timezone.now() - timedelta(minutes=1)
    past(cast, {**refused, "at": first}, {**refused, "at": first + timedelta(seconds=seconds)})
    found = item(cast, key)
    assert (found.values["seen"], found.values["handled"], found.verdict) == (2, handled, verdict)
    assert len(linked(cast, found)) == 2
    past(cast, {**refused, "at": first + timedelta(seconds=30)})
    assert said(cast, key) == ("met", f"{handled + 1} of 3" if not handled else "3 times"), "the newest decides"


def test_what_comes_between_or_ends_otherwise_is_no_repetition(cast: Cast) -> None:
    past(cast, AMBIGUOUS, {"operation": "resolvePatient"}, AMBIGUOUS, {**AMBIGUOUS, "operation": "resolvePatientBatch"})
    assert said(cast, "ambiguous") == ("met", "3 times")
    batch = {**AMBIGUOUS, "operation": "resolvePatientBatch", "request_id": "batch", "at": timezone.now()}
    past(cast, batch, batch)
    assert said(cast, "ambiguous")[1] == "5 times", "the items of a batch are one call"


def test_an_older_version_that_is_not_sent_again_is_a_conflict_handled(program: Program, cast: Cast) -> None:
    program.push("encounters", encounter(source_version=2))
    assert said(cast, "conflict") == ("unmet", "not seen")
    refused = program.push("encounters", encounter(source_version=1))
    assert refused.status_code == 409
    assert said(cast, "conflict") == ("met", "1 time")
    assert linked(cast, item(cast, "conflict")) == {refused["X-Request-Id"]}


def test_a_refused_push_is_mended_by_a_success_of_the_same_operation(program: Program, cast: Cast) -> None:
    refused = program.push("encounters", encounter(status="?"))
    program.push("lab-results", report())
    assert said(cast, "invalid") == ("warn", "0 of 1")
    program.push("encounters", encounter())
    assert said(cast, "invalid") == ("met", "1 time")
    assert linked(cast, item(cast, "invalid")) == {refused["X-Request-Id"]}


BUSY = {"status": 429, "error_code": "rate_limited"}


@pytest.mark.parametrize(
    ("calls", "verdict", "figure"),
    [
        ([{}], "unmet", "not seen"),
        ([BUSY], "warn", "0 of 1"),
        ([BUSY, {}], "met", "1 time"),
        ([BUSY, BUSY, {}], "met", "1 of 2"),
        ([{**BUSY, "duration_us": 500_000}, {}], "warn", "0 of 1"),
        ([{**BUSY, "duration_us": 1_500_000}, {}, {"operation": "getPatient"}], "warn", "0 of 1"),
        ([{**BUSY, "duration_us": 1_040_000}, {}, {}], "met", "1 time"),
        ([{"status": 429, "error_code": "too_many_strangers"}, {}], "unmet", "not seen"),
    ],
)
def test_after_429_nothing_comes_until_retry_after_is_over(
    cast: Cast, calls: list[dict[str, Any]], verdict: str, figure: str
) -> None:
    past(cast, *calls)
    assert said(cast, "backoff") == (verdict, figure)
    found = item(cast, "backoff")
    assert (len(linked(cast, found)) if found.filters else 0) == found.values["seen"]


def test_a_429_on_demand_is_one(program: Program, cast: Cast) -> None:
    answer = program.get("patients/OPC-2024-DEMO1", Sandbox_Fault="status=429")
    assert answer.status_code == 429
    assert said(cast, "backoff") == ("warn", "0 of 1")
    [at] = ApiCall.objects.filter(status=429).values_list("at", flat=True)
    past(cast, {"at": at + timedelta(seconds=0.9)})
    assert said(cast, "backoff") == ("warn", "0 of 1"), "that one came too soon"
    assert linked(cast, item(cast, "backoff")) == {answer["X-Request-Id"]}


def test_a_retry_with_the_same_key_is_seen(program: Program, cast: Cast) -> None:
    program.push("encounters", encounter(), Idempotency_Key="k")
    assert said(cast, "replay") == ("unmet", "not seen")
    again = program.push("encounters", encounter(), Idempotency_Key="k")
    assert said(cast, "replay") == ("met", "1 time")
    assert linked(cast, item(cast, "replay")) == {again["X-Request-Id"]}


def test_a_token_for_each_call_is_too_many(program: Program, cast: Cast) -> None:
    for _ in range(5):
        program.get("patients/OPC-2024-DEMO1")
    assert said(cast, "tokens") == ("met", "5")
    for _ in range(5):
        program.fetch()
        program.get("patients/OPC-2024-DEMO1")
    assert said(cast, "tokens") == ("unmet", "1.7")
    assert len(linked(cast, item(cast, "tokens"))) == 6


def test_a_token_an_hour_is_none_too_many_however_few_calls(cast: Cast) -> None:
    fetched = {"operation": "createToken", "method": "POST"}
    moments = [timezone.now() - timedelta(hours=hours) for hours in range(5, 0, -1)]
    past(cast, *[{**fetched, "at": at} for at in moments])
    assert said(cast, "tokens") == ("met", "0")


def test_a_passed_scenario_counts_and_shows_its_case_too(cast: Cast) -> None:
    assert said(cast, "scenarios")[0] == "unmet"
    run = start_scenario(
        by=BY_DEVELOPER, application=cast.application, scenario=SCENARIOS["push-refused-and-mended"], user=None
    )
    assert said(cast, "scenarios")[0] == "unmet", "it runs still"
    now = timezone.now()
    ScenarioRun.objects.filter(pk=run.pk).update(state="passed", ended_at=now)
    assert said(cast, "scenarios")[0] == "warn"
    assert said(cast, "invalid") == ("met", "in a scenario")
    assert said(cast, "ambiguous") == ("unmet", "not seen")
    assert dict(item(cast, "scenarios").passed)["A push is refused, and mended"] == now


def test_a_scenario_is_asked_of_those_whose_scopes_it_shows(cast: Cast) -> None:
    [asked] = [each.values["asked"] for each in known(cast, "facility:sync").items if each.key == "scenarios"]
    assert "facility-updated" in asked
    assert "no-match-creates" not in asked
    assert set(SCENARIOS) <= set(reading.SHOWN_WITH) | set(reading.PROOFS.values()), "each has its place"


def test_an_old_secret_is_looked_at(cast: Cast) -> None:
    assert said(cast, "secret_age") == ("met", "0 days")
    secret = ClientSecret.objects.filter(pk=cast.client_secret.pk)
    secret.update(created_at=timezone.now() - timedelta(days=180, hours=1))
    assert said(cast, "secret_age") == ("met", "180 days")
    secret.update(created_at=timezone.now() - timedelta(days=181, hours=1))
    assert said(cast, "secret_age") == ("warn", "181 days")
    secret.update(revoked_at=timezone.now())
    assert said(cast, "secret_age") == ("unmet", "no credential")


def test_two_step_sign_in_is_of_all_members_and_only_developers_read_who_has_none(cast: Cast, address: str) -> None:
    for person in (cast.alice, cast.bob):
        Authenticator.objects.create(user=person.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=cast.vera.user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert said(cast, "two_step") == ("unmet", "2 of 3")
    assert "Without it: Vera." in cast.alice.client.get(address).content.decode()
    assert "Vera" not in str(known(cast).as_json())
    Authenticator.objects.create(user=cast.vera.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    assert said(cast, "two_step") == ("met", "on")


def test_what_is_kept_with_a_version_says_what_was_then(program: Program, cast: Cast) -> None:
    program.push("encounters", encounter())
    request = submitted(cast)
    program.push("encounters", encounter(source_version=2))
    kept = Evidence.from_json(request.versions.get().evidence)
    assert kept.scopes["encounter:push"].figure == "1 sandbox call"
    assert len(linked(cast, kept.scopes["encounter:push"])) == 1
    assert item(cast, "encounter:push").figure == "2 sandbox calls"
    assert kept.as_json() == request.versions.get().evidence


def test_counted_hours_and_the_ledger_say_the_same(program: Program, cast: Cast) -> None:
    past(cast, *[{"at": timezone.now() - timedelta(days=day), "operation": "getPatient"} for day in range(1, 25)])
    program.get("patients/OPC-2024-DEMO1")
    before = known(cast).as_json()
    count(timezone.now() + timedelta(hours=2))
    after = known(cast).as_json()
    assert {**after, "at": ""} == {**before, "at": ""}


def test_of_many_calls_the_newest_are_looked_through_and_the_page_says_so(
    cast: Cast, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (items, reading):
        monkeypatch.setattr(module, "LOOKED_THROUGH", 10)
    past(cast, {"replay": True}, *[{}] * 5, {"replay": True}, *[{}] * 5)
    found = item(cast, "replay")
    assert found.values["seen"] == 1
    assert len(linked(cast, found)) == 1
    assert item(cast, "calls").values["calls"] == 12
    assert "There are more calls than are looked through" in cast.alice.client.get(address).content.decode()


@pytest.mark.parametrize("calls", [0, 300])
def test_it_asks_few_queries_however_many_calls(cast: Cast, calls: int) -> None:
    past(cast, *[{"operation": "getPatient"}] * calls)
    with CaptureQueriesContext(connection) as seen:
        known(cast)
    assert len(seen) == 7


def test_thresholds_are_the_operators(cast: Cast, settings: Settings, tmp_path: Any) -> None:
    text = settings.QUESTIONNAIRE.read_text(encoding="utf-8")
    settings.QUESTIONNAIRE = tmp_path / "own.toml"
    settings.QUESTIONNAIRE.write_text(text.replace("scope_calls = 10", "scope_calls = 2"), encoding="utf-8")
    past(cast, *[{"operation": "pushEncounter", "status": 201}] * 2)
    found = item(cast, "encounter:push")
    assert found.is_met
    assert "Met by 2 calls" in found.how


def test_the_page_shows_every_item_how_it_was_computed_and_its_calls(
    program: Program, cast: Cast, address: str
) -> None:
    program.push("encounters", encounter())
    draft(cast)
    html = cast.vera.client.get(address).content.decode()
    evidence = evidence_of(cast.application, ["encounter:push", "facility:sync"])
    for each in evidence.everything:
        assert each.title in html
    assert html.count("/log/?") == len([each for each in evidence.everything if each.filters])
    assert set(evidence.scopes) == set(re.findall(r"<strong><code>([\w:]+)</code>", html))
    assert cast.charlie.client.get(address).status_code == 404


def test_reviewers_read_calls_of_the_sandbox_alone_without_address_or_credential(
    program: Program, cast: Cast, api: Client
) -> None:
    live = Pusher(api, "production", application=cast.application)
    live.push("encounters", encounter())
    program.push("encounters", encounter())
    rita = reviewer()
    path = f"/review/requests/{submitted(cast).public_id}/calls/"
    html = rita.client.get(path, {"environment": "production"}).content.decode()
    assert ids(html) == set(own(cast))
    assert "127.0.0.1" not in html
    assert cast.secret[-4:] not in html
    for person in (cast.sam, cast.alice, cast.charlie):
        assert person.client.get(path).status_code == 404


def test_a_draft_shows_reviewers_nothing(cast: Cast) -> None:
    path = f"/review/requests/{draft(cast).public_id}/calls/"
    assert reviewer().client.get(path).status_code == 404


def test_reviewers_turn_pages(cast: Cast) -> None:
    past(cast, *[{"request_id": f"call-{number}"} for number in range(60)])
    path = f"/review/requests/{submitted(cast).public_id}/calls/"
    rita = reviewer()
    first = rita.client.get(path).content.decode()
    [older] = re.findall(r'href="\?([^"]+)" rel="next"', first)
    second = rita.client.get(path, dict(parse_qsl(older))).content.decode()
    assert ids(first) | ids(second) == {f"call-{number}" for number in range(60)}
    [newer] = re.findall(r'href="\?([^"]+)" rel="prev"', second)
    assert ids(rita.client.get(path, dict(parse_qsl(newer))).content.decode()) == ids(first)
    assert "one of the filters cannot be read" in rita.client.get(path, {"kind": "?"}).content.decode()
    assert "No call fits" in rita.client.get(path, {"kind": "replay"}).content.decode()


def test_every_filter_of_an_item_is_one_of_the_log() -> None:
    assert set(items.KINDS.values()) <= set(KINDS)
    assert set(items.KINDS) <= set(WORDS)
