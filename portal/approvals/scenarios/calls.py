"""What calls are, in the words of scenarios."""

from typing import Final

from portal.approvals.scenarios.judging import Fits, Seen

RESOLVES: Final = frozenset({"resolvePatient", "resolvePatientBatch"})
READS: Final = frozenset(
    {"getPatient", "searchPatient", "searchPatientByIdentifier", "listLabResults", "listDiagnostics"}
)
PUSHES: Final = frozenset({"pushEncounter", "pushLabResults", "pushPrescription", "pushRecordBatch"})
TOKENS: Final = frozenset({"createToken", "revokeToken", "introspectToken"})


def created(call: Seen) -> bool:
    """Say whether a resolve made a Health ID."""
    return call.operation in RESOLVES and call.status == 201 and bool(call.patient)


def matched(call: Seen) -> bool:
    """Say whether a resolve found somebody known."""
    return call.operation in RESOLVES and call.status == 200 and bool(call.patient)


def uses(call: Seen) -> bool:
    """Say whether a call reads a patient or pushes a record of theirs, and may."""
    return call.operation in READS | PUSHES and call.succeeded and bool(call.patient)


def of(patient: str) -> Fits:
    """Return what fits the calls about this patient, by the hash that the ledger has of the Health ID."""
    return lambda call: call.patient == patient


def both(*conditions: Fits) -> Fits:
    """Return what fits the calls that all of these fit."""
    return lambda call: all(condition(call) for condition in conditions)
