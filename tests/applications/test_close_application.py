"""An app's settings; closing it, and taking that back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.applications import actions, feed
from portal.applications.models import Application
from portal.audit.models import Decision
from tests.applications.pages import send, status_with, text_of, token_of
from tests.cast import BY_TEST, Cast

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


def page_of(cast: Cast, what: str = "settings/") -> str:
    return f"/applications/{cast.application.public_id}/{what}"


def test_settings_are_changed_by_builders_and_the_audit_says_what(cast: Cast) -> None:
    fields = {"name": "HIS 2", "integration": "sdk", "purpose": "Reads results", "home_page": "https://example.org/"}
    assert send(cast.bob.client, page_of(cast), **fields).status_code == 302
    application = Application.objects.get(pk=cast.application.pk)
    assert (application.name, application.purpose) == ("HIS 2", "Reads results")
    row = Decision.objects.latest("pk")
    assert (row.verb, row.before["name"], row.after["name"]) == (
        "applications.change_application",
        "St. Raphael HIS",
        "HIS 2",
    )
    assert "description" not in row.after


def test_saving_what_is_there_is_no_decision(cast: Cast) -> None:
    before = Decision.objects.count()
    send(cast.bob.client, page_of(cast), name="St. Raphael HIS", integration="connect_api")
    assert Decision.objects.count() == before


def test_a_wrong_address_is_explained_and_the_page_keeps_its_name(cast: Cast) -> None:
    answer = send(cast.bob.client, page_of(cast), name="", integration="sdk", home_page="ftp://x")
    assert "<h1>St. Raphael HIS</h1>" in answer.content.decode()
    assert "Enter a valid URL" in text_of(answer) or "https://" in text_of(answer)


def test_a_viewer_reads_the_settings_and_changes_nothing(cast: Cast) -> None:
    Application.objects.filter(pk=cast.application.pk).update(purpose="Reads results")
    answer = cast.vera.client.get(page_of(cast))
    assert "Reads results" in text_of(answer)
    assert "Save" not in text_of(answer)
    assert cast.vera.client.post(page_of(cast), {"name": "Mine", "integration": "sdk"}).status_code == 403


def test_a_closed_app_is_refused_and_reopened(cast: Cast) -> None:
    token = token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["access_token"]
    assert send(cast.alice.client, page_of(cast, "settings/close/"), typed="St. Raphael HIS").status_code == 302
    assert status_with(cast.nobody, token) == 401
    assert token_of(cast.nobody, cast.sandbox_client.client_id, cast.secret).json()["error"] == "unauthorized_client"
    assert "This app is closed" in text_of(cast.vera.client.get(page_of(cast, "")))

    assert cast.alice.client.post(page_of(cast, "settings/reopen/")).status_code == 302
    assert status_with(cast.nobody, token) == 200
    assert "This app is closed" not in text_of(cast.vera.client.get(page_of(cast, "")))
    verbs = Decision.objects.order_by("-pk").values_list("verb", flat=True)[:2]
    assert list(verbs) == ["applications.reopen_application", "applications.close_application"]


@pytest.mark.parametrize("typed", ["", "St. Raphael", "st. raphael his"])
def test_the_wrong_name_closes_nothing(cast: Cast, typed: str) -> None:
    assert send(cast.alice.client, page_of(cast, "settings/close/"), typed=typed).status_code == 200
    assert Application.objects.get(pk=cast.application.pk).closed_at is None


def test_after_thirty_days_it_stays_closed(cast: Cast) -> None:
    actions.close_application(by=BY_TEST, application=cast.application)
    Application.objects.filter(pk=cast.application.pk).update(closed_at=timezone.now() - timedelta(days=31))
    assert "more than 30 days ago" in text_of(cast.alice.client.get(page_of(cast)))
    answer = cast.alice.client.post(page_of(cast, "settings/reopen/"), follow=True)
    assert "more than 30 days ago" in text_of(answer)
    assert Application.objects.get(pk=cast.application.pk).closed_at


def test_closing_and_reopening_twice_changes_nothing(cast: Cast) -> None:
    for verb in (actions.close_application, actions.reopen_application):
        verb(by=BY_TEST, application=cast.application)
        count = Decision.objects.count()
        verb(by=BY_TEST, application=cast.application)
        assert Decision.objects.count() == count
