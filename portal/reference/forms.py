"""What a schema means, apart from where it stands: its types, limits and values, or the alternatives that there are."""

from dataclasses import dataclass, field
from typing import Any

from portal.openapi.documents import Document, Mapped, as_dict, as_list
from portal.reference import keywords
from portal.reference.merging import PREFIX, Merger, name_of, names_of

INSIDES = ("properties", "items", "prefixItems", "additionalProperties", "patternProperties", "description", "title")


@dataclass(frozen=True)
class Form:
    """A merged schema. `options` are its alternatives, where it is more than one thing."""

    merged: Mapped
    names: tuple[str, ...]
    page: str
    types: tuple[str, ...]
    values: tuple[str, ...]
    meanings: tuple[str, ...]
    options: tuple[Any, ...] = ()
    joined_by: str = ""
    chosen_by: str = ""
    chosen_as: Mapped = field(default_factory=dict)
    more_values: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()
    description: str = ""
    title: str = ""

    @property
    def says_more(self) -> bool:
        """Say whether there is more to it than its type."""
        return bool(self.options or self.values or self.facts) or any(self.merged.get(key) for key in INSIDES)


class Forms:
    """The schemas of one page, each understood once."""

    def __init__(self, document: Document) -> None:
        self._merger = Merger(document)
        self._known: dict[int, tuple[Any, Form]] = {}  # with the schema, so that its id stays its own

    def of(self, schema: Any) -> Form:
        """Return what a schema means."""
        if id(schema) not in self._known:
            self._known[id(schema)] = (schema, form_of(schema, self._merger))
        return self._known[id(schema)][1]


def form_of(schema: Any, merger: Merger) -> Form:
    """Return what a schema means. One that is "this or null" is this, with `null` among its types."""
    merged, names, null = merger.merged(schema), names_of(schema), False
    page = merger.page(schema)
    joined_by, options = _options(merged)
    if joined_by and not merged.get("properties"):
        kept = [each for each in options if not _is_null(each)]
        if len(kept) == 1:
            null, names = len(kept) < len(options), (*names, *names_of(kept[0]))
            page = merger.page(kept[0])
            beside = {key: value for key, value in merged.items() if key not in {joined_by, "allOf"}}
            merged = merger.merged({"allOf": [kept[0], beside]})
            joined_by, options = _options(merged)
    values, meanings = keywords.values(merged)
    if values:
        joined_by, options = "", []
    kept = [each for each in options if not _is_null(each)]
    types = list(keywords.types(merged, merger))
    if (null or len(kept) < len(options)) and "null" not in types:
        types.append("null")
    chosen_by, chosen_as = _discriminator(merged)
    if chosen_by and not kept:
        kept = [
            {"$ref": each if "/" in each else PREFIX + each} for each in chosen_as.values() if isinstance(each, str)
        ]
        joined_by = "oneOf" if kept else ""
    return Form(
        merged=merged,
        names=names,
        page=page,
        types=tuple(types),
        values=tuple(values),
        meanings=tuple(meanings),
        options=tuple(kept),
        joined_by=joined_by,
        chosen_by=chosen_by,
        chosen_as=_values_by_name(chosen_as),
        more_values=len(as_list(merged.get("enum")) or _options(merged)[1]) - len(values) if values else 0,
        facts=tuple(keywords.facts(merged)),
        examples=tuple(keywords.examples(merged)),
        description=text(merged.get("description")),
        title=text(merged.get("title"))[:200],
    )


def text(found: Any) -> str:
    """Return what should be text."""
    return found if isinstance(found, str) else "" if found is None else keywords.shown(found)


def _options(merged: Mapped) -> tuple[str, list[Any]]:
    found = next((key for key in ("oneOf", "anyOf") if isinstance(merged.get(key), list) and merged[key]), "")
    return found, merged[found] if found else []


def _discriminator(merged: Mapped) -> tuple[str, Mapped]:
    found = as_dict(merged.get("discriminator"))
    return text(found.get("propertyName"))[:100], as_dict(found.get("mapping"))


def _values_by_name(chosen_as: Mapped) -> dict[str, str]:
    """Return by the name of each schema the values that choose it."""
    found: dict[str, list[str]] = {}
    for value, each in chosen_as.items():
        if isinstance(each, str):
            found.setdefault(name_of(each if "/" in each else PREFIX + each), []).append(value[:100])
    return {name: ", ".join(values[:10]) for name, values in found.items()}


def _is_null(option: Any) -> bool:
    return isinstance(option, dict) and (option.get("type") == "null" or option.get("enum") == [None])
