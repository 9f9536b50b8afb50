"""`/errors/`."""

from django.urls import path

from portal.problems import views

urlpatterns = [
    path("errors/", views.error_list, name="error-list"),
    path("errors.md", views.error_list_twin, name="error-list-markdown"),
    path("errors/<slug:code>/", views.error_page, name="error-page"),
    path("errors/<slug:code>.md", views.error_twin, name="error-page-markdown"),
]
