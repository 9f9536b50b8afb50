"""Evidence beside the scopes of a page."""

from django import template

from portal.approvals.evidence import Evidence, ScopeItem

register = template.Library()


@register.filter
def of_scope(evidence: Evidence, scope: str) -> ScopeItem | None:
    """Return what is known of a scope; nothing where it was not asked for."""
    return evidence.scopes.get(scope)
