"""Schemas of OpenAPI documents as JSON Schema 2020-12, of bounded size, for the console's form and its checks."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

from portal.console.drafts import rules_of, short
from portal.openapi.documents import Document

MOST: Final = 2_500
"""Schemas in one description. Beyond it, a schema is `CUT`."""
DEEPEST: Final = 40
LONGEST_TEXT: Final = 400
"""Characters of a description."""
CUT: Final[Mapping[str, Any]] = {"$comment": "cut"}
"""Takes every value, and says why."""
UNSAFE: Final = re.compile(r"[^\w.-]", re.ASCII)
"""What a name in a URL's fragment would have to escape."""

ONE: Final = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
)  # fmt: skip
MANY: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED: Final = ("properties", "patternProperties", "dependentSchemas")
TEXTS: Final = ("title", "description")
FLAGS: Final = ("deprecated", "readOnly", "writeOnly")


class Translation:
    """Translates the schemas of one description, which share their definitions and what there may be of them."""

    def __init__(self, document: Document, said: Mapping[str, str]) -> None:
        """Take what descriptions mean in the reader's language."""
        self._document = document
        self._said = said
        self._left = MOST
        self._names: dict[str, str] = {}
        self._waiting: deque[tuple[str, Any]] = deque()
        self.with_words = True
        """Whether schemas keep what a form says about a field. Answers are checked without it."""
        self.definitions: dict[str, Any] = {}

    def schema(self, found: Any, depth: int = 0) -> Any:
        """Return this schema; what it refers to is translated by `finish`."""
        if isinstance(found, bool):
            return found
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return dict(CUT)
        if not isinstance(found, dict):
            return {}
        schema = {**rules_of(found), **dict(self._inside(found, depth + 1))}
        if isinstance(found.get("$ref"), str):
            schema["$ref"] = self._definition(found["$ref"])
        if isinstance(found.get("discriminator"), dict):
            schema["discriminator"] = self._discriminator(found["discriminator"])
        about = dict(self._words(found))
        return {**_or_null(schema), **about} if found.get("nullable") is True else {**schema, **about}

    def finish(self) -> None:
        """Translate what was referred to."""
        while self._waiting:
            name, target = self._waiting.popleft()
            self.definitions[name] = self.schema(target)

    def text(self, text: str) -> str:
        """Return a description in the reader's language, shortened at a word where it is long."""
        text = self._said.get(text, text)
        return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rsplit(' ', 1)[0]} …"

    def _inside(self, found: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
        for key in ONE:
            if isinstance(found.get(key), dict | bool):
                yield key, self.schema(found[key], depth)
        for key in MANY:
            if isinstance(found.get(key), list) and found[key]:
                yield key, [self.schema(each, depth) for each in found[key]]
        for key in NAMED:
            if isinstance(found.get(key), dict):
                yield key, {str(name): self.schema(each, depth) for name, each in found[key].items()}

    def _words(self, found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        yield from ((flag, True) for flag in FLAGS if found.get(flag) is True)
        if not self.with_words:
            return
        yield from ((key, self.text(str(found[key]))) for key in TEXTS if found.get(key))
        if "default" in found and short(found["default"]):
            yield "default", found["default"]
        examples = found.get("examples", [found["example"]] if "example" in found else [])
        if shown := [each for each in examples[:3] if short(each)] if isinstance(examples, list) else []:
            yield "examples", shown

    def _definition(self, reference: str) -> str:
        """Return the address of what a reference leads to, and have it translated."""
        if reference not in self._names:
            base = UNSAFE.sub("-", reference.rsplit("/", 1)[-1]) or "schema"
            name, number = base, 2
            while name in self.definitions:
                name, number = f"{base}-{number}", number + 1
            self._names[reference] = name
            target = self._document.at(reference)
            self.definitions[name] = dict(CUT)
            if isinstance(target, dict | bool):
                self._waiting.append((name, target))
        return f"#/$defs/{self._names[reference]}"

    def _discriminator(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the property that tells the alternatives apart, and where its values lead."""
        mapping = found.get("mapping")
        leads = {
            str(value): self._definition(target if "/" in target else f"#/components/schemas/{target}")
            for value, target in (mapping.items() if isinstance(mapping, dict) else ())
            if isinstance(target, str)
        }
        return {"propertyName": str(found.get("propertyName", "")), "mapping": leads}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what OpenAPI 3.0 calls nullable."""
    if "type" not in schema or any(key in schema for key in ("$ref", *MANY)):
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    schema["type"] = types if "null" in types else [*types, "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
