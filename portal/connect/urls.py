"""`…/connect/`, below the API's two mounts."""

from django.urls import path

from portal.connect.views import patients, resolve, results, supplies

urlpatterns = [
    path("patient/search", patients.PatientSearchView.as_view(), name="patient-search"),
    path("patients/resolve", resolve.ResolveView.as_view(), name="patient-resolve"),
    path("patients/resolve/batch", resolve.ResolveBatchView.as_view(), name="patient-resolve-batch"),
    path("patients/<str:health_id>", patients.PatientDetailView.as_view(), name="patient"),
    path("patients/<str:health_id>/lab-results", results.LabResultsView.as_view(), name="lab-results"),
    path("patients/<str:health_id>/diagnostics", results.DiagnosticsView.as_view(), name="diagnostics"),
    path("pharmacy/stock", supplies.StockView.as_view(), name="pharmacy-stock"),
    path("blood/inventory", supplies.BloodView.as_view(), name="blood-inventory"),
]
