"""Descriptions of a document are CommonMark by somebody else: what comes out is a few tags, and nothing that runs."""

from functools import lru_cache

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "a", "blockquote", "br", "code", "dd", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
LONGEST = 50_000
"""Characters of a description that are read."""


@lru_cache(maxsize=4096)
def html(text: str) -> SafeString:
    """Return a description as HTML: no script, no style, no image, no address but http(s), mailto and fragments."""
    written = markdown.markdown(
        text[:LONGEST], extensions=["tables", "fenced_code", "sane_lists"], output_format="html"
    )
    clean = nh3.clean(
        written,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it
