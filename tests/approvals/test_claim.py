"""Who has claimed a request decides about it, and everybody else is told who that is."""

from django.urls import reverse

from portal.approvals import reviewing
from portal.approvals.models import AccessRequest, Reviewer
from tests.approvals.desk import address, shown, state
from tests.approvals.requests import BY_REVIEWER, claimed, draft, reviewer, submitted
from tests.cast import Cast, Person


def press(by: Person, request: AccessRequest, button: str = "claim") -> str:
    text: str = by.client.post(address(request, "claim"), {button: ""}, follow=True).text
    return text


def test_a_claim_opens_the_decision(cast: Cast) -> None:
    rita, request = reviewer(), submitted(cast)
    assert 'id="decision"' not in shown(rita, request)
    assert 'id="decision"' in press(rita, request)
    assert AccessRequest.objects.get().reviewer == rita.user


def test_of_two_who_claim_one_is_told(cast: Cast) -> None:
    rita, saul, request = reviewer(), reviewer("Saul"), submitted(cast)
    assert "Claim</button>" in shown(saul, request)
    press(rita, request)
    text = press(saul, request)
    assert "Somebody else has claimed it a moment ago." in text
    assert "claimed by Rita" in text
    assert 'id="decision"' not in text


def test_a_colleague_puts_it_back_and_takes_it(cast: Cast) -> None:
    saul = reviewer("Saul")
    request = claimed(cast, reviewer())
    assert "Rita has claimed it, and gets a mail." in shown(saul, request)
    assert "Claim</button>" in press(saul, request, "release")
    assert 'id="decision"' in press(saul, request)


def test_nobody_claims_what_is_decided(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.decline(by=BY_REVIEWER, request=request, reviewer=rita.user, message="No.")
    assert "Claim</button>" not in shown(rita, request)
    assert "does not allow it" in press(rita, request)
    assert state(request) == "declined"


def test_a_member_reads_and_is_told_that_somebody_else_must_review(cast: Cast) -> None:
    request = submitted(cast)
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    text = shown(cast.vera, request)
    assert "somebody else must review its request" in text
    assert "Claim</button>" not in text
    assert "somebody else must review it" in press(cast.vera, request)
    assert state(request) == "submitted"


def test_a_draft_does_not_exist_at_the_desk(cast: Cast) -> None:
    request = draft(cast)
    rita = reviewer()
    assert rita.client.get(address(request)).status_code == 404
    assert rita.client.post(address(request, "claim")).status_code == 404
    assert rita.client.get(reverse("review-request", args=["nosuch"])).status_code == 404
