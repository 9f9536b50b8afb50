"""The `call` directive: one fenced block names an operation and its arguments, and becomes samples in five languages.

```call searchPatient
health_id: OPC-2024-DEMO1
```
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from portal.guides.variables import fill
from portal.samples.calls import Call

FENCE = re.compile(r"^```call[ ]+(?P<operation>\w+)[ ]*\n(?P<arguments>.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)


class DirectiveError(ValueError):
    """A `call` directive cannot be read."""


@dataclass(frozen=True)
class Placed:
    """A call and where it stands: `start` and `end` in the text, `line` in the file."""

    call: Call
    line: int
    start: int
    end: int


def calls_in(text: str, values: Mapping[str, str], first_line: int = 1) -> Iterator[Placed]:
    """Yield every call of a page's text, which begins on `first_line` of its file.

    :raises DirectiveError: where the arguments are not a YAML mapping.
    """
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + first_line
        try:
            arguments = yaml.safe_load(fill(match["arguments"], values)) or {}
        except yaml.YAMLError as exc:
            raise DirectiveError(f"line {line}: the arguments are not YAML") from exc
        if not isinstance(arguments, dict):
            raise DirectiveError(f"line {line}: the arguments are not `name: value` lines")
        yield Placed(Call(match["operation"], arguments), line, match.start(), match.end())
