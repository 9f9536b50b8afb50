"""Pages about people and organisations; sign-in itself is allauth's."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.forms import TermsForm
from portal.accounts.policies import SignedInRequest


def accept_terms(request: SignedInRequest) -> HttpResponse:
    """Ask a user to accept the present terms."""
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.accept(request.user)
        return redirect(_safe(request.POST.get("next", "")))
    return render(request, "accounts/terms.html", {"form": form, "next": _safe(request.GET.get("next", ""))})


accept_terms.terms_required = False  # type: ignore[attr-defined]


def _safe(url: str) -> str:
    """Return the address if it is on this site."""
    return url if url_has_allowed_host_and_scheme(url, None) else "application-list"
