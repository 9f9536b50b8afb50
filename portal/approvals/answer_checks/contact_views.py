"""What the link in a mail to a contact address opens: a page for whoever reads it, with an account or without."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from limits import RateLimitItemPerHour

from portal.approvals.answer_checks.contacts import confirm_contact, usable
from portal.approvals.answer_checks.models import WRONG_CODES, ContactProof
from portal.audit.actions import Actor
from portal.limits import rates
from portal.limits.quotas import network

RATE = RateLimitItemPerHour(60, namespace="contact-proof")
"""So often an hour may one address send codes or try links that are none."""


class CodeForm(forms.Form):
    """The code in the mail."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Six digits, in the same mail as the link."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "one-time-code"}
        ),
    )


@never_cache
@login_not_required
@sensitive_post_parameters()
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be confirmed, and confirm it with the code. Opening the link does nothing: programs open links.

    Whatever is wrong with a link, everybody reads the same about it.
    """
    found = usable(token)
    address = str(request.META["REMOTE_ADDR"])
    if (found is None or request.method == "POST") and rates.seconds_to_wait(RATE, network(address)):
        return render(request, "429.html", status=429)
    form = CodeForm(request.POST or None)
    if found is not None and request.method == "POST" and form.is_valid():
        by = Actor("mail", "The reader of the contact address", address=address)
        if confirm_contact(by=by, proof=found, token=token, code=form.cleaned_data["code"]):
            return redirect("contact-confirmed")
        found = usable(token)
        if found is not None:
            form.add_error("code", _wrong(found))
    if found is None:
        return render(request, "answer_checks/contact_void.html", status=404)
    return render(request, "answer_checks/contact.html", {"proof": found, "form": form})


def _wrong(found: ContactProof) -> str:
    left = WRONG_CODES - found.wrong_codes
    text = ngettext(
        "This is not the code in the mail with this link. You can try %(left)s more time.",
        "This is not the code in the mail with this link. You can try %(left)s more times.",
        left,
    )
    return text % {"left": left}


@require_safe
@login_not_required
def confirmed(request: HttpRequest) -> HttpResponse:
    """Say that it is done. The link itself works no more."""
    return render(request, "answer_checks/contact_confirmed.html")
