"""Writing who decided what."""

from dataclasses import dataclass
from typing import Any, Self

from portal.audit.models import Decision


@dataclass(frozen=True)
class Actor:
    """Who acts. `kind` is `operator` for commands; `label` is what people read."""

    kind: str
    label: str
    id: str = ""

    @classmethod
    def operator(cls, label: str) -> Self:
        """Return the actor of a management command."""
        return cls(kind="operator", label=label)


def record_decision(
    *,
    by: Actor,
    verb: str,
    object_type: str,
    object_id: object,
    organisation_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Decision:
    """Add one row; call it inside the transaction of the decision itself."""
    return Decision.objects.create(
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        organisation_id=organisation_id,
        before=before or {},
        after=after or {},
        reason=reason,
    )
