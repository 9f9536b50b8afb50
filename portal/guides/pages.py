"""Guide pages: found in `docs_content/<language>/<section>/<page>.md`, rendered once and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import markdown
import yaml
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from portal.edge.environments import SANDBOX, base_url
from portal.guides.calls import DirectiveError, Placed, calls_in
from portal.guides.variables import UnknownVariableError, fill, variables
from portal.samples.calls import CallError
from portal.samples.languages import samples


class PageError(ValueError):
    """A page cannot be shown as it is written; the message names the file."""


@dataclass(frozen=True)
class Page:
    """One guide."""

    path: Path
    title: str
    summary: str
    html: SafeString
    calls: tuple[Placed, ...]


def source_of(language: str, slug: str) -> Path | None:
    """Return the file of a page, or None where there is none."""
    found = sorted((settings.DOCS_DIR / language).glob(f"*/{slug}.md"))
    return found[0] if found else None


def page(path: Path) -> Page:
    """Return the rendered page; it is rendered again when the file has changed."""
    return _render(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _render(path: Path, _modified: int) -> Page:
    front, text, first_line = _split(path)
    values = variables()
    try:
        placed = tuple(calls_in(text, values, first_line))
        for index, call in reversed(list(enumerate(placed))):
            block = _samples(call, placed[:index])
            text = f"{text[: call.start]}\n{block}\n{text[call.end :]}"
        filled = fill(text, values)
    except (DirectiveError, CallError, UnknownVariableError) as exc:
        raise PageError(f"{path}: {exc}") from exc
    html = markdown.markdown(filled, extensions=["tables", "toc", "attr_list", "md_in_html"])
    return Page(path, front["title"], front["summary"], mark_safe(html), placed)  # noqa: S308 - our own files


def _split(path: Path) -> tuple[dict[str, str], str, int]:
    """Return front matter, text, and the line of the file on which the text begins."""
    opening, _, rest = path.read_text(encoding="utf-8").partition("---\n")
    head, mark, body = rest.partition("---\n")
    front = yaml.safe_load(head)
    if opening or not mark or not isinstance(front, dict) or not {"title", "summary"} <= set(front):
        raise PageError(f"{path}: starts with front matter between --- lines: title, summary")
    return front, body, head.count("\n") + 3


def _samples(placed: Placed, before: Sequence[Placed]) -> str:
    formatter = HtmlFormatter(nowrap=True)
    blocks = []
    for sample in samples(placed.call, base_url(SANDBOX), after=[earlier.call for earlier in before]):
        code = highlight(sample.text, get_lexer_by_name(sample.language.lexer, startinline=True), formatter)
        blocks.append((sample.language, mark_safe(code)))  # noqa: S308 - escaped by Pygments
    return render_to_string("guides/samples.html", {"blocks": blocks})
