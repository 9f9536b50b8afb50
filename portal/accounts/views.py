"""Accepting the terms; organisations have pages of their own, and sign-in itself is allauth's."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.account_actions import accept_terms as accept
from portal.accounts.actors import actor
from portal.accounts.forms import TermsForm
from portal.accounts.models import TermsAcceptance
from portal.accounts.policies import SignedInRequest


def accept_terms(request: SignedInRequest) -> HttpResponse:
    """Ask a user to accept the present terms."""
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept(by=actor(request), user=request.user)
        return redirect(_safe(request.POST.get("next", "")))
    context = {
        "form": form,
        "next": _safe(request.POST.get("next", "") or request.GET.get("next", "")),
        "accepted_before": TermsAcceptance.objects.filter(user=request.user).exists(),
    }
    return render(request, "accounts/terms.html", context)


accept_terms.terms_required = False  # type: ignore[attr-defined]


def _safe(url: str) -> str:
    """Return the address if it is on this site."""
    return url if url_has_allowed_host_and_scheme(url, None) else "application-list"
