"""Descriptions of a document are CommonMark by somebody else: what comes out is a few tags, and nothing that runs."""

import re
from functools import lru_cache
from typing import Final

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS: Final = {
    "a", "blockquote", "br", "code", "dd", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
LONGEST: Final = 50_000
"""Characters of a description that are read."""
# Python-Markdown, which the guides use, takes minutes over some texts of this length.
_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_ABSOLUTE: Final = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_HEADING: Final = re.compile(r"<(/?)h[1-6]>")
_EMPTY: Final = re.compile(r"<a [^>]*>\s*</a>")


@lru_cache(maxsize=512)  # of up to 100 kB
def html(text: str) -> SafeString:
    """Return a description as HTML: no script, style or image; of links those to other hosts and mail."""
    try:
        written = _written(text[:LONGEST])
    except RecursionError:
        written = f"<p>{escape(text[:LONGEST])}</p>"
    clean = nh3.clean(
        written,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_only_absolute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(_on_a_page(clean))  # noqa: S308 - nh3 has just cleaned it


def _on_a_page(clean: str) -> str:
    """Return it without what would disturb the page around it: headings out of order, links of nothing."""
    clean = _HEADING.sub(lambda found: f"<{found[1]}p>" if found[1] else '<p class="heading">', clean)
    return _EMPTY.sub("", clean).replace("<pre>", '<pre tabindex="0">')


def _written(text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.tag in {"h1", "h2"}:
            token.tag = "h3"  # the cleaner knows no others
    rendered: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return rendered


def _only_absolute(_tag: str, attribute: str, value: str) -> str | None:
    """Keep where a link leads, unless that is a place of the pages that the document was written for."""
    return value if attribute != "href" or _ABSOLUTE.match(value) else None
