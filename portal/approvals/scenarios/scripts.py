"""What each scenario waits for, and what it forbids meanwhile."""

from functools import cache

from portal.approvals.scenarios.calls import PUSHES, RESOLVES, both, created, matched, of, uses
from portal.approvals.scenarios.judging import Seen, Watch
from portal.audit.calls import patient_hash

AMINA = "OPC-2024-DEMO1"
MOST_REFUSED = 5
"""So often a push may be refused before it is taken for one that is sent again unchanged."""
FACILITY = frozenset({"putFacility", "syncFacilities"})
SUPPLIES = frozenset({"listPharmacyStock", "listBloodInventory"})


@cache
def hash_of(health_id: str) -> str:
    """Return how the ledger names a fixture."""
    return patient_hash(health_id)


def no_match_creates(watch: Watch) -> None:
    """Somebody unknown gets a Health ID, and the client goes on with it."""
    new = watch.wait("created", created)
    watch.wait("used", both(uses, of(new.patient)))


def duplicate_matches(watch: Watch) -> None:
    """The same person is sent twice, and stays one patient."""
    new = watch.wait("created", created)
    watch.wait("matched", both(matched, of(new.patient)), {"second_patient": created})


def ambiguous_is_not_guessed(watch: Watch) -> None:
    """A 409 is neither repeated as it was nor settled by taking the candidate."""
    watch.wait("ambiguous", is_ambiguous)
    candidate = of(hash_of(AMINA))
    watch.wait(
        "settled",
        lambda call: created(call) or (matched(call) and candidate(call)),
        {"repeated": is_ambiguous, "guessed": both(is_push, uses, candidate)},
    )


def push_refused_and_mended(watch: Watch) -> None:
    """A push is refused for what it says, and the same operation succeeds with what was mended."""
    refused = watch.wait("refused", lambda call: is_push(call) and is_refused(call))
    times = 1

    def too_often(call: Seen) -> bool:
        nonlocal times
        times += call.operation == refused.operation and is_refused(call)
        return times > MOST_REFUSED

    watch.wait(
        "mended",
        lambda call: call.operation == refused.operation and uses(call) and not call.replay,
        {"refused_again": too_often},
    )


def facility_updated(watch: Watch) -> None:
    """A facility's state is taken over, then a newer one, and the client sees what came of it."""
    watch.wait("synced", is_taken_over)
    watch.wait(
        "updated",
        lambda call: is_taken_over(call) and call.status == 200,
        {"older": lambda call: call.operation in FACILITY and call.error_code in {"older_version", "version_reused"}},
    )
    watch.wait("looked", lambda call: call.succeeded and (call.operation in SUPPLIES or is_repeated_sync(call)))


def is_ambiguous(call: Seen) -> bool:
    """Say whether a resolve was answered with candidates."""
    return call.operation in RESOLVES and call.error_code == "ambiguous_match"


def is_push(call: Seen) -> bool:
    """Say whether a call pushes a record."""
    return call.operation in PUSHES


def is_refused(call: Seen) -> bool:
    """Say whether a call was refused for what its body says. A key sent for another body is another mistake."""
    return call.status == 422 and call.error_code != "idempotency_key_reused"


def is_taken_over(call: Seen) -> bool:
    """Say whether the state of a facility was stored."""
    return call.operation in FACILITY and call.succeeded and not call.replay


def is_repeated_sync(call: Seen) -> bool:
    """Say whether a state was known already."""
    return call.operation in FACILITY and call.replay
