"""Pushing up to a hundred records of any kind at once."""

from functools import partial
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of, patient_hash
from portal.connect.access import require_facility
from portal.connect.lookup import health_id_of, note_alias
from portal.connect.parameters import single_parameters
from portal.connect.pushes import Stored, store
from portal.connect.serializers.records import (
    IN_BATCH,
    PUSHES,
    SCOPES,
    RecordBatch,
    RecordBatchRequest,
    StoredBatchSerializer,
)
from portal.connect.views.base import ConnectView, written
from portal.connect.views.batch import each_answered, judged
from portal.oauth.operations import Operation
from portal.oauth.permissions import insufficient_scope
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import FieldError, Problem


class RecordBatchView(ConnectView):
    """`/connect/records/batch`."""

    tag = "Records"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("pushRecordBatch", tuple(SCOPES.values()), ("invalid_parameter",)),
    }

    @extend_schema(
        summary="Push up to a hundred records",
        description=(
            "Answers each item as a single push would have: its status, and what was stored or a problem. Each needs "
            "the scope of its kind. Items are stored one by one in their order; one that fails holds up no other. "
            "After a broken connection send the same batch again: what was stored is known by its source."
        ),
        request=RecordBatchRequest,
        responses={200: OpenApiResponse(StoredBatchSerializer, "An answer per item.")},
    )
    def post(self, request: Request) -> Response:
        """Store one after the other, each in a transaction with a ledger row of its own."""
        single_parameters(request)
        body = RecordBatch(data=request.data)
        body.is_valid(raise_exception=True)
        items = enumerate(body.validated_data["items"])
        return each_answered(request, [partial(self._stored, request, *item) for item in items])

    def _stored(self, request: Request, index: int, item: Any) -> Response:
        name, data = _judged(item, f"/items/{index}")
        kind = IN_BATCH[name]
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        if SCOPES[kind] not in token.scopes:
            raise insufficient_scope(Operation("pushRecordBatch", (SCOPES[kind],)), token.client)
        call_of(request).scope = SCOPES[kind]  # that of the item, in its row
        health_id = health_id_of(request, data["health_id"], f"/items/{index}/{name}/health_id")
        require_facility(token, data["facility_code"])

        def write() -> Response:
            stored: Stored = store(token, kind, health_id, data)
            call = call_of(request)
            call.patient, call.replay = patient_hash(stored.health_id), stored.replay
            note_alias(request, health_id, stored.health_id)
            return Response(stored.answer(), status=stored.status)

        return written(request, write)


def _judged(item: Any, pointer: str) -> tuple[str, dict[str, Any]]:
    """Return which record the item holds, and its validated content.

    :raises Problem: `invalid_body`, with pointers that start at the whole body.
    """
    if not isinstance(item, dict) or len(item) != 1 or not set(item) <= set(IN_BATCH):
        fault = FieldError(pointer=pointer, code="either", detail=f"Send exactly one of these: {', '.join(IN_BATCH)}.")
        raise Problem("invalid_body", errors=[fault])
    [(name, content)] = item.items()
    return name, judged(PUSHES[IN_BATCH[name]], content, f"{pointer}/{name}")
