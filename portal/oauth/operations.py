"""What an operation of the API is called and which scopes let a token in; views carry one per method."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """An operation of the OpenAPI document.

    Any one of `scopes` is enough. `problems` are the error codes that it answers beside the usual ones.
    """

    id: str
    scopes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
