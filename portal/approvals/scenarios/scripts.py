"""What each scenario waits for, and what it forbids meanwhile."""

from functools import cache

from portal.approvals.scenarios.calls import PUSHES, RESOLVES, TOKENS, both, created, matched, of, uses
from portal.approvals.scenarios.judging import Seen, Watch
from portal.audit.calls import patient_hash
from portal.connect.rehearsing import RETRY_AFTER
from portal.problems.catalogue import MERGED, REHEARSED

AMINA, HALIMA = "OPC-2024-DEMO1", "OPC-2024-DEMO11"
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


def merged_patient_followed(watch: Watch) -> None:
    """Whoever is told of a surviving Health ID uses that one from then on."""
    her = of(hash_of(HALIMA))
    told = watch.wait("told", lambda call: her(call) and (matched(call) or (uses(call) and is_alias(call))))
    watch.wait(
        "followed",
        lambda call: her(call) and uses(call) and not is_alias(call),
        {"old_again": lambda call: her(call) and is_alias(call) and call.at >= told.answered_at},
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


def backed_off(watch: Watch) -> None:
    """A call is refused with 429, and comes again once Retry-After is over, and nothing else before."""
    refused = watch.wait("refused", lambda call: call.error_code == REHEARSED.code)
    over = refused.at + RETRY_AFTER
    watch.wait(
        "came_back",
        lambda call: call.operation == refused.operation and call.succeeded and call.at >= over,
        {"too_early": lambda call: call.operation not in TOKENS and refused.answered_at <= call.at < over},
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


def is_alias(call: Seen) -> bool:
    """Say whether a call was sent a Health ID that was merged into the one of the answer."""
    return call.error_code == MERGED.code


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
