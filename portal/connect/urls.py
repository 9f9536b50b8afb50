"""`…/connect/`, below the API's two mounts."""

from django.urls import path

from portal.connect.views import patients

urlpatterns = [
    path("patient/search", patients.PatientSearchView.as_view(), name="patient-search"),
    path("patients/<str:health_id>", patients.PatientDetailView.as_view(), name="patient"),
]
