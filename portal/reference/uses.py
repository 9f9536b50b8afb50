"""Which operations use a schema, by whatever way."""

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from portal.openapi.documents import Contents, Operation
from portal.reference.merging import name_of

PREFIX = "#/components/"
SCHEMAS = "#/components/schemas/"


_known: WeakKeyDictionary[Contents, Mapping[str, tuple[Operation, ...]]] = WeakKeyDictionary()


def uses(found: Contents) -> Mapping[str, tuple[Operation, ...]]:
    """Return the operations by what stands in addresses for each schema that they send or answer, however deep."""
    if found not in _known:
        _known[found] = _uses(found)
    return _known[found]


def _uses(found: Contents) -> Mapping[str, tuple[Operation, ...]]:
    by_name: dict[str, list[Operation]] = {}
    leads_to: dict[str, frozenset[str]] = {}
    for operation in found.operations.values():
        for reference in _reached(found, operation, leads_to):
            if reference.startswith(SCHEMAS):
                by_name.setdefault(name_of(reference), []).append(operation)
    return {name: tuple(operations) for name, operations in by_name.items()}


def _reached(found: Contents, operation: Operation, leads_to: dict[str, frozenset[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [*_references(operation.raw), *(one for each in operation.shared for one in _references(each))]
    while waiting:
        reference = waiting.pop()
        if reference in reached:
            continue
        reached.add(reference)
        if reference not in leads_to:
            leads_to[reference] = frozenset(_references(found.document.follow({"$ref": reference})))
        waiting += leads_to[reference]
    return reached


def _references(root: Any) -> Iterator[str]:
    waiting = [(root, False)]
    while waiting:
        one, holds_names = waiting.pop()
        if isinstance(one, dict):
            reference = one.get("$ref")
            if isinstance(reference, str) and reference.startswith(PREFIX):
                yield reference
            waiting += [
                (value, name == "properties" and not holds_names)
                for name, value in one.items()
                if holds_names or name not in {"example", "examples"}
            ]
        elif isinstance(one, list):
            waiting += [(each, False) for each in one]
