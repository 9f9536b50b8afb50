"""The reference as Markdown, for readers that are programs. What a document holds cannot break out of its place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.edge.environments import PRODUCTION, SANDBOX
from portal.openapi.documents import Contents, Document, Operation, Tag, servers
from portal.openapi.words import words
from portal.reference.described import Answer, Body, Described, describe
from portal.reference.examples import Example
from portal.reference.facts import IDEMPOTENCY, facts
from portal.reference.nodes import Node
from portal.reference.text import LONGEST
from portal.samples.composing import server_url
from portal.samples.groups import operation_samples
from portal.samples.languages import LANGUAGES

BLOCK: Final = re.compile(r"^[ \t]*(?:```|~~~|#|<|=+[ \t]*$|-+[ \t]*$|\||\[[^]\n]+\]:)|<!--|<\w", re.MULTILINE)
"""What could swallow, or be taken for, what comes after a description."""
INLINE: Final = re.compile(r"\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|`+|<|\\\Z")
"""What is escaped already, code, and what must be escaped where it is neither."""
IN_LINKS: Final = re.compile(f"{INLINE.pattern}|[][]")
RUN: Final = re.compile(r"`+")


def index(found: Contents) -> str:
    """Return the text of the index: every operation by its tag, and every schema."""
    document = found.document
    lines = [f"# {_line(document.title)}", _("Version %(version)s") % {"version": _line(document.version)}]
    lines += _said(document, document.section("info").get("description"))
    lines += [f"- {_('Server')}: {_code(one.url)}" for one in servers(document) if document.slug]
    for one in found.tags:
        lines.append(f"## {_link(document, 'tag', one.slug, _line(_words(document, one.name)) or _('Other'))}")
        lines.append(_operations(document, one.operations))
    if found.schemas:
        links = (_link(document, "schema", name, name) for name in found.schemas)
        lines += [f"## {_('Schemas')}", "\n".join(f"- {link}" for link in links)]
    return _joined(lines)


def tag(document: Document, one: Tag) -> str:
    """Return the text of a tag: what it is about, and its operations."""
    title = _line(_words(document, one.name)) or _("Other")
    return _joined([f"# {title}", *_said(document, one.description), _operations(document, one.operations)])


def schema(document: Document, name: str, node: Node, used: Iterable[Operation]) -> str:
    """Return the text of a schema: its fields, and the operations that use it."""
    users = _operations(document, used)
    more = [f"## {_('Used by')}", users] if users else []
    return _joined([f"# {_line(name)}", *_marks(node), *_value(document, node), *more])


def operation(one: Operation) -> str:
    """Return the text of an operation: everything that its page says, and its request as a command."""
    document = one.document
    samples = operation_samples(one, server_url(one)) if not one.is_webhook else ()
    command = [_fenced(each.text, "bash") for each in samples if each.language is LANGUAGES[0]]
    return _joined([f"# {_line(_words(document, one.summary))}", *_described(describe(one), "##"), *command])


def _described(found: Described, level: str) -> Iterator[str]:
    one, document = found.operation, found.operation.document
    yield _code(f"{one.method} {one.path}") + (f" · {_('webhook')}" if one.is_webhook else "")
    if one.deprecated:
        yield f"**{_('deprecated')}**"
    yield from _said(document, one.raw.get("description"))
    yield "\n".join(_notes(found))
    titles = {"path": _("Path parameters"), "query": _("Query parameters"), "header": _("Header parameters")}
    for place, nodes in found.parameters:
        yield f"{level} {titles.get(place, _('Cookies'))}"
        yield _table(document, nodes)
    if found.bodies:
        yield f"{level} {_('Body')} ({_('required') if found.body_required else _('optional')})"
        yield from _said(document, found.body_description)
        for body in found.bodies:
            yield from _body(document, body)
    if found.answers:
        yield f"{level} {_('Responses')}"
    for answer in found.answers:
        yield from _answer(document, answer, f"{level}#")
    for name, callback in found.callbacks:
        yield f"{level} {_('Callback')} {_code(name)}"
        yield from _described(callback, f"{level}#"[:6])


def _notes(found: Described) -> Iterator[str]:
    """Yield who may call it, where, how often, and how to try again."""
    path = found.operation.path
    known, names = facts(found), {SANDBOX: _("Sandbox"), PRODUCTION: _("Production")}
    if found.scopes:
        yield f"- {_('Scopes')}: {', '.join(_code(name) for name in found.scopes)}"
    for way in known.ways:
        yield f"- {_('Access')}: {_line(way)}"
    for environment, base in known.environments:
        yield f"- {names[environment]}: {_code(base + path)}"
    for base in known.servers:
        yield f"- {_('Server')}: {_code(base + path)}"
    if known.quotas:
        quotas = {"client": intcomma(known.quotas[0]), "address": intcomma(known.quotas[1])}
        said = _("%(client)s calls a minute for a client, %(address)s for an address") % quotas
        yield f"- {_('Rate limit')}: {said}"
    if known.retries:
        yield f"- {_('To try again')}: {_('with the same')} {_code(IDEMPOTENCY)}"


def _answer(document: Document, answer: Answer, level: str) -> Iterator[str]:
    yield f"{level} {answer.status}"
    yield from _said(document, answer.description)
    for body in answer.bodies:
        yield from _body(document, body)
    if answer.headers:
        yield f"{_('Headers')}:"
        yield _table(document, answer.headers)
    for link in answer.links:
        takes = ", ".join(f"{_code(name)} = {_code(value)}" for name, value in link.takes)
        yield f"- {_code(link.name)} → {_code(link.operation)} {takes}"
        yield from _said(document, link.description)


def _body(document: Document, body: Body) -> Iterator[str]:
    yield _code(body.media_type)
    if body.schema:
        yield from _value(document, body.schema)
    for example in body.examples:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    if example.summary:
        yield f"{_line(example.summary)}:"
    yield _fenced(example.text + ("\n…" if example.is_cut else ""), example.language)


def _value(document: Document, node: Node) -> Iterator[str]:
    """Yield what a value is, and a table of everything in it."""
    yield f"{_('Type')}: {_type(document, node)}"
    yield from _said(document, node.description)
    yield _limits(node)
    yield _table(document, _inside(node))


def _inside(node: Node) -> Iterator[Node]:
    """Yield the parts of a value as fields, the alternatives numbered."""
    yield from node.children
    for number, each in enumerate(node.alternatives, 1):
        description = ": ".join(filter(None, (each.title, each.description)))
        chosen = ((_("by"), f"{node.chosen_by}: {each.chosen_as}"),) if each.chosen_as else ()
        name = f"({number}/{len(node.alternatives)})"
        yield replace(each, name=name, description=description, facts=(*chosen, *each.facts))
    for key, each in node.conditions:
        yield replace(each, name=f"({key})")


def _table(document: Document, nodes: Iterable[Node]) -> str:
    rows = [row for node in nodes for row in _rows(document, node, "")]
    if not rows:
        return ""
    head = (_("Field"), _("Type"), _("Required"), _("Meaning"))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * 4, *rows))


def _rows(document: Document, node: Node, prefix: str) -> Iterator[tuple[str, ...]]:
    """Yield a field and all fields in it, with their paths: `period.start`, `diagnoses[].icd10`."""
    path = f"{prefix}{node.name}"
    notes = [_line(_words(document, node.description)), _limits(node)]
    meaning = " ".join(filter(None, [*notes, *_marks(node)]))
    yield _cell(_code(path)), _cell(_type(document, node)), _("yes") if node.required else _("no"), _cell(meaning)
    is_list = any(each.startswith("array") for each in node.types)
    for child in _inside(node):
        dots = "" if child.name.startswith("[") else "[]." if is_list and not child.name.startswith("(") else "."
        yield from _rows(document, child, path + dots)


def _marks(node: Node) -> Iterator[str]:
    if node.deprecated:
        yield f"**{_('deprecated')}**"
    if node.examples:
        yield f"{_('for example')} {', '.join(_code(each) for each in node.examples)}"


def _type(document: Document, node: Node) -> str:
    text = " | ".join(_line(each) for each in node.types) or _("any")
    return f"{text} {_link(document, 'schema', node.reference, node.reference)}" if node.reference else text


def _limits(node: Node) -> str:
    limits = [f"{key} {_code(value)}" for key, value in node.facts]
    values = [_code(value) + (f" ({_line(meaning)})" if meaning else "") for value, meaning in node.meant]
    limits += [f"{_('one of')} {', '.join(values)}"] if values else []
    if more := node.more + node.more_values + node.more_alternatives:
        limits.append(_("and %(number)s more") % {"number": more})
    limits += [_("read only")] if node.read_only else []
    limits += [_("write only")] if node.write_only else []
    return "; ".join(limits)


def _operations(document: Document, operations: Iterable[Operation]) -> str:
    marked = f" **{_('deprecated')}**"
    return "\n".join(
        f"- {_link(document, 'operation', one.id, _line(_words(document, one.summary)))} "
        f"{_code(f'{one.method} {one.path}')}{marked if one.deprecated else ''}"
        for one in operations
    )


def _link(document: Document, page: str, name: str, text: str) -> str:
    parts = [document.slug, name] if document.slug else [name]
    address = reverse(f"reference-{page}-markdown{'-of' if document.slug else ''}", args=parts)
    return f"[{IN_LINKS.sub(_escaped, text)}](<{address}>)"


def _escaped(found: re.Match[str]) -> str:
    """Return text that is no code and no HTML, and ends nothing around it; code and what is escaped as it is."""
    text = found[0]
    if text == "<":
        return "&lt;"
    if found[1] or (len(text) == 2 and text[0] == "\\"):
        return text
    return "".join(f"\\{each}" for each in text)


def _words(document: Document, text: str) -> str:
    return text if document.slug else words(get_language() or "en").get(text, text)


def _said(document: Document, found: object) -> Iterator[str]:
    """Yield a description; one that holds blocks is quoted, and so ends where it ends."""
    text = "\n".join(_words(document, found).strip()[:LONGEST].splitlines()) if isinstance(found, str) else ""
    if text:
        yield "\n".join(f"> {line}" for line in text.split("\n")) if BLOCK.search(text) else text


def _line(text: str) -> str:
    """Return text in one line, in which nothing begins a block or HTML. It may begin with a code span."""
    return INLINE.sub(_escaped, " ".join(text[:LONGEST].split()).lstrip("#>=-+*~| "))


def _code(text: str) -> str:
    """Return a code span, whose fence is longer than any run of backticks in it."""
    line = " ".join(text.split())
    fence = "`" * (max((len(run) for run in RUN.findall(line)), default=0) + 1)
    space = " " if "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}" if line else ""


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, max((len(run) for run in RUN.findall(text)), default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part.strip()) + "\n"
