"""Pushing encounters, laboratory reports and prescriptions, and reading one's own pushes."""

import uuid
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of, patient_hash
from portal.connect.access import require_facility
from portal.connect.datasets import visible_datasets
from portal.connect.idempotency import HEADER, PROBLEMS, base_of, once
from portal.connect.lookup import health_id_of, note_alias
from portal.connect.models import Record
from portal.connect.parameters import single_parameters
from portal.connect.pushes import Stored, store, unmapped
from portal.connect.serializers.records import (
    PUSHES,
    SCOPES,
    EncounterPush,
    LabResultsPush,
    PrescriptionPush,
    RecordSerializer,
    StoredSerializer,
)
from portal.connect.views.base import ConnectView
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

PUSH_PROBLEMS = (
    "invalid_parameter", "invalid_health_id", "facility_not_granted", "not_found", "older_version", "version_reused",
    *PROBLEMS,
)  # fmt: skip
ANSWERS = {
    201: OpenApiResponse(StoredSerializer, "Stored as a new record."),
    200: OpenApiResponse(StoredSerializer, "Stored as a new version, or known already in this very version."),
}
CONTRACT = (
    " The client, `facility_code` and `source_id` name the record for good. Sending it again changes nothing; a higher "
    "`source_version` stores a new version, a lower one is refused with 409. Codes without a standard counterpart are "
    "kept and listed in `unmapped`. What was pushed appears in the patient's reads at once."
)


class PushView(ConnectView):
    """Stores one record of one kind."""

    tag = "Records"
    kind: ClassVar[str]

    def pushed(self, request: Request) -> Response:
        """Validate the body, store it, answer.

        :raises Problem: what is wrong with the body, the patient or the version.
        """
        single_parameters(request)
        push = PUSHES[self.kind](data=request.data)
        push.is_valid(raise_exception=True)
        data = dict(push.validated_data)
        health_id = health_id_of(request, data["health_id"], "/health_id")
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        require_facility(token, data["facility_code"])

        def write() -> Response:
            stored = store(token, self.kind, health_id, data)
            call_of(request).replay = stored.replay
            note_alias(request, health_id, stored.health_id)
            return stored_response(request, self.kind, stored)

        return once(request, write)


def stored_response(request: Request, kind: str, stored: Stored) -> Response:
    """Answer what became of a push."""
    call_of(request).patient = patient_hash(stored.health_id)
    location = f"{base_of(request)}/connect/records/{kind}/{stored.record.public_id}"
    return Response(stored.answer(), status=stored.status, headers={"Location": location})


class EncountersView(PushView):
    """`/connect/records/encounters`."""

    kind = "encounters"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("pushEncounter", (SCOPES["encounters"],), PUSH_PROBLEMS)
    }

    @extend_schema(
        summary="Push an encounter",
        description="Stores a visit or an admission with its diagnoses." + CONTRACT,
        parameters=[HEADER],
        request=EncounterPush,
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """Store it."""
        return self.pushed(request)


class LabReportsView(PushView):
    """`/connect/records/lab-results`."""

    kind = "lab-results"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("pushLabResults", (SCOPES["lab-results"],), PUSH_PROBLEMS)
    }

    @extend_schema(
        summary="Push laboratory results",
        description=(
            "Stores a laboratory report with its results. To amend one, send it whole with a higher `source_version` "
            "and the status `corrected` or `amended`: the reads then show the new results alone, and every earlier "
            "version is kept." + CONTRACT
        ),
        parameters=[HEADER],
        request=LabResultsPush,
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """Store it."""
        return self.pushed(request)


class PrescriptionsView(PushView):
    """`/connect/records/prescriptions`."""

    kind = "prescriptions"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("pushPrescription", (SCOPES["prescriptions"],), PUSH_PROBLEMS)
    }

    @extend_schema(
        summary="Push a prescription",
        description="Stores a prescription of one medicine." + CONTRACT,
        parameters=[HEADER],
        request=PrescriptionPush,
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """Store it."""
        return self.pushed(request)


class OwnRecordView(ConnectView):
    """`/connect/records/{kind}/{id}`, one class per kind, because each has a scope of its own."""

    tag = "Records"
    kind: ClassVar[str]

    def one(self, request: Request, record_id: str) -> Response:
        """Answer with the record, if this client has pushed it.

        :raises Problem: `not_found`.
        """
        single_parameters(request)
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        try:
            public_id = uuid.UUID(record_id)
        except ValueError:
            raise Problem("not_found") from None
        mine = Record.objects.in_datasets(visible_datasets(token)).filter(
            client_id=token.client.client_id, kind=self.kind, public_id=public_id
        )
        record: Any = mine.select_related("patient__merged_into").first()
        if record is None:
            raise Problem("not_found", "This client has pushed no such record.")
        patient = record.patient.merged_into or record.patient
        call_of(request).patient = patient_hash(patient.health_id)
        return Response(
            {
                "id": str(record.public_id),
                "version": record.version,
                "health_id": patient.health_id,
                "unmapped": list(unmapped(record.body)),
                "received": record.updated_at,
                "content": record.body,
            }
        )


RECORD_ID = OpenApiParameter("record_id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The record's id.")
ONE: Any = {
    "description": "Returns a record that this client has pushed, in its newest version. Others do not exist for it.",
    "parameters": [RECORD_ID],
    "responses": {200: OpenApiResponse(RecordSerializer, "The record.")},
}


class EncounterView(OwnRecordView):
    """`/connect/records/encounters/{record_id}`."""

    kind = "encounters"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getEncounter", (SCOPES["encounters"],), ("invalid_parameter", "not_found"))
    }

    @extend_schema(summary="Read an encounter that you pushed", **ONE)
    def get(self, request: Request, record_id: str) -> Response:
        """Read it."""
        return self.one(request, record_id)


class LabReportView(OwnRecordView):
    """`/connect/records/lab-results/{record_id}`."""

    kind = "lab-results"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getLabReport", (SCOPES["lab-results"],), ("invalid_parameter", "not_found"))
    }

    @extend_schema(summary="Read a laboratory report that you pushed", **ONE)
    def get(self, request: Request, record_id: str) -> Response:
        """Read it."""
        return self.one(request, record_id)


class PrescriptionView(OwnRecordView):
    """`/connect/records/prescriptions/{record_id}`."""

    kind = "prescriptions"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getPrescription", (SCOPES["prescriptions"],), ("invalid_parameter", "not_found"))
    }

    @extend_schema(summary="Read a prescription that you pushed", **ONE)
    def get(self, request: Request, record_id: str) -> Response:
        """Read it."""
        return self.one(request, record_id)
