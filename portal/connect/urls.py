"""`…/connect/`, below the API's two mounts."""

from django.urls import path

from portal.connect import views

urlpatterns = [
    path("patient/search", views.PatientSearchView.as_view(), name="patient-search"),
    path("patients/<str:health_id>", views.PatientDetailView.as_view(), name="patient"),
]
