"""Calls of one kind: by how they ended, or by the scope that opens what they called.

The log's filters and the evidence for production access read the same definitions, so that a figure and the calls
behind its link are the same ones. Each kind has two conditions: what the counts by hour and day know, and what only the
ledger does.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.applications.scopes import SCOPES, available
from portal.edge.environments import PRODUCTION
from portal.openapi.document import operations
from portal.problems.catalogue import INJECTED, REHEARSED

RESOLVES: Final = ("resolvePatient", "resolvePatientBatch")
AMBIGUOUS: Final = ("ambiguous_match", "local_number_reused")
CONFLICTS: Final = ("older_version", "version_reused", "ambiguous_identifier")
ARRANGED: Final = (INJECTED.code, REHEARSED.code)
"""What the sandbox refused because somebody wanted to see what comes then."""
LIMITED: Final = ("rate_limited", *ARRANGED)
EXPECTED: Final = (404, 409)
"""Answers that a good program meets, and that say nothing against it."""
READING: Final = ("get", "list", "search")
"""How the ids of operations begin that change nothing."""


@dataclass(frozen=True)
class Kind:
    """A kind of calls: what it is called, and the two conditions."""

    label: str | Promise
    counted: Q
    uncounted: Q = field(default_factory=Q)


KINDS: Final = {
    "faulty": Kind(
        _("Refused for a fault of the caller"),
        Q(status__gte=400, status__lt=500) & ~Q(status__in=EXPECTED) & ~Q(error_code__in=ARRANGED),
    ),
    "ambiguous": Kind(_("Ambiguous at resolve"), Q(operation__in=RESOLVES, error_code__in=AMBIGUOUS)),
    "conflict": Kind(_("Conflict"), Q(error_code__in=CONFLICTS)),
    "invalid": Kind(_("Content refused (422)"), Q(status=422) & ~Q(operation__startswith="search")),
    "limited": Kind(_("Too many calls (429)"), Q(status=429, error_code__in=LIMITED)),
    "replay": Kind(_("Answered from an earlier call"), Q(), Q(replay=True)),
    "token": Kind(_("Token issued"), Q(operation="createToken", status=200)),
}


@cache
def opened_by(scope: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the operations that this scope opens in production: alone, and together with others.

    What every scope opens says nothing of one, and is left out.
    """
    found = [one for one in operations().values() if scope in one.scopes and len(one.scopes) < len(SCOPES)]
    shared = {one.id for one in found if len(set(one.scopes) & set(available(PRODUCTION))) > 1}
    return frozenset(one.id for one in found) - shared, frozenset(shared)


def of_scope(scope: str) -> Kind:
    """Return the calls of the operations that the scope opens.

    In the sandbox another scope may have opened the door of such a call. Where several scopes of production open an
    operation, a batch, only what this very one let in is of it: the ledger has a row for each item.
    """
    alone, shared = opened_by(scope)
    return Kind(scope, Q(operation__in=alone | shared), ~Q(operation__in=shared) | Q(scope=scope) if shared else Q())


def writes(operation: str) -> bool:
    """Say whether the operation changes anything."""
    return not operation.startswith(READING)
