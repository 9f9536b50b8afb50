"""What reviewers do with their browsers."""

import re
from typing import Any

from django.urls import reverse

from portal.approvals.models import AccessRequest
from tests.approvals.requests import SCOPES
from tests.cast import Person

SEEN = re.compile(r'name="seen" value="([^"]*)"')


def address(request: AccessRequest, page: str = "request") -> str:
    return reverse(f"review-{page}", args=[request.public_id])


def shown(by: Person, request: AccessRequest) -> str:
    """Return the page of a request as this reviewer sees it."""
    answer = by.client.get(address(request))
    assert answer.status_code == 200
    text: str = answer.text
    return text


def seen(by: Person, request: AccessRequest) -> str:
    """Return the state that the page was about."""
    found = SEEN.search(shown(by, request))
    assert found, "there is nothing to decide on this page"
    return found[1]


def decide(by: Person, request: AccessRequest, action: str = "approve", **fields: Any) -> str:
    """Send the decision as the page has it, and return the page that comes."""
    fields = {"grant": list(SCOPES), "facilities": ["NG-LOS-H1"], "seen": fields.pop("seen", None), **fields}
    fields["seen"] = fields["seen"] or seen(by, request)
    answer = by.client.post(address(request, "decide"), {"action": action, **fields}, follow=True)
    assert answer.status_code == 200
    text: str = answer.text
    return text


def agree(by: Person, request: AccessRequest, answer: str = "agree", **fields: str) -> str:
    """Answer a proposal."""
    fields["seen"] = fields.get("seen") or seen(by, request)
    text: str = by.client.post(address(request, "second"), {answer: "", **fields}, follow=True).text
    return text


def state(request: AccessRequest) -> str:
    return AccessRequest.objects.get(pk=request.pk).state
