"""Reviewers decide, and what they decide holds at once."""

import pytest
from django.utils import timezone

from portal.applications.actions import close_application
from portal.applications.models import Client
from portal.approvals import reviewing
from portal.approvals.models import AccessRequest, Grant, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewing import Terms
from portal.audit.models import Decision
from tests.approvals.requests import BY_REVIEWER, approved, claimed, reviewer, submitted
from tests.cast import BY_TEST, Cast

SENSITIVE = {"patient:read": "The doctor sees the history.", "lab:push": "Results, as they are signed."}


def test_an_approval_makes_the_production_client_without_a_secret(cast: Cast) -> None:
    request = approved(cast, reviewer())
    client = Client.objects.get(application=cast.application, environment="production")
    assert (client.scopes, client.facilities) == (["encounter:push", "facility:sync"], ["NG-LOS-H1"])
    assert not client.secrets.exists()
    assert (request.state, request.decided_by) == ("approved", BY_REVIEWER.label)
    assert Decision.objects.filter(verb="approvals.approve", object_id=request.public_id).count() == 1


def test_a_scope_that_is_refused_has_its_reason_and_the_rest_is_granted(cast: Cast) -> None:
    request = approved(cast, reviewer(), Terms(refusals={"facility:sync": "Never called in the sandbox."}))
    assert request.state == "approved_in_part"
    assert Grant.objects.get(request=request).scopes == ["encounter:push"]
    assert request.scopes.get(scope="facility:sync").refusal == "Never called in the sandbox."


@pytest.mark.parametrize(
    "terms",
    [
        Terms(refusals={"facility:sync": " "}),
        Terms(refusals={"facility:sync": "no", "encounter:push": "no"}),
        Terms(refusals={"lab:push": "was not asked for"}),
        Terms(facilities=["KE-NBO-H1"]),
        Terms(ends_on=timezone.now().date()),
    ],
)
def test_terms_that_make_no_sense_decide_nothing(cast: Cast, terms: Terms) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    with pytest.raises(NotAllowedError):
        reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=terms)
    request.refresh_from_db()
    assert request.state == "in_review"
    assert not Grant.objects.exists()


def test_a_sensitive_scope_needs_a_second_reviewer(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita, **SENSITIVE)
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms(conditions="Lagos only."))
    assert not Grant.objects.exists()
    with pytest.raises(NotAllowedError, match="somebody else"):
        reviewing.agree(by=BY_REVIEWER, request=request, reviewer=rita.user)
    reviewing.agree(by=BY_REVIEWER, request=request, reviewer=saul.user)
    assert Grant.objects.get(request=request).conditions == "Lagos only."
    assert AccessRequest.objects.get().state == "approved"


def test_nobody_reviews_their_own_organisation(cast: Cast) -> None:
    request = submitted(cast)
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    with pytest.raises(NotAllowedError, match="somebody else"):
        reviewing.claim(by=BY_REVIEWER, request=request, reviewer=cast.vera.user)


def test_a_closed_app_is_granted_nothing(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    close_application(by=BY_TEST, application=cast.application)
    with pytest.raises(NotAllowedError, match="This app is closed"):
        reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    assert not Client.objects.filter(application=cast.application, environment="production").exists()
    reviewing.decline(by=BY_REVIEWER, request=request, reviewer=rita.user, message="You have closed it.")
    assert AccessRequest.objects.get().state == "declined"


def test_a_proposal_for_an_app_that_was_closed_meanwhile_is_not_agreed_to(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita, **SENSITIVE)
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    close_application(by=BY_TEST, application=cast.application)
    with pytest.raises(NotAllowedError, match="This app is closed"):
        reviewing.agree(by=BY_REVIEWER, request=request, reviewer=saul.user)
    assert not Grant.objects.exists()
