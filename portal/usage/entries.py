"""A row of the ledger as a page says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from django.utils.translation import gettext as _

from portal.applications.models import ClientSecret
from portal.audit.models import ApiCall
from portal.openapi.document import Operation, operations
from portal.problems.catalogue import KNOWN_ERRORS
from portal.problems.problem_types import ProblemType
from portal.usage.figures import Tally
from portal.usage.forms import secret_name
from portal.usage.log import Place


@dataclass(frozen=True)
class Entry:
    """A call. `secrets` are those whose names the reader may know, by `secret:<id>`.

    `issuers` says which credential obtained a token, for calls that carry a token that was refused.
    """

    call: ApiCall
    secrets: Mapping[str, ClientSecret]
    issuers: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return what stands for it in addresses."""
        return str(Place.of(self.call))

    @property
    def operation(self) -> Operation | None:
        """Return its operation in the OpenAPI document."""
        return operations().get(self.call.operation)

    @property
    def path(self) -> str:
        """Return the template of its address, without values; empty where it reached nothing."""
        return path_of(self.call.operation, self.call.route)

    @property
    def short(self) -> str:
        """Return the last part of the path that is no value."""
        return next((part for part in reversed(self.path.split("/")) if part and "{" not in part), "…")

    @property
    def phrase(self) -> str:
        """Return the status in words."""
        return phrase(self.call.status)

    @property
    def status_class(self) -> int:
        """Return the first digit of the status."""
        return self.call.status // 100

    @property
    def milliseconds(self) -> float:
        """Return how long it took."""
        return self.call.duration_us / 1000

    @property
    def credential_id(self) -> str:
        """Return the credential of the call, or the one that obtained its refused token, as the ledger names it."""
        return self.call.credential or self.issuers.get(self.call.token_id, "")

    @property
    def token_was_refused(self) -> bool:
        """Say whether the call came with a token that is good no longer: no use of the credential behind it."""
        return not self.call.credential and bool(self.credential_id)

    @property
    def credential(self) -> str:
        """Return what people know the credential by; empty where the call had none."""
        kind, _colon, name = self.credential_id.partition(":")
        if kind == "key":
            return _("Key %(kid)s") % {"kid": name}
        if kind == "user":  # the token was made on a page, in the session of somebody who builds the app
            return _("A member, in the console or with Run")
        secret = self.secrets.get(self.credential_id)
        if secret:
            return secret_name(secret)
        return _("A secret") if kind == "secret" else ""

    @property
    def secret(self) -> ClientSecret | None:
        """Return the secret, where the reader may know it."""
        return self.secrets.get(self.credential_id)

    @property
    def problem(self) -> ProblemType | None:
        """Return what the error code means."""
        return KNOWN_ERRORS.get(self.call.error_code)

    @property
    def names_parts(self) -> bool:
        """Say whether the error's text speaks of a list that stood in the answer, and stands nowhere here."""
        return self.problem is not None and "`errors`" in f"{self.problem.meaning} {self.problem.mend}"


@dataclass(frozen=True)
class Outcome:
    """How calls ended, and how many."""

    status: int
    code: str
    tally: Tally

    @property
    def status_class(self) -> int:
        """Return the first digit of the status."""
        return self.status // 100

    @property
    def phrase(self) -> str:
        """Return the status in words."""
        return phrase(self.status)

    @property
    def problem(self) -> ProblemType | None:
        """Return what the error code means."""
        return KNOWN_ERRORS.get(self.code)


def phrase(status: int) -> str:
    """Return the name that RFC 9110 gives the status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def method_of(operation: str) -> str:
    """Return the operation's HTTP method, empty where there is none such."""
    found = operations().get(operation)
    return found.method if found else ""


def path_of(operation: str, route: str = "") -> str:
    """Return the template of the operation's address as the documentation writes it, or else the route's."""
    found = operations().get(operation)
    if found:
        return found.path
    inner = route.partition("/")[2]
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{inner}") if inner else ""
