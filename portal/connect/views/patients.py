"""Patients: search and read."""

from collections.abc import Callable
from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of, patient_hash
from portal.connect.access import PROBLEMS, nobody, require_care
from portal.connect.datasets import visible_datasets
from portal.connect.glass import HEADER
from portal.connect.lookup import health_id_of, note_alias
from portal.connect.models import Patient
from portal.connect.parameters import single_parameters
from portal.connect.querysets import PatientQuerySet
from portal.connect.serializers.patients import PatientSearch, PatientSerializer
from portal.connect.views.base import ConnectView
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

HEALTH_ID = (
    "`OPC-`, four digits of a year, `-`, and eight Crockford Base32 characters, the last of which checks the others. "
    "Lower case, and O, I, L for the digits that they look like, are accepted. `OPC-2024-DEMO1` to `OPC-2024-DEMO99` "
    "are reserved for the sandbox."
)
READ_PATIENT = ("patient:profile:read", "patient:read")
USUAL = ("invalid_parameter", "invalid_health_id", "not_found", *PROBLEMS)
FOUND = {200: OpenApiResponse(PatientSerializer, "The patient.")}


class PatientView(ConnectView):
    """Answers with one patient."""

    tag = "Patients"

    def answer(self, request: Request, narrow: Callable[[PatientQuerySet], PatientQuerySet]) -> Response:
        """Return the patient that `narrow` leaves of those the token may see.

        :raises Problem: `not_found`, `ambiguous_identifier` where it would take a guess, or what `require_care` raises.
        """
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        datasets = visible_datasets(token)
        visible = Patient.objects.in_datasets(datasets)
        found = narrow(visible).bodies()
        if merged := {row.merged_into for row in found if row.merged_into}:
            found = [row for row in found if row.merged_into is None] + visible.survivors_of(merged).bodies()
        if not found:
            raise nobody(token)
        found.sort(key=lambda row: datasets.index(row.dataset))
        health_id = found[0].body["health_id"]
        if any(other.body["health_id"] != health_id for other in found):
            raise Problem("ambiguous_identifier")
        call_of(request).patient = patient_hash(health_id)
        require_care(request, health_id, [row.pk for row in found])
        return Response(found[0].body)

    def by_health_id(self, request: Request, text: str, pointer: str) -> Response:
        """Return the patient of this Health ID.

        :raises Problem: `invalid_health_id` before anything is looked up, or `not_found`.
        """
        health_id = health_id_of(request, text, pointer)
        answer = self.answer(request, lambda patients: patients.filter(health_id=health_id))
        note_alias(request, health_id, answer.data["health_id"])
        return answer


class PatientSearchView(PatientView):
    """`/connect/patient/search`."""

    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("searchPatient", READ_PATIENT, USUAL),
        "POST": Operation(
            "searchPatientByIdentifier",
            READ_PATIENT,
            ("invalid_parameter", "not_found", "ambiguous_identifier", *PROBLEMS),
        ),
    }

    @extend_schema(
        summary="Find a patient by Health ID",
        description=(
            "Returns the one patient who holds the Health ID. One that was merged into another answers with the "
            "surviving Health ID. There is no search by name."
        ),
        parameters=[OpenApiParameter("health_id", OpenApiTypes.STR, required=True, description=HEALTH_ID), HEADER],
        responses=FOUND,
    )
    def get(self, request: Request) -> Response:
        """Find by Health ID."""
        return self.by_health_id(request, single_parameters(request, required=["health_id"])["health_id"], "?health_id")

    @extend_schema(
        summary="Find a patient by another identifier",
        description=(
            "Returns the one patient who holds the identifier. It travels in the body, because addresses end up in "
            "logs and national numbers must not."
        ),
        parameters=[HEADER],
        request=PatientSearch,
        responses=FOUND,
    )
    def post(self, request: Request) -> Response:
        """Find by national or insurance number."""
        single_parameters(request)
        query = PatientSearch(data=request.data)
        query.is_valid(raise_exception=True)
        identifier = query.validated_data["identifier"]
        return self.answer(request, lambda patients: patients.with_identifier(**identifier))


class PatientDetailView(PatientView):
    """`/connect/patients/{health_id}`."""

    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getPatient", READ_PATIENT, USUAL),
    }

    @extend_schema(
        summary="Read a patient",
        description=(
            "Returns the patient; where the Health ID was merged into another, the surviving one. Send the `ETag` "
            "back as `If-None-Match` to get 304 while nothing changed."
        ),
        parameters=[
            OpenApiParameter("health_id", OpenApiTypes.STR, OpenApiParameter.PATH, description=HEALTH_ID),
            HEADER,
        ],
        responses=FOUND,
    )
    def get(self, request: Request, health_id: str) -> Response:
        """Read by Health ID."""
        single_parameters(request)
        return self.by_health_id(request, health_id, "{health_id}")
