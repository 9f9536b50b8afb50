"""Recipes: named calls of a page as one chain, which a reader runs as a whole or step by step."""

from collections.abc import Sequence

import yaml
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.guides.directives import Directive
from portal.guides.sources import Source, load_yaml
from portal.samples.calls import Call
from portal.samples.references import references


def anchor(name: str) -> str:
    """Return the id of a call on its page."""
    return f"call-{name}"


def steps_of(directive: Directive) -> dict[str, str]:
    """Return the label of each step by the name of its call, in order.

    :raises ValueError: where they are not written as `name: label` lines.
    """
    try:
        steps = load_yaml(directive.body)
    except yaml.YAMLError:
        steps = None
    if not isinstance(steps, dict) or not all(isinstance(each, str) for pair in steps.items() for each in pair):
        raise ValueError("a recipe has `name: label` lines, one for each step")
    return steps


def recipe(source: Source, directive: Directive, calls: Sequence[Call]) -> SafeString:
    """Return the recipe's HTML: its steps, each a link to its call.

    :raises PageError: where a step is no call of the page, or stands before what it takes its values from.
    """
    try:
        steps = steps_of(directive)
    except ValueError as exc:
        raise source.fault(directive.start, str(exc)) from None
    named = {call.name: call for call in calls if call.name}
    done: set[str] = set()
    for name in steps:
        at = source.text.find(f"\n{name}:", directive.start) + 1
        if name not in named:
            raise source.fault(at, f"no call of this page is called {name!r}; there are {', '.join(named)}")
        for reference in references(named[name].arguments):
            if reference.name not in done:
                raise source.fault(at, f"{name} takes {reference.written}: {reference.name} is a step before it")
        done.add(name)
    context = {"title": directive.name, "steps": [(anchor(name), label) for name, label in steps.items()]}
    return render_to_string("guides/recipe.html", context)
