"""`…/connect/`, below the API's two mounts."""

from django.urls import path

from portal.connect.views import facilities, patients, record_batch, records, resolve, results, sandbox, supplies

urlpatterns = [
    path("patient/search", patients.PatientSearchView.as_view(), name="patient-search"),
    path("patients/resolve", resolve.ResolveView.as_view(), name="patient-resolve"),
    path("patients/resolve/batch", resolve.ResolveBatchView.as_view(), name="patient-resolve-batch"),
    path("patients/<str:health_id>", patients.PatientDetailView.as_view(), name="patient"),
    path("patients/<str:health_id>/lab-results", results.LabResultsView.as_view(), name="lab-results"),
    path("patients/<str:health_id>/diagnostics", results.DiagnosticsView.as_view(), name="diagnostics"),
    path("pharmacy/stock", supplies.StockView.as_view(), name="pharmacy-stock"),
    path("blood/inventory", supplies.BloodView.as_view(), name="blood-inventory"),
    path("records/encounters", records.EncountersView.as_view(), name="encounters"),
    path("records/encounters/<str:record_id>", records.EncounterView.as_view(), name="encounter"),
    path("records/lab-results", records.LabReportsView.as_view(), name="lab-reports"),
    path("records/lab-results/<str:record_id>", records.LabReportView.as_view(), name="lab-report"),
    path("records/prescriptions", records.PrescriptionsView.as_view(), name="prescriptions"),
    path("records/prescriptions/<str:record_id>", records.PrescriptionView.as_view(), name="prescription"),
    path("records/batch", record_batch.RecordBatchView.as_view(), name="record-batch"),
    path("facilities/sync", facilities.FacilitySyncView.as_view(), name="facility-sync"),
    path("facilities/<str:code>", facilities.FacilityView.as_view(), name="facility"),
    path("sandbox/reset", sandbox.SandboxResetView.as_view(), name="sandbox-reset"),
]
