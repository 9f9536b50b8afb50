"""The verbs of reviewers: claim, release, ask for changes, approve (in part), decline."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.approvals import grants, letters
from portal.approvals.messages import LONGEST
from portal.approvals.models import AccessRequest, Review
from portal.approvals.moving import NotAllowedError, advance, lock, record, require_move, require_reviewer
from portal.approvals.policies import may_review
from portal.approvals.questionnaire import facilities_of
from portal.approvals.states import State
from portal.audit.actions import Actor

Verdict = Review.Verdict


@dataclass(frozen=True)
class Terms:
    """What an approval grants. `refusals`: the reason of each scope that was asked for and is not granted."""

    refusals: Mapping[str, str] = field(default_factory=dict)
    facilities: Collection[str] = ()
    conditions: str = ""
    ends_on: date | None = None
    message: str = ""


@transaction.atomic
def claim(*, by: Actor, request: AccessRequest, reviewer: User) -> None:
    """Take a request, so that nobody else works on it at the same time.

    :raises NotAllowedError: where somebody has, or the reviewer may not.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked, claimed=False)
    if locked.state == State.IN_REVIEW and locked.reviewer_id is not None:
        raise NotAllowedError(_("Somebody else has claimed it a moment ago."))
    if locked.state == State.IN_REVIEW:  # whoever had claimed it reviews no more
        locked.reviewer = reviewer
        locked.save(update_fields=["reviewer"])
        _drop_proposal(locked)
    else:
        advance(locked, "claim", reviewer=reviewer)
    record(by, "claim", locked)
    letters.to_developers(locked, "claim", by=by.label)


@transaction.atomic
def release(*, by: Actor, request: AccessRequest, reviewer: User) -> None:
    """Put a request back into the queue. A colleague may do it for somebody who is away.

    :raises NotAllowedError: where it is not claimed.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked, claimed=False)
    had_it = locked.reviewer
    advance(locked, "release", reviewer=None)
    _drop_proposal(locked)
    record(by, "release", locked)
    letters.to_developers(locked, "release", by=by.label)
    if had_it and had_it != reviewer:
        letters.to_reviewer(locked, "release", by=by.label, reviewer=had_it)


@transaction.atomic
def hand_back(*, by: Actor, request: AccessRequest) -> None:
    """Free a request of a reviewer who reviews no more. What is in review goes back into the queue."""
    locked = lock(request)
    if locked.state == State.IN_REVIEW:
        advance(locked, "release", reviewer=None)
        _drop_proposal(locked)
        record(by, "release", locked)
        letters.to_developers(locked, "release", by=by.label)
    elif locked.state == State.CHANGES_REQUESTED:
        locked.reviewer = None
        locked.save(update_fields=["reviewer"])


@transaction.atomic
def ask_for_changes(*, by: Actor, request: AccessRequest, reviewer: User, message: str) -> None:
    """Give it back to the developers, with what is to be changed.

    :raises NotAllowedError: where no message and no open question says what, or it is not the reviewer's turn.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    if not message.strip() and not locked.messages.filter(asks=True, answered_at=None).exists():
        raise NotAllowedError(_("Say what is to be changed, or ask a question about an answer."))
    advance(locked, "ask_for_changes")
    _drop_proposal(locked)
    review = _review(by, locked, reviewer, Verdict.CHANGES, Terms(message=message))
    record(by, "ask_for_changes", locked)
    letters.decided(locked, "ask_for_changes", review)


@transaction.atomic
def approve(*, by: Actor, request: AccessRequest, reviewer: User, terms: Terms) -> Review:
    """Grant the scopes that were asked for, except those with a reason in `terms.refusals`.

    Where one of them is sensitive this is a proposal, which `agree` of another reviewer makes a decision.

    :raises NotAllowedError: where nothing is left to grant, a facility was not asked for, or it is not their turn.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    require_move(locked, "approve")
    granted = _granted(locked, terms)
    if locked.reviews.filter(proposed=True, undone_at=None).exists():
        raise NotAllowedError(_("It waits for a second reviewer. Take your proposal back to change it."))
    sensitive = sensitive_among(granted)
    review = _review(by, locked, reviewer, Verdict.APPROVE, terms, proposed=bool(sensitive))
    if sensitive:
        record(by, "propose", locked, internal=True, after={"granted": granted, "sensitive": sensitive})
        letters.to_all_reviewers(locked, "propose", by=by.label, but=reviewer)
    else:
        _grant(by, locked, review, granted)
    return review


@transaction.atomic
def agree(*, by: Actor, request: AccessRequest, reviewer: User) -> None:
    """Approve what another reviewer has proposed, as it stands.

    :raises NotAllowedError: where nothing is proposed any more, or by the same reviewer.
    """
    locked = lock(request)
    proposal = _proposal_for(locked, reviewer)
    if proposal.reviewer is None or not may_review(proposal.reviewer, locked):
        raise NotAllowedError(_("Whoever proposed it may not review it any more. Claim it, or first put it back."))
    second = _review(by, locked, reviewer, Verdict.APPROVE, _terms(proposal))
    _grant(by, locked, second, _granted(locked, _terms(proposal)), first=proposal.reviewer_label)
    letters.to_reviewer(locked, "agree", by=by.label, reviewer=proposal.reviewer)


@transaction.atomic
def disagree(*, by: Actor, request: AccessRequest, reviewer: User, message: str) -> None:
    """Give a proposal back to whoever made it, with the reason; the request stays claimed.

    :raises NotAllowedError: where nothing is proposed any more, by the same reviewer, or no reason is given.
    """
    locked = lock(request)
    _proposal_for(locked, reviewer)
    message = message.replace("\0", "").strip()  # PostgreSQL stores no NUL
    if not message:
        raise NotAllowedError(_("Say why, for the reviewer who proposed it."))
    if len(message) > LONGEST:
        raise NotAllowedError(_("That is too long: %(most)s characters at most.") % {"most": LONGEST})
    _drop_proposal(locked)
    record(by, "disagree", locked, internal=True, reason=message)
    letters.to_reviewer(locked, "disagree", by=by.label, message=message)


@transaction.atomic
def take_back(*, by: Actor, request: AccessRequest, reviewer: User) -> None:
    """Undo one's own proposal before somebody has agreed to it.

    :raises NotAllowedError: where there is none any more.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    if locked.state != State.IN_REVIEW or not _drop_proposal(locked):  # what was decided stays as it was proposed
        raise NotAllowedError(_("Nothing is proposed any more. Look at the request again."))
    record(by, "take_back", locked, internal=True)


