"""Two JSON Schemas of two OpenAPI documents: what differs, and whom it breaks.

A schema that takes fewer values than before breaks who sends them; one that allows more breaks who reads them. So a
difference is found once, and breaks requests, answers or both, wherever the schema is used.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Flag, StrEnum
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, as_dict, as_list, unescaped

DEEPEST: Final = 20
"""Levels within one schema; those of named schemas are compared by themselves."""
LONGEST: Final = 200
PREFIX: Final = "#/components/schemas/"
ANNOTATIONS: Final = {"description", "title", "example", "examples", "externalDocs", "xml"}
BESIDE: Final = ANNOTATIONS | {"default", "deprecated", "nullable", "readOnly", "writeOnly"}
"""What may stand beside a reference and leave it the same schema."""
EVERY_TYPE: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
TYPE_OF: Final = {
    type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array",
}  # fmt: skip
GROWING: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minContains", "minProperties")
"""The larger, the narrower."""
SHRINKING: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxContains", "maxProperties")
STATED: Final = ("format", "pattern", "multipleOf", "uniqueItems", "contentMediaType", "contentEncoding")
"""Narrower once stated; nobody can say so of two that differ."""
OPAQUE: Final = (
    "not", "if", "then", "else", "patternProperties", "propertyNames", "contains", "prefixItems", "dependentRequired",
    "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
"""As those, but too long to show."""


class Side(Flag):
    """Who is broken, or where a schema is used: those who send requests, those who read answers."""

    NONE = 0
    REQUESTS = 1
    ANSWERS = 2
    BOTH = 3


class Kind(StrEnum):
    """What became of something."""

    ADDED = "added"
    CHANGED = "changed"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """One difference. `place` is its anchor: `body.period.start`; `breaks` whom it breaks, where the schema is used."""

    what: str
    kind: Kind
    place: str
    breaks: Side = Side.NONE
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class _Rules:
    """A schema with its references followed and every `allOf` laid together."""

    raw: Mapped
    reference: str
    """The named schema that this is, empty where it is more, or none."""
    nullable: bool
    options: tuple[Any, ...]
    """The alternatives of `oneOf` or `anyOf`, without null."""
    joined_by: str
    """Which of the two."""

    @property
    def types(self) -> frozenset[str]:
        found = self.raw.get("type")
        names = set(map(str, found)) if isinstance(found, list) else {str(found)} if found else set()
        if not names and (values := _listed(self.raw)):
            names = {TYPE_OF.get(type(each), "object") for each in values}
        elif not names:
            names = {"object"} if self.raw.get("properties") else {"array"} if "items" in self.raw else set(EVERY_TYPE)
            names -= {"null"} if self.options else set()
        return frozenset(names | ({"integer"} if "number" in names else set()) | ({"null"} if self.nullable else set()))


class Comparison:
    """Compares schemas of two documents. `met` collects the named schemas that both refer to, to be compared next."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = before, after
        self.met: set[str] = set()

    def changes(self, before: Any, after: Any, place: str, above: tuple[tuple[str, str], ...] = ()) -> Iterator[Change]:
        """Yield what differs between two schemas and inside them, down to the named ones that both refer to."""
        old, new = read(self._before, before), read(self._after, after)
        pair = (_target(before), _target(after))
        if (any(pair) and pair in above) or len(above) > DEEPEST:
            return
        above = (*above, pair)
        same = bool(old.reference) and old.reference == new.reference
        was, now = (as_dict(before), as_dict(after)) if same else (old.raw, new.raw)
        if now.get("deprecated") is True and was.get("deprecated") is not True:
            yield Change("field", Kind.DEPRECATED, place)
        if same:
            self.met.add(old.reference)
            yield from _types(old, new, place) if old.nullable != new.nullable else ()
            yield from _default(was, now, place)
        elif bool(old.options) != bool(new.options):
            yield from self._options(old.options or (before,), new.options or (after,), place, above)
        else:
            yield from _types(old, new, place)
            yield from _values(old.raw, new.raw, place)
            yield from _limits(old.raw, new.raw, place)
            yield from _stated(old.raw, new.raw, place)
            yield from _default(old.raw, new.raw, place)
            yield from self._fields(old.raw, new.raw, place, above)
            yield from self._insides(old.raw, new.raw, place, above)
            if old.options and old.joined_by != new.joined_by:
                breaks = Side.REQUESTS if new.joined_by == "oneOf" else Side.ANSWERS
                yield Change("rule", Kind.CHANGED, place, breaks, old.joined_by, new.joined_by)
            yield from self._options(old.options, new.options, place, above)

    def _fields(self, old: Mapped, new: Mapped, place: str, above: tuple[tuple[str, str], ...]) -> Iterator[Change]:
        were, are = as_dict(old.get("properties")), as_dict(new.get("properties"))
        demanded, demands = _texts(old.get("required")), _texts(new.get("required"))
        for name in dict.fromkeys([*were, *are, *demanded, *demands]):
            inside = f"{place}.{name}" if place else str(name)
            was, now = _concerned(self._before, were.get(name)), _concerned(self._after, are.get(name))
            must = name in demands
            if name in were and name not in are:
                yield Change("field", Kind.REMOVED, inside, was)
            elif name in are and name not in were:
                yield _added(inside, required=must and Side.REQUESTS in now)
            else:
                if (name in demanded) != must:
                    yield _only(_required(inside, now=must), was & now)
                if was != now:
                    lost = was & ~now | (now & ~was & Side.REQUESTS if must else Side.NONE)
                    yield Change("rule", Kind.CHANGED, inside, lost, _direction(was), _direction(now))
                for each in self.changes(were.get(name), are.get(name), inside, above):
                    yield _only(each, was & now)

    def _insides(self, old: Mapped, new: Mapped, place: str, above: tuple[tuple[str, str], ...]) -> Iterator[Change]:
        if "items" in old or "items" in new:
            yield from self.changes(old.get("items", {}), new.get("items", {}), f"{place}[]", above)
        was, now = (each.get("additionalProperties", True) for each in (old, new))
        if (was is False) != (now is False):
            said = "additionalProperties: false"
            yield Change(
                "rule",
                Kind.CHANGED,
                place,
                Side.REQUESTS if now is False else Side.ANSWERS,
                said if was is False else "",
                said if now is False else "",
            )
        elif isinstance(was, dict) or isinstance(now, dict):
            yield from self.changes(was, now, f"{place}.*", above)

    def _options(
        self, old: tuple[Any, ...], new: tuple[Any, ...], place: str, above: tuple[tuple[str, str], ...]
    ) -> Iterator[Change]:
        """Compare alternatives of the same name, the rest in their order."""
        were, are = {_key(each): each for each in old}, {_key(each): each for each in new}
        numbers = {key: number for number, key in enumerate(are, 1)}
        gone, come = [key for key in were if key not in are], [key for key in are if key not in were]
        pairs = [(key, key) for key in were if key in are] + list(zip(gone, come, strict=False))
        for was, now in pairs:
            yield from self.changes(were[was], are[now], f"{place}.{numbers[now]}", above)
        for key in gone[len(come) :]:
            yield Change("alternative", Kind.REMOVED, place, Side.REQUESTS, before=_said(were[key]))
        for key in come[len(gone) :]:
            yield Change("alternative", Kind.ADDED, place, Side.ANSWERS, after=_said(are[key]))


