"""Emptying an application's own sandbox dataset."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.applications.scopes import available
from portal.connect.datasets import empty, own_dataset
from portal.connect.parameters import single_parameters
from portal.connect.views.base import ConnectView, written
from portal.edge.environments import SANDBOX
from portal.oauth.operations import Operation
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem
from portal.problems.strict import StrictSerializer


class ResetRequest(StrictSerializer):
    """Nothing needs to be said: `{}`."""


class ResetSerializer(serializers.Serializer[None]):
    """What was deleted."""

    deleted = serializers.IntegerField(help_text="How many rows were deleted.")


class SandboxResetView(ConnectView):
    """`/connect/sandbox/reset`."""

    tag = "Sandbox"
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "resetSandbox", available(SANDBOX), ("invalid_parameter", "not_found"), environments=(SANDBOX,)
        )
    }

    @extend_schema(
        summary="Empty your application's sandbox data",
        description=(
            "Deletes everything that your application has pushed or created in the sandbox, and frees its idempotency "
            "keys. The shared fixtures stay as they are. Any scope will do. In production there is no such call: 404."
        ),
        request=ResetRequest,
        responses={200: OpenApiResponse(ResetSerializer, "It is empty.")},
    )
    def post(self, request: Request) -> Response:
        """Empty it."""
        single_parameters(request)
        ResetRequest(data=request.data).is_valid(raise_exception=True)
        token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
        if token.environment != SANDBOX:
            raise Problem("not_found")
        return written(request, lambda: Response({"deleted": empty(own_dataset(token))}), alone=True)
