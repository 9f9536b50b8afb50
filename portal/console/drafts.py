"""The rules of OpenAPI 3.0 and of earlier drafts as those of JSON Schema 2020-12; what no draft knows is dropped."""

import json
from collections.abc import Mapping
from typing import Any, Final

Rules = dict[str, Any]
TYPES: Final = ("string", "number", "integer", "boolean", "object", "array", "null")
NUMBERS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
COUNTS: Final = (
    "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties",
)  # fmt: skip
TEXTS: Final = ("pattern", "format", "contentMediaType", "contentEncoding")
KEPT: Final = ("type", *COUNTS, *NUMBERS, *TEXTS, "uniqueItems", "required", "dependentRequired", "const", "enum")
"""Keywords whose values are no schemas."""
KINDS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(COUNTS, int),
    **dict.fromkeys(NUMBERS, (int, float)),
    **dict.fromkeys(TEXTS, str),
    "uniqueItems": bool,
    "required": list,
    "dependentRequired": dict,
}
LONGEST_VALUE: Final = 2_000
"""Characters of a value, as JSON."""
LONGEST_RULE: Final = 40_000
MOST_VALUES: Final = 400


def short(value: Any, longest: int = LONGEST_VALUE) -> bool:
    """Say whether a value is JSON of a length that a page can hold."""
    try:
        return len(json.dumps(value, allow_nan=False)) <= longest
    except (TypeError, ValueError, RecursionError):  # a date of YAML, NaN, a circle of YAML's aliases
        return False


def rules_of(found: Mapping[str, Any]) -> Rules:
    """Return the rules of a schema that are no schemas themselves."""
    rules = {key: found[key] for key in KEPT if key in found and short(found[key], LONGEST_RULE)}
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if rules.get(exclusive) is True and limit in rules:
            rules[exclusive] = rules.pop(limit)
    for key, kinds in KINDS.items():
        if key in rules and (not isinstance(rules[key], kinds) or isinstance(rules[key], bool) != (kinds is bool)):
            del rules[key]
    if "required" in rules:
        rules["required"] = [each for each in rules["required"] if isinstance(each, str)]
    return _types(_values(rules))


def _values(rules: Rules) -> Rules:
    values = rules.pop("enum", None)
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:  # not all of them would be no rule
        return rules
    return {**rules, "enum": values}


def _types(rules: Rules) -> Rules:
    if "type" not in rules:
        return rules
    named = rules["type"] if isinstance(rules["type"], list) else [rules["type"]]
    known = [each for each in TYPES if each in named] if len(named) > 1 else [each for each in named if each in TYPES]
    del rules["type"]
    if known:
        rules["type"] = known[0] if len(known) == 1 else known
    return rules
