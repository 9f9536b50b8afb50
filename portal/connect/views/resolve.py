"""Resolve: from demographics to a Health ID."""

from dataclasses import asdict
from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal.audit.calls import call_of, patient_hash
from portal.audit.inside import record_refused
from portal.connect.datasets import own_dataset, visible_datasets
from portal.connect.models import MatchReview
from portal.connect.parameters import single_parameters
from portal.connect.resolving import AmbiguousError, Asked, Desk, resolve
from portal.connect.serializers.resolve import (
    AmbiguousMatchSerializer,
    Batch,
    ResolutionSerializer,
    ResolveBatchRequest,
    ResolvedBatchSerializer,
    ResolveRequest,
)
from portal.connect.views.base import ConnectView, written
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem
from portal.problems.handlers import first_errors
from portal.problems.responses import problem_body

PROBLEMS = {MatchReview.AMBIGUOUS: "ambiguous_match", MatchReview.REUSED_NUMBER: "local_number_reused"}


def desk_of(request: Request) -> Desk:
    """Return who asks. The first write makes the application's own dataset."""
    token = cast("AccessToken", request.auth)
    own = own_dataset(token)
    others = (dataset for dataset in visible_datasets(token) if dataset != own)
    return Desk((own, *others), token.client.organisation_id)


class ResolveView(ConnectView):
    """`/connect/patients/resolve`."""

    tag = "Health IDs"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "resolvePatient",
            ("health_id:verify",),
            ("invalid_parameter", *PROBLEMS.values()),
            bodies={409: AmbiguousMatchSerializer},
        ),
    }

    @extend_schema(
        summary="Find the Health ID of a person, or create one",
        description=(
            "Send who stands at your desk. The same local number of the same source always answers with the same "
            "Health ID. Otherwise a verified national number decides, and then names, birth date, sex and phone, "
            "weighed against each other. Nobody is linked unless both names and the sex agree, no number contradicts, "
            "and nobody else comes near: two people sharing one Health ID is worse than one person having two. "
            "Where several people are plausible the answer is 409 with their Health IDs, or, with "
            "`on_ambiguous: provisional`, a new Health ID that staff will compare with theirs. Calling twice, or fifty "
            "times at once, makes one Health ID."
        ),
        request=ResolveRequest,
        responses={
            200: OpenApiResponse(ResolutionSerializer, "The person is known."),
            201: OpenApiResponse(ResolutionSerializer, "The person is new; so is the Health ID."),
        },
    )
    def post(self, request: Request) -> Response:
        """Resolve one person."""
        single_parameters(request)
        body = ResolveRequest(data=request.data)
        body.is_valid(raise_exception=True)
        return written(request, lambda: self._resolve(request, ResolveRequest.asked(body.validated_data)))

    def _resolve(self, request: Request, asked: Asked) -> Response:
        return resolved(request, desk_of(request), asked)


def resolved(request: Request, desk: Desk, asked: Asked) -> Response:
    """Answer what became of one person, and note them for the ledger.

    :raises Problem: `ambiguous_match` or `local_number_reused`, with the candidates.
    """
    try:
        resolution = resolve(desk=desk, asked=asked)
    except AmbiguousError as exc:
        candidates = [vars(candidate) for candidate in exc.candidates]
        raise Problem(PROBLEMS[exc.kind], members={"candidates": candidates}) from None
    call_of(request).patient = patient_hash(resolution.health_id)
    return Response(asdict(resolution), status=200 if resolution.outcome == "matched" else 201)


class ResolveBatchView(ConnectView):
    """`/connect/patients/resolve/batch`."""

    tag = "Health IDs"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("resolvePatientBatch", ("health_id:verify",), ("invalid_parameter",)),
    }

    @extend_schema(
        summary="Resolve up to a hundred people",
        description=(
            "Answers each item as a single call would have: its status, and a resolution or a problem. Items are "
            "resolved in their order and stored one by one, so a person who stands in the batch twice gets one Health "
            "ID, and an item that fails holds up no other. After a broken connection send the same batch again: local "
            "numbers that were linked answer with the same Health IDs."
        ),
        request=ResolveBatchRequest,
        responses=OpenApiResponse(ResolvedBatchSerializer, "An answer per item."),
    )
    def post(self, request: Request) -> Response:
        """Resolve one after the other, each in a transaction with a ledger row of its own."""
        single_parameters(request)
        body = Batch(data=request.data)
        body.is_valid(raise_exception=True)
        desk = desk_of(request)
        answers = [self._answer(request, desk, *item) for item in enumerate(body.validated_data["items"])]
        call = call_of(request)
        call.recorded, call.patient = 0, ""  # now the row of the call itself
        return Response({"items": answers})

    def _answer(self, request: Request, desk: Desk, number: int, item: Any) -> dict[str, object]:
        call_of(request).patient = ""
        body = ResolveRequest(data=item)
        if not body.is_valid():
            errors = first_errors(ValidationError(body.errors), f"/items/{number}")
            return _failed(422, problem_body(request._request, "invalid_body", errors=errors))
        asked = ResolveRequest.asked(body.validated_data)
        try:
            response = written(request, lambda: resolved(request, desk, asked))
        except Problem as exc:
            if exc.problem.status != 409:
                raise
            record_refused(request, exc.problem.status, exc.problem.code)
            problem = problem_body(request._request, exc.problem.code, str(exc.detail), members=exc.members)
            return _failed(409, problem)
        return {"status": response.status_code, "resolution": response.data, "problem": None}


def _failed(status: int, problem: dict[str, object]) -> dict[str, object]:
    return {"status": status, "resolution": None, "problem": problem}
