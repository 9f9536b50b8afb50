"""The scope registry: every scope, where it may be held, what it allows, and how sensitive it is.

Each scope is described twice: to the developer who asks for it and to the reviewer who decides about it.
`noop` marks the descriptions for the pages, which translate them.
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_noop as noop

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
        noop("Read a patient's demographics by Health ID."),
        noop("Shows who a person is to anyone who holds the Health ID."),
        "personal",
        _SANDBOX_ONLY,
    ),
    Scope(
        "pharmacy:stock:read",
        noop("Read which pharmacy has which medicine."),
        noop("Shows stock levels; no person is named."),
        "inventory",
        _SANDBOX_ONLY,
    ),
    Scope(
        "blood:inventory:read",
        noop("Read how many units of blood each bank holds."),
        noop("Shows stock levels; no person is named."),
        "inventory",
        _SANDBOX_ONLY,
    ),
    Scope(
        "lab:results:read",
        noop("Read a patient's laboratory results."),
        noop("Shows health data, infections and pregnancy among them."),
        "clinical",
        _SANDBOX_ONLY,
    ),
    Scope(
        "patient:diagnostics:read",
        noop("Read a patient's coded diagnoses."),
        noop("Shows health data, including stigmatised conditions."),
        "clinical",
        _SANDBOX_ONLY,
    ),
    Scope(
        "health_id:verify",
        noop("Find the Health ID that demographics describe, or create one."),
        noop("Can link records to a person; a wrong link mixes two patients."),
        "personal",
    ),
    Scope(
        "patient:read",
        noop("Read a patient's profile, laboratory results and diagnoses."),
        noop("Shows everything known about a person in the organisation's care."),
        "clinical",
    ),
    Scope(
        "encounter:push",
        noop("Send visits and admissions."),
        noop("Adds to the record that other clinicians will rely on."),
        "clinical",
    ),
    Scope(
        "lab:push",
        noop("Send laboratory results."),
        noop("Adds results that others will treat by."),
        "clinical",
    ),
    Scope(
        "prescription:push",
        noop("Send prescriptions."),
        noop("Adds medicines that others will check against."),
        "clinical",
    ),
    Scope(
        "facility:sync",
        noop("Keep a facility's services, stock and blood units up to date."),
        noop("Changes what the public and other hospitals see of a facility."),
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
