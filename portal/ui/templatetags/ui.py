"""Tags for every page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from portal.ui.public import twin_of

register = template.Library()


@register.simple_tag(takes_context=True)
def this_page_in(context: dict[str, Any], language: str) -> str:
    """Return this page's path in another language, with what was asked of it unless it is the same for everybody."""
    request = context.get("request")
    if not request:
        return f"/{language}/"
    public = getattr(request, "is_public_page", False)
    return translate_url(request.path if public else request.get_full_path(), language)


@register.simple_tag(takes_context=True)
def this_page_as_markdown(context: dict[str, Any]) -> str:
    """Return the path of this page's Markdown twin, empty where it has none."""
    return twin_of(context["request"].path)


@register.simple_tag
def public_url() -> str:
    """Return the site's address, for links that must be absolute."""
    return str(settings.PUBLIC_URL)


@register.filter
def code_spans(text: str) -> SafeString:
    """Return the text as HTML, with what stands between backticks as code."""
    parts = map(mark_safe, conditional_escape(text).split("`"))  # `translate … as` has escaped it already
    spans = ((part, "code") if number % 2 else (part, "span") for number, part in enumerate(parts))
    return format_html_join("", "<{1}>{0}</{1}>", spans)


@register.simple_tag
def site_languages() -> list[tuple[str, str]]:
    """Return the code and the name of every language."""
    return list(settings.LANGUAGES)


NEARLY = timedelta(seconds=59)
"""What was set for seven days is “in 7 days” when the page comes a moment later, not “in 6 days”."""


@register.filter
def moment(at: datetime) -> SafeString:
    """Return a moment as people say it, with the exact time on hover: “3 minutes ago”, “in 6 days”."""
    now = timezone.now()
    seconds = (at - now).total_seconds()
    if abs(seconds) < 60:
        said = _("just now") if seconds <= 0 else _("in less than a minute")
    elif seconds < 0:
        said = _("%(time)s ago") % {"time": timesince(at, now, depth=1)}
    else:
        said = _("in %(time)s") % {"time": timesince(now - NEARLY, at, depth=1)}
    exact = at.astimezone(UTC)
    title = f"{date_format(exact, 'DATE_FORMAT')}, {exact:%H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', f"{exact:%Y-%m-%dT%H:%M:%SZ}", title, said)
