"""What the sandbox knows about an application: items with verdicts, live and as they were kept at a submission."""

from portal.approvals.evidence.items import Evidence, Item, ScopeItem, Verdict
from portal.approvals.evidence.reading import evidence_of, snapshot

__all__ = ["Evidence", "Item", "ScopeItem", "Verdict", "evidence_of", "snapshot"]
