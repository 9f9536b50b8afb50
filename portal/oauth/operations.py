"""What an operation of the API is called and which scopes let a token in; views carry one per method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.edge.environments import ENVIRONMENTS, Environment


@dataclass(frozen=True)
class Operation:
    """An operation of the OpenAPI document.

    Any one of `scopes` is enough. `problems` are the error codes that it answers beside the usual ones; `bodies` has,
    by status, the serializer of those that say more than others. `environments` are those where it is there.
    """

    id: str
    scopes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    bodies: Mapping[int, Any] = field(default_factory=dict)
    environments: tuple[Environment, ...] = ENVIRONMENTS
