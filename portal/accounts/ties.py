"""What keeps an organisation from being closed. The rooms above register it: this room knows nothing of them."""

from collections.abc import Callable

from portal.accounts.models import Organisation

Tie = Callable[[Organisation], str]
_known: list[Tie] = []


def tie(check: Tie) -> Tie:
    """Register a function that says what still depends on an organisation and what to do about it, or nothing."""
    _known.append(check)
    return check


def ties(organisation: Organisation) -> list[str]:
    """Return everything that keeps this organisation from being closed."""
    return [said for check in _known if (said := check(organisation))]
