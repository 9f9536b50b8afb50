"""`/llms.txt` and `/llms-full.txt`, in every language."""

from django.urls import path

from portal.discovery import views

urlpatterns = [
    path("llms.txt", views.llms, name="llms"),
    path("llms-full.txt", views.llms_full, name="llms-full"),
]
