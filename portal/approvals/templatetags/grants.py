"""What the credentials page shows of a grant."""

from django import template

from portal.applications.models import Client
from portal.approvals.models import Grant

register = template.Library()


@register.simple_tag
def grant_of(client: Client) -> Grant | None:
    """Return the grant of a production client that stands, or ended last. One query."""
    return client.grants.order_by("-pk").first()
