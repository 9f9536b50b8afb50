"""What was submitted, version by version."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.policies import May, SignedInRequest
from portal.approvals.policies import request_for
from portal.approvals.statements import Statement


@require_safe
def version(request: SignedInRequest, application_id: str, access_id: str, number: int) -> HttpResponse:
    """Show a submitted version, and what it says otherwise than the one before."""
    access, application, _membership = request_for(request, application_id, access_id, May.SEE)
    # Two bounds instead of a list: Django knows of them what to do with a number that no column holds.
    found = {each.number: each for each in access.versions.filter(number__gte=number - 1, number__lte=number)}
    if number not in found:
        raise Http404
    statement = Statement.of(found[number])
    context = {
        "access": access,
        "application": application,
        "version": found[number],
        "statement": statement,
        "scopes": [(name, reason, None) for name, reason in statement.reasons],
        "changes": statement.since(Statement.of(found[number - 1])) if number - 1 in found else None,
        "sensitive": settings.SENSITIVE_SCOPES,
        "tab": "production",
        "area": "applications",
    }
    return render(request, "production/version.html", context)
