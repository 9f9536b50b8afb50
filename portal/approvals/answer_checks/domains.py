"""Whose domain it is: whoever can put a file there that holds the organisation's token."""

import secrets
from typing import Final

from django.utils.translation import gettext_noop as noop

from portal.accounts.models import Organisation
from portal.approvals.answer_checks.findings import Finding, failed, passed, warned
from portal.approvals.answer_checks.models import AnswerCheck, DomainToken, Kind, Outcome
from portal.approvals.answer_checks.pages import ask
from portal.outbound.addresses import target
from portal.outbound.fetching import OutboundError, RefusedError

PATH: Final = "/.well-known/opescare-domain.txt"
LARGEST: Final = 10_000


def token_of(organisation: Organisation) -> str:
    """Return what the organisation puts on its domains; made when it is first asked for."""
    made = f"opescare-{secrets.token_urlsafe(24)}"
    return DomainToken.objects.get_or_create(organisation=organisation, defaults={"token": made})[0].token


def host_of(url: str) -> str:
    """Return the host of an address, empty where it is none that we would ask."""
    try:
        found = target(url)
    except RefusedError:
        return ""
    return found.host if found.port == 443 else f"{found.host}:{found.port}"


def domain(check: AnswerCheck) -> Finding:
    """Say whether the file with the organisation's token stands on the host of the answer."""
    organisation = check.request.application.organisation
    host = host_of(check.answer)
    if not host:
        return failed(noop("This is not an address with a public host."), noop("Give one that begins with https://."))
    finding = _look(host, token_of(organisation))
    if finding.outcome == Outcome.FAIL and _was_proved(organisation, host):
        advice = noop(
            "The domain was proved before. Put the file back; if the domain is another's now, give another address."
        )
        return warned(finding.reason, advice, **finding.details)
    return finding


def _look(host: str, token: str) -> Finding:
    advice = noop("Put the organisation's token, and nothing else, into a text file at https://%(host)s%(path)s.")
    about = {"host": host, "path": PATH}
    url = f"https://{host}{PATH}"
    try:
        found = ask(url, accept="text/plain", max_bytes=LARGEST)
    except OutboundError as exc:
        return failed(str(exc), advice, **about)
    if host_of(found.url) != host:
        return failed(
            noop("The file's address leads to another host, which proves nothing about this one."), advice, **about
        )
    if found.status != 200:
        reason = noop("There is no file yet: the server answered with %(status)s.")
        return failed(reason, advice, **about, status=found.status)
    lines = found.body.decode("utf-8-sig", "replace").split()
    if token in lines and found.content_type not in {"text/html", "application/xhtml+xml"}:
        return passed(noop("The organisation's token stands on %(host)s."), **about)
    if found.body.lstrip().startswith(b"<") or found.content_type == "text/html":
        return failed(noop("A web page stands where the text file should be."), advice, **about)
    return failed(noop("The file is there, but it does not hold this organisation's token."), advice, **about)


def _was_proved(organisation: Organisation, host: str) -> bool:
    passes = AnswerCheck.objects.filter(kind=Kind.DOMAIN, outcome=Outcome.PASS, details__host=host)
    return passes.filter(request__application__organisation=organisation).exists()
