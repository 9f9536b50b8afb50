"""Values that fit a schema: the document's own where it has any, otherwise the plainest."""

from collections.abc import Iterator, Mapping
from itertools import islice
from math import inf
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, as_list
from portal.openapi.fitting import fits
from portal.openapi.patterns import matching

DEEPEST: Final = 30
MOST: Final = 2_000
"""Schemas looked at for one value, at most."""
MOST_VALUES: Final = 500
"""Values of an enumeration that are compared with another one's."""
TRIED: Final = 20
"""So many values of the document's own are tried."""
FEW: Final = 6
"""So many fields that nobody asks for are shown of an object in which nothing is required."""
FORMATS: Final = {
    "date-time": "2026-01-05T09:15:00Z",
    "date": "2026-01-05",
    "time": "09:15:00Z",
    "duration": "P1D",
    "email": "amina@example.com",
    "idn-email": "amina@example.com",
    "uuid": "0b2c7d7e-61a1-4d0a-9a0e-4d0f3f7f8f10",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "ZXhhbXBsZQ==",
    "json-pointer": "/example",
    "regex": "[a-z]+",
    "phone": "+254700000000",
}
_KINDS: Final = {
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "string": {"format", "pattern", "minLength", "maxLength"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}


class NoValueError(ValueError):
    """The schema holds itself without end, or nothing fits it."""


def example(schema: Any, document: Document) -> Any:
    """Return a value that fits the schema, without what is read-only; an empty object where nothing can be found."""
    try:
        return _Maker(document).value(schema, (), 0)
    except NoValueError:
        return {}


def is_file(schema: Any, document: Document) -> bool:
    """Say whether the schema is a file's: bytes, which no JSON value holds."""
    found = document.follow(schema)
    if found.get("format") == "binary" or found.get("contentMediaType") == "application/octet-stream":
        return "contentEncoding" not in found
    return False


class _Maker:
    def __init__(self, document: Document) -> None:
        self._document, self._left = document, MOST

    def value(self, schema: Any, trail: tuple[str, ...], depth: int) -> Any:
        """Return a value for the schema. `trail` are the references that led here.

        :raises NoValueError: where there is none.
        """
        self._left -= 1
        if depth > DEEPEST or self._left < 0 or schema is False:
            raise NoValueError
        flat, trail = self._flat(schema if isinstance(schema, Mapping) else {}, trail)
        for given in islice(self._given(flat), TRIED):
            written = self._writable(given, flat)
            if fits(schema, self._document, written):
                return written
        branches = as_list(flat.get("oneOf")) or as_list(flat.get("anyOf"))
        if not branches:
            return self._plain(flat, trail, depth)
        return self._branch(schema, flat, branches, trail, depth)

    def _given(self, flat: Mapped) -> Iterator[Any]:
        """Yield what the document itself offers."""
        if "example" in flat:
            yield flat["example"]
        yield from as_list(flat.get("examples"))
        for name in ("default", "const"):
            if flat.get(name) is not None:
                yield flat[name]
        yield from as_list(flat.get("enum"))

    def _writable(self, value: Any, flat: Mapped) -> Any:
        """Return the value without the fields that only answers have."""
        if not isinstance(value, Mapping):
            return value
        rules = _mapping(flat, "properties")
        return {
            name: inner
            for name, inner in value.items()
            if self._document.follow(rules.get(name)).get("readOnly") is not True
        }

    def _branch(self, schema: Any, flat: Mapped, branches: list[Any], trail: tuple[str, ...], depth: int) -> Any:
        base = {name: rule for name, rule in flat.items() if name not in {"oneOf", "anyOf"}}
        fallback: list[Any] = []
        # Each try is compared with every branch, so of many branches few are tried.
        tried = branches[: max(2, 600 // len(branches))]
        for branch in sorted(tried, key=lambda each: self._document.follow(each).get("type") == "null"):
            for level in (depth + 1, 0):  # what is optional may tell it from the other branches
                try:
                    merged, longer = self._flat({"allOf": [base, branch]}, trail)
                    value = self.value(merged, longer, level)
                except NoValueError:
                    break
                for each in (self._discriminated(value, flat, branch), value):
                    if fits(schema, self._document, each):
                        return each
                fallback.append(value)
        if fallback:
            return fallback[0]
        raise NoValueError

    def _discriminated(self, value: Any, flat: Mapped, branch: Any) -> Any:
        rule = _mapping(flat, "discriminator")
        name, reference = rule.get("propertyName"), branch.get("$ref") if isinstance(branch, Mapping) else None
        if not isinstance(value, dict) or not isinstance(name, str) or not isinstance(reference, str):
            return value
        short = reference.rpartition("/")[2]
        keys = [key for key, to in _mapping(rule, "mapping").items() if to in {reference, short}]
        return {**value, name: keys[0] if keys else short}

    def _flat(self, schema: Mapped, trail: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the schema with what it refers to and what it is all of, as one.

        :raises NoValueError: where it comes back to itself.
        """
        laid: dict[str, None] = {}
        return self._laid_together(schema, trail, laid), (*trail, *laid)

    def _laid_together(self, schema: Mapped, above: tuple[str, ...], laid: dict[str, None]) -> dict[str, Any]:
        """`above` are the references that the schema stands in; what is `laid` already is not laid again."""
        merged: dict[str, Any] = {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference in above:
                raise NoValueError
            if reference not in laid:
                laid[reference] = None
                target = as_mapping(self._document.at(reference))
                _merge(merged, self._laid_together(target, (*above, reference), laid))
        for part in as_list(schema.get("allOf")):
            _merge(merged, self._laid_together(as_mapping(part), above, laid))
        _merge(merged, {name: rule for name, rule in schema.items() if name not in {"$ref", "allOf"}})
        return merged

    def _plain(self, flat: Mapped, trail: tuple[str, ...], depth: int) -> Any:
        match _kind(flat):
            case "object":
                return self._object(flat, trail, depth)
            case "array":
                return self._array(flat, trail, depth)
            case "integer" | "number" as kind:
                return _number(flat, whole=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
        return _text(flat)

    def _object(self, flat: Mapped, trail: tuple[str, ...], depth: int) -> dict[str, Any]:
        rules, required = _mapping(flat, "properties"), [str(each) for each in as_list(flat.get("required"))]
        found: dict[str, Any] = {}
        for name in required:
            rule = rules.get(name, flat.get("additionalProperties", {}))
            if not self._is_read_only(rule):
                found[name] = self.value(rule, trail, depth + 1)
        least, most = _count(flat, "minProperties", 0), _count(flat, "maxProperties", FEW)
        wanted = max(least, 0 if found or depth else min(most, FEW))
        optional = (name for name in rules if name not in found and not self._is_read_only(rules[name]))
        for name in optional:
            if len(found) >= wanted:
                break
            try:
                value = self.value(rules[name], trail, depth + 1)
            except NoValueError:
                continue
            if fits(rules[name], self._document, value):
                found[name] = value
        more = flat.get("additionalProperties")
        if not found and not rules and isinstance(more, Mapping):
            found["name"] = self._or_none(more, trail, depth)
        return found

    def _or_none(self, rule: Mapped, trail: tuple[str, ...], depth: int) -> Any:
        try:
            return self.value(rule, trail, depth + 1)
        except NoValueError:
            return None

    def _is_read_only(self, rule: Any) -> bool:
        if self._document.follow(rule).get("readOnly") is True or (
            isinstance(rule, Mapping) and rule.get("readOnly") is True
        ):
            return True
        return isinstance(rule, Mapping) and any(map(self._is_read_only, as_list(rule.get("allOf"))))

    def _array(self, flat: Mapped, trail: tuple[str, ...], depth: int) -> list[Any]:
        least, most = flat.get("minItems", 0), flat.get("maxItems", 1)
        found = [self.value(rule, trail, depth + 1) for rule in as_list(flat.get("prefixItems"))]
        if not isinstance(least, int) or not isinstance(most, int) or (most < 1 and not least):
            return found
        items = flat.get("items", {})
        while len(found) < max(1, min(least, FEW * 20)):
            try:
                found.append(
                    self._another(items, found, trail, depth)
                    if flat.get("uniqueItems")
                    else self.value(items, trail, depth + 1)
                )
            except NoValueError:
                if len(found) < least:
                    raise
                break
        return found

    def _another(self, items: Any, found: list[Any], trail: tuple[str, ...], depth: int) -> Any:
        """Return one that is not yet there."""
        flat, _ = self._flat(as_mapping(items), trail)
        first = self.value(items, trail, depth + 1)
        candidates = [first, *as_list(flat.get("enum"))[: len(found) + TRIED]]
        if isinstance(first, str):
            most = _count(flat, "maxLength", 1_000)
            candidates += [f"{first}{len(found)}"[-most:], f"{len(found)}{first}"[:most]]
        if isinstance(first, int | float) and not isinstance(first, bool):
            candidates.append(first + len(found) * (_real(flat.get("multipleOf")) or 1))
        for each in candidates:
            if each not in found and fits(items, self._document, each):
                return each
        raise NoValueError


def _kind(flat: Mapped) -> str:
    kind = flat.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    return next((name for name, keys in _KINDS.items() if keys & flat.keys()), "string")


def _text(flat: Mapped) -> str:
    least, most = _count(flat, "minLength", 0), _count(flat, "maxLength", 1_000)
    pattern = flat.get("pattern")
    if isinstance(pattern, str):
        found = matching(pattern, least)
        if found is not None:
            return found
    text = FORMATS.get(str(flat.get("format")), "string")
    if len(text) > most or len(text) < least:
        text = ("string" * (least // 6 + 1))[: max(least, min(most, 6))]
    return text


def _count(flat: Mapped, name: str, default: int) -> int:
    found = flat.get(name)
    return min(found, 10_000) if isinstance(found, int) and found >= 0 else default


def _number(flat: Mapped, *, whole: bool) -> float:
    """Return the smallest positive number that fits, or the largest where there is none."""
    step = _real(flat.get("multipleOf"))
    by = step if step is not None and step > 0 else 1
    try:
        return _multiple(flat, by, whole=whole)
    except ArithmeticError:  # beyond what a number of Python holds
        return by


def _multiple(flat: Mapped, by: float, *, whole: bool) -> float:
    least, most = _bound(flat, "inimum", by), _bound(flat, "aximum", -by)
    value = by if least is None or least <= by else -(-least // by) * by
    if most is not None and value > most:
        value = most // by * by
        if least is not None and value < least:
            value = (least + most) / 2
    return int(value) if whole else value


def _bound(flat: Mapped, name: str, inside: float) -> float | None:
    """Return the bound, of `m…` and `exclusiveM…`, in either version's way."""
    bound, exclusive = _real(flat.get(f"m{name}")), _real(flat.get(f"exclusiveM{name}"))
    if exclusive is not None:
        return exclusive + inside
    return bound + inside if bound is not None and flat.get(f"exclusiveM{name}") is True else bound


def _real(found: Any) -> float | None:
    return found if isinstance(found, int | float) and not isinstance(found, bool) and abs(found) < inf else None


def _merge(merged: dict[str, Any], found: Mapped) -> None:
    for name, rule in found.items():
        before = merged.get(name)
        match name:
            case "properties" if isinstance(before, Mapping) and isinstance(rule, Mapping):
                both = before.keys() & rule.keys()
                merged[name] = {**before, **rule, **{each: {"allOf": [before[each], rule[each]]} for each in both}}
            case "required" if isinstance(before, list) and isinstance(rule, list):
                merged[name] = list(dict.fromkeys(each for each in [*before, *rule] if isinstance(each, str)))
            case "enum" if isinstance(before, list) and isinstance(rule, list):
                merged[name] = [each for each in before[:MOST_VALUES] if each in rule[:MOST_VALUES]]
            case _:
                merged[name] = rule


def as_mapping(found: Any) -> Mapped:
    """Return an object as it is, an empty one for anything else."""
    return found if isinstance(found, Mapping) else {}


def _mapping(found: Mapped, name: str) -> Mapped:
    return as_mapping(found.get(name))