def read(document: Document, schema: Any) -> _Rules:
    """Return the rules of a schema."""
    raw = _merged(document, schema, 0)
    key = next((key for key in ("oneOf", "anyOf") if isinstance(raw.get(key), list)), "")
    options = [each for each in raw.get(key, ()) if not (isinstance(each, dict) and each.get("type") == "null")]
    nullable = raw.get("nullable") is True or len(options) < len(raw.get(key, ()))
    if key and len(options) == 1:  # nothing but "this or null"
        beside = {name: value for name, value in raw.items() if name != key}
        only = read(document, {**beside, "allOf": [options[0]]} if set(beside) - ANNOTATIONS else options[0])
        return replace(only, nullable=nullable or only.nullable)
    return _Rules(raw, _reference(schema), nullable, tuple(options), key)


def _merged(document: Document, schema: Any, depth: int) -> Mapped:
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, dict) or depth > DEEPEST:
        return {}
    beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    parts = [document.follow(schema)] if "$ref" in schema else []
    parts += [each for each in as_list(schema.get("allOf")) if isinstance(each, dict)]
    found: dict[str, Any] = {}
    for part in [*(_merged(document, each, depth + 1) for each in parts), beside]:
        properties = _both(as_dict(found.get("properties")), as_dict(part.get("properties")))
        required = [*as_list(found.get("required")), *as_list(part.get("required"))]
        found |= part
        found |= {"properties": properties} if properties else {}
        found |= {"required": required} if required else {}
    return found


