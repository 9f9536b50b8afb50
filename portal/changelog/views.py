"""`/changelog/`, the same as Markdown, and as a feed."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.changelog.releases import releases
from portal.ui.public import MARKDOWN, public_page


@public_page
def changelog(request: HttpRequest) -> HttpResponse:
    """List every version with what has changed."""
    return render(request, "changelog/changelog.html", {"releases": releases(), "area": "changelog"})


@public_page
def twin(request: HttpRequest) -> HttpResponse:
    """Return the page as Markdown."""
    return render(request, "changelog/changelog.txt", {"releases": releases()}, MARKDOWN)


@public_page
def feed(_request: HttpRequest) -> HttpResponse:
    """Return the published versions as Atom (RFC 4287)."""
    page = settings.PUBLIC_URL + reverse("changelog")
    found = Atom1Feed(
        title=_("Changelog of the Connect API"),
        link=page,
        description=_("What changed between the versions of the API, and what you must do."),
        language=get_language(),
        feed_url=settings.PUBLIC_URL + reverse("changelog-feed"),
        feed_guid=page,
    )
    for each in releases():
        if each.date:
            published = datetime.combine(each.date, time(), UTC)
            title = _("Version %(number)s, with breaking changes") if each.is_breaking else _("Version %(number)s")
            found.add_item(
                title=title % {"number": each.number},
                link=f"{page}#{each.number}",
                description=each.html.replace('href="/', f'href="{settings.PUBLIC_URL}/'),  # readers stand elsewhere
                unique_id=f"{page}#{each.number}",
                pubdate=published,
                updateddate=published,
            )
    return HttpResponse(found.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
