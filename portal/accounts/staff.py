"""Pages of the staff: for all others there is nothing at their addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from portal.accounts.policies import SignedInRequest
from portal.audit.actions import Actor

View = Callable[..., HttpResponseBase]


def staff_only(view: View) -> View:
    """Open a page to the staff; for all others there is nothing at its address."""

    @wraps(view)
    def answer(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return answer


def staff_actor(request: SignedInRequest) -> Actor:
    """Return who decides, as owners read it."""
    label = _("%(name)s of OpesCare") % {"name": request.user}
    return Actor("staff", label, str(request.user.pk), str(request.META["REMOTE_ADDR"]))
