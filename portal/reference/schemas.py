"""A JSON Schema of an OpenAPI document as a tree that a page can show: cycles cut, `allOf` merged, 3.0 read as 3.1.

Whatever a document holds, a tree is small: at most `MOST` nodes, unless its top alone has more fields. Of a larger
schema all fields of the upper levels are shown and none below; what is cut leads to the page of its schema.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from portal.openapi.documents import Document, Mapped, as_dict, as_list
from portal.reference.forms import Form, Forms
from portal.reference.nodes import Node

MOST: Final = 400
MOST_CHILDREN: Final = 1_000
"""Fields of one object that are shown."""
MOST_ALTERNATIVES: Final = 200
MOST_OF_PAGE: Final = 1_500
"""Nodes of a page after which its further schemas show their top fields alone."""
DEEPEST: Final = 8
LONGEST_NAME: Final = 200
UNFIT: Final = re.compile(r"[\s%]")
"""What an id must not hold, or a link to it would read otherwise."""
SAYS: Final = ("properties", "oneOf", "anyOf", "additionalProperties", "items", "patternProperties", "prefixItems")
CONDITIONS: Final = (
    "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip


class _TooManyError(Exception):
    """The tree has more nodes than may be shown."""


class Tree:
    """Makes the schemas of one page into nodes.

    `without` is the keyword of fields that are no part of it: a request has none that are `readOnly`, an answer none
    that are `writeOnly`.
    """

    def __init__(self, document: Document, without: str = "") -> None:
        self.document = document
        self._forms = Forms(document)
        self._without = without
        self._made = 0

    def node(
        self, schema: Any, name: str = "", anchor: str = "", *, required: bool = False, above: tuple[str, ...] = ()
    ) -> Node:
        """Return a schema as a node. `above` are the names of the schemas that it stands in."""
        levels = (DEEPEST, 4, 2) if self._made < MOST_OF_PAGE else ()
        for deepest in levels:
            branch = _Branch(self._forms, self._without, deepest, MOST)
            try:
                node = branch.node(schema, name, anchor, required=required, above=above)
            except _TooManyError:
                continue
            self._made += branch.made
            return node
        branch = _Branch(self._forms, self._without, 1, MOST_CHILDREN * 10)
        node = branch.node(schema, name, anchor, required=required, above=above)
        self._made += branch.made
        return node


class _Branch:
    """Makes one schema into nodes, no deeper than `deepest`."""

    def __init__(self, forms: Forms, without: str, deepest: int, most: int) -> None:
        self._forms, self._without, self._deepest, self._most = forms, without, deepest, most
        self._anchors: set[str] = set()
        self.made = 0

    def node(
        self,
        schema: Any,
        name: str = "",
        anchor: str = "",
        *,
        required: bool = False,
        above: tuple[str, ...] = (),
        level: int = 0,
    ) -> Node:
        """Return a schema and what is in it."""
        self.made += 1
        if self.made > self._most:
            raise _TooManyError
        form = self._forms.of(schema)
        merged, anchor = form.merged, self._unique(anchor)
        circular = any(each in above for each in form.names)
        cut = circular or level >= self._deepest
        inside = (*above, *form.names)
        return Node(
            name=name[:LONGEST_NAME],
            anchor=anchor,
            types=form.types,
            reference=form.page,
            description=form.description,
            required=required,
            deprecated=merged.get("deprecated") is True,
            read_only=merged.get("readOnly") is True,
            write_only=merged.get("writeOnly") is True,
            facts=form.facts,
            values=form.values,
            examples=tuple(dict.fromkeys(form.examples)),
            children=() if cut else tuple(self._children(merged, anchor, inside, level + 1)),
            alternatives=() if cut else tuple(self._alternatives(form, anchor, inside, level + 1)),
            joined_by=form.joined_by,
            cut=cut and (circular or bool(form.options) or any(merged.get(key) for key in SAYS)),
            title=form.title,
            meanings=form.meanings,
            chosen_by=form.chosen_by,
            conditions=() if cut else tuple(self._conditions(merged, anchor, inside, level + 1)),
            more=max(len(as_dict(merged.get("properties"))) - MOST_CHILDREN, 0),
            more_values=form.more_values,
            more_alternatives=0 if cut else max(len(form.options) - MOST_ALTERNATIVES, 0),
        )

    def _children(self, schema: Mapped, anchor: str, above: tuple[str, ...], level: int) -> Iterator[Node]:
        required = {each for each in as_list(schema.get("required")) if isinstance(each, str)}
        for name, rules in islice(as_dict(schema.get("properties")).items(), MOST_CHILDREN):
            if not (self._without and self._forms.of(rules).merged.get(self._without) is True):
                yield self.node(
                    rules, name, f"{anchor}.{name}".lstrip("."), required=name in required, above=above, level=level
                )
        for pattern, rules in islice(as_dict(schema.get("patternProperties")).items(), MOST_CHILDREN):
            yield self.node(rules, f"/{pattern}/", f"{anchor}./{pattern}/", above=above, level=level)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and extra:
            yield self.node(extra, "*", f"{anchor}.*", above=above, level=level)
        for number, rules in enumerate(as_list(schema.get("prefixItems"))[:MOST_CHILDREN]):
            yield self.node(rules, f"[{number}]", f"{anchor}[{number}]", above=above, level=level)
        if "items" in schema:
            yield from self._items(schema["items"], anchor, above, level)

    def _items(self, items: Any, anchor: str, above: tuple[str, ...], level: int) -> Iterator[Node]:
        """Yield the fields of an array's items, or its item where that is no plain object."""
        form = self._forms.of(items)
        plain = form.merged.get("properties") and not (form.options or form.values)
        if plain and not any(each in above for each in form.names):
            yield from self._children(form.merged, f"{anchor}[]", (*above, *form.names), level)
        elif form.says_more:
            yield self.node(items, "[]", f"{anchor}[]", above=above, level=level)

    def _alternatives(self, form: Form, anchor: str, above: tuple[str, ...], level: int) -> Iterator[Node]:
        for number, each in enumerate(form.options[:MOST_ALTERNATIVES], 1):
            node = self.node(each, anchor=f"{anchor}.{number}", above=above, level=level)
            chosen = form.chosen_as.get(node.reference, node.reference) if form.chosen_by else ""
            yield replace(node, chosen_as=chosen)

    def _conditions(
        self, schema: Mapped, anchor: str, above: tuple[str, ...], level: int
    ) -> Iterator[tuple[str, Node]]:
        found = [(key, schema[key]) for key in CONDITIONS if key in schema and schema[key] not in (True, False, {})]
        found += [("not", {})] if schema.get("not") == {} else []
        found += [("allOf", each) for each in as_list(schema.get("allOf"))]
        both = [key for key in ("oneOf", "anyOf") if isinstance(schema.get(key), list)]
        found += [(key, {key: schema[key]}) for key in both[1:]]
        dependent = as_dict(schema.get("dependentSchemas"))
        found += [(f"dependentSchemas {name}"[:LONGEST_NAME], each) for name, each in dependent.items()]
        for key, each in found[:MOST_ALTERNATIVES]:
            yield key, self.node(each, anchor=f"{anchor}.{key}", above=above, level=level)

    def _unique(self, anchor: str) -> str:
        base = UNFIT.sub("_", anchor)[:LONGEST_NAME]
        name, number = base, 2
        while name in self._anchors:
            name, number = f"{base}~{number}", number + 1
        self._anchors.add(name)
        return name
