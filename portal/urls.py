"""The map of the site: every page can be found from here."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("api/v1/", include("portal.api_urls")),
    path("v1/", include("portal.api_urls")),
    path("", RedirectView.as_view(url="/guides/getting-started/"), name="home"),
    path("guides/", include("portal.guides.urls")),
    path("errors/", include("portal.problems.urls")),
    path("openapi.yaml", include("portal.openapi.urls")),
    path(".well-known/", include("portal.oauth.well_known_urls")),
]

handler400 = "portal.problems.views.bad_request"
handler404 = "portal.problems.views.page_not_found"
handler500 = "portal.problems.views.server_error"
