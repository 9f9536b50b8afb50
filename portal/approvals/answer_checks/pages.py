"""Checks of what stands at an address: does it answer, and is it a privacy page?"""

import html
import re
from typing import Final

from django.utils import translation
from django.utils.translation import gettext_noop as noop

from portal.approvals.answer_checks.findings import Finding, failed, passed, warned
from portal.approvals.answer_checks.models import AnswerCheck
from portal.outbound.fetching import Fetched, OutboundError, UnreadableError, fetch

SECONDS: Final = 8.0
"""So long one check may take in all, with its redirects."""
LARGEST: Final = 2_000_000
"""Bytes that are read of a page."""
SHORTEST: Final = 600
"""Characters of text below which a page is hardly a privacy policy."""
ASKS_MORE: Final = frozenset({400, 401, 403, 405, 415, 422})
"""Answers of a server that is there, and wants another method, a body, or a proof of who calls."""
PRIVACY: Final = re.compile(
    "privacy|personal data|personal information|data protection"
    "|confidentialité|vie privée|données personnelles|données à caractère personnel"
    "|privacidade|dados pessoais|privacidad|datos personales|datenschutz|personenbezogene"
    "|faragha|taarifa binafsi|الخصوصية|البيانات الشخصية|ግላዊነት",
    re.IGNORECASE,
)
TELLS_OF_NONE: Final = re.compile(r"\b404\b|not found|page introuvable|não encontrad|no encontrad", re.IGNORECASE)
UNSEEN: Final = frozenset({"script", "style", "template", "noscript"})
MEND: Final = noop("Mend that, or give another address, and run the check again.")


def ask(url: str, *, max_bytes: int, accept: str = "*/*") -> Fetched:
    """Return what stands there, with English words about what is wrong with it.

    :raises OutboundError: with why not.
    """
    with translation.override("en"):
        try:
            return fetch(url, max_bytes=max_bytes, accept=accept, seconds=SECONDS)
        except OutboundError as exc:
            raise type(exc)(str(exc)) from exc


def unfetched(exc: OutboundError) -> Finding:
    """Return what a fetch that failed means."""
    if isinstance(exc, UnreadableError):
        advice = noop(
            "A person must open it. Best is to answer without compression where none is asked for, and briefly."
        )
        return warned(str(exc), advice)
    return failed(str(exc), MEND)


def reachable(check: AnswerCheck) -> Finding:
    """Say whether the address answers 200 over TLS."""
    try:
        found = ask(check.answer, max_bytes=LARGEST)
    except OutboundError as exc:
        return unfetched(exc)
    if found.status == 200:
        return passed(noop("It answered with 200 over TLS, with a valid certificate."))
    if found.status in ASKS_MORE:
        reason = noop("It answered over TLS, with %(status)s instead of 200.")
        advice = noop("Right for an address that takes only signed messages or a sign-in; a page must answer with 200.")
        return warned(reason, advice, status=found.status)
    return failed(noop("It answered with %(status)s instead of 200."), MEND, status=found.status)


def privacy_page(check: AnswerCheck) -> Finding:
    """Say whether there is a page that could be a privacy policy. What it promises, only a person can judge."""
    try:
        found = ask(check.answer, max_bytes=LARGEST, accept="text/html, application/xhtml+xml, application/pdf")
    except OutboundError as exc:
        return unfetched(exc)
    if found.status != 200:
        return failed(noop("It answered with %(status)s instead of 200."), MEND, status=found.status)
    if found.content_type == "application/pdf" and found.body.startswith(b"%PDF-"):
        return warned(noop("It is a PDF, which is not read by itself."), noop("A reviewer must open it."))
    if found.content_type not in {"text/html", "application/xhtml+xml"}:
        return failed(noop("It is neither a web page nor a PDF."), MEND)
    return _judge(text_of(found.body))


def _judge(text: str) -> Finding:
    if len(text) < SHORTEST:
        reason = noop("The page holds only %(length)s characters of text. Perhaps a script draws the rest.")
        return warned(
            reason, noop("A reviewer must open it. Best is a page that can be read without scripts."), length=len(text)
        )
    if TELLS_OF_NONE.search(text[:200]):
        return warned(
            noop("The page says at its top that something was not found."), noop("Open it and see what is there.")
        )
    word = PRIVACY.search(text)
    if word is None:
        reason = noop("The page speaks neither of privacy nor of personal data, in the languages that are looked for.")
        return warned(reason, noop("Give the address of the policy itself. A reviewer must open it."))
    reason = noop(
        "A page of %(length)s characters that speaks of “%(word)s”. Whether it says enough, a reviewer reads."
    )
    return passed(reason, length=len(text), word=word[0].lower())


def text_of(body: bytes) -> str:
    """Return the text of an HTML page, without markup and what is not seen. Linear in its length, whatever it holds."""
    try:
        source = body.decode()
    except UnicodeDecodeError:
        source = body.decode("cp1252", "replace")
    first, *rest = source.split("<")
    seen, inside = [first], ""
    for part in rest:
        name = re.match(r"/?[a-zA-Z0-9]*", part)
        tag = name[0].lower() if name else ""
        if inside and tag != f"/{inside}":
            continue
        inside = tag if tag in UNSEEN else ""
        if not inside:
            seen.append(part.partition(">")[2])
    return " ".join(html.unescape(" ".join(seen)).split())
