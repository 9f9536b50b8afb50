"""The map of the site: every page can be found from here.

Not here: `/healthz` and `/readyz`, which are asked before any address is looked up (`health.py`).
The API, the documents for machines and what carries no words have one address; pages have one in every language.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from portal.discovery.views import robots, sitemap
from portal.guides.views import api_root, home, home_twin
from portal.operators.readers import site as operators
from portal.reference.views import index_twin as reference_twin
from portal.ui.views import styleguide

to_the_guide = login_not_required(RedirectView.as_view(pattern_name="guide"))

urlpatterns = [
    *(path(root, api_root) for root in ("api/v1", "api/v1/", "v1", "v1/")),
    path("api/v1/", include("portal.api_urls")),
    path("v1/", include("portal.api_urls")),
    path("", include("portal.openapi.urls")),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path(".well-known/", include("portal.oauth.well_known_urls")),
    *i18n_patterns(
        path("", home, name="home"),
        path("index.md", home_twin, name="home-markdown"),
        path("", include("portal.discovery.urls")),
        path("guides/", to_the_guide, {"slug": "getting-started"}),
        path("guides/", include("portal.guides.urls")),
        path("reference.md", reference_twin, name="reference-markdown"),
        path("reference/", include("portal.reference.urls")),
        path("", include("portal.changelog.urls")),
        path("", include("portal.problems.urls")),
        path("accounts/", include("portal.accounts.urls")),
        path("organisations/", include("portal.accounts.organisation_urls")),
        path("invitations/", include("portal.accounts.invitation_urls")),
        path("review/", include("portal.approvals.desk_urls")),
        path("contacts/", include("portal.approvals.answer_checks.contact_urls")),
        path("review/break-glass/", include("portal.connect.openings.urls")),
        path("review/recovery/", include("portal.accounts.recovery_desk_urls")),
        path("review/matches/", include("portal.connect.matches.staff_urls")),
        path("applications/<str:application_id>/matches/", include("portal.connect.matches.application_urls")),
        path("applications/<str:application_id>/production/", include("portal.approvals.application_urls")),
        path("applications/<str:application_id>/", include("portal.usage.urls")),
        path("applications/", include("portal.applications.urls")),
        path("console/", include("portal.console.urls")),
        path("admin/", operators.urls),
        path("search/", include("portal.search.urls")),
        path("styleguide/", styleguide, name="styleguide"),
        prefix_default_language=False,
    ),
]

handler400 = "portal.problems.views.bad_request"
handler403 = "portal.problems.views.forbidden"
handler404 = "portal.search.views.page_not_found"
handler500 = "portal.problems.views.server_error"
handler429 = "portal.accounts.account_pages.too_many_requests"  # allauth asks for it
