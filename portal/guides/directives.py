"""Fenced blocks that mean more than code.

```call searchPatient          one call: samples in five languages, and the recorded answer
health_id: OPC-2024-DEMO1
```

```call searchPatient as patient        the same; later calls of the page take values from its answer
health_id: OPC-2024-DEMO1
```

```call listLabResults -> 403           the same; it is meant to be refused
health_id: $patient.health_id
```

```recipe What was found lately         a chain of named calls of the page, which Run all runs
patient: Find the patient
results: Read the results
```

```table scopes-sandbox        a table that the code fills
```

```fields EncounterPush        the fields of a schema, from the OpenAPI document
```

```sequence Getting a token    a diagram of who sends what to whom
Your app -> OpesCare: client_id and secret
```

```states access-request      the states of a request for production access, from the table of moves
```
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from portal.guides.sources import PageError, Source, line_of, load_yaml
from portal.guides.variables import fill
from portal.samples.calls import Call
from portal.samples.references import read

KINDS = ("call", "recipe", "table", "fields", "sequence", "states")
OPENING = re.compile(rf"^```(?P<kind>{'|'.join(KINDS)})(?:[ ]+(?P<name>\S.*?))?[ ]*\n", re.MULTILINE)
CALL = re.compile(r"(?P<operation>\S+)(?: as (?P<name>[a-z][a-z0-9_]*))?(?: -> (?P<refused>[45]\d\d))?", re.ASCII)
LIKE_REFERENCE = re.compile(r"\$[a-zA-Z]")
CLOSING = re.compile(r"^```[ ]*$", re.MULTILINE)


@dataclass(frozen=True)
class Directive:
    """One block: from `start` to `end` in the text, on `line` of the file."""

    kind: str
    name: str
    body: str
    start: int
    end: int
    line: int


def directives(source: Source) -> Iterator[Directive]:
    """Yield every directive of a page.

    :raises PageError: where one has no name, or is not closed.
    """
    position = 0
    while opening := OPENING.search(source.text, position):
        if not opening["name"]:
            raise source.fault(opening.start(), f"this block has no name: it begins with ```{opening['kind']} name")
        closing = CLOSING.search(source.text, opening.end())
        if closing is None:
            raise source.fault(opening.start(), "this block is not closed")
        line = source.first_line + source.text.count("\n", 0, opening.start())
        body = source.text[opening.end() : closing.start()]
        yield Directive(opening["kind"], opening["name"], body, opening.start(), closing.end(), line)
        position = closing.end()


def call_of(source: Source, directive: Directive, values: Mapping[str, str]) -> Call:
    """Return the call that a `call` block describes.

    :raises PageError: where its arguments are not a YAML mapping, or begin with a dollar and name no value.
    """
    opening = CALL.fullmatch(directive.name)
    if opening is None:
        raise source.fault(
            directive.start, "a call is written `operation as name -> status`, the last two where needed"
        )
    try:
        arguments = load_yaml(fill(directive.body, values)) or {}
    except yaml.YAMLError as exc:
        line = directive.line + min(line_of(exc) + 1, directive.body.count("\n"))  # its end is none of its lines
        raise PageError(source.path, line, "the arguments of the call are not YAML") from None
    if not isinstance(arguments, dict):
        raise source.fault(directive.start, "the arguments of the call are not `name: value` lines")
    try:
        arguments = _with_references(arguments)
    except ValueError as exc:
        raise source.fault_at(str(exc), _NO_REFERENCE.format(exc), directive.start) from None
    return Call(opening["operation"], arguments, opening["name"] or "", int(opening["refused"] or 0))


_NO_REFERENCE = "{} names no value of an answer: write $name.field, $name.list[0].field"


def _with_references(value: Any) -> Any:
    """Return the value with references for the texts that are written as such.

    :raises ValueError: with a text that begins as one and is none.
    """
    match value:
        case str() if LIKE_REFERENCE.match(value):
            reference = read(value)
            if reference is None:
                raise ValueError(value)
            return reference
        case dict():
            return {name: _with_references(inner) for name, inner in value.items()}
        case list():
            return [_with_references(inner) for inner in value]
    return value
