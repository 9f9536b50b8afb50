"""Judging, as a pure function: tables of calls, and what no interleaving changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.approvals.scenarios.calls import PUSHES, READS, RESOLVES, TOKENS
from portal.approvals.scenarios.catalogue import SCENARIOS
from portal.approvals.scenarios.judging import Judgement, Seen, judge
from portal.approvals.scenarios.scripts import AMINA, FACILITY, HALIMA, MOST_REFUSED, SUPPLIES, hash_of

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HER, SURVIVOR = hash_of(AMINA), hash_of(HALIMA)

NEW = Seen(START, "new", "resolvePatient", 201, patient="p1")
SAME = replace(NEW, request_id="same", status=200)
OTHER = replace(NEW, request_id="other", patient="p2")
READ = Seen(START, "read", "getPatient", 200, patient="p1")
PUSH = Seen(START, "push", "pushEncounter", 201, patient="p1")
REFUSED = replace(PUSH, request_id="refused", status=422, error_code="invalid_body")
AMBIGUOUS = replace(NEW, request_id="409", status=409, error_code="ambiguous_match", patient="")
HERS = replace(SAME, patient=HER)
STOCK = Seen(START, "stock", "listPharmacyStock", 200)
TOLD = replace(READ, request_id="told", patient=SURVIVOR, error_code="merged_health_id")
FOLLOWED = replace(READ, patient=SURVIVOR)
REHEARSED = replace(READ, request_id="429", status=429, error_code="rehearsed_refusal", patient="")
QUIET = [replace(READ, operation="createToken")] * 4
SYNC = Seen(START, "sync", "putFacility", 201)
NEWER = replace(SYNC, status=200)

TABLE = {
    "no-match-creates": [
        ([], "running", 0),
        ([SAME, READ], "running", 0),
        ([NEW], "running", 1),
        ([READ, NEW], "running", 1),
        ([NEW, replace(READ, patient="p2")], "running", 1),
        ([NEW, replace(READ, status=404)], "running", 1),
        ([NEW, REFUSED], "running", 1),
        ([NEW, READ], "passed", 2),
        ([NEW, OTHER, PUSH], "passed", 2),
        ([replace(NEW, operation="resolvePatientBatch"), replace(PUSH, operation="pushRecordBatch")], "passed", 2),
    ],
    "duplicate-matches": [
        ([SAME, SAME], "running", 0),
        ([NEW, replace(SAME, patient="p2")], "running", 1),
        ([NEW, SAME], "passed", 2),
        ([NEW, OTHER], "second_patient", 1),
        ([NEW, OTHER, SAME], "second_patient", 1),
        ([NEW, SAME, OTHER], "passed", 2),
        ([NEW, AMBIGUOUS, SAME], "passed", 2),
    ],
    "ambiguous-is-not-guessed": [
        ([HERS], "running", 0),
        ([AMBIGUOUS], "running", 1),
        ([AMBIGUOUS, SAME], "running", 1),
        ([AMBIGUOUS, replace(READ, patient=HER)], "running", 1),
        ([AMBIGUOUS, HERS], "passed", 2),
        ([AMBIGUOUS, NEW], "passed", 2),
        ([AMBIGUOUS, AMBIGUOUS], "repeated", 1),
        ([AMBIGUOUS, replace(PUSH, patient=HER)], "guessed", 1),
        ([AMBIGUOUS, replace(PUSH, patient=HER, status=404)], "running", 1),
        ([AMBIGUOUS, HERS, replace(PUSH, patient=HER)], "passed", 2),
    ],
    "push-refused-and-mended": [
        ([PUSH], "running", 0),
        ([replace(REFUSED, error_code="idempotency_key_reused")], "running", 0),
        ([REFUSED, replace(PUSH, operation="pushLabResults")], "running", 1),
        ([REFUSED, replace(PUSH, replay=True)], "running", 1),
        ([REFUSED, PUSH], "passed", 2),
        ([REFUSED] * MOST_REFUSED + [PUSH], "passed", 2),
        ([REFUSED] * (MOST_REFUSED + 1) + [PUSH], "refused_again", 1),
        ([REFUSED] + [replace(REFUSED, operation="pushLabResults")] * 9 + [PUSH], "passed", 2),
    ],
    "merged-patient-followed": [
        ([FOLLOWED], "running", 0),
        ([replace(TOLD, patient=HER)], "running", 0),
        ([TOLD, READ], "running", 1),
        ([TOLD, FOLLOWED], "passed", 2),
        ([replace(SAME, patient=SURVIVOR), replace(PUSH, patient=SURVIVOR)], "passed", 2),
        ([TOLD, replace(TOLD, operation="pushEncounter"), FOLLOWED], "old_again", 1),
        ([replace(TOLD, duration_us=1_500_000), TOLD, FOLLOWED], "passed", 2),  # it was under way already
    ],
    "429-backed-off": [
        ([READ, READ], "running", 0),
        ([replace(REHEARSED, error_code="injected_fault"), *QUIET, READ], "running", 0),
        ([REHEARSED], "running", 1),
        ([REHEARSED, *QUIET, READ], "passed", 2),
        ([REHEARSED, *QUIET, PUSH], "running", 1),
        ([REHEARSED, *QUIET, replace(READ, status=404)], "running", 1),
        ([REHEARSED, *QUIET, replace(READ, status=503), READ], "passed", 2),
        ([REHEARSED, *QUIET[:3], READ], "too_early", 1),
        ([REHEARSED, REHEARSED, *QUIET, READ], "too_early", 1),
        ([REHEARSED, STOCK, *QUIET, READ], "too_early", 1),
        ([replace(REHEARSED, duration_us=1_500_000), STOCK, *QUIET, READ], "passed", 2),  # it was under way already
    ],
    "facility-updated": [
        ([STOCK], "running", 0),
        ([SYNC, replace(SYNC, status=200, replay=True)], "running", 1),
        ([SYNC, SYNC], "running", 1),
        ([SYNC, NEWER], "running", 2),
        ([SYNC, NEWER, replace(NEWER, replay=True)], "passed", 3),
        ([SYNC, STOCK, NEWER, STOCK], "passed", 3),
        ([SYNC, replace(SYNC, status=409, error_code="older_version")], "older", 1),
        ([replace(SYNC, status=409, error_code="older_version"), SYNC, NEWER, STOCK], "passed", 3),
    ],
}


def judged(key: str, calls: list[Seen]) -> Judgement:
    return judge(SCENARIOS[key].script, in_order(calls))


def in_order(calls: list[Seen]) -> list[Seen]:
    """Let the calls come one a second."""
    return [replace(call, at=START + number * SECOND) for number, call in enumerate(calls)]


def outcome(found: Judgement) -> str:
    return found.reason or found.state


@pytest.mark.parametrize(
    ("key", "calls", "expected", "done"),
    [
        pytest.param(key, *row, id=f"{key}-{number}")
        for key, rows in TABLE.items()
        for number, row in enumerate(rows, start=1)
    ],
)
def test_these_calls_come_to_this(key: str, calls: list[Seen], expected: str, done: int) -> None:
    found = judged(key, calls)
    assert (outcome(found), len(found.done)) == (expected, done)


@pytest.mark.parametrize("key", sorted(SCENARIOS))
def test_every_scenario_has_a_table_in_which_it_passes_and_every_fault_a_row(key: str) -> None:
    ends = {expected for _calls, expected, _done in TABLE[key]}
    assert ends - {"running", "passed"} == set(SCENARIOS[key].faults)
    longest = max(TABLE[key], key=lambda row: row[2])
    assert longest[1] == "passed"
    assert [step for step, _call in judged(key, longest[0]).done] == list(SCENARIOS[key].steps)


RELEVANT = sorted(RESOLVES | READS | PUSHES | FACILITY | SUPPLIES)
any_call = st.builds(
    Seen,
    at=st.just(START),
    request_id=st.just("x"),
    operation=st.sampled_from(RELEVANT),
    status=st.sampled_from([200, 201, 401, 403, 404, 409, 422, 429, 503]),
    error_code=st.sampled_from(
        ["", "ambiguous_match", "older_version", "invalid_body", "merged_health_id", "rehearsed_refusal"]
    ),
    patient=st.sampled_from(["", "p1", "p2", HER, SURVIVOR]),
    replay=st.booleans(),
)
strange = st.builds(
    Seen,
    at=st.just(START),
    request_id=st.just("strange"),
    operation=st.sampled_from(["resetSandbox", "getEncounter", "getLabReport", "getPrescription", "later"]),
    status=st.sampled_from([200, 201, 404, 422]),
    error_code=st.sampled_from(["", "invalid_body"]),
    patient=st.sampled_from(["", "p1", HER, SURVIVOR]),
)
unrelated = st.builds(
    Seen,
    at=st.just(START),
    request_id=st.just("unrelated"),
    operation=st.sampled_from(sorted(TOKENS)),
    status=st.sampled_from([200, 201, 400, 401, 404, 422]),
    error_code=st.sampled_from(["", "invalid_client", "invalid_body"]),
    patient=st.sampled_from(["", "p1", HER]),
)


@pytest.mark.parametrize("key", sorted(SCENARIOS))
@given(data=st.data(), calls=st.lists(any_call, max_size=12))
def test_calls_of_other_operations_change_nothing(key: str, data: st.DataObject, calls: list[Seen]) -> None:
    other = unrelated if SCENARIOS[key].rehearses else unrelated | strange  # who waits makes no call at all
    others = data.draw(st.lists(st.tuples(st.integers(0, 12), other), max_size=12))
    alone = judged(key, calls)
    mixed = [*in_order(calls)]
    for place, call in others:
        mixed.insert(min(place, len(mixed)), replace(call, at=START + place * SECOND))
    assert judge(SCENARIOS[key].script, mixed) == alone


@pytest.mark.parametrize("key", sorted(SCENARIOS))
@given(calls=st.lists(any_call, max_size=16))
def test_a_step_never_goes_back_and_what_is_final_stays(key: str, calls: list[Seen]) -> None:
    before = judged(key, [])
    for length in range(len(calls) + 1):
        now = judged(key, calls[:length])
        assert now.done[: len(before.done)] == before.done
        if before.state != "running":
            assert now == before
        before = now
