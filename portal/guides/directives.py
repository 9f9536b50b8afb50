"""Fenced blocks that mean more than code.

```call searchPatient          one call: samples in five languages, and the recorded answer
health_id: OPC-2024-DEMO1
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

import yaml

from portal.guides.sources import Source, load_yaml
from portal.guides.variables import fill
from portal.samples.calls import Call

KINDS = ("call", "table", "fields", "sequence", "states")
OPENING = re.compile(rf"^```(?P<kind>{'|'.join(KINDS)})[ ]+(?P<name>\S.*?)[ ]*\n", re.MULTILINE)
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

    :raises PageError: where one is not closed.
    """
    position = 0
    while opening := OPENING.search(source.text, position):
        closing = CLOSING.search(source.text, opening.end())
        if closing is None:
            raise source.fault(opening.start(), "this block is not closed")
        line = source.first_line + source.text.count("\n", 0, opening.start())
        body = source.text[opening.end() : closing.start()]
        yield Directive(opening["kind"], opening["name"], body, opening.start(), closing.end(), line)
        position = closing.end()


def call_of(source: Source, directive: Directive, values: Mapping[str, str]) -> Call:
    """Return the call that a `call` block describes.

    :raises PageError: where its arguments are not a YAML mapping.
    """
    try:
        arguments = load_yaml(fill(directive.body, values)) or {}
    except yaml.YAMLError:
        raise source.fault(directive.start, "the arguments of the call are not YAML") from None
    if not isinstance(arguments, dict):
        raise source.fault(directive.start, "the arguments of the call are not `name: value` lines")
    return Call(directive.name, arguments)
