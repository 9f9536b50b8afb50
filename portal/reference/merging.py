"""Schemas with their references followed and every `allOf` laid together, whatever leads where."""

from typing import Any, Final

from portal.openapi.documents import Document, Mapped, address, as_dict, as_list, unescaped

DEEPEST: Final = 30
"""References and `allOf` within each other that are followed."""
PREFIX: Final = "#/components/schemas/"
ANNOTATIONS: Final = {
    "allOf", "title", "description", "default", "example", "examples", "deprecated", "nullable", "readOnly",
    "writeOnly",
}  # fmt: skip
"""What may stand beside an only `allOf` and leave it the same schema."""
TOGETHER: Final = ("oneOf", "anyOf", "not", "if")
"""Keywords that hold beside one of the same name."""


class Merger:
    """Merges the schemas of one document, each once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, tuple[Any, Mapped]] = {}  # with the schema, so that its id stays its own

    def merged(self, schema: Any, depth: int = 0) -> Mapped:
        """Return a schema as one object; what stands beside a reference or an `allOf` wins."""
        if not isinstance(schema, dict):
            return {"not": {}} if schema is False else {}
        if id(schema) not in self._known:
            if depth > DEEPEST:
                return {}
            self._known[id(schema)] = (schema, {})  # what is made of itself is nothing there
            self._known[id(schema)] = (schema, self._laid_together(schema, depth))
        return self._known[id(schema)][1]

    def page(self, schema: Any) -> str:
        """Return what stands in addresses for the schema that this one is, but for its description; empty for none."""
        parts = as_list(schema.get("allOf")) if isinstance(schema, dict) else []
        alone = parts[0] if len(parts) == 1 and schema.keys() <= ANNOTATIONS else None
        reference = reference_of(schema) or reference_of(alone)
        name = name_of(reference)
        return name if name != reference and self._document.at(reference) is not None else ""

    def _laid_together(self, schema: Mapped, depth: int) -> Mapped:
        found: dict[str, Any] = {}
        if reference := reference_of(schema):
            target = self._document.target(reference)
            if target is None:
                found["$ref"] = reference  # it leads nowhere, or out of the document
            else:
                _lay(found, self.merged(target, depth + 1))
        for part in as_list(schema.get("allOf")):
            _lay(found, self.merged(part, depth + 1))
        _lay(found, {key: value for key, value in schema.items() if key not in {"$ref", "$dynamicRef", "allOf"}})
        return found


def _lay(found: dict[str, Any], part: Mapped) -> None:
    properties = _both(as_dict(found.get("properties")), as_dict(part.get("properties")))
    required = [*as_list(found.get("required")), *as_list(part.get("required"))]
    beside = [*as_list(found.get("allOf")), *as_list(part.get("allOf"))]
    for key in TOGETHER:
        if key in found and key in part and found[key] != part[key]:
            kept = ("if", "then", "else") if key == "if" else (key,)
            beside.append({name: found.pop(name) for name in kept if name in found})
    found |= part
    for key, value in (("properties", properties), ("required", required), ("allOf", beside)):
        if value:
            found[key] = value


def _both(found: Mapped, more: Mapped) -> dict[str, Any]:
    both = {**found, **more}
    for name in found.keys() & more.keys():
        if isinstance(found[name], dict) and isinstance(more[name], dict) and found[name] != more[name]:
            both[name] = {"allOf": [found[name], more[name]]}
    return both


def reference_of(schema: Any) -> str:
    """Return where a schema leads, empty where it leads nowhere."""
    found = (schema.get("$ref") or schema.get("$dynamicRef")) if isinstance(schema, dict) else None
    return found if isinstance(found, str) else ""


def names_of(schema: Any) -> tuple[str, ...]:
    """Return the references to what a schema is, or is made of."""
    parts = [schema, *as_list(schema.get("allOf"))] if isinstance(schema, dict) else []
    return tuple(name_of(each) for each in map(reference_of, parts) if each)


def name_of(reference: str) -> str:
    """Return what stands for the schema of a reference in addresses, the reference itself where it has no page."""
    name = reference.removeprefix(PREFIX)
    return reference if name == reference or "/" in name else address(unescaped(name))
