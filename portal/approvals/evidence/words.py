"""What each item is called, what its figure says, how it was computed, and what to do for it.

What is kept are numbers: these words are said in the reader's language, also of what was kept long ago.

The `values` of an item, by its key:

scope: calls, good (answered with success), wrote, called (operations), of (operations), last, success (percent)
calls: calls; success_7, success_30: calls, faulty, percent (None without any)
ambiguous, conflict, invalid, backoff: seen, handled, shown (when a scenario was passed that shows it); replay: seen
scenarios: asked (keys), passed (when, by key)
tokens: issued, calls, soon (fetched while another was good for more than half of its life)
secret_age: days (None without a secret), keys (whether it signs with keys instead)
two_step: on, of (members)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.approvals.thresholds import Thresholds

Values = Mapping[str, Any]

LOOKED: Final = _("Looked for among the newest 5,000 calls of 30 days.")

SHOWN: Final = _("A scenario that shows it, once passed, is enough.")
SHOWN_TOO: Final = ("ambiguous", "invalid", "backoff")


@dataclass(frozen=True)
class Words:
    """What is said of an item. `figure` makes text of its values; `how` may name thresholds; `next` is what to do.

    `looked`: it is found among the calls that were looked through.
    """

    title: str | Promise
    figure: Callable[[Values], str]
    how: str | Promise
    next: str | Promise
    looked: bool = False


def title(key: str) -> str:
    """Return what the item is about."""
    return str(WORDS[key].title)


def figure(key: str, values: Values) -> str:
    """Return the item's figure."""
    return WORDS[key].figure(values)


def how(key: str, thresholds: Thresholds) -> str:
    """Return how the item was computed."""
    text = str(WORDS[key].how) % {**vars(thresholds), "days": 7 if key == "success_7" else 30}
    return " ".join([text, *([str(LOOKED)] if WORDS[key].looked else ()), *([str(SHOWN)] if key in SHOWN_TOO else ())])


def next_step(key: str) -> str:
    """Return what to do for an item that is not met."""
    return str(WORDS[key].next)


def more_calls(thresholds: Thresholds) -> str:
    """Return what to do for a scope of which a little was seen."""
    return say("Go on: %(scope_calls)s calls must succeed, and one must write where it lets write.") % vars(thresholds)


def link(key: str) -> str:
    """Return what the link to its calls is called."""
    if key in {"success_7", "success_30"}:
        return say("The refused calls")
    return say("The tokens") if key == "tokens" else say("Its calls")


def _sandbox_calls(values: Values) -> str:
    calls = values["calls"]
    if not calls:
        return say("never called")
    return ngettext("%(calls)s sandbox call", "%(calls)s sandbox calls", calls) % {"calls": _number(calls)}


def _share(values: Values) -> str:
    share = values["percent"]
    return say("no calls") if share is None else say("%(share)s %%") % {"share": _number(share)}


def _handled(values: Values) -> str:
    seen, handled = values["seen"], values["handled"]
    if not seen:
        return say("in a scenario") if values.get("shown") else say("not seen")
    if seen == handled:
        return ngettext("%(seen)s time", "%(seen)s times", seen) % {"seen": _number(seen)}
    return say("%(handled)s of %(seen)s") % {"handled": _number(handled), "seen": _number(seen)}


def _seen(values: Values) -> str:
    return _handled({"seen": values["seen"], "handled": values["seen"]})


def _scenarios(values: Values) -> str:
    done = len(set(values["asked"]) & set(values["passed"]))
    return say("%(done)s of %(of)s") % {"done": done, "of": len(values["asked"])}


def _tokens(values: Values) -> str:
    if not values["issued"]:
        return say("no token")
    return _number(round(values["calls"] / values["issued"], 1))


def _age(values: Values) -> str:
    if values["days"] is None:
        return say("signs with keys") if values["keys"] else say("no credential")
    return ngettext("%(days)s day", "%(days)s days", values["days"]) % {"days": values["days"]}


def _members(values: Values) -> str:
    if values["on"] == values["of"]:
        return say("on")
    return say("%(on)s of %(of)s") % values


def _number(value: float) -> str:
    return number_format(
        value, decimal_pos=None if isinstance(value, int) or value != int(value) else 0, force_grouping=True
    )


