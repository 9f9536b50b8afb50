"""Changing the email address of an account."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from portal.accounts.models import User
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.journeys import code_in, enter_code, is_signed_in, new_browser, sign_in, verbs
from tests.cast import Cast, Person
from tests.cast import sign_in as signed_in

NEW = "alice.new@example.org"
CODE_PAGE = "/accounts/confirm-email/"


def change(person: Person, email: str) -> Any:
    return person.client.post(reverse("account_email"), {"action_add": "1", "email": email})


def address(person: Person) -> str:
    return User.objects.get(pk=person.user.pk).email


def test_the_code_at_the_new_address_changes_it(cast: Cast) -> None:
    assert change(cast.alice, "Alice.New@Example.org").headers["Location"] == CODE_PAGE
    assert address(cast.alice) == "alice@example.org"
    assert cast.alice.client.get(CODE_PAGE).status_code == 200
    answer = enter_code(cast.alice.client, code_in(mailbox.latest(NEW)))
    assert answer.headers["Location"] == reverse("account_email")
    assert address(cast.alice) == NEW
    assert [(one.email, one.verified, one.primary) for one in EmailAddress.objects.filter(user=cast.alice.user)] == [
        (NEW, True, True)
    ]
    assert "is confirmed" in cast.alice.client.get(reverse("account_email")).text
    browser = new_browser()
    sign_in(browser, "alice@example.org")
    assert not is_signed_in(browser)
    sign_in(browser, NEW)
    assert is_signed_in(browser)


def test_the_old_address_is_told_and_the_audit_names_neither(cast: Cast) -> None:
    change(cast.alice, NEW)
    enter_code(cast.alice.client, code_in(mailbox.latest(NEW)))
    letter = mailbox.latest("alice@example.org")
    assert letter.subject == "The email address of your account was changed"
    assert NEW in letter.text
    assert "127.0.0.1" in letter.text
    assert "change_address" in verbs(cast.alice.user)
    for row in Decision.objects.filter(object_type="User"):
        assert "@" not in str(row.before) + str(row.after) + row.reason + row.actor_label


def test_a_wrong_code_changes_nothing(cast: Cast) -> None:
    change(cast.alice, NEW)
    assert "not the code" in enter_code(cast.alice.client, "BBBB-BBBB").text
    assert address(cast.alice) == "alice@example.org"


def test_somebody_elses_address_looks_like_any_other(cast: Cast) -> None:
    """Whoever can read that mailbox may learn that it has an account; nobody else does."""
    assert change(cast.alice, cast.bob.user.email).headers["Location"] == CODE_PAGE
    code = code_in(mailbox.latest(cast.bob.user.email))
    assert "Another account uses" in enter_code(cast.alice.client, code).text
    assert address(cast.alice) == "alice@example.org"
    assert address(cast.bob) == "bob@example.org"


TOO_LONG = f"a@{'x' * 63}.{'x' * 63}.{'x' * 63}.{'x' * 58}.org"


@pytest.mark.parametrize("email", ["", "alice@example.org", "ALICE@example.org", "x" * 10_000, TOO_LONG])
def test_bad_addresses_are_refused_with_a_reason(cast: Cast, email: str) -> None:
    answer = change(cast.alice, email)
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert mailbox.letters() == []


@pytest.mark.parametrize("action", ["action_send", "action_remove", "action_primary"])
@pytest.mark.parametrize("email", ["alice@example.org", "bob@example.org", "nobody", "x" * 10_000])
def test_nothing_else_can_be_done_with_addresses(cast: Cast, action: str, email: str) -> None:
    answer = cast.alice.client.post(reverse("account_email"), {action: "1", "email": email})
    assert answer.status_code == 302
    assert address(cast.alice) == "alice@example.org"
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(list(cast.everybody()))


def test_whoever_signed_in_long_ago_proves_who_they_are(cast: Cast) -> None:
    browser = signed_in(cast.alice.user, seconds_ago=21 * 60)
    for answer in (browser.get(reverse("account_email")), browser.post(reverse("account_email"), {"email": NEW})):
        assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
