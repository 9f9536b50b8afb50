"""What the two sides say to each other about a request: reviewers ask, developers answer, both write."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.approvals import letters
from portal.approvals.models import AccessRequest, Message
from portal.approvals.moving import NotAllowedError, lock, record, require_reviewer
from portal.approvals.questionnaire import questionnaire
from portal.approvals.states import Side, State
from portal.audit.actions import Actor

LONGEST = 4000
"""Characters."""
A_HOUR = 30
"""So many messages the developers of a request send within an hour: each is a mail to reviewers. Answers always go."""
SILENT = (State.DRAFT, State.WITHDRAWN, State.EXPIRED)
"""In these there is nobody to write to."""


@transaction.atomic
def ask(*, by: Actor, request: AccessRequest, reviewer: User, about: str, text: str) -> Message:
    """Ask the developers about one answer (`question:<key>`) or one scope (`scope:<name>`); they must answer it.

    :raises NotAllowedError: where it is not the reviewer's turn, or nothing is asked about nothing.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    if locked.state != State.IN_REVIEW:
        raise NotAllowedError(_("Questions are asked while a request is in review. Look at it again."))
    if not about:
        raise NotAllowedError(_("Choose the answer or the scope that you ask about."))
    message = _write(by, locked, about, text, author=reviewer, side="reviewer", asks=True)
    record(by, "ask", locked, after={"about": about})
    letters.said(message, "ask")
    return message


@transaction.atomic
def say(*, by: Actor, request: AccessRequest, author: User, side: str, text: str, about: str = "") -> Message:
    """Write to the other side, about the whole or one thing.

    :param side: `developer` or `reviewer`; a developer's right to write is asked by the page.
    :raises NotAllowedError: where nobody reads it any more, or a reviewer may not review the request.
    """
    locked = lock(request)
    if side == "reviewer":
        require_reviewer(author, locked, claimed=False)
    if locked.state in SILENT:
        raise NotAllowedError(
            _("This request is “%(state)s”: nobody would read it.") % {"state": locked.get_state_display()}
        )
    if side == Side.DEVELOPER and _lately(locked) >= A_HOUR:
        raise NotAllowedError(_("These are many messages for one hour. Write the rest in one, a little later."))
    message = _write(by, locked, about, text, author=author, side=side)
    record(by, "say", locked, after={"about": about} if about else {})
    letters.said(message, "say")
    return message


@transaction.atomic
def answer(*, by: Actor, request: AccessRequest, author: User, question: Message, text: str) -> Message:
    """Answer a reviewer's question, for the developers' side.

    :raises NotAllowedError: where it has been answered, or the request is decided.
    """
    locked = lock(request)
    asked = locked.messages.filter(pk=question.pk, asks=True).first()
    if asked is None or asked.answered_at is not None:
        raise NotAllowedError(_("Somebody has answered this question already. You can add a message."))
    if locked.state not in (State.IN_REVIEW, State.SUBMITTED, State.CHANGES_REQUESTED):
        raise NotAllowedError(
            _("This request is “%(state)s”: the question is over.") % {"state": locked.get_state_display()}
        )
    message = _write(by, locked, asked.about, text, author=author, side="developer")
    asked.answered_at = message.at
    asked.save(update_fields=["answered_at"])
    record(by, "answer", locked, after={"about": asked.about})
    letters.said(message, "answer")
    return message


def topics(request: AccessRequest) -> list[str]:
    """Return all that a message can be about."""
    questions = [f"question:{each.key}" for each in questionnaire().asked_of(request.application.integration)]
    return questions + [f"scope:{each.scope}" for each in request.scopes.order_by("pk")]


def _lately(locked: AccessRequest) -> int:
    since = timezone.now() - timedelta(hours=1)
    return locked.messages.filter(side=Side.DEVELOPER, at__gt=since).count()


def _write(by: Actor, locked: AccessRequest, about: str, text: str, **fields: Any) -> Message:
    said = text.replace("\0", "").strip()  # PostgreSQL stores no NUL
    if not said:
        raise NotAllowedError(_("Write something first."))
    if len(said) > LONGEST:
        raise NotAllowedError(_("That is too long: %(most)s characters at most.") % {"most": LONGEST})
    if about and about not in topics(locked):
        raise NotAllowedError(_("This answer or scope is not part of the request any more."))
    return Message.objects.create(
        request=locked, author_label=by.label, about=about, text=said, at=timezone.now(), **fields
    )
