"""What a user sees of the audit trail: what happened to their own account."""

import re

import pytest
from django.urls import reverse

from portal.accounts.account_actions import change_profile, make_staff
from portal.audit.actions import Actor
from tests.accounts.journeys import new_browser, sign_in, verbs
from tests.cast import BY_TEST, Cast

PAGE = "/accounts/activity/"


def test_a_sign_in_says_how_and_from_where(cast: Cast) -> None:
    sign_in(new_browser(headers={"User-Agent": "X11; Linux Firefox/140.0"}), cast.alice.user.email)
    page = cast.alice.client.get(PAGE).text
    assert "Signed in" in page
    assert "password, Firefox on Linux" in page
    assert "127.0.0.1" in page


def test_what_the_staff_did_names_them(cast: Cast) -> None:
    make_staff(by=Actor(kind="user", label="Sam", id="77"), user=cast.alice.user, staff=True)
    page = cast.alice.client.get(PAGE).text
    assert "Made a member of the staff" in page
    assert "by Sam" in page


def test_nobody_sees_anybody_elses(cast: Cast) -> None:
    change_profile(by=BY_TEST, user=cast.bob.user, name="Robert", language="fr")
    assert "Profile changed" in cast.bob.client.get(PAGE).text
    assert "Profile changed" not in cast.alice.client.get(PAGE).text


def test_an_empty_page_says_what_will_stand_there(cast: Cast) -> None:
    assert "Nothing yet" in cast.alice.client.get(PAGE).text


def test_fifty_to_a_page(cast: Cast) -> None:
    for number in range(101):
        change_profile(by=BY_TEST, user=cast.alice.user, name=f"Alice {number}", language="en")
    pages, older = [], ""
    for _page in range(3):
        page = cast.alice.client.get(PAGE + older).text
        pages.append(page.count("Profile changed"))
        older = "".join(re.findall(rf'href="{PAGE}([^"]+)" rel="next"', page))
    assert (pages, older) == ([50, 50, 1], "")


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "9" * 30, "٣", "1' OR 1=1"])
def test_nonsense_in_the_address_is_no_error(cast: Cast, before: str) -> None:
    assert cast.alice.client.get(PAGE, {"before": before}).status_code == 200


def test_the_profile_is_changed_and_written_down(cast: Cast) -> None:
    answer = cast.alice.client.post(reverse("account-profile"), {"name": "Alicia", "language": "fr"})
    assert answer.headers["Location"] == "/fr/accounts/profile/"
    assert "Alicia" in cast.alice.client.get("/fr/accounts/profile/").text
    assert verbs(cast.alice.user) == ["change_profile"]


@pytest.mark.parametrize("fields", [{"name": "x" * 10_000}, {"name": " "}, {"name": "a\0b"}, {"language": "tlh"}])
def test_a_profile_of_nonsense_is_refused(cast: Cast, fields: dict[str, str]) -> None:
    answer = cast.alice.client.post(reverse("account-profile"), {"name": "Alice", "language": "en", **fields})
    assert "errorlist" in answer.text
    assert verbs(cast.alice.user) == []
