"""Addresses below `/reference/`. A further document has its slug in front: `/reference/documents/<slug>/…`."""

from django.urls import path

from portal.reference import views

pages = [
    ("", views.index, "reference"),
    ("tags/<slug:tag>/", views.tag, "reference-tag"),
    ("operations/<str:operation_id>/", views.operation, "reference-operation"),
    ("schemas/<str:schema>/", views.schema, "reference-schema"),
]
twins = [
    ("tags/<slug:tag>.md", views.tag_twin, "reference-tag-markdown"),
    ("operations/<str:operation_id>.md", views.operation_twin, "reference-operation-markdown"),
    ("schemas/<str:schema>.md", views.schema_twin, "reference-schema-markdown"),
]
urlpatterns = [
    path("documents/<slug:document>.md", views.index_twin, name="reference-markdown-of"),
    path("scopes/", views.scopes, name="reference-scopes"),
    path("scopes.md", views.scopes_twin, name="reference-scopes-markdown"),
    *(path(route, view, name=name) for route, view, name in [*pages, *twins]),
    *(path(f"documents/<slug:document>/{route}", view, name=f"{name}-of") for route, view, name in [*pages, *twins]),
]
