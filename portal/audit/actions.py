"""Writing who decided what."""

from dataclasses import dataclass
from typing import Any, Self

from portal.audit.models import Decision


@dataclass(frozen=True)
class Actor:
    """Who acts. `kind`: `operator` for commands, `user` for people, `system` for tasks. `label`: what people read."""

    kind: str
    label: str
    id: str = ""
    address: str = ""

    @classmethod
    def operator(cls, label: str) -> Self:
        """Return the actor of a management command."""
        return cls(kind="operator", label=label)

    @classmethod
    def system(cls, label: str) -> Self:
        """Return the actor of a task that nobody started."""
        return cls(kind="system", label=label)


def record_decision(
    *,
    by: Actor,
    verb: str,
    object_type: str,
    object_id: object,
    object_label: str = "",
    organisation_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Decision:
    """Add one row; call it inside the transaction of the decision itself.

    :param object_label: what the object is called now; people read it long after the object is gone.
    """
    return Decision.objects.create(
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        address=by.address,
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        object_label=object_label[:120],
        organisation_id=organisation_id,
        before=before or {},
        after=after or {},
        reason=reason,
    )
