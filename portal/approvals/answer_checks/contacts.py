"""Whether somebody reads a contact address: they get a mail, open its link and enter its code.

The link carries 256 random bits. Programs that look through mails open links, and some press buttons; they read no
code.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as noop

from portal.accounts.models import Organisation, User
from portal.approvals.answer_checks.asking import ask_for_checks
from portal.approvals.answer_checks.findings import Finding, failed, passed, warned
from portal.approvals.answer_checks.models import WRONG_CODES, AnswerCheck, ContactProof, Kind
from portal.approvals.answer_checks.results import wanted
from portal.approvals.models import AccessRequest
from portal.approvals.moving import lock, record
from portal.approvals.states import OPEN
from portal.audit.actions import Actor
from portal.mail.sending import send

VALID: Final = timedelta(days=7)
AGAIN: Final = timedelta(hours=1)
"""Only so long after a mail another one goes to the same address."""
A_DAY: Final = 10
"""So many mails an organisation may cause within 24 hours."""
ADDRESS_A_DAY: Final = 3
"""So many mails anybody gets within 24 hours, whoever causes them."""


def verified(check: AnswerCheck) -> Finding:
    """Say whether a reader of the address has confirmed it; where nobody was asked lately, ask by mail.

    Call it in the transaction that keeps the finding: a mail goes out if and only if the check is done.
    """
    address, organisation = check.answer.lower(), check.request.application.organisation
    try:
        validate_email(address)
    except ValidationError:
        return failed(noop("This is not an email address."), noop("Give another one."))
    mine = _proofs(organisation).filter(address=address)
    if mine.exclude(confirmed_at=None).exists():
        return passed(noop("Somebody who reads this address has confirmed it, by a link and a code that went there."))
    if not _usable(mine.filter(sent_at__gt=timezone.now() - AGAIN)).exists():
        if _too_many(organisation, address):
            reason = noop(
                "Nobody has confirmed the address, and there were too many mails within 24 hours to send one more."
            )
            return warned(
                reason, noop("Look for the mails that went there, the spam folder too, or run the check tomorrow.")
            )
        _write_to(check, address)
    reason = noop("A mail with a link and a code went there, and nobody has confirmed it yet.")
    advice = noop(
        "Whoever reads that address opens the link within 7 days and enters the code; no account is needed. "
        "If nothing came, look into the spam folder, or run the check again an hour later: that sends another mail."
    )
    return warned(reason, advice)


def usable(token: str) -> ContactProof | None:
    """Return what this token confirms, with its request, application and organisation."""
    found = _usable(ContactProof.objects.filter(digest=_digest(token)))
    return found.select_related("request__application__organisation").first()


@transaction.atomic
def confirm_contact(*, by: Actor, proof: ContactProof, token: str, code: str) -> bool:
    """Confirm the address; say whether the code was right. A wrong one is counted, and after five the link is void."""
    access = lock(proof.request)
    found = _usable(ContactProof.objects.select_for_update().filter(pk=proof.pk, digest=_digest(token))).first()
    if found is None:
        return False
    if not secrets.compare_digest(found.code_digest, _digest(token, _digits(code))):
        found.wrong_codes += 1
        found.save(update_fields=["wrong_codes"])
        return False
    found.confirmed_at = timezone.now()
    found.save(update_fields=["confirmed_at"])
    record(by, "confirm_contact", access)
    if access.state in OPEN:
        _have_it_seen(by, access, found.address)
    return True


def _have_it_seen(by: Actor, access: AccessRequest, address: str) -> None:
    names = [
        f"{question.key}.{kind}"
        for question, kind, answer in wanted(access)
        if kind == Kind.VERIFIED and answer.lower() == address
    ]
    if names:
        ask_for_checks(by=by, locked=access, only=names)


def _write_to(check: AnswerCheck, address: str) -> None:
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    access, now = check.request, timezone.now()
    ContactProof.objects.create(
        request=access,
        address=address,
        digest=_digest(token),
        code_digest=_digest(token, code),
        sent_at=now,
        expires_at=now + VALID,
    )
    known = User.objects.filter(email=address).first() or access.created_by
    send(
        to=address,
        template="answer_checks/contact",
        context={
            "organisation": access.application.organisation,
            "application": access.application,
            "token": token,
            "code": f"{code[:3]} {code[3:]}",
        },
        language=known.language if known else "en",
        valid_for=VALID,
    )


def _proofs(organisation: Organisation) -> QuerySet[ContactProof]:
    return ContactProof.objects.filter(request__application__organisation=organisation)


def _usable(proofs: QuerySet[ContactProof]) -> QuerySet[ContactProof]:
    return proofs.filter(confirmed_at=None, expires_at__gt=timezone.now(), wrong_codes__lt=WRONG_CODES)


def _too_many(organisation: Organisation, address: str) -> bool:
    since = timezone.now() - timedelta(days=1)
    caused = _proofs(organisation).filter(sent_at__gt=since).count()
    return caused >= A_DAY or ContactProof.objects.filter(address=address, sent_at__gt=since).count() >= ADDRESS_A_DAY


def _digits(code: str) -> str:
    return "".join(filter(str.isascii, filter(str.isdigit, code)))


def _digest(*parts: str) -> str:
    """Return what is kept. The token is as random as a key, so a plain hash is enough, for the code beside it too."""
    return hashlib.sha256(":".join(parts).encode()).hexdigest()
