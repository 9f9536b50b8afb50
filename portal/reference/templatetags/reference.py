"""Tags of the reference's pages: addresses within a document, and its words in the reader's language."""

from collections.abc import Mapping
from html import unescape
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.openapi.documents import Document
from portal.openapi.words import words
from portal.problems.catalogue import KNOWN_ERRORS
from portal.reference.constraints import constraints
from portal.reference.nodes import Node
from portal.reference.text import html

register = template.Library()
ENGLISH = "en"
"""What documents are written in."""
ARRAY = "array of "


@register.simple_tag(takes_context=True)
def reference(context: Mapping[str, Any], page: str = "", name: str = "") -> str:
    """Return the address of a page of the document at hand: its index, or a `tag`, `operation` or `schema` by name.

    It is empty for a name that no address can hold.
    """
    document: Document = context["document"]
    view = f"reference-{page}" if page else "reference"
    parts = [part for part in (document.slug, name) if part]
    try:
        return reverse(f"{view}-of" if document.slug else view, args=parts)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def said(context: Mapping[str, Any], text: str) -> SafeString:
    """Return a description as HTML, translated where it is our own and its translation is there."""
    translated, language = _in_words(context["document"], text)
    return format_html('<div lang="{}">{}</div>', language, html(translated)) if language else html(translated)


@register.simple_tag(takes_context=True)
def named(context: Mapping[str, Any], text: str) -> str | SafeString:
    """Return a name or a summary, which stands in a line, likewise."""
    translated, language = _in_words(context["document"], text)
    return format_html('<span lang="{}">{}</span>', language, translated) if language else translated


@register.simple_tag(takes_context=True)
def in_short(context: Mapping[str, Any], text: str) -> str:
    """Return the beginning of a description as plain text, for search engines."""
    translated, _known = _in_words(context["document"], text)
    return Truncator(" ".join(unescape(strip_tags(html(translated))).split())).chars(160)


@register.filter
def demands(node: Node) -> list[SafeString]:
    """Return what a value must be like, in words."""
    return list(constraints(dict(node.facts)))


@register.simple_tag(takes_context=True)
def type_of(context: Mapping[str, Any], node: Node) -> SafeString:
    """Return what a value is, with links to schemas: `string, date`, `array of Patient or null`."""
    if node.types == ("null",) and node.alternatives:
        return format_html("{}", _("may be null"))
    text = format_html_join(f" {_('or')} ", "{}", ((_type(context, one),) for one in node.types))
    known = dict(node.facts).get("format")
    text = format_html("{}, {}", text, known) if known else text
    return format_html("{} {}", text, _schema(context, node.reference)) if node.reference else text


def _type(context: Mapping[str, Any], name: str) -> SafeString | str:
    of = name.removeprefix(ARRAY)
    return format_html(_("array of {}"), _schema(context, of)) if of != name else name


def _schema(context: Mapping[str, Any], name: str) -> SafeString | str:
    address = reference(context, "schema", name) if name in context["contents"].schemas else ""
    return format_html('<a href="{}">{}</a>', address, name) if address else name


@register.filter
def is_error(code: str) -> bool:
    """Say whether an error of the API has this code, and so a page."""
    return code in KNOWN_ERRORS


def _in_words(document: Document, text: str) -> tuple[str, str]:
    """Return the text, and its language where that is not the page's."""
    asked = get_language() or ENGLISH
    if not text or asked == ENGLISH:
        return text, ""
    known = {} if document.slug else words(asked)
    return (known[text], "") if text in known else (text, ENGLISH)
