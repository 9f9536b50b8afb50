"""`/errors/`."""

from django.urls import path

from portal.problems import views

urlpatterns = [
    path("", views.error_list, name="error-list"),
    path("<slug:code>/", views.error_page, name="error-page"),
]
