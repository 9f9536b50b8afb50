"""Two OpenAPI documents, any 3.0 or 3.1: what was added, changed, deprecated and removed, and what breaks clients.

What differs inside a named schema is said once, with every operation that uses it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, Final

from portal.openapi.comparing import Change, Comparison, Kind, Side
from portal.openapi.documents import Document, Mapped, Operation, as_dict, as_list, contents_of, operations_of, servers

PARAMETER: Final = re.compile(r"\{[^{}]*\}")
SCHEME: Final = ("type", "scheme", "in", "name", "openIdConnectUrl")
FLOW: Final = ("authorizationUrl", "tokenUrl", "refreshUrl")


@dataclass(frozen=True)
class Difference:
    """One change, of an operation, of a named schema, or of neither (then of the whole API)."""

    change: Change
    side: Side
    """Where what has changed is used."""
    operation: Operation | None = None
    schema: str = ""
    users: tuple[Operation, ...] = ()
    """The operations that use the schema, as they are now."""

    @property
    def breaking(self) -> bool:
        """Say whether a client that was written for the earlier document may fail."""
        return bool(self.change.breaks & self.side)


@dataclass(frozen=True)
class _Pair:
    """An operation before and after. The requests of a webhook are ours, and its answers theirs."""

    before: Operation
    after: Operation

    @property
    def requests(self) -> Side:
        return Side.ANSWERS if self.after.is_webhook else Side.REQUESTS

    @property
    def answers(self) -> Side:
        return Side.REQUESTS if self.after.is_webhook else Side.ANSWERS


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what differs, in the order of the later document, the named schemas last."""
    were, are = _operations(before), _operations(after)
    comparer = _Comparer(before, after)
    found = list(_of_all(before, after))
    for key, operation in are.items():
        if key not in were:
            found.append(Difference(Change("operation", Kind.ADDED, ""), Side.NONE, operation))
        else:
            found += comparer.compared(_Pair(were[key], operation))
    found += [
        Difference(Change("operation", Kind.REMOVED, "", Side.BOTH), Side.REQUESTS, operation)
        for key, operation in were.items()
        if key not in are
    ]
    return found + list(comparer.schemas())


def _operations(document: Document) -> dict[tuple[object, ...], Operation]:
    """Return the operations by what they are known by: the names of a path's parameters are not sent.

    What an operation calls back is one as well, like a webhook.
    """
    found: dict[tuple[object, ...], Operation] = {}
    for each in contents_of(document).operations.values():
        key = (each.is_webhook, each.method, PARAMETER.sub("{}", each.path))
        found[key] = each
        for name, raw in as_dict(each.raw.get("callbacks")).items():
            for expression, item in document.follow(raw).items():
                for called in operations_of(document, expression, item, is_webhook=True):
                    found[*key, name, expression, called.method] = replace(called, id=f"{each.id} {name}")
    return found


