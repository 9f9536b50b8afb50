"""The views that ours are compared with: of DRF with the JSON of a patient and of a push, of Django with a page."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

RECORDINGS = json.loads(settings.RECORDINGS.read_text())
PATIENT = RECORDINGS["getPatient.demo_patient"]["body"]
STORED = RECORDINGS["pushEncounter.visit"]["body"]


class BareView(APIView):
    """Returns a constant; of what it is sent it reads the JSON."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, _request: Request) -> Response:
        """Return it."""
        return Response(PATIENT)

    def post(self, request: Request) -> Response:
        """Read what was sent, return a constant."""
        return Response(STORED if request.data else None, status=201)


PAGE = b"x" * 8_000
"""As many bytes as a guide has, compressed."""


def bare_page(_request: HttpRequest) -> HttpResponse:
    """Return constant bytes."""
    return HttpResponse(PAGE)


urlpatterns = [path("bare", BareView.as_view()), path("page", bare_page)]
