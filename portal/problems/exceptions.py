"""What code raises to answer with a problem."""

from collections.abc import Sequence
from typing import TypedDict

from rest_framework.exceptions import APIException

from portal.problems.catalogue import PROBLEMS


class FieldError(TypedDict):
    """One fault in the input: where, which kind, in words.

    `pointer` is an RFC 6901 pointer into the body, `?name` for a query parameter, `{name}` for one in the path.
    """

    pointer: str
    code: str
    detail: str


class Problem(APIException):
    """An error of the catalogue. `detail` must never repeat what the caller sent.

    `members` extend the body (RFC 9457, section 3.2); the operation's `bodies` describe them.

    :raises KeyError: where the code is not in the catalogue.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        members: dict[str, object] | None = None,
    ) -> None:
        self.problem = PROBLEMS[code]
        self.status_code = self.problem.status
        self.errors = list(errors)
        self.headers = headers or {}
        self.members = members or {}
        super().__init__(detail or self.problem.meaning, code)
