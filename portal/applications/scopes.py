"""The scope registry: every scope, where it may be held, what it allows, and how sensitive it is.

Each scope is described twice: to the developer who asks for it and to the reviewer who decides about it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from portal.edge.environments import ENVIRONMENTS, SANDBOX, Environment

Sensitivity = Literal["inventory", "personal", "clinical"]


@dataclass(frozen=True)
class Scope:
    """One scope. `sensitivity` says what a leak through it would show: stock, an identity, or health data."""

    name: str
    allows: str
    risk: str
    sensitivity: Sensitivity
    environments: tuple[Environment, ...] = ENVIRONMENTS


_SANDBOX_ONLY: Final[tuple[Environment, ...]] = (SANDBOX,)

_ALL: Final = (
    Scope(
        "patient:profile:read",
        "Read a patient's demographics by Health ID.",
        "Shows who a person is to anyone who holds the Health ID.",
        "personal",
        _SANDBOX_ONLY,
    ),
    Scope(
        "pharmacy:stock:read",
        "Read which pharmacy has which medicine.",
        "Shows stock levels; no person is named.",
        "inventory",
        _SANDBOX_ONLY,
    ),
    Scope(
        "blood:inventory:read",
        "Read how many units of blood each bank holds.",
        "Shows stock levels; no person is named.",
        "inventory",
        _SANDBOX_ONLY,
    ),
    Scope(
        "lab:results:read",
        "Read a patient's laboratory results.",
        "Shows health data, infections and pregnancy among them.",
        "clinical",
        _SANDBOX_ONLY,
    ),
    Scope(
        "patient:diagnostics:read",
        "Read a patient's coded diagnoses.",
        "Shows health data, including stigmatised conditions.",
        "clinical",
        _SANDBOX_ONLY,
    ),
    Scope(
        "health_id:verify",
        "Find the Health ID that demographics describe, or create one.",
        "Can link records to a person; a wrong link mixes two patients.",
        "personal",
    ),
    Scope(
        "patient:read",
        "Read a patient's profile, laboratory results and diagnoses.",
        "Shows everything known about a person in the organisation's care.",
        "clinical",
    ),
    Scope(
        "encounter:push",
        "Send visits and admissions.",
        "Adds to the record that other clinicians will rely on.",
        "clinical",
    ),
    Scope(
        "lab:push",
        "Send laboratory results.",
        "Adds results that others will treat by.",
        "clinical",
    ),
    Scope(
        "prescription:push",
        "Send prescriptions.",
        "Adds medicines that others will check against.",
        "clinical",
    ),
    Scope(
        "facility:sync",
        "Keep a facility's services, stock and blood units up to date.",
        "Changes what the public and other hospitals see of a facility.",
        "inventory",
    ),
)

SCOPES: Final = {scope.name: scope for scope in _ALL}


def available(environment: Environment) -> tuple[str, ...]:
    """Return the names of the scopes that a client of this environment may hold, in the registry's order."""
    return tuple(scope.name for scope in _ALL if environment in scope.environments)


def in_order(names: frozenset[str] | set[str]) -> list[str]:
    """Return the names in the registry's order."""
    return [name for name in SCOPES if name in names]
