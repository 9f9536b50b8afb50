"""The page on which reviewers add and remove each other."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import reviewer_actor, reviewers_only
from portal.approvals.reviewers import add_reviewer, remove_reviewer


class AddForm(forms.Form):
    """Whom to add."""

    email = forms.EmailField(
        label=_("Email address"), help_text=_("Of somebody who has an account here. They get a mail.")
    )

    def clean_email(self) -> str:
        """Refuse an address without an account."""
        email = str(self.cleaned_data["email"]).lower()
        self.user = User.objects.filter(email=email, is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(say("There is no account with this address. They must sign up first."))
        return email


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def index(request: SignedInRequest) -> HttpResponseBase:
    """Show who reviews, and add somebody."""
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user:
        try:
            add_reviewer(by=reviewer_actor(request), user=form.user, adder=request.user)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, say("%(name)s reviews requests now.") % {"name": form.user})
        return redirect("reviewers")
    found = Reviewer.objects.select_related("user").order_by("since", "pk")
    return render(request, "review/reviewers.html", {"reviewers": found, "form": form, "area": "reviewers"})


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def remove(request: SignedInRequest, reviewer_id: int) -> HttpResponseBase:
    """Ask whether it is meant, and remove somebody."""
    reviewer = get_object_or_404(Reviewer.objects.select_related("user"), pk=reviewer_id)
    if request.method == "POST":
        try:
            remove_reviewer(by=reviewer_actor(request), user=reviewer.user, remover=request.user)
        except NotAllowedError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, say("%(name)s reviews no requests any more.") % {"name": reviewer.user})
            if reviewer.user == request.user:
                return redirect("application-list")
        return redirect("reviewers")
    context: dict[str, Any] = {
        "reviewer": reviewer,
        "claimed": AccessRequest.objects.filter(reviewer=reviewer.user, state="in_review").count(),
        "is_last": Reviewer.objects.count() == 1,
        "area": "reviewers",
    }
    return render(request, "review/reviewer_remove.html", context)
