"""One DRF view that returns the JSON of a patient."""

import json

from django.conf import settings
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


urlpatterns = [path("bare", BareView.as_view())]
