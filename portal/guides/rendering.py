"""From a page's source to its HTML: Python-Markdown for the text, our directives, and a hard look at the result."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import markdown
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext, override
from markdown.extensions.toc import TocExtension

from portal.approvals import diagram
from portal.console.own import marked_blocks
from portal.edge.environments import SANDBOX, base_url
from portal.guides import fields, recipes, sequences, tables
from portal.guides.code import code_group
from portal.guides.directives import Directive, call_of, directives
from portal.guides.inspection import Inspection, inspect
from portal.guides.sources import PageError, Source
from portal.guides.variables import fill, unknown_variable
from portal.openapi.document import UnknownSchemaError
from portal.samples.calls import Call, CallError
from portal.samples.references import references
from portal.samples.steps import check_reference

PLACEHOLDER = "opescare-block-{}-"
MARKS = re.compile(r"<p>opescare-block-(\d+)-</p>")


@dataclass(frozen=True)
class PlacedCall:
    """A call and the line of the file on which it stands."""

    call: Call
    line: int


@dataclass(frozen=True)
class Rendered:
    """A page's HTML, its contents (`level`, `id`, `name`), its calls, and what it links to.

    `is_chain` says that calls have names, from whose answers others take values.
    """

    html: SafeString
    contents: tuple[Mapping[str, Any], ...]
    calls: tuple[PlacedCall, ...]
    inspection: Inspection
    is_chain: bool


def render(source: Source, values: Mapping[str, str]) -> Rendered:
    """Render a page in its language.

    :raises PageError: for an unknown variable, a directive that cannot be read, raw HTML, an unsafe or external
        resource, a duplicate anchor, or nesting that Markdown cannot follow.
    """
    if unknown := unknown_variable(source.text, values):
        raise source.fault(unknown.start(), f"there is no variable {unknown[1]}; there are {', '.join(values)}")
    found = list(directives(source))
    calls = tuple(PlacedCall(call_of(source, one, values), one.line) for one in found if one.kind == "call")
    with override(source.language):
        blocks = _blocks(source, found, calls)
    is_chain = any(placed.call.name for placed in calls)
    text = source.text
    for number, directive in reversed(list(enumerate(found))):
        text = f"{text[: directive.start]}\n{PLACEHOLDER.format(number)}\n{text[directive.end :]}"
    html, contents = _markdown(source, fill(text, values))
    inspection = inspect(source, html)
    inspection.anchors += [recipes.anchor(placed.call.name) for placed in calls if placed.call.name]
    html = _scrollable(marked_blocks(html), source.language)
    html = MARKS.sub(lambda match: blocks[int(match[1])], html)
    return Rendered(mark_safe(html), contents, calls, inspection, is_chain)  # noqa: S308 - raw HTML was refused


@lru_cache(maxsize=1)
def _engine() -> markdown.Markdown:
    """Return the one converter: to make it takes longer than most pages do. The library is built by one thread."""
    toc = TocExtension(slugify=lambda value, _separator: slugify(value), toc_depth="2-3")
    engine = markdown.Markdown(
        extensions=["tables", "admonition", "attr_list", "fenced_code", "codehilite", "sane_lists", toc],
        extension_configs={"codehilite": {"guess_lang": False, "css_class": "code"}},
    )
    engine.preprocessors.deregister("html_block")
    engine.inlinePatterns.deregister("html")
    return engine


def _markdown(source: Source, text: str) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    engine = _engine().reset()
    try:
        html = engine.convert(text)
    except RecursionError:
        raise PageError(source.path, source.first_line, "nested too deeply") from None
    return html, tuple(_flat(engine.toc_tokens))  # type: ignore[attr-defined]


def _scrollable(html: str, language: str) -> str:
    """Let wide tables and code scroll by themselves, by keyboard too, so that the page never does."""
    with override(language):
        opening = f'<div class="table" tabindex="0" role="group" aria-label="{gettext("Table")}"><table>'
    html = html.replace("<table>", opening).replace("</table>", "</table></div>")
    return html.replace("<pre>", '<pre tabindex="0">')


def _flat(tokens: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the toc's tree as a list."""
    flat = []
    for token in tokens:
        # `name` has lost its no-break spaces; `html` keeps them.
        flat += [{**token, "html": mark_safe(token["html"])}, *_flat(token["children"])]  # noqa: S308 - raw HTML was refused
    return flat


def _blocks(source: Source, found: Sequence[Directive], calls: Sequence[PlacedCall]) -> list[str]:
    """Return the HTML of every directive, in order."""
    blocks, seen = [], 0
    for number, directive in enumerate(found):
        if directive.kind == "call":
            blocks.append(_call(source, directive, calls[seen], calls[:seen], number))
            seen += 1
        elif directive.kind == "recipe":
            blocks.append(recipes.recipe(source, directive, [placed.call for placed in calls]))
        elif directive.kind == "table":
            blocks.append(_table(source, directive))
        elif directive.kind == "fields":
            blocks.append(_fields(source, directive))
        elif directive.kind == "states":
            blocks.append(_states(source, directive, number))
        else:
            blocks.append(_sequence(source, directive, number))
    return blocks


def _call(source: Source, directive: Directive, placed: PlacedCall, before: Sequence[PlacedCall], number: int) -> str:
    call, earlier = placed.call, [each.call for each in before]
    for reference in references(call.arguments):
        try:
            check_reference(reference, earlier)
        except CallError as exc:
            raise source.fault_at(reference.written, str(exc), directive.start) from None
    try:
        return code_group(call, base_url(SANDBOX), earlier, recipes.anchor(call.name or str(number)))
    except CallError as exc:
        raise PageError(source.path, placed.line, str(exc)) from None


def _table(source: Source, directive: Directive) -> str:
    if directive.name not in tables.TABLES:
        known = ", ".join(tables.TABLES)
        raise PageError(source.path, directive.line, f"there is no table {directive.name}; there are {known}")
    return tables.table(directive.name)


def _fields(source: Source, directive: Directive) -> str:
    try:
        return fields.fields(directive.name, source.language)
    except UnknownSchemaError as exc:
        raise PageError(source.path, directive.line, str(exc)) from None


def _states(source: Source, directive: Directive, number: int) -> str:
    if directive.name != "access-request" or directive.body.strip():
        raise PageError(
            source.path, directive.line, "there are only the states access-request, and they say nothing else"
        )
    return diagram.draw(f"states-{number}")


def _sequence(source: Source, directive: Directive, number: int) -> str:
    try:
        return sequences.draw(directive.name, directive.body, f"sequence-{number}")
    except ValueError as exc:
        raise PageError(source.path, directive.line, str(exc)) from None