def _both(found: Mapped, more: Mapped) -> dict[str, Any]:
    """Lay fields together; one that both describe must fit both."""
    twice = {name: {"allOf": [found[name], more[name]]} for name in found if name in more and found[name] != more[name]}
    return {**found, **more, **twice}


def _reference(schema: Any) -> str:
    """Return the named schema that this is, whatever it says of where it stands."""
    if not isinstance(schema, dict):
        return ""
    rules = {key: value for key, value in schema.items() if key not in BESIDE}
    if set(rules) == {"allOf"} and isinstance(rules["allOf"], list) and len(rules["allOf"]) == 1:
        return _reference(rules["allOf"][0])
    reference = rules.get("$ref")
    name = reference.removeprefix(PREFIX) if len(rules) == 1 and isinstance(reference, str) else ""
    return unescaped(name) if name != reference and "/" not in name else ""


def _types(old: _Rules, new: _Rules, place: str) -> Iterator[Change]:
    if old.types != new.types:
        breaks = Side.REQUESTS if old.types - new.types else Side.NONE
        breaks |= Side.ANSWERS if new.types - old.types else Side.NONE
        yield Change(
            "rule", Kind.CHANGED, place, breaks, f"type: {_said_types(old.types)}", f"type: {_said_types(new.types)}"
        )


def _said_types(types: frozenset[str]) -> str:
    shown = set(types - {"integer"} if "number" in types else types)
    if types >= EVERY_TYPE - {"null"}:
        shown = {"any"} | shown & {"null"}
    return " | ".join(sorted(shown, key=lambda name: (name == "null", name)))


def _values(old: Mapped, new: Mapped, place: str) -> Iterator[Change]:
    were, are = _enum(old), _enum(new)
    if were is None or are is None:
        if were != are:
            breaks = Side.REQUESTS if were is None else Side.ANSWERS
            said = (", ".join((each or {}).values()) for each in (were, are))
            yield Change("values", Kind.CHANGED, place, breaks, *said)
        return
    if gone := [said for each, said in were.items() if each not in are]:
        yield Change("values", Kind.REMOVED, place, Side.REQUESTS, before=", ".join(gone))
    if come := [said for each, said in are.items() if each not in were]:
        yield Change("values", Kind.ADDED, place, Side.ANSWERS, after=", ".join(come))


def _enum(rules: Mapped) -> dict[str, str] | None:
    """Return all values as JSON, and each as it is shown."""
    found = _listed(rules)
    return None if found is None else {_json(each): _shown(each) for each in found}


def _listed(rules: Mapped) -> list[Any] | None:
    found = [rules["const"]] if "const" in rules else rules.get("enum")
    return found if isinstance(found, list) else None


