"""Where somebody is signed in."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from tests.accounts.journeys import is_signed_in, later, new_browser, sign_in, verbs
from tests.cast import Cast

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1"


def test_the_list_names_browser_address_and_this_one(cast: Cast) -> None:
    sign_in(new_browser(headers={"User-Agent": PHONE}), cast.alice.user.email)
    here = new_browser(headers={"User-Agent": FIREFOX})
    sign_in(here, cast.alice.user.email)
    page = here.get(reverse("usersessions_list")).text
    assert page.index("Firefox on Windows") < page.index("this one") < page.index("Safari on iPhone")
    assert page.count("127.0.0.1") == 2
    assert page.count("this one") == 1


def test_what_a_browser_says_of_itself_is_never_shown(cast: Cast) -> None:
    sign_in(new_browser(headers={"User-Agent": "<script>alert(1)</script>" + "x" * 5_000}), cast.alice.user.email)
    page = cast.alice.client.get(reverse("usersessions_list")).text
    assert "An unknown browser" in page
    assert "alert" not in page


def test_one_other_is_signed_out(cast: Cast) -> None:
    elsewhere = new_browser()
    sign_in(elsewhere, cast.alice.user.email)
    row = UserSession.objects.get(user=cast.alice.user)
    cast.alice.client.post(reverse("account-session-end", args=[row.pk]))
    assert not is_signed_in(elsewhere)
    assert is_signed_in(cast.alice.client)
    assert verbs(cast.alice.user)[-1] == "end_sessions"


def test_all_others_are_signed_out(cast: Cast) -> None:
    others = [new_browser() for _ in range(3)]
    for other in others:
        sign_in(other, cast.alice.user.email)
    assert is_signed_in(cast.alice.client)
    cast.alice.client.post(reverse("account-sessions-end-others"))
    assert [is_signed_in(other) for other in others] == [False] * 3
    assert is_signed_in(cast.alice.client)
    assert UserSession.objects.filter(user=cast.alice.user).count() == 1


def test_ending_this_one_signs_out(cast: Cast) -> None:
    assert is_signed_in(cast.alice.client)
    row = UserSession.objects.get(user=cast.alice.user)
    cast.alice.client.post(reverse("account-session-end", args=[row.pk]))
    assert not is_signed_in(cast.alice.client)


def test_somebody_elses_session_does_not_exist(cast: Cast) -> None:
    assert is_signed_in(cast.bob.client)
    row = UserSession.objects.get(user=cast.bob.user)
    assert cast.alice.client.post(reverse("account-session-end", args=[row.pk])).status_code == 404
    assert is_signed_in(cast.bob.client)


@pytest.mark.parametrize("name", ["account-session-end", "account-sessions-end-others"])
def test_a_link_ends_no_session(cast: Cast, name: str) -> None:
    arguments = [1] if name == "account-session-end" else []
    assert cast.alice.client.get(reverse(name, args=arguments)).status_code == 405


def test_last_seen_is_noted_every_five_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_signed_in(cast.alice.client)
    long_ago = timezone.now() - timedelta(hours=3)
    rows = UserSession.objects.filter(user=cast.alice.user)
    rows.update(last_seen_at=long_ago)
    assert is_signed_in(cast.alice.client)
    assert rows.get().last_seen_at == long_ago
    later(monkeypatch, 301)
    assert is_signed_in(cast.alice.client)
    assert rows.get().last_seen_at > long_ago


def test_a_browser_that_was_signed_out_elsewhere_forgets_that_it_was_in(cast: Cast) -> None:
    elsewhere = new_browser()
    sign_in(elsewhere, cast.alice.user.email)
    UserSession.objects.get(user=cast.alice.user).end()
    elsewhere.get(reverse("account-profile"))
    assert elsewhere.cookies["signed_in"].value == ""