@transaction.atomic
def decline(*, by: Actor, request: AccessRequest, reviewer: User, message: str) -> None:
    """Grant nothing, with the reason and what to do next. What was granted before stays.

    :raises NotAllowedError: where no reason is given, or it is not the reviewer's turn.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    if not message.strip():
        raise NotAllowedError(_("Say why, and what the developers can do next."))
    _drop_proposal(locked)
    advance(locked, "decline", decided_at=timezone.now(), decided_by=by.label)
    review = _review(by, locked, reviewer, Verdict.DECLINE, Terms(message=message))
    record(by, "decline", locked)
    letters.decided(locked, "decline", review)


@transaction.atomic
def tick(*, by: Actor, request: AccessRequest, reviewer: User, checklist: Mapping[str, bool]) -> None:
    """Save the reviewer's checklist.

    :raises NotAllowedError: where the reviewer has not claimed the request.
    """
    locked = lock(request)
    require_reviewer(reviewer, locked)
    if locked.checklist == dict(checklist):
        return
    locked.checklist = dict(checklist)
    locked.save(update_fields=["checklist"])
    record(by, "tick", locked, internal=True, after={"ticked": sorted(key for key, done in checklist.items() if done)})


def sensitive_among(scopes: Collection[str]) -> list[str]:
    """Return those that two reviewers must agree on."""
    return [name for name in scopes if name in settings.SENSITIVE_SCOPES]


def _granted(locked: AccessRequest, terms: Terms) -> list[str]:
    if locked.application.closed_at is not None:
        raise NotAllowedError(_("This app is closed. Decline the request, or wait until its owners reopen it."))
    asked = [each.scope for each in locked.scopes.order_by("pk")]
    granted = [name for name in asked if name not in terms.refusals]
    if set(terms.refusals) - set(asked) or any(not reason.strip() for reason in terms.refusals.values()):
        raise NotAllowedError(_("Each scope that is not granted needs a reason: its developers will read it."))
    if not granted:
        raise NotAllowedError(_("Nothing is left to grant. Decline the request instead."))
    if set(terms.facilities) - {each["code"] for each in facilities_of(locked.answers)}:
        raise NotAllowedError(_("Only facilities that were asked for can be granted."))
    if terms.ends_on and terms.ends_on <= timezone.now().date():
        raise NotAllowedError(_("The grant must end in the future."))
    return granted


def _grant(by: Actor, locked: AccessRequest, review: Review, granted: list[str], **also: str) -> None:
    verb = "approve_in_part" if review.refusals else "approve"
    advance(locked, verb, decided_at=timezone.now(), decided_by=by.label)
    for asked in locked.scopes.all():
        asked.granted = asked.scope in granted
        asked.refusal = review.refusals.get(asked.scope, "")
        asked.save(update_fields=["granted", "refusal"])
    after = {"granted": granted, "refused": sorted(review.refusals), "facilities": sorted(review.facilities), **also}
    record(by, "approve_in_part" if review.refusals else "approve", locked, after=after)
    grants.grant(by=by, request=locked, review=review, scopes=granted)
    letters.decided(locked, verb, review)


def _proposal_for(locked: AccessRequest, reviewer: User) -> Review:
    require_reviewer(reviewer, locked, claimed=False)
    proposal = locked.reviews.filter(proposed=True, undone_at=None).first()
    if proposal is None or locked.state != State.IN_REVIEW:
        raise NotAllowedError(_("Nothing is proposed any more. Look at the request again."))
    if reviewer.pk in (proposal.reviewer_id, locked.reviewer_id):
        raise NotAllowedError(_("You have proposed it: somebody else must agree."))
    return proposal


def _drop_proposal(locked: AccessRequest) -> int:
    return locked.reviews.filter(proposed=True, undone_at=None).update(undone_at=timezone.now())


def _terms(review: Review) -> Terms:
    return Terms(review.refusals, review.facilities, review.conditions, review.ends_on, review.message)


def _review(by: Actor, locked: AccessRequest, reviewer: User, verdict: Verdict, terms: Terms, **fields: Any) -> Review:
    return Review.objects.create(
        request=locked,
        version=locked.versions.count(),
        verdict=verdict,
        reviewer=reviewer,
        reviewer_label=by.label,
        message=terms.message,
        refusals=dict(terms.refusals),
        facilities=sorted(terms.facilities),
        conditions=terms.conditions,
        ends_on=terms.ends_on,
        **fields,
    )