def _limits(old: Mapped, new: Mapped, place: str) -> Iterator[Change]:
    for key in (*GROWING, *SHRINKING):
        was, now = _number(old, key), _number(new, key)
        if was == now:
            continue
        narrower = was is None or (now is not None and (now > was) == (key in GROWING))
        yield _rule(key, was, now, place, Side.REQUESTS if narrower else Side.ANSWERS)


def _number(rules: Mapped, key: str) -> float | None:
    """Return a limit, as 3.1 says it: in 3.0 `exclusiveMinimum: true` says how `minimum` is meant."""
    exclusive = f"exclusive{key[:1].upper()}{key[1:]}"
    if rules.get(exclusive) is True:
        return None
    found = rules.get(key)
    if found is True:
        found = rules.get(key.removeprefix("exclusive").lower())
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _stated(old: Mapped, new: Mapped, place: str) -> Iterator[Change]:
    for key in (*STATED, *OPAQUE):
        was, now = _statement(old, key), _statement(new, key)
        if was != now:
            breaks = Side.REQUESTS if was is None else Side.ANSWERS if now is None else Side.BOTH
            yield (
                _rule(key, was, now, place, breaks)
                if key in STATED
                else Change(
                    "rule", Kind.CHANGED, place, breaks, key if was is not None else "", key if now is not None else ""
                )
            )


def _statement(rules: Mapped, key: str) -> Any:
    """Return what a keyword demands, None where that is nothing."""
    found = rules.get(key)
    if key in OPAQUE and (found is False or (key == "not" and found == {})):
        return found
    return None if key in OPAQUE and found is True else found or None


def _default(old: Mapped, new: Mapped, place: str) -> Iterator[Change]:
    """Yield what is assumed now where nothing is sent: who relied on what was assumed gets something else."""
    if old.get("default") != new.get("default") or ("default" in old) != ("default" in new):
        breaks = Side.REQUESTS if "default" in old else Side.NONE
        said = (f"default: {_shown(each['default'])}" if "default" in each else "" for each in (old, new))
        yield Change("rule", Kind.CHANGED, place, breaks, *said)


def _rule(key: str, was: Any, now: Any, place: str, breaks: Side) -> Change:
    before, after = (f"{key}: {_shown(each)}" if each is not None else "" for each in (was, now))
    return Change("rule", Kind.CHANGED, place, breaks, before, after)


def _added(place: str, *, required: bool) -> Change:
    return (
        Change("required-field", Kind.ADDED, place, Side.REQUESTS) if required else Change("field", Kind.ADDED, place)
    )


def _required(place: str, *, now: bool) -> Change:
    if now:
        return Change("required", Kind.CHANGED, place, Side.REQUESTS)
    return Change("optional", Kind.CHANGED, place, Side.ANSWERS)


def _concerned(document: Document, schema: Any) -> Side:
    """Return where a field stands: a request has none that are read-only, an answer none that are write-only."""
    rules = read(document, schema).raw
    if rules.get("readOnly") is True:
        return Side.ANSWERS
    return Side.REQUESTS if rules.get("writeOnly") is True else Side.BOTH


def _direction(concerned: Side) -> str:
    return {Side.ANSWERS: "readOnly", Side.REQUESTS: "writeOnly"}.get(concerned, "")


def _only(change: Change, concerned: Side) -> Change:
    return replace(change, breaks=change.breaks & concerned)


def _key(schema: Any) -> str:
    """Return what an alternative is known by: its name, its title, or all that it says."""
    title = schema.get("title") if isinstance(schema, dict) else None
    return _reference(schema) or str(title or _json(schema))


def _said(schema: Any) -> str:
    title = schema.get("title") if isinstance(schema, dict) else None
    return _reference(schema) or str(title or _shown(schema))


def _target(schema: Any) -> str:
    found = schema.get("$ref") if isinstance(schema, dict) else None
    return str(found or "")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _texts(found: Any) -> list[str]:
    return [each for each in as_list(found) if isinstance(each, str)]
