"""What is known of one patient: laboratory results, diagnoses."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of, patient_hash
from portal.connect.access import PROBLEMS, require_care
from portal.connect.datasets import visible_datasets
from portal.connect.glass import HEADER
from portal.connect.lookup import health_id_of, note_alias, patients_of
from portal.connect.models import Condition, LabResult
from portal.connect.paging import CURSOR, PAGE, page, read_cursor
from portal.connect.parameters import matching, moment, single_parameters, unfit
from portal.connect.querysets import OfPatientQuerySet
from portal.connect.serializers.results import ConditionList, LabResultList
from portal.connect.terminology.loinc import is_loinc
from portal.connect.views.base import ConnectView
from portal.connect.views.patients import HEALTH_ID
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken

IN_PATH = OpenApiParameter("health_id", OpenApiTypes.STR, OpenApiParameter.PATH, description=HEALTH_ID)
USUAL = ("invalid_parameter", "invalid_health_id", "not_found", *PROBLEMS)


class OfPatientView(ConnectView):
    """Lists rows of one patient, the newest first."""

    name: ClassVar[str]
    by: ClassVar[str]
    """The moment that orders the rows."""

    def listed(self, request: Request, text: str, rows: OfPatientQuerySet, parameters: dict[str, str]) -> Response:
        """Answer with a page of the rows of the patient that have one of these Health IDs.

        :raises Problem: `invalid_health_id`, `not_found`, what `require_care` raises, or `invalid_parameter` for a
            cursor that is none.
        """
        health_id = health_id_of(request, text, "{health_id}")
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        patients = patients_of(token, health_id)
        call_of(request).patient = patient_hash(patients.health_id)
        require_care(request, patients.health_id, patients.ids)
        rows = (
            rows.in_datasets(visible_datasets(token)).filter(patient_id__in=patients.ids).order_by(f"-{self.by}", "-pk")
        )
        if after := read_cursor(parameters, int, int):
            rows = rows.filter(self._behind(*after))
        found = list(rows.values_list("pk", self.by, "body")[: PAGE + 1])
        items = [{"health_id": patients.health_id, **body} for _, _, body in found[:PAGE]]
        last = None
        if len(found) > PAGE:
            pk, at, _ = found[PAGE - 1]
            last = (_microseconds(at), pk)
        note_alias(request, health_id, patients.health_id)
        return page(request, f"patients/{patients.health_id}/{self.name}", items, last)

    def _behind(self, at: int, pk: int) -> Q:
        try:
            last = datetime.fromtimestamp(at / 1_000_000, tz=UTC)
        except (ValueError, OverflowError, OSError):
            raise unfit("cursor", "This is no cursor of this list.") from None
        return Q(**{f"{self.by}__lt": last}) | Q(**{self.by: last, "pk__lt": pk})


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


class LabResultsView(OfPatientView):
    """`/connect/patients/{health_id}/lab-results`."""

    tag, name, by = "Laboratory", "lab-results", "issued"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listLabResults", ("lab:results:read", "patient:read"), USUAL),
    }

    @extend_schema(
        summary="List a patient's laboratory results",
        description=(
            "Returns the results that this token may see, the newest first, 50 to a page: those of the environment "
            "and, in the sandbox, those that your application has pushed. Codes are LOINC, units UCUM."
        ),
        parameters=[
            IN_PATH,
            OpenApiParameter(
                "since",
                OpenApiTypes.STR,
                description="Only results released at this moment or later: a date or an RFC 3339 time.",
            ),
            OpenApiParameter("loinc", OpenApiTypes.STR, description="Only results of this test, such as `718-7`."),
            CURSOR,
            HEADER,
        ],
        responses={200: OpenApiResponse(LabResultList, "A page of results. It may be empty.")},
    )
    def get(self, request: Request, health_id: str) -> Response:
        """List them."""
        parameters = single_parameters(request, optional=["since", "loinc", "cursor"])
        rows = LabResult.objects.all()
        if since := moment(parameters, "since"):
            rows = rows.filter(issued__gte=since)
        fault = "Send a LOINC code with its check digit, such as 718-7."
        if loinc := matching(parameters, "loinc", is_loinc, fault):
            rows = rows.filter(loinc=loinc)
        return self.listed(request, health_id, rows, parameters)


class DiagnosticsView(OfPatientView):
    """`/connect/patients/{health_id}/diagnostics`."""

    tag, name, by = "Diagnoses", "diagnostics", "recorded"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listDiagnostics", ("patient:diagnostics:read", "patient:read"), USUAL),
    }

    @extend_schema(
        summary="List a patient's diagnoses",
        description=(
            "Returns the coded conditions that this token may see, the newest first, 50 to a page. Codes are ICD-10 of "
            "the World Health Organization."
        ),
        parameters=[IN_PATH, CURSOR, HEADER],
        responses={200: OpenApiResponse(ConditionList, "A page of diagnoses. It may be empty.")},
    )
    def get(self, request: Request, health_id: str) -> Response:
        """List them."""
        parameters: dict[str, Any] = single_parameters(request, optional=["cursor"])
        return self.listed(request, health_id, Condition.objects.all(), parameters)
