"""What all views on clinical data share."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.audit.calls import call_of
from portal.audit.inside import record_inside
from portal.connect import faults
from portal.connect.locks import hold, sandbox_of, share
from portal.connect.rehearsing import rehearse
from portal.edge.environments import SANDBOX
from portal.oauth.operations import Operation
from portal.oauth.permissions import operation_of
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem
from portal.problems.parsers import is_chunked


class ConnectView(APIView):
    """A view on clinical data."""

    http_method_names = ("get", "head", "post", "put")
    operations: ClassVar[dict[str, Operation]]
    tag: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, unless its body would be read as empty.

        :raises Problem: `length_required`, a fault on demand or of a rehearsal, or what authentication and permission
            say.
        """
        operation = operation_of(request, self)
        call_of(request).operation = operation.id if operation else ""  # also of a call that is refused right away
        super().initial(request, *args, **kwargs)
        if is_chunked(request.META):
            raise Problem("length_required")
        faults.obey(request)
        rehearse(request)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep clinical answers out of shared caches; a private one must ask again."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-cache")
        return final


def written(request: Request, write: Callable[[], Response], *, alone: bool = False) -> Response:
    """Answer with what `write` returns, having stored it together with the call's ledger row.

    One transaction holds both: a clinical write whose row cannot be written does not stay. With `alone` no other write
    of the application is under way in its sandbox dataset: what it deletes is what there is.

    :raises Problem: `ledger_unavailable`, or what `write` raises.
    """
    token = cast("AccessToken", request.auth)
    with transaction.atomic():
        if token.environment == SANDBOX:
            dataset = sandbox_of(token.client.application_id)
            hold([dataset]) if alone else share(dataset)
        response = write()
        record_inside(request, response)
    return response
