"""Tags for every page."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import translate_url

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


@register.simple_tag
def site_languages() -> list[tuple[str, str]]:
    """Return the code and the name of every language."""
    return list(settings.LANGUAGES)
