"""Facilities that keep their services, stock and blood up to date."""

from functools import partial
from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.applications.models import FACILITY_CODE
from portal.audit.calls import call_of
from portal.connect.access import require_facility
from portal.connect.idempotency import HEADER, PROBLEMS, once
from portal.connect.parameters import single_parameters
from portal.connect.serializers.codes import FACILITY_CODE_FAULT, is_facility_code
from portal.connect.serializers.facilities import (
    FacilityOfSync,
    FacilitySerializer,
    FacilityState,
    FacilitySync,
    FacilitySyncRequest,
    SyncedSerializer,
)
from portal.connect.syncing import sync
from portal.connect.views.base import ConnectView, written
from portal.connect.views.batch import each_answered, judged
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import FieldError, Problem

SCOPE = ("facility:sync",)
CODE = OpenApiParameter(
    "code",
    {"type": "string", "pattern": FACILITY_CODE},
    OpenApiParameter.PATH,
    description="The facility's code, the same for good. In production, one that your client was granted.",
)
CONTRACT = (
    " `as_of` says which moment it describes: an older one than before is refused with 409, and so is the same one "
    "with other content; the same call again changes nothing. `services` replaces those known. `stock` and `blood` "
    "replace them as well where they are sent: leave one out and it stays as it was, send `[]` and it is emptied. "
    "Medicines without an ATC code are kept and listed in `unmapped`. In the sandbox a facility of yours hides the "
    "shared one of the same code, for your application alone, and begins with what that has in stock. All of it "
    "appears in the reads of stock and blood at once."
)


def _token(request: Request) -> AccessToken:
    return cast("AccessToken", request.auth)


def _stored(request: Request, code: str, data: dict[str, Any]) -> Response:
    """Store one facility. Call it in a transaction."""
    synced = sync(_token(request), code, data)
    call_of(request).replay = synced.replay
    return Response(synced.answer(), status=synced.status)


class FacilityView(ConnectView):
    """`/connect/facilities/{code}`."""

    tag = "Facilities"
    operations: ClassVar[dict[str, Operation]] = {
        "PUT": Operation(
            "putFacility", SCOPE,
            ("invalid_parameter", "facility_not_granted", "older_version", "version_reused", *PROBLEMS),
        ),
    }  # fmt: skip

    @extend_schema(
        summary="Send the state of a facility",
        description="Stores a facility with its services, its stock of medicines and its units of blood." + CONTRACT,
        parameters=[CODE, HEADER],
        request=FacilityState,
        responses={
            201: OpenApiResponse(FacilitySerializer, "The facility is new."),
            200: OpenApiResponse(FacilitySerializer, "The facility is up to date, now or before."),
        },
    )
    def put(self, request: Request, code: str) -> Response:
        """Store it."""
        single_parameters(request)
        if not is_facility_code(code):
            fault = FieldError(pointer="{code}", code="invalid", detail=FACILITY_CODE_FAULT)
            raise Problem("invalid_parameter", errors=[fault])
        body = FacilityState(data=request.data)
        body.is_valid(raise_exception=True)
        require_facility(_token(request), code)
        return once(request, partial(_stored, request, code, dict(body.validated_data)))


class FacilitySyncView(ConnectView):
    """`/connect/facilities/sync`."""

    tag = "Facilities"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("syncFacilities", SCOPE, ("invalid_parameter",)),
    }

    @extend_schema(
        summary="Send the state of up to a hundred facilities",
        description=(
            "Answers each facility as a call of its own would have: its status, and what was stored or a problem. "
            "They are stored one by one in their order; one that fails holds up no other. After a broken connection "
            "send the same sync again: what was stored is known by its `as_of`." + CONTRACT
        ),
        request=FacilitySyncRequest,
        responses={200: OpenApiResponse(SyncedSerializer, "An answer per facility.")},
    )
    def post(self, request: Request) -> Response:
        """Store one after the other, each in a transaction with a ledger row of its own."""
        single_parameters(request)
        body = FacilitySync(data=request.data)
        body.is_valid(raise_exception=True)
        items = enumerate(body.validated_data["items"])
        return each_answered(request, [partial(self._one, request, *item) for item in items])

    def _one(self, request: Request, index: int, item: Any) -> Response:
        data = judged(FacilityOfSync, item, f"/items/{index}")
        code = data.pop("code")
        require_facility(_token(request), code)
        return written(request, partial(_stored, request, code, data))
