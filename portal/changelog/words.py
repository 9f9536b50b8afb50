"""What a difference of two documents is called, in the reader's language. Text between backticks is code."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from portal.openapi.comparing import Change, Kind, Side
from portal.openapi.differences import Difference

SENTENCES: Final = {
    ("operation", Kind.ADDED): _lazy("New operations."),
    ("operation", Kind.REMOVED): _lazy("Operations that are gone."),
    ("operation", Kind.DEPRECATED): _lazy("Operations that nobody should begin to use."),
    ("parameter", Kind.ADDED): _lazy("`%(name)s` can be sent."),
    ("required-parameter", Kind.ADDED): _lazy("`%(name)s` must be sent."),
    ("parameter", Kind.REMOVED): _lazy("`%(name)s` is no longer accepted."),
    ("parameter", Kind.DEPRECATED): _lazy("`%(name)s` is deprecated."),
    ("field", Kind.ADDED): _lazy("`%(name)s` is new."),
    ("required-field", Kind.ADDED): _lazy("`%(name)s` is new and required."),
    ("field", Kind.REMOVED): _lazy("`%(name)s` is gone."),
    ("field", Kind.DEPRECATED): _lazy("`%(name)s` is deprecated."),
    ("body", Kind.ADDED): _lazy("A body can be sent."),
    ("required-body", Kind.ADDED): _lazy("A body must be sent."),
    ("body", Kind.REMOVED): _lazy("A body is no longer accepted."),
    ("media-type", Kind.ADDED): _lazy("`%(name)s` can also be `%(after)s`."),
    ("media-type", Kind.REMOVED): _lazy("`%(name)s` is never `%(before)s` any more."),
    ("answer", Kind.ADDED): _lazy("The status `%(name)s` is new."),
    ("answer", Kind.REMOVED): _lazy("The status `%(name)s` is gone."),
    ("header", Kind.ADDED): _lazy("The header `%(name)s` is new."),
    ("header", Kind.REMOVED): _lazy("The header `%(name)s` is gone."),
    ("required", Kind.CHANGED): _lazy("`%(name)s` is required."),
    ("optional", Kind.CHANGED): _lazy("`%(name)s` may be missing."),
    ("values", Kind.ADDED): _lazy("`%(name)s` can also be `%(after)s`."),
    ("values", Kind.REMOVED): _lazy("`%(name)s` is never `%(before)s` any more."),
    ("alternative", Kind.ADDED): _lazy("`%(name)s` can also be `%(after)s`."),
    ("alternative", Kind.REMOVED): _lazy("`%(name)s` is never `%(before)s` any more."),
    ("access", Kind.CHANGED): _lazy("Access asks for `%(after)s` instead of `%(before)s`."),
    ("own server", Kind.ADDED): _lazy("It answers at `%(after)s`."),
    ("own server", Kind.REMOVED): _lazy("It no longer answers at `%(before)s`."),
    ("server", Kind.ADDED): _lazy("The API answers at `%(after)s`."),
    ("server", Kind.REMOVED): _lazy("The API no longer answers at `%(before)s`."),
    ("scope", Kind.ADDED): _lazy("The scope `%(after)s` is new."),
    ("scope", Kind.REMOVED): _lazy("The scope `%(before)s` is gone."),
}
KINDS: Final = {
    Kind.ADDED: pgettext_lazy("changes of the API", "Added"),
    Kind.CHANGED: pgettext_lazy("changes of the API", "Changed"),
    Kind.DEPRECATED: pgettext_lazy("changes of the API", "Deprecated"),
    Kind.REMOVED: pgettext_lazy("changes of the API", "Removed"),
}
BROKEN: Final = {
    Side.REQUESTS: _lazy("Calls that were good may be refused."),
    Side.ANSWERS: _lazy("Answers may be what a program does not expect."),
    Side.BOTH: _lazy("Calls that were good may be refused, and answers may be what a program does not expect."),
}


def sentence(difference: Difference) -> str:
    """Say what has changed."""
    change = difference.change
    values = {"name": _name(change), "before": _code(change.before), "after": _code(change.after)}
    known = SENTENCES.get((change.what, change.kind))
    return str(known) % values if known else _rule(change) % values


def consequence(difference: Difference) -> str:
    """Say whom it breaks, empty where it breaks nobody."""
    return str(BROKEN[difference.change.breaks & difference.side]) if difference.breaking else ""


def _name(change: Change) -> str:
    """Return what has changed without where that is: `given_name` for `body.given_name`."""
    _first, _dot, rest = change.place.partition(".")
    return rest or change.place


def _code(values: str) -> str:
    """Return the value, a list as several; nothing in it ends the code."""
    return values.replace("`", "'").replace(", ", "`, `")


def _rule(change: Change) -> str:
    if not change.before:
        return _("`%(name)s`: `%(after)s` is new.")
    if not change.after:
        return _("`%(name)s`: `%(before)s` is gone.")
    return _("`%(name)s`: `%(after)s` instead of `%(before)s`.")
