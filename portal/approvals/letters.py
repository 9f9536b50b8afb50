"""Mails about requests: each side hears of every step, in the transaction of the step itself.

What reviewers write may stand in them; what developers answer stays on the page, which the link opens.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.policies import May, memberships_that_allow
from portal.approvals.models import AccessRequest, Message, Review
from portal.approvals.policies import is_reviewer
from portal.approvals.questionnaire import topic
from portal.approvals.states import GRANTED, Side
from portal.mail.sending import send

Words = dict[str, tuple[Any, Any]]
"""The subject and the first paragraph, by what has happened."""

TO_DEVELOPERS: Words = {
    "submit": (
        _("%(app)s: the request for production access is submitted"),
        _("%(who)s submitted it. Reviewers answer within %(target_days)s days; you get a mail at every step."),
    ),
    "resubmit": (
        _("%(app)s: your changes are with the reviewer"),
        _("%(who)s submitted the request for production access again. You get a mail at every step."),
    ),
    "withdraw": (
        _("%(app)s: the request for production access is withdrawn"),
        _("%(who)s withdrew it. Nobody reviews it any more. A new request begins with the same answers."),
    ),
    "claim": (
        _("%(app)s: your request for production access is in review"),
        _("%(who)s reads it now. You need to do nothing."),
    ),
    "release": (
        _("%(app)s: your request for production access is back in the queue"),
        _("Another reviewer will read it. You need to do nothing."),
    ),
    "ask_for_changes": (
        _("%(app)s: changes are needed before production access"),
        _("%(who)s asks for changes. Make them and submit again within %(answer_days)s days, or the request expires."),
    ),
    "approve": (
        _("%(app)s: production access is approved"),
        _("%(who)s approved your request. Its page says what to do next."),
    ),
    "approve_in_part": (
        _("%(app)s: production access is approved in part"),
        _("%(who)s approved a part of your request. Its page says what to do next."),
    ),
    "decline": (
        _("%(app)s: production access is declined"),
        _("%(who)s declined your request. What was granted before stays. You can ask again, from the same answers."),
    ),
    "answer_soon": (
        _("%(app)s: your request for production access is about to expire"),
        _("Changes were asked for, and nobody has answered. Make them and submit again within %(days_left)s days."),
    ),
    "expire": (
        _("%(app)s: the request for production access has expired"),
        _("Changes were asked for, and nobody answered. A new request begins with the same answers."),
    ),
    "ask": (
        _("%(app)s: a question about your request for production access"),
        _("%(who)s asks about “%(topic)s”. Answer on the page of the request."),
    ),
    "say": (
        _("%(app)s: a message about your request for production access"),
        _("%(who)s wrote to you. You can reply on the page of the request."),
    ),
}

TO_REVIEWERS: Words = {
    "submit": (
        _("%(app)s of %(organisation)s asks for production access"),
        _("%(who)s submitted the request. It waits for a reviewer; the target is %(target_days)s days."),
    ),
    "resubmit": (
        _("%(app)s of %(organisation)s was changed as you asked"),
        _("%(who)s submitted the request for production access again. It waits for you."),
    ),
    "withdraw": (
        _("%(app)s of %(organisation)s does not ask for production access any more"),
        _("%(who)s withdrew the request that you were reviewing. There is nothing to do."),
    ),
    "expire": (
        _("%(app)s of %(organisation)s did not answer in time"),
        _("You had asked for changes, and nobody answered. The request has expired; there is nothing to do."),
    ),
    "release": (
        _("%(app)s of %(organisation)s is no longer yours to review"),
        _("%(who)s put the request that you had claimed back into the queue."),
    ),
    "propose": (
        _("%(app)s of %(organisation)s waits for a second reviewer"),
        _("%(who)s proposes to approve it. A scope in it is sensitive: somebody else must agree, or give it back."),
    ),
    "disagree": (
        _("%(app)s of %(organisation)s: your proposal came back"),
        _("%(who)s did not agree to approve it. The request is still claimed by you."),
    ),
    "agree": (
        _("%(app)s of %(organisation)s is approved"),
        _("%(who)s agreed to what you proposed."),
    ),
    "answer": (
        _("%(app)s of %(organisation)s answered your question"),
        _("%(who)s answered your question about “%(topic)s”."),
    ),
    "say": (
        _("%(app)s of %(organisation)s: a message about the request for production access"),
        _("%(who)s wrote to the reviewers."),
    ),
}


def to_developers(request: AccessRequest, event: str, *, by: str, message: str = "", **said: Any) -> None:
    """Tell all who build the application what happened.

    :param event: a key of `TO_DEVELOPERS`.
    :param message: what a reviewer wrote.
    """
    members = memberships_that_allow(May.BUILD).filter(organisation=request.application.organisation_id)
    found = User.objects.filter(memberships__in=members).order_by("pk")
    _tell(found, request, Side.DEVELOPER, TO_DEVELOPERS[event], who=by, message=message, **said)


def to_reviewer(request: AccessRequest, event: str, *, by: str, reviewer: User | None = None, **said: Any) -> None:
    """Tell whoever has claimed the request, or this reviewer. Nobody, where nobody has."""
    told = reviewer or request.reviewer
    _tell([told] if told and told.is_active else [], request, Side.REVIEWER, TO_REVIEWERS[event], who=by, **said)


def submitted(request: AccessRequest, *, by: str, again: bool) -> None:
    """Tell both sides; all reviewers, where nobody has claimed it."""
    event = "resubmit" if again else "submit"
    to_developers(request, event, by=by)
    if again and request.reviewer and is_reviewer(request.reviewer):
        to_reviewer(request, event, by=by)
    else:
        to_all_reviewers(request, "submit", by=by)


def to_all_reviewers(request: AccessRequest, event: str, *, by: str, but: User | None = None) -> None:
    """Tell everybody who may review the request, except somebody."""
    found = User.objects.filter(reviewer__isnull=False, is_active=True)
    allowed = found.exclude(memberships__organisation=request.application.organisation_id).order_by("pk")
    _tell((user for user in allowed if user != but), request, Side.REVIEWER, TO_REVIEWERS[event], who=by)


def decided(request: AccessRequest, event: str, review: Review) -> None:
    """Tell the developers what a reviewer decided, with the terms where something is granted."""
    said: dict[str, Any] = {}
    if event in ("approve", "approve_in_part"):
        asked = list(request.scopes.order_by("pk"))
        said = {
            "granted": [each.scope for each in asked if each.scope not in review.refusals],
            "refused": [(each.scope, review.refusals[each.scope]) for each in asked if each.scope in review.refusals],
            "review": review,
        }
    to_developers(request, event, by=review.reviewer_label, message=review.message, **said)


def said(message: Message, event: str) -> None:
    """Tell the other side of a question, an answer or a message. What developers write stays on the page."""
    request, by = message.request, message.author_label
    if message.side == Side.REVIEWER:
        to_developers(request, event, by=by, message=message.text, about=message.about)
    elif request.reviewer and is_reviewer(request.reviewer):
        to_reviewer(request, event, by=by, about=message.about)
    else:
        to_all_reviewers(request, event, by=by)


def reviewers_changed(user: User, *, added: bool, by: str) -> None:
    """Tell all reviewers, and the one it is about, that somebody reviews now, or no longer."""
    for each in User.objects.filter(reviewer__isnull=False, is_active=True).order_by("pk"):
        context = {"user": each, "who": user, "added": added, "by": by}
        send(to=each.email, template="approvals/reviewers", context=context, language=each.language)


def _tell(
    users: Iterable[User], request: AccessRequest, side: Side, words: tuple[Any, Any], *, about: str = "", **said: Any
) -> None:
    application = request.application
    for user in users:
        with translation.override(user.language):
            names = {
                "app": application.name,
                "organisation": application.organisation.name,
                "who": said["who"],
                "topic": topic(about),
                "target_days": settings.REVIEW_TARGET_DAYS,
                "answer_days": settings.ANSWER_DAYS,
                "days_left": said.get("days_left", ""),
            }
            heading, first = (str(each) % names for each in words)
            context = {"heading": heading, "first": first, "path": _path(request, side), "side": str(side)}
        send(to=user.email, template="approvals/request", context={**said, **context}, language=user.language)


def _path(request: AccessRequest, side: Side) -> str:
    if side == Side.REVIEWER:
        return reverse("review-request", args=[request.public_id])
    page = "grant" if request.state in GRANTED else "production-access"
    return reverse(page, args=[request.application.public_id])
