"""Short texts that match a regular expression, for examples."""

import re
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined, unused-ignore] # mypy may or may not know them
from typing import Any, Final

LONGEST: Final = 1_000
MOST_GROUPS: Final = 100
MOST_WAYS: Final = 10_000
"""Ways to try a pattern, beyond which nobody waits for it."""
MANY_WAYS: Final = 1e7
_CATEGORIES: Final = {
    _constants.CATEGORY_DIGIT: "1",
    _constants.CATEGORY_WORD: "a",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_NOT_DIGIT: "a",
    _constants.CATEGORY_NOT_SPACE: "a",
    _constants.CATEGORY_NOT_WORD: "-",
}
_FIRST: Final = "aA1 -_.:/@+"
_REPEATS: Final = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


@lru_cache(maxsize=1024)
def matching(pattern: str, shortest: int = 0) -> str | None:
    """Return a text in which the pattern is found, of at least so many characters where it allows that, or None."""
    tree = _parsed(pattern)
    if tree is None:
        return None
    for more in dict.fromkeys((0, 1, shortest)):
        text = _text(tree, more)
        if text is not None and len(text) >= min(shortest, more) and matches(pattern, text):
            return text
    return None


def matches(pattern: str, text: str) -> bool:
    """Say whether the pattern is found in the text; of one that could take for ever, and of none, it says so too."""
    return found(pattern, text) is not False


def found(pattern: str, text: str) -> bool | None:
    """Say whether the pattern is found in the text, None where that could take for ever, or it is no pattern."""
    tree = _parsed(pattern)
    if tree is None or len(text) > LONGEST or _ways(tree, len(text)) > MOST_WAYS:
        return None
    return re.search(pattern, text) is not None


@lru_cache(maxsize=1024)
def _parsed(pattern: str) -> Any:
    if pattern.count("(") > MOST_GROUPS:  # each may stand in the one before
        return None
    try:
        re.compile(pattern)
        return _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):  # other dialects
        return None


def _ways(tree: Any, length: int) -> float:
    """Return in how many ways, at most, a text of this length could be tried at one place."""
    ways = 1.0
    for code, found in tree:
        ways = min(ways * _ways_of(code, found, length), MANY_WAYS)
    return ways


def _ways_of(code: Any, found: Any, length: int) -> float:
    if code in _REPEATS:
        least, most, inner = found
        times = int(min(most, least + length))
        each = _ways(inner, length)
        return times - int(least) + 1 if each == 1 else min(each ** min(times, 40) + times, MANY_WAYS)
    if code is _constants.BRANCH:
        return sum(_ways(each, length) for each in found[1])
    inner = found if isinstance(found, tuple | list) else (found,)
    return max((_ways(each, length) for each in inner if isinstance(each, _parser.SubPattern)), default=1)


def _text(tree: Any, more: int) -> str | None:
    """Return what the parts give together; `more` times what may be repeated, where that is allowed."""
    text = ""
    for code, found in tree:
        part = _part(code, found, more)
        if part is None or len(text) + len(part) > LONGEST:
            return None
        text += part
    return text


def _part(code: Any, found: Any, more: int) -> str | None:
    if code in _REPEATS:
        least, most, inner = found
        text = _text(inner, more)
        return None if text is None or least > LONGEST else text * max(least, min(more, most))
    if code is _constants.IN:
        return _one_of(found)
    if code is _constants.SUBPATTERN:
        return _text(found[3], more)
    if code is _constants.BRANCH:
        return next((text for each in found[1] if (text := _text(each, more)) is not None), None)
    return _single(code, found)


def _single(code: Any, found: Any) -> str | None:
    match code:
        case _constants.LITERAL:
            return chr(found)
        case _constants.NOT_LITERAL:
            return next(each for each in _FIRST if ord(each) != found)
        case _constants.ANY:
            return "a"
        case _constants.AT | _constants.ASSERT | _constants.ASSERT_NOT:
            return ""
    return None


def _one_of(found: Any) -> str | None:
    if found[0][0] is _constants.NEGATE:
        return next((each for each in _FIRST if not _in(found[1:], ord(each))), None)
    liked = next((each for each in _FIRST if _in(found, ord(each))), None)
    if liked:
        return liked
    code, value = found[0]
    if code is _constants.CATEGORY:
        return _CATEGORIES.get(value)
    return chr(value[0] if code is _constants.RANGE else value)


def _in(found: Any, character: int) -> bool:
    for code, value in found:
        if code is _constants.LITERAL and value == character:
            return True
        if code is _constants.RANGE and value[0] <= character <= value[1]:
            return True
        if code is _constants.CATEGORY and _of_category(value, chr(character)):
            return True
    return False


def _of_category(category: Any, character: str) -> bool:
    kinds = {
        _constants.CATEGORY_DIGIT: character.isdecimal(),
        _constants.CATEGORY_WORD: character.isalnum() or character == "_",
        _constants.CATEGORY_SPACE: character.isspace(),
    }
    opposite = {
        _constants.CATEGORY_NOT_DIGIT: _constants.CATEGORY_DIGIT,
        _constants.CATEGORY_NOT_WORD: _constants.CATEGORY_WORD,
        _constants.CATEGORY_NOT_SPACE: _constants.CATEGORY_SPACE,
    }
    return not kinds[opposite[category]] if category in opposite else kinds.get(category, False)
