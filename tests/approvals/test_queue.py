"""The queue: whom each request waits for, how long it has waited, and what narrows it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.applications import actions as applications
from portal.approvals import messages, reviewing
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.reviewing import Terms
from tests.approvals.requests import BY_REVIEWER, approved, claimed, draft, reviewer, submitted
from tests.cast import BY_TEST, Cast, Person

QUEUE = reverse("review-queue")


def seen(by: Person, **asked: str) -> str:
    answer = by.client.get(QUEUE, asked)
    assert answer.status_code == 200
    text: str = answer.text
    return text


def headings(text: str) -> list[str]:
    return re.findall(r"<h2>(.+?)</h2>", text)


def another(cast: Cast, name: str) -> AccessRequest:
    """Return a submitted request of another app."""
    application, _client, _secret = applications.start_application(
        by=BY_TEST, organisation=cast.organisation, name=name
    )
    return submitted(_with(cast, application))


def _with(cast: Cast, application: Any) -> Cast:
    return Cast(**{**vars(cast), "application": application})


def waited(request: AccessRequest, days: int) -> None:
    AccessRequest.objects.filter(pk=request.pk).update(submitted_at=timezone.now() - timedelta(days=days))


def test_an_empty_queue_says_what_will_stand_there(cast: Cast) -> None:
    assert "Nothing waits." in seen(reviewer())


def test_a_draft_is_its_developers_own(cast: Cast) -> None:
    draft(cast)
    rita = reviewer()
    assert "St. Raphael HIS" not in seen(rita)
    assert "St. Raphael HIS" not in seen(rita, q="Raphael")


def test_each_stands_where_it_waits(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = submitted(cast)
    assert headings(seen(rita)) == ["Waiting for anybody"]
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=rita.user)
    assert headings(seen(rita)) == ["Waiting for you"]
    assert headings(seen(saul)) == ["With another reviewer"]
    assert "claimed by Rita" in seen(saul)
    messages.ask(by=BY_REVIEWER, request=request, reviewer=rita.user, about="question:storage", text="Where?")
    assert "A question waits for its answer." in seen(rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="")
    assert headings(seen(rita)) == ["Waiting for the developer"]


def test_a_proposal_waits_for_a_second_reviewer(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita, **{"patient:read": "The doctor."})
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    assert headings(seen(rita)) == ["Waiting for a second reviewer"]


def test_what_is_decided_is_looked_for_by_its_state_or_by_words(cast: Cast) -> None:
    rita = reviewer()
    request = approved(cast, rita)
    assert "St. Raphael HIS" not in seen(rita)
    assert headings(seen(rita, state="over")) == ["Decided"]
    assert headings(seen(rita, q=request.public_id)) == ["Decided"]


@pytest.mark.parametrize(
    ("days", "words"), [(0, "due in 5 days"), (4, "due in 1 day"), (5, "due today"), (6, "1 day late"), (9, "4 days")]
)
def test_age_against_the_target_is_said_in_words(cast: Cast, noon: None, days: int, words: str) -> None:
    waited(submitted(cast), days)
    assert words in seen(reviewer())


def test_the_oldest_stands_first(cast: Cast) -> None:
    submitted(cast)
    waited(another(cast, "Older LIS"), 3)
    text = seen(reviewer())
    assert text.index("Older LIS") < text.index("St. Raphael HIS")


def test_words_find_the_app_the_organisation_the_client_and_the_request(cast: Cast) -> None:
    request = submitted(cast)
    another(cast, "Other LIS")
    rita = reviewer()
    for words in ("raphael his", cast.sandbox_client.client_id, request.public_id):
        text = seen(rita, q=words)
        assert "<strong>St. Raphael HIS</strong>" in text
        assert "Other LIS" not in text
    assert "<strong>Other LIS</strong>" in seen(rita, q="RAPHAEL HEALTH")
    assert "No request fits." in seen(rita, q="%")


def test_filters_narrow_it(cast: Cast) -> None:
    submitted(cast)
    rita = reviewer()
    for asked in (
        {"scope": "facility:sync"},
        {"organisation": cast.organisation.public_id},
        {"state": "anybody"},
    ):
        assert "2 scopes" in seen(rita, **asked)
    for asked in ({"scope": "lab:push"}, {"mine": "on"}, {"state": "second"}):
        assert "No request fits." in seen(rita, **asked)


def test_a_filter_that_nobody_offers_is_refused_with_words(cast: Cast) -> None:
    submitted(cast)
    assert "not one of the available choices" in seen(reviewer(), state="nonsense")


def test_ones_own_organisation_is_marked(cast: Cast) -> None:
    submitted(cast)
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    assert "Your own organisation: somebody else must review it." in seen(cast.vera)


def test_there_is_a_second_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.approvals.desk.views.PAGE", 1)
    submitted(cast)
    another(cast, "Other LIS")
    rita = reviewer()
    first = seen(rita, q="Raphael")
    assert "Page 1 of 2" in first
    assert "q=Raphael&amp;page=2" in first
    assert "Other LIS" in seen(rita, q="Raphael", page="2")


def test_hostile_names_are_words(cast: Cast) -> None:
    another(cast, "<img src=x onerror=alert(1)>")
    assert "&lt;img src=x" in seen(reviewer())


def test_the_queue_costs_the_same_however_many_wait(cast: Cast) -> None:
    rita = reviewer()
    submitted(cast)
    seen(rita)
    with CaptureQueriesContext(connection) as one:
        seen(rita)
    for number in range(3):
        another(cast, f"App {number}")
    with CaptureQueriesContext(connection) as four:
        seen(rita)
    assert len(four) == len(one)
