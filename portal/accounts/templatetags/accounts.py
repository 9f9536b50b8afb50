"""Filters of the account pages."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return the value as JSON, for an attribute that a script reads."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def in_fours(text: str) -> str:
    """Return the text in groups of four, as it is easiest to read and to type."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
