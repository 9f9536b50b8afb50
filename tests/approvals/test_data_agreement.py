"""The data agreement: accepted by an owner for the organisation, one version at a time."""

import re

import pytest
from django.conf import settings as live_settings
from pytest_django import Settings

from portal.approvals.grants.agreement import accept_agreement
from portal.approvals.models import AgreementAcceptance
from portal.audit.models import Decision
from tests.applications.pages import send, text_of
from tests.approvals.grants import address, granted, open_by
from tests.approvals.requests import BY_DEVELOPER
from tests.cast import Cast
from tests.mailbox import latest, letters
from tests.servers import PROJECT


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_text_names_the_version_that_is_accepted(language: str) -> None:
    text = (PROJECT / f"docs_content/{language}/legal/data-agreement.md").read_text().partition("\n---\n")[2]
    assert re.findall(r"\b20\d\d-\d\d\b", text) == [live_settings.AGREEMENT_VERSION]


def test_an_owner_accepts_it_and_the_owners_are_told(cast: Cast) -> None:
    granted(cast)
    assert "An owner of St. Raphael Health must do that" in text_of(cast.bob.client.get(address(cast)))
    answer = send(cast.alice.client, address(cast, "agreement/"), accept="on")
    assert answer["Location"] == address(cast)
    kept = AgreementAcceptance.objects.get()
    assert (kept.organisation, kept.version, kept.by_label) == (cast.organisation, "2026-11", "Alice")
    mail = latest("alice@example.org")
    assert "St. Raphael Health has accepted the data agreement" in mail.subject
    assert "Alice accepted version 2026-11" in mail.text
    assert "Alice, just now, version 2026-11" in text_of(cast.vera.client.get(address(cast)))


def test_without_the_tick_nothing_is_accepted(cast: Cast) -> None:
    granted(cast)
    assert "This field is required" in text_of(send(cast.alice.client, address(cast, "agreement/")))
    assert not AgreementAcceptance.objects.exists()


def test_only_owners_accept(cast: Cast) -> None:
    granted(cast)
    assert cast.bob.client.post(address(cast, "agreement/"), {"accept": "on"}).status_code == 403
    assert not AgreementAcceptance.objects.exists()


def test_accepting_twice_is_noted_and_told_once(cast: Cast) -> None:
    for _ in range(2):
        accept_agreement(by=BY_DEVELOPER, organisation=cast.organisation, user=cast.alice.user)
    assert Decision.objects.filter(verb="approvals.accept_agreement").count() == 1
    assert len(letters("alice@example.org")) == 1


def test_a_newer_version_is_asked_for_at_the_next_opening(cast: Cast, settings: Settings) -> None:
    granted(cast)
    send(cast.alice.client, address(cast, "agreement/"), accept="on")
    settings.AGREEMENT_VERSION = "2027-01"
    page = cast.bob.client.get(address(cast, "open/"))
    assert "must accept the data agreement first" in text_of(page)
    refused = cast.bob.client.post(address(cast, "open/"), {"lifetime": "180", "form_id": "1" * 32})
    assert "must accept the data agreement first" in text_of(cast.bob.client.get(refused["Location"]))
    send(cast.alice.client, address(cast, "agreement/"), accept="on")
    assert open_by(cast).status_code == 200
    assert AgreementAcceptance.objects.count() == 2
