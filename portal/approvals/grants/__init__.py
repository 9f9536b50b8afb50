"""What follows an approval: the agreement, the first secret, the probe, the yearly attestation, the end."""

from portal.approvals.grants.giving import grant

__all__ = ["grant"]