_RATE: Final = _(
    "Of the sandbox's calls in the last %(days)s days, today (UTC) among them, those that were not refused for a fault "
    "of the caller: 304, 404 and 409 are answers that good programs meet. Faults on demand and our own failures (5xx) "
    "are left out. Met from %(success_percent)s %%."
)
_MEND: Final = _("Look at the refused calls, and mend what sends them.")

WORDS: Final = {
    "scope": Words(
        "",
        _sandbox_calls,
        _(
            "Calls in 30 days of the operations that the scope opens in production, whichever scope opened them in the "
            "sandbox; of batches, the items among the newest 5,000 calls. Met by %(scope_calls)s calls answered with "
            "success, one of which writes where the scope lets write."
        ),
        _("Call what it opens in the sandbox, or leave the scope out."),
    ),
    "calls": Words(
        _("Calls in 30 days"),
        lambda values: _number(values["calls"]),
        _("All calls in the sandbox since 00:00 UTC 29 days ago. Met by %(calls)s."),
        _("Run your system against the sandbox as it will run in production."),
    ),
    "success_7": Words(_("Success rate, last 7 days"), _share, _RATE, _MEND),
    "success_30": Words(_("Success rate, last 30 days"), _share, _RATE, _MEND),
    "ambiguous": Words(
        _("Handled an ambiguous resolve"),
        _handled,
        _(
            "Resolves answered with 409 (ambiguous_match, local_number_reused). Two in a row within %(repeat_seconds)s "
            "seconds are a blind repetition: neither is handled. The newest decides."
        ),
        _("Resolve somebody whom several patients fit, and let a person decide: do not send it again."),
        looked=True,
    ),
    "conflict": Words(
        _("Handled a conflict (409)"),
        _handled,
        _(
            "Calls answered with 409 (older_version, version_reused, ambiguous_identifier). Two in a row of one "
            "operation within %(repeat_seconds)s seconds are a blind repetition: neither is handled. "
            "The newest decides."
        ),
        _("Send an older version of a record, and do not send it again once it was refused."),
        looked=True,
    ),
    "invalid": Words(
        _("Mended a refused push (422)"),
        _handled,
        _(
            "Calls that write and were answered with 422. Handled is one after which a call of the same operation was "
            "answered with success. The newest decides."
        ),
        _("Let a push be refused, mend it, and send it again."),
        looked=True,
    ),
    "backoff": Words(
        _("Backed off after 429"),
        _handled,
        _(
            "Calls answered with 429, also those that Sandbox-Fault asked for. Handled is one after whose answer no "
            "call came for a second, the least that Retry-After says, and the next one was not answered with 429. "
            "Calls under way do not count. The newest decides."
        ),
        _("Send Sandbox-Fault: status=429 with a call, wait as long as Retry-After says, and call again."),
        looked=True,
    ),
    "scenarios": Words(
        _("Scenarios passed"),
        _scenarios,
        _(
            "Scenarios that the sandbox judged from the calls of the app's own client, whenever that was, of those "
            "that fit the scopes asked for. Met by all."
        ),
        _("Start one, and run your own client."),
    ),
    "replay": Words(
        _("Retried without doing it twice"),
        _seen,
        _(
            "Calls answered from an earlier one: with the same Idempotency-Key, or the same version of the same "
            "record. Met by one."
        ),
        _("Send a push twice with the same Idempotency-Key."),
        looked=True,
    ),
    "tokens": Words(
        _("Calls for each token"),
        _tokens,
        _(
            "Calls with a token, divided by the tokens issued. Met where there are %(calls_per_token)s calls for each "
            "token that was fetched while the one before was good for more than half of its life."
        ),
        _("Keep each token until shortly before it ends, and use it for all calls."),
        looked=True,
    ),
    "secret_age": Words(
        _("Age of the oldest secret"),
        _age,
        _(
            "Days since the oldest sandbox secret that still works was made. Met up to %(secret_days)s days, or where "
            "the client signs with keys."
        ),
        _("Rotate the secret, as you will in production."),
    ),
    "two_step": Words(
        _("Two-step sign-in, all members"),
        _members,
        _("Members of the organisation who have an authenticator app or a security key, of all. Met where all have."),
        _("Each member turns it on in their account."),
    ),
}
