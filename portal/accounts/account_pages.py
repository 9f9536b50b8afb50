"""The pages of one's own account that are not allauth's: profile, sessions, activity, deletion."""

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import account_actions as actions
from portal.accounts.account_activity import events
from portal.accounts.account_deletion import TiedError, consequences
from portal.accounts.account_forms import DeletionForm, ProfileForm
from portal.accounts.actors import actor
from portal.accounts.adapters import write
from portal.accounts.browsers import describe
from portal.accounts.models import User
from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated_from_the_start


def profile(request: SignedInRequest) -> HttpResponse:
    """Change name and language."""
    user = User.objects.get(pk=request.user.pk)  # the form writes on it; the header shows what is kept
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(by=actor(request), user=request.user, **form.cleaned_data)
        with override(request.user.language):
            messages.success(request, _("Saved."))
            return redirect("account-profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """List where the user is signed in."""
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.last_seen_at, reverse=True)
    found.sort(key=lambda one: not one.is_current())
    rows = [{"session": one, "browser": describe(one.user_agent), "current": one.is_current()} for one in found]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Sign out one other browser."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    if session.is_current():
        logout(request, show_message=False)
        return redirect("home")
    actions.end_sessions(by=actor(request), user=request.user, sessions=[session])
    messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")


@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out every other browser."""
    others = [one for one in UserSession.objects.filter(user=request.user) if not one.is_current()]
    actions.end_sessions(by=actor(request), user=request.user, sessions=others)
    messages.success(request, _("Signed out everywhere else."))
    return redirect("usersessions_list")


@require_safe
def activity(request: SignedInRequest) -> HttpResponse:
    """Show what happened to the account."""
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    rows, older = events(request.user, start)
    return render(request, "accounts/activity.html", {"rows": rows, "older": older, "first": start is None})


@recently_authenticated_from_the_start
def delete(request: SignedInRequest) -> HttpResponse:
    """Delete the account, after everything has been said."""
    form = DeletionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            _delete(request)
        except TiedError:
            return redirect("account-delete")  # which says what is in the way
        return redirect("account-deleted")
    return render(request, "accounts/delete.html", {"form": form, "found": consequences(request.user)})


delete.terms_required = False  # type: ignore[attr-defined]


@transaction.atomic
def _delete(request: SignedInRequest) -> None:
    user = User.objects.get(pk=request.user.pk)
    write(request, "farewell", user.email, user=user)
    actions.delete_account(by=actor(request), user=user)
    logout(request, show_message=False)


@require_safe
@login_not_required
def deleted(request: HttpRequest) -> HttpResponse:
    """Say that the account is gone."""
    return render(request, "accounts/deleted.html")


@require_POST
@never_cache
@login_not_required
def sign_up_again(request: HttpRequest) -> HttpResponse:
    """Go back to the form with another address.

    The answer is the same whether the address had an account before or not. A user who was only begun is forgotten.
    """
    process = EmailVerificationProcess.resume(request)
    if process and not request.user.is_authenticated:
        begun = process.user
        clear_login(request)
        process.abort()
        if begun and begun.last_login is None and not begun.emailaddress_set.filter(verified=True).exists():
            begun.delete()
    return redirect("account_signup")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Say when to try again: the longest of allauth's limits per request lasts a minute."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response
