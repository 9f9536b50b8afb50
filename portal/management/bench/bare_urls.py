"""The views that ours are compared with: one of DRF with the JSON of a patient, one of Django with a page's bytes."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PATIENT = json.loads(settings.RECORDINGS.read_text())["getPatient.demo_patient"]["body"]


class BareView(APIView):
    """Returns a constant."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, _request: Request) -> Response:
        """Return it."""
        return Response(PATIENT)


PAGE = b"x" * 8_000
"""As many bytes as a guide has, compressed."""


def bare_page(_request: HttpRequest) -> HttpResponse:
    """Return constant bytes."""
    return HttpResponse(PAGE)


urlpatterns = [path("bare", BareView.as_view()), path("page", bare_page)]
