"""The terms: one page, a version, asked again when it changes."""

import re

import pytest
from django.conf import LazySettings, settings
from django.urls import reverse

from portal.accounts.models import TermsAcceptance
from portal.guides.library import library
from tests.accounts.journeys import is_signed_in, verbs
from tests.cast import Cast

ACCEPT = "/accounts/terms/"


def test_the_version_that_people_accept_is_the_one_that_the_page_states() -> None:
    for language in dict(settings.LANGUAGES):
        text = library().pages[language]["terms"].source.text
        assert re.findall(r"\b20\d\d-\d\d\b", text) == [settings.TERMS_VERSION]


def test_the_page_is_public(cast: Cast) -> None:
    answer = cast.nobody.get("/guides/terms/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")


def test_a_new_version_is_asked_for_once(cast: Cast, settings: LazySettings) -> None:
    assert is_signed_in(cast.alice.client)
    settings.TERMS_VERSION = "2027-01"
    asked = cast.alice.client.get("/accounts/activity/").headers["Location"]
    assert asked == f"{ACCEPT}?next=%2Faccounts%2Factivity%2F"
    page = cast.alice.client.get(asked).text
    assert "The terms have changed" in page
    assert 'value="/accounts/activity/"' in page
    answer = cast.alice.client.post(ACCEPT, {"terms": "on", "next": "/accounts/activity/"})
    assert answer.headers["Location"] == "/accounts/activity/"
    assert is_signed_in(cast.alice.client)
    assert verbs(cast.alice.user)[-1] == "accept_terms"
    assert TermsAcceptance.objects.filter(user=cast.alice.user).count() == 2
    cast.alice.client.post(ACCEPT, {"terms": "on"})
    assert TermsAcceptance.objects.filter(user=cast.alice.user).count() == 2


@pytest.mark.parametrize("fields", [{}, {"terms": ""}])
def test_not_accepting_changes_nothing(cast: Cast, settings: LazySettings, fields: dict[str, str]) -> None:
    settings.TERMS_VERSION = "2027-01"
    answer = cast.alice.client.post(ACCEPT, {**fields, "next": "/accounts/activity/"})
    assert "errorlist" in answer.text
    assert 'value="/accounts/activity/"' in answer.text
    assert not is_signed_in(cast.alice.client)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_to_another_site(cast: Cast, target: str) -> None:
    answer = cast.alice.client.post(ACCEPT, {"terms": "on", "next": target})
    assert answer.headers["Location"] == reverse("application-list")
