"""What a schema demands of a value, in words."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

RANGES: Final = (
    ("minLength", "maxLength", _lazy("length")),
    ("minItems", "maxItems", _lazy("items")),
    ("minProperties", "maxProperties", _lazy("fields")),
    ("minimum", "maximum", ""),
)
"""What has two ends, and what is counted."""
WORDS: Final = {
    "exclusiveMinimum": _lazy("more than {}"),
    "exclusiveMaximum": _lazy("less than {}"),
    "multipleOf": _lazy("a multiple of {}"),
    "pattern": _lazy("pattern {}"),
    "contentMediaType": _lazy("holds {}"),
    "contentEncoding": _lazy("encoded as {}"),
    "const": _lazy("always {}"),
    "default": _lazy("{} where it is left out"),
}


def constraints(facts: Mapping[str, str]) -> Iterator[SafeString]:
    """Yield each as HTML. The keys are JSON Schema's; one that has no words here is shown as it is."""
    left = {key: value for key, value in facts.items() if key != "format"}
    for low, high, counted in RANGES:
        ends = left.pop(low, ""), left.pop(high, "")
        if any(ends):
            yield format_html("{} {}", counted, _range(*ends)) if counted else _range(*ends)
    for key, value in left.items():
        if key == "uniqueItems":
            yield format_html("{}", _("none twice"))
        elif (key, value) == ("additionalProperties", "false"):
            yield format_html("{}", _("no other fields"))
        elif key in WORDS:
            yield format_html(str(WORDS[key]), _code(value))
        else:
            yield format_html("{} {}", key, _code(value))


def _range(low: str, high: str) -> SafeString:
    if low == high:
        return format_html(_("exactly {}"), _code(low))
    if low and high:
        return format_html(_("{} to {}"), _code(low), _code(high))
    return format_html(_("at least {}"), _code(low)) if low else format_html(_("at most {}"), _code(high))


def _code(value: str) -> SafeString:
    return format_html("<code>{}</code>", value)
