"""What happens in allauth's flows, written down: rows about a user, which the user sees under "Activity".

No row holds an address or a secret: the name is all that is left of an account that has been deleted.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from portal.accounts.actors import user_actor
from portal.accounts.adapters import write
from portal.accounts.browsers import describe
from portal.accounts.models import User
from portal.audit.actions import record_decision
from portal.audit.models import Decision

KNOWN = "known_browser"
KNOWN_AGE = 365 * 86_400
KNOWN_USERS = 8
ADDED = {"totp": "add_authenticator_app", "webauthn": "add_passkey", "recovery_codes": "make_recovery_codes"}
REMOVED = {"totp": "remove_authenticator_app", "webauthn": "remove_passkey", "recovery_codes": "remove_recovery_codes"}


def note(request: HttpRequest, user: User, verb: str, **details: Any) -> None:
    """Write down what a user did to their own account."""
    record_decision(
        by=user_actor(request, user), verb=f"accounts.{verb}", object_type="User", object_id=user.pk, **details
    )


@receiver(account.user_signed_up)
def _signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    # They have just chosen a password: that proves as much as typing it again.
    record_authentication(request, user, method="password")
    note(request, user, "sign_up", after={"terms": settings.TERMS_VERSION})


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, response: HttpResponseBase, **_: Any) -> None:
    known = _known(request)
    mark = salted_hmac(KNOWN, str(user.pk)).hexdigest()[:20]
    earlier = Decision.objects.filter(object_type="User", object_id=str(user.pk), verb="accounts.sign_in")
    if mark not in known and earlier.exists():
        write(request, "new_sign_in", user.email, user=user)
    marks = [mark, *(one for one in known if one != mark)][:KNOWN_USERS]
    response.set_cookie(
        KNOWN, signing.dumps(marks, salt=KNOWN), max_age=KNOWN_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    note(request, user, "sign_in", after={"by": _ways(request, user), "browser": _browser(request)})


def _known(request: HttpRequest) -> list[str]:
    """Return the marks of the users who have signed in with this browser."""
    try:
        return list(signing.loads(request.COOKIES.get(KNOWN, ""), salt=KNOWN, max_age=KNOWN_AGE))
    except signing.BadSignature:
        return []


def _ways(request: HttpRequest, user: User) -> list[str]:
    records = get_authentication_records(request, user)
    return list(dict.fromkeys(str(one.get("type") or one["method"]) for one in records))


def _browser(request: HttpRequest) -> str:
    with override("en"):
        return describe(request.META.get("HTTP_USER_AGENT", ""))


@receiver(mfa.authentication_failed)
def _second_step_failed(request: HttpRequest, user: User, **_: Any) -> None:
    note(request, user, "fail_second_step", after={"browser": _browser(request)})


@receiver([account.password_changed, account.password_set])
def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    note(request, user, "change_password")


@receiver(account.password_reset)
def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    note(request, user, "reset_password")


@receiver(account.email_changed)
def _address_changed(request: HttpRequest, user: User, from_email_address: Any, **_: Any) -> None:
    if from_email_address is not None:
        note(request, user, "change_address")


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    note(request, user, ADDED[authenticator.type], after=_name(authenticator))


@receiver(mfa.authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    note(request, user, REMOVED[authenticator.type], before=_name(authenticator))


def _name(authenticator: Authenticator) -> dict[str, str]:
    return {"name": authenticator.data["name"]} if authenticator.type == Authenticator.Type.WEBAUTHN else {}
