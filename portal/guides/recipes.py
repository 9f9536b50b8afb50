"""Recipes: named calls of a page as one chain, which a reader runs as a whole or step by step."""

import re
from collections.abc import Iterator, Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.guides.directives import Directive
from portal.guides.sources import PageError, Source
from portal.samples.calls import Call
from portal.samples.references import references

STEP = re.compile(r"[ ]*(\w+):[ ]+(\S.*?)[ ]*")


def anchor(name: str) -> str:
    """Return the id of a call on its page."""
    return f"call-{name}"


def steps_of(source: Source, directive: Directive) -> Iterator[tuple[int, str, str]]:
    """Yield each step: its line in the file, the name of its call, and its label.

    :raises PageError: where they are not written as `name: label` lines.
    """
    for line, text in enumerate(directive.body.splitlines(), directive.line + 1):
        if not text.strip():
            continue
        step = STEP.fullmatch(text)
        if step is None:
            raise PageError(source.path, line, "a recipe has `name: label` lines, one for each step")
        yield line, step[1], step[2]


def recipe(source: Source, directive: Directive, calls: Sequence[Call]) -> SafeString:
    """Return the recipe's HTML: its steps, each a link to its call.

    :raises PageError: where a step is no call of the page, comes twice, or before what it takes its values from.
    """
    named = {call.name: call for call in calls if call.name}
    labels: dict[str, str] = {}
    for line, name, label in steps_of(source, directive):
        if name not in named:
            known = ", ".join(named)
            raise PageError(source.path, line, f"no call of this page is called {name!r}; there are {known}")
        if name in labels:
            raise PageError(source.path, line, f"{name} is a step before this line")
        for reference in references(named[name].arguments):
            if reference.name not in labels:
                words = f"{name} takes {reference.written}: {reference.name} must be a step before it"
                raise PageError(source.path, line, words)
        labels[name] = label
    if not labels:
        raise PageError(source.path, directive.line, "a recipe has `name: label` lines, one for each step")
    context = {"title": directive.name, "steps": [(anchor(name), label) for name, label in labels.items()]}
    return render_to_string("guides/recipe.html", context)
