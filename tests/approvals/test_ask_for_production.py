"""Developers ask for production: they begin, see what is missing, submit, and always know where it stands."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from portal.approvals import actions, reviewing
from portal.approvals.models import AccessRequest
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewing import Terms
from portal.audit.models import Decision
from tests.approvals.requests import (
    BY_DEVELOPER,
    BY_REVIEWER,
    approved,
    claimed,
    draft,
    reviewer,
    submitted,
)
from tests.cast import Cast


def overview(cast: Cast, browser: Browser | None = None, **query: str) -> str:
    address = reverse("production-access", args=[cast.application.public_id])
    response = (browser or cast.bob.client).get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def address(name: str, access: AccessRequest, *more: str) -> str:
    return reverse(name, args=[access.application.public_id, access.public_id, *more])


def test_an_app_without_a_request_is_told_what_production_needs(cast: Cast) -> None:
    page = overview(cast)
    assert "Ask for production" in page
    assert "within 5 days" in page
    assert "facility:sync" in page
    assert "pharmacy:stock:read" not in page


def test_asking_begins_a_draft_and_leads_to_its_scopes(cast: Cast) -> None:
    response = cast.bob.client.post(reverse("access-start", args=[cast.application.public_id]))
    access = AccessRequest.objects.get()
    assert response.headers["Location"] == address("access-scopes", access)
    assert (access.state, access.created_by) == ("draft", cast.bob.user)


def test_asking_twice_goes_on_with_the_first(cast: Cast) -> None:
    start = reverse("access-start", args=[cast.application.public_id])
    cast.bob.client.post(start)
    response = cast.bob.client.post(start, follow=True)
    assert AccessRequest.objects.count() == 1
    assert "Go on with that one" in response.content.decode()


def test_a_closed_app_asks_for_nothing(cast: Cast) -> None:
    cast.application.closed_at = cast.application.created_at
    cast.application.save()
    assert "Ask for production" not in overview(cast)
    cast.bob.client.post(reverse("access-start", args=[cast.application.public_id]))
    assert not AccessRequest.objects.exists()


def test_viewers_see_it_and_change_nothing(cast: Cast) -> None:
    assert "Ask for production" not in overview(cast, cast.vera.client)
    assert cast.vera.client.post(reverse("access-start", args=[cast.application.public_id])).status_code == 403
    access = draft(cast)
    assert cast.vera.client.get(address("access-request", access)).status_code == 200
    for name in ("access-scopes", "access-submit", "access-withdraw"):
        assert cast.vera.client.post(address(name, access)).status_code == 403
    access.refresh_from_db()
    assert access.state == "draft"


def test_for_outsiders_there_is_no_request(cast: Cast) -> None:
    access = draft(cast)
    assert cast.charlie.client.get(address("access-request", access)).status_code == 404
    assert cast.charlie.client.post(address("access-submit", access)).status_code == 404


def test_a_draft_says_what_is_still_missing_with_the_way_there(cast: Cast) -> None:
    access = actions.start_request(by=BY_DEVELOPER, application=cast.application, user=cast.bob.user)
    for page in (overview(cast), cast.bob.client.get(address("access-request", access)).content.decode()):
        assert f'{address("access-scopes", access)}#scopes"' in page
        assert f'{address("access-section", access, "care")}#q-facilities"' in page
    assert "Callback address" not in overview(cast), "is asked of widgets alone"


def test_what_is_incomplete_is_not_submitted(cast: Cast) -> None:
    access = actions.start_request(by=BY_DEVELOPER, application=cast.application, user=cast.bob.user)
    assert (
        address("access-submit", access) not in cast.bob.client.get(address("access-request", access)).content.decode()
    )
    response = cast.bob.client.post(address("access-submit", access), follow=True)
    assert "Some answers are missing" in response.content.decode()
    access.refresh_from_db()
    assert access.state == "draft"


def test_a_complete_draft_is_read_whole_and_submitted(cast: Cast) -> None:
    access = draft(cast)
    page = cast.bob.client.get(address("access-request", access)).content.decode()
    for said in ("Marina General", "The duty officer decides", "fewer than 1,000", "Visits, as they end."):
        assert said in page
    assert address("access-submit", access) in page
    response = cast.bob.client.post(address("access-submit", access), follow=True)
    assert "in the queue since" in response.content.decode()
    access.refresh_from_db()
    assert (access.state, access.versions.get().by) == ("submitted", cast.bob.user)
    assert Decision.objects.filter(verb="approvals.submit", object_id=access.public_id).count() == 1


def test_who_reviews_it_is_said_by_name(cast: Cast) -> None:
    claimed(cast, reviewer())
    page = overview(cast)
    assert "Rita of OpesCare is reviewing it" in page
    assert "You should have an answer" in page


def test_a_request_that_is_late_says_so(cast: Cast, settings: pytest.FixtureRequest) -> None:
    access = submitted(cast)
    access.submitted_at = access.submitted_at.replace(year=2025)  # type: ignore[union-attr]
    access.save()
    assert "longer than we aim for" in overview(cast)


def test_changes_that_are_asked_for_stand_first(cast: Cast) -> None:
    rita = reviewer()
    access = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="Name the contract.")
    page = overview(cast)
    assert page.index("Name the contract.") < page.index("Your answers")
    actions.save_request(by=BY_DEVELOPER, request=access, answers={"mandate": "Contract 7 of 2026."})
    check = cast.bob.client.get(address("access-request", access)).content.decode()
    changed = check[check.index("Changed since you last submitted") : check.index('id="said-scopes"')]
    assert "We run both." in changed
    assert "Contract 7 of 2026." in changed
    assert "Lagos" not in changed, "did not change"
    cast.bob.client.post(address("access-submit", access))
    access.refresh_from_db()
    assert (access.state, access.versions.count()) == ("in_review", 2)


def test_what_was_granted_and_what_was_not_is_said_with_its_reason(cast: Cast) -> None:
    terms = Terms(refusals={"facility:sync": "Never called."}, facilities=["NG-LOS-H1"], conditions="Lagos alone.")
    access = approved(cast, reviewer(), terms)
    for page in (overview(cast), cast.bob.client.get(address("access-request", access)).content.decode()):
        assert "Never called." in page
    for said in ("Lagos alone.", "NG-LOS-H1", "encounter:push", "no end", "Ask for more"):
        assert said in overview(cast)


def test_who_was_declined_reads_why_and_asks_again_with_the_same_answers(cast: Cast) -> None:
    rita = reviewer()
    access = claimed(cast, rita)
    reviewing.decline(by=BY_REVIEWER, request=access, reviewer=rita.user, message="Get a mandate first.")
    page = overview(cast)
    assert "Get a mandate first." in page
    assert "Ask again" in page
    cast.bob.client.post(reverse("access-start", args=[cast.application.public_id]))
    again = AccessRequest.objects.get(state="draft")
    assert again.answers == access.answers
    assert again.scopes.get(scope="facility:sync").reason == "Our wards, once an hour."


def test_a_request_is_taken_back_after_a_question(cast: Cast) -> None:
    access = submitted(cast)
    assert "Take it back" in cast.bob.client.get(address("access-withdraw", access)).content.decode()
    access.refresh_from_db()
    assert access.state == "submitted"
    page = cast.bob.client.post(address("access-withdraw", access), follow=True).content.decode()
    assert "It was taken back" in page
    response = cast.bob.client.post(address("access-withdraw", access), follow=True)
    assert "nothing to take back" in response.content.decode()


def test_an_expired_request_says_why(cast: Cast) -> None:
    rita = reviewer()
    access = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="Name the contract.")
    AccessRequest.objects.filter(pk=access.pk).update(state="expired")
    assert "nobody submitted it again" in overview(cast)


def test_a_request_that_waits_cannot_be_changed(cast: Cast) -> None:
    access = submitted(cast)
    response = cast.bob.client.get(address("access-section", access, "care"), follow=True)
    assert "cannot be changed now" in response.content.decode()


def test_earlier_requests_have_a_second_page(cast: Cast) -> None:
    for _number in range(12):
        actions.withdraw(by=BY_DEVELOPER, request=draft(cast))
    draft(cast)
    assert 'rel="next"' in overview(cast)
    second = overview(cast, page="2")
    assert 'rel="prev"' in second
    assert second.count("never submitted") == 2


def test_every_reviewers_mailbox_is_not_flooded_with_requests(cast: Cast) -> None:
    for _ in range(actions.A_DAY):
        actions.withdraw(by=BY_DEVELOPER, request=submitted(cast))
    with pytest.raises(NotAllowedError, match="Submit this one tomorrow"):
        submitted(cast)
    AccessRequest.objects.exclude(submitted_at=None).update(submitted_at=timezone.now() - timedelta(days=2))
    actions.submit(by=BY_DEVELOPER, request=AccessRequest.objects.get(state="draft"), user=cast.bob.user)
