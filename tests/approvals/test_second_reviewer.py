"""A sensitive scope needs two who agree: the second sees what the first proposes, agrees or gives it back."""

from typing import Any

import pytest

from portal.accounts.models import Membership, Role
from portal.approvals import reviewing
from portal.approvals.desk.request_views import state_of
from portal.approvals.models import AccessRequest, Grant, Review, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.audit.models import Decision
from tests import mailbox
from tests.approvals.desk import agree, decide, seen, shown, state
from tests.approvals.requests import BY_REVIEWER, claimed, reviewer
from tests.cast import Cast, Person

SENSITIVE = {"patient:read": "The doctor sees the history.", "lab:push": "Results, as they are signed."}
REFUSED: dict[str, Any] = {
    "grant": ["patient:read"],
    "refusal-lab:push": "Never called.",
    "conditions": "Doctors only.",
}


def proposed(cast: Cast, by: Person) -> AccessRequest:
    request = claimed(cast, by, **SENSITIVE)
    assert "A second reviewer must agree." in decide(by, request, **REFUSED, message="Good work.")
    assert state(request) == "in_review"
    return request


def test_the_second_sees_the_proposal_and_agrees(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    text = shown(saul, request)
    for words in ("Rita of OpesCare proposed", "Doctors only.", "Never called.", "Good work.", "Agree, and approve"):
        assert words in text
    agree(saul, request)
    assert state(request) == "approved_in_part"
    assert Grant.objects.get().scopes == ["patient:read"]
    assert Grant.objects.get().facilities == ["NG-LOS-H1"]


def test_the_first_cannot_be_the_second(cast: Cast) -> None:
    rita = reviewer()
    request = proposed(cast, rita)
    assert "Agree, and approve" not in shown(rita, request)
    assert "somebody else must agree" in agree(rita, request)
    assert not Grant.objects.exists()


def test_a_member_is_no_second(cast: Cast) -> None:
    rita = reviewer()
    request = proposed(cast, rita)
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    text = shown(cast.vera, request)
    assert "Agree, and approve" not in text
    assert "must agree to" not in text.split('id="timeline"')[1], "what reviewers do among themselves"
    assert "somebody else must review it" in agree(cast.vera, request, seen=seen(rita, request))
    assert not Grant.objects.exists()


def test_it_is_given_back_with_a_reason_that_only_reviewers_see(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    assert "Say why, for the reviewer who proposed it." in agree(saul, request, "disagree")
    agree(saul, request, "disagree", reason="Who is the doctor?")
    text = shown(rita, request)
    assert "Who is the doctor?" in text
    assert "Doctors only.</textarea>" in text, "the first goes on from what they had proposed"
    assert "Who is the doctor?" not in "".join(letter.text for letter in mailbox.letters("bob@example.org"))
    decide(rita, request, **REFUSED)
    agree(saul, request)
    assert state(request) == "approved_in_part"


def test_the_first_takes_it_back(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    stale = seen(saul, request)
    assert "Taken back." in agree(rita, request, "take_back")
    assert "has changed since you opened it" in agree(saul, request, seen=stale)
    assert not Grant.objects.exists()


def test_nothing_is_proposed_for_what_is_decided(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita, **SENSITIVE)
    decide(rita, request, "decline", grant=[], message="No contract.", confirmed="yes")
    request.refresh_from_db()
    assert "does not allow it" in decide(rita, request, **REFUSED, seen=state_of(request))
    assert not request.reviews.filter(proposed=True).exists()
    assert not Decision.objects.filter(verb="approvals.propose").exists()


def test_what_was_agreed_to_is_not_taken_back(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    agree(saul, request)
    request.refresh_from_db()
    assert "Nothing is proposed any more." in agree(rita, request, "take_back", seen=state_of(request))
    assert request.reviews.get(proposed=True).undone_at is None
    assert not Decision.objects.filter(verb="approvals.take_back").exists()


def test_nothing_that_was_written_is_lost_when_the_proposal_is_gone(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    stale = seen(saul, request)
    agree(rita, request, "take_back")
    text = agree(saul, request, "disagree", seen=stale, reason="Half a page of thoughts.")
    assert "What you had written" in text
    assert "Half a page of thoughts." in text


@pytest.mark.parametrize("change", ["joins the organisation", "is deactivated", "reviews no more"])
def test_nobody_agrees_with_somebody_who_may_not_review_any_more(cast: Cast, change: str) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    if change == "joins the organisation":
        Membership.objects.create(organisation=cast.organisation, user=rita.user, role=Role.VIEWER)
    elif change == "is deactivated":
        rita.user.is_active = False
        rita.user.save()
    else:
        Reviewer.objects.filter(user=rita.user).delete()
    assert "may not review it any more" in agree(saul, request)
    assert not Grant.objects.exists()


def test_the_proposal_of_an_account_that_is_gone_ends_with_the_next_claim(cast: Cast) -> None:
    rita, saul, tess = reviewer(), reviewer("Saul"), reviewer("Tess")
    request = proposed(cast, rita)
    rita.user.delete()
    assert "may not review it any more" in agree(saul, request)
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=saul.user)
    assert not Review.objects.filter(proposed=True, undone_at=None).exists()
    with pytest.raises(NotAllowedError, match="Nothing is proposed"):
        reviewing.agree(by=BY_REVIEWER, request=request, reviewer=tess.user)


def test_a_reason_to_disagree_that_nobody_could_store_or_read_is_refused(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = proposed(cast, rita)
    assert "4000 characters at most" in agree(saul, request, "disagree", reason="x" * 4001)
    assert "Say why" in agree(saul, request, "disagree", reason="\0")
    assert "Given back." in agree(saul, request, "disagree", reason="Who?\0")
