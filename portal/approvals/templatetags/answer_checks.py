"""What the checks found, beside an answer."""

from collections.abc import Mapping, Sequence

from django import template

from portal.approvals.answer_checks.results import Result

register = template.Library()


@register.filter
def of_question(results: Mapping[str, Sequence[Result]], key: str) -> Sequence[Result]:
    """Return what `results_of` knows of this question; nothing where the page knows no results."""
    return results.get(key, ()) if results else ()
