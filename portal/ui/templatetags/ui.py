"""Tags for every page."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def this_page_in(context: dict[str, Any], language: str) -> str:
    """Return this page's path in another language."""
    request = context.get("request")
    return translate_url(request.path, language) if request else f"/{language}/"


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