class _Comparer:
    """Compares operations, and remembers the named schemas that they use."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = before, after
        self._used: dict[str, dict[Operation, Side]] = {}
        self._inside: dict[str, set[str]] = {}

    def compared(self, pair: _Pair) -> Iterator[Difference]:
        """Yield what differs between an operation before and after."""
        comparison, found = Comparison(self._before, self._after), list[tuple[Change, Side]]()
        for side, changes in (
            (pair.requests, _request(pair, comparison)),
            (pair.answers, _answers(pair, comparison)),
        ):
            comparison.met = set()
            found += [(change, side) for change in changes]
            for name in comparison.met:
                self._use(name, pair.after, side)
        if pair.after.deprecated and not pair.before.deprecated:
            found.insert(0, (Change("operation", Kind.DEPRECATED, ""), Side.NONE))
        found += [(change, Side.REQUESTS) for change in (*_own_servers(pair), *_access(pair))]
        for change, side in dict.fromkeys(found):
            yield Difference(change, side, pair.after)

    def schemas(self) -> Iterator[Difference]:
        """Yield what differs inside the named schemas that operations use, and those that these refer to."""
        changes: dict[str, list[Change]] = {}
        waiting = list(self._used)
        while waiting:
            name = waiting.pop()
            if name not in changes:
                comparison = Comparison(self._before, self._after)
                changes[name] = list(dict.fromkeys(comparison.changes(*self._both(name), name)))
                self._inside[name] = comparison.met
            waiting += [inner for inner in self._inside[name] if self._use_within(name, inner)]
        for name in self._after.section("components", "schemas"):
            users = self._used.get(name, {})
            side = reduce(or_, users.values(), Side.NONE)
            for change in changes.get(name, ()):
                yield Difference(change, side, schema=name, users=tuple(users))

    def _both(self, name: str) -> tuple[Any, Any]:
        before, after = (each.section("components", "schemas").get(name, {}) for each in (self._before, self._after))
        return before, after

    def _use(self, name: str, operation: Operation, side: Side) -> bool:
        """Note where an operation uses a schema; say whether that is new."""
        users = self._used.setdefault(name, {})
        known = users.get(operation, Side.NONE)
        users[operation] = known | side
        return users[operation] != known

    def _use_within(self, outer: str, inner: str) -> bool:
        """Note that what uses a schema uses what it refers to; say whether any of that is new."""
        users = list(self._used[outer].items())
        return sum(self._use(inner, operation, side) for operation, side in users) > 0


def _request(pair: _Pair, comparison: Comparison) -> Iterator[Change]:
    were, are = _parameters(pair.before), _parameters(pair.after)
    for key, parameter in are.items():
        place = f"{parameter.get('in')}.{parameter.get('name')}"
        if key in were:
            yield from _parameter(were[key], parameter, place, comparison)
        elif parameter.get("required") is True:
            yield Change("required-parameter", Kind.ADDED, place, Side.REQUESTS)
        else:
            yield Change("parameter", Kind.ADDED, place)
    for key, parameter in were.items():
        if key not in are:
            yield Change("parameter", Kind.REMOVED, f"{parameter.get('in')}.{parameter.get('name')}", Side.BOTH)
    yield from _body(pair, comparison)


def _parameters(operation: Operation) -> dict[tuple[str, str], Mapped]:
    """Return the parameters by what they are known by: those of the path by their position, headers in any case."""
    found = {}
    positions = PARAMETER.findall(operation.path)
    own = map(operation.document.follow, as_list(operation.raw.get("parameters")))
    for each in (*operation.shared, *own):
        place, name = str(each.get("in")), str(each.get("name"))
        if place == "path" and f"{{{name}}}" in positions:
            name = str(positions.index(f"{{{name}}}"))
        found[place, name.lower() if place == "header" else name] = each
    return found


def _parameter(old: Mapped, new: Mapped, place: str, comparison: Comparison) -> Iterator[Change]:
    if new.get("deprecated") is True and old.get("deprecated") is not True:
        yield Change("parameter", Kind.DEPRECATED, place)
    yield from _demanded(old, new, place)
    were, are = _manner(old), _manner(new)
    for key in ("content",) if "content" in {*were, *are} else were:
        yield from _changed(key, were, are, place, Side.BOTH)
    yield from comparison.changes(_schema(old), _schema(new), place)


def _manner(parameter: Mapped) -> dict[str, str]:
    """Return how a parameter is written: in a media type, or in a style, in that of its place where it says none."""
    if content := as_dict(parameter.get("content")):
        return {"content": next(iter(content))}
    style = str(parameter.get("style") or ("form" if parameter.get("in") in ("query", "cookie") else "simple"))
    found = {"explode": style == "form", "allowReserved": False}
    return {"style": style, **{key: json.dumps(parameter.get(key, usual), default=str) for key, usual in found.items()}}


def _changed(key: str, were: Mapped, are: Mapped, place: str, breaks: Side) -> Iterator[Change]:
    if were.get(key) != are.get(key):
        said = (f"{key}: {each[key]}" if key in each else "" for each in (were, are))
        yield Change("rule", Kind.CHANGED, place, breaks, *said)


def _schema(found: Any) -> Any:
    """Return the schema of a parameter, a header or a media type."""
    content = found.get("content") if isinstance(found, dict) else None
    media = next(iter(content.values()), None) if isinstance(content, dict) else found
    return media.get("schema", {}) if isinstance(media, dict) else {}


def _demanded(old: Mapped, new: Mapped, place: str) -> Iterator[Change]:
    was, now = old.get("required") is True, new.get("required") is True
    if was != now:
        yield Change("required" if now else "optional", Kind.CHANGED, place, Side.REQUESTS if now else Side.ANSWERS)


def _body(pair: _Pair, comparison: Comparison) -> Iterator[Change]:
    old, new = (each.document.follow(each.raw.get("requestBody")) for each in (pair.before, pair.after))
    if old and not new:
        yield Change("body", Kind.REMOVED, "body", Side.BOTH)
    elif new and not old:
        required = new.get("required") is True
        what, breaks = ("required-body", Side.REQUESTS) if required else ("body", Side.NONE)
        yield Change(what, Kind.ADDED, "body", breaks)
    else:
        yield from _demanded(old, new, "body")
        # What we send to others must be what they can read.
        yield from _contents(old, new, "body", comparison, Side.ANSWERS)


def _contents(
    old: Mapped, new: Mapped, place: str, comparison: Comparison, more_breaks: Side = Side.NONE
) -> Iterator[Change]:
    were, are = _named(old, "content"), _named(new, "content")
    for name, media in are.items():
        if name not in were:
            yield Change("media-type", Kind.ADDED, place, more_breaks, after=name)
        else:
            yield from comparison.changes(_schema(were[name]), _schema(media), place)
    for name in were:
        if name not in are:
            yield Change("media-type", Kind.REMOVED, place, Side.BOTH, before=name)


def _answers(pair: _Pair, comparison: Comparison) -> Iterator[Change]:
    were, are = _named(pair.before.raw, "responses"), _named(pair.after.raw, "responses")
    for status, response in are.items():
        new = pair.after.document.follow(response)
        if status not in were:
            yield Change("answer", Kind.ADDED, status)
            continue
        old = pair.before.document.follow(were[status])
        yield from _contents(old, new, status, comparison)
        yield from _headers(pair, old, new, status, comparison)
    for status in were:
        if status not in are:
            yield Change("answer", Kind.REMOVED, status, Side.BOTH if status.startswith("2") else Side.NONE)


def _headers(pair: _Pair, old: Mapped, new: Mapped, status: str, comparison: Comparison) -> Iterator[Change]:
    was, now = _named(old, "headers"), _named(new, "headers")
    were = {name.lower(): pair.before.document.follow(each) for name, each in was.items()}
    for name, header in now.items():
        place, known = f"{status}.{name}", were.pop(name.lower(), None)
        if known is None:
            yield Change("header", Kind.ADDED, place)
        else:
            found = pair.after.document.follow(header)
            yield from _demanded(known, found, place)
            yield from comparison.changes(_schema(known), _schema(found), place)
    for name in was:
        if name.lower() in were:
            yield Change("header", Kind.REMOVED, f"{status}.{name}", Side.BOTH)


def _own_servers(pair: _Pair) -> Iterator[Change]:
    """Yield where an operation answers now and no longer, but for what is so of the whole API."""
    if pair.after.is_webhook:
        return
    before, after = pair.before, pair.after
    yield from (Change("own server", Kind.ADDED, "", after=url) for url in _gone(after, before))
    yield from (Change("own server", Kind.REMOVED, "", Side.BOTH, before=url) for url in _gone(before, after))


def _gone(one: Operation, other: Operation) -> Iterator[str]:
    """Yield where the one answers and the other does not, though their documents do not differ in that."""
    there, whole, other_whole = [each.url for each in other.servers], _servers(one.document), _servers(other.document)
    for url in (each.url for each in one.servers):
        if url not in there and (url in other_whole or url not in whole):
            yield url


def _access(pair: _Pair) -> Iterator[Change]:
    """Yield what differs in who is let in. A way in is kept where a later one asks for no more."""
    were, are = _ways_in(pair.before), _ways_in(pair.after)
    if set(were) != set(are):
        kept = all(any(now <= was for now in are) for was in were)
        before, after = (" / ".join(map(_said, each)) for each in (were, are))
        yield Change("access", Kind.CHANGED, "", Side.NONE if kept else Side.REQUESTS, before, after)


def _ways_in(operation: Operation) -> list[frozenset[tuple[str, str]]]:
    found = operation.raw.get("security", operation.document.raw.get("security"))
    ways = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [
        frozenset((str(scheme), scope) for scheme, scopes in way.items() for scope in ("", *map(str, as_list(scopes))))
        for way in ways or [{}]
    ]


def _said(way: frozenset[tuple[str, str]]) -> str:
    schemes = {scheme for scheme, _scope in way}
    return " + ".join(
        " ".join([scheme, *sorted(scope for name, scope in way if name == scheme and scope)])
        for scheme in sorted(schemes)
    )


def _of_all(before: Document, after: Document) -> Iterator[Difference]:
    """Yield what concerns the whole API: where it answers, the scopes that there are, how a client shows who it is."""
    for what, listed in (("server", _servers), ("scope", _scopes)):
        were, are = listed(before), listed(after)
        for each in are:
            if each not in were:
                yield Difference(Change(what, Kind.ADDED, "", after=each), Side.NONE)
        for each in were:
            if each not in are:
                yield Difference(Change(what, Kind.REMOVED, "", Side.BOTH, before=each), Side.REQUESTS)
    for change in _schemes(before, after):
        yield Difference(change, Side.REQUESTS)


def _schemes(before: Document, after: Document) -> Iterator[Change]:
    """Yield what differs in how a client shows who it is. That a scheme is gone is told by the operations."""
    for name in before.section("components", "securitySchemes"):
        were, are = _scheme(before, name), _scheme(after, name)
        for key in dict.fromkeys([*were, *are]) if are else ():
            yield from _changed(key, were, are, name, Side.REQUESTS if key in were else Side.NONE)


def _scheme(document: Document, name: str) -> dict[str, str]:
    """Return what a client must know of a security scheme."""
    found = document.follow(document.section("components", "securitySchemes").get(name))
    said = {key: found.get(key) for key in SCHEME}
    for flow, raw in _named(found, "flows").items():
        said |= {f"{flow}.{key}": as_dict(raw).get(key) for key in FLOW}
    return {key: str(value) for key, value in said.items() if value is not None}


def _servers(document: Document) -> list[str]:
    return [each.url for each in servers(document)]


def _scopes(document: Document) -> list[str]:
    schemes = map(document.follow, document.section("components", "securitySchemes").values())
    flows = (flow for scheme in schemes for flow in _named(scheme, "flows").values() if isinstance(flow, dict))
    return list(dict.fromkeys(scope for flow in flows for scope in _named(flow, "scopes")))


def _named(found: Mapped, name: str) -> dict[str, Any]:
    """Return what is named there, with every name as text: YAML reads a status as a number."""
    inner = found.get(name)
    return {str(key): value for key, value in inner.items()} if isinstance(inner, dict) else {}
