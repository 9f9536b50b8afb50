"""Deleting an account, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.models import Invitation, Membership, Organisation, Role, User
from portal.applications import actions as applications
from portal.applications.models import Application
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.journeys import code_in, enter_code, is_signed_in, new_browser, sign_in, sign_up
from tests.accounts.test_second_step import add_app, whole_database
from tests.cast import BY_TEST, Cast, Person

DELETE = "/accounts/delete/"


def delete(person: Person, address: str | None = None) -> Any:
    return person.client.post(DELETE, {"address": person.user.email if address is None else address})


def invite(cast: Cast, email: str, digest: str) -> Invitation:
    return Invitation.objects.create(
        organisation=cast.organisation,
        email=email,
        digest=digest,
        invited_by=cast.bob.user,
        expires_at=timezone.now() + timedelta(days=7),
    )


def test_everything_that_is_theirs_is_gone_and_the_name_stays_in_the_audit(cast: Cast) -> None:
    bob = cast.bob
    pk, email = bob.user.pk, bob.user.email
    elsewhere = new_browser()
    sign_in(elsewhere, email)
    add_app(bob)
    invite(cast, "dora@example.org", "0" * 64)
    invite(cast, email, "1" * 64)
    page = bob.client.get(DELETE).text
    assert "What stays" in page
    assert "St. Raphael Health" in page
    answer = delete(bob)
    assert answer.headers["Location"] == reverse("account-deleted")
    assert bob.client.get(reverse("account-deleted")).status_code == 200
    assert not is_signed_in(bob.client)
    assert not is_signed_in(elsewhere)
    for model in (EmailAddress, Authenticator, UserSession, Membership):
        assert not model.objects.filter(user_id=pk).exists()
    assert not User.objects.filter(pk=pk).exists()
    assert Invitation.objects.get().invited_by is None
    assert Application.objects.count() > 0
    assert mailbox.latest(email).subject == "Your account is deleted"
    assert email not in whole_database()
    rows = Decision.objects.filter(actor_id=str(pk))
    assert "accounts.delete_account" in rows.values_list("verb", flat=True)
    assert set(rows.values_list("actor_label", flat=True)) == {"Bob"}


def test_no_session_of_theirs_is_left(cast: Cast) -> None:
    keys = []
    for _ in range(3):
        browser = new_browser()
        sign_in(browser, cast.bob.user.email)
        keys.append(browser.session.session_key)
    delete(cast.bob)
    assert not Session.objects.filter(session_key__in=keys).exists()


@pytest.mark.parametrize("address", ["", "alice@example.org", "x" * 10_000, "bob"])
def test_the_address_must_be_typed(cast: Cast, address: str) -> None:
    assert "errorlist" in delete(cast.bob, address).text
    assert User.objects.filter(pk=cast.bob.user.pk).exists()


def test_the_address_is_the_same_however_it_is_written(cast: Cast) -> None:
    delete(cast.bob, " BOB@example.org ")
    assert not User.objects.filter(pk=cast.bob.user.pk).exists()


def test_the_only_owner_of_what_others_need_stays(cast: Cast) -> None:
    page = cast.alice.client.get(DELETE).text
    assert "Not yet" in page
    assert reverse("organisation", args=[cast.organisation.public_id]) in page
    assert 'name="address"' not in page
    assert delete(cast.alice).headers["Location"] == DELETE
    assert User.objects.filter(pk=cast.alice.user.pk).exists()
    assert is_signed_in(cast.alice.client)
    assert not any(letter.subject == "Your account is deleted" for letter in mailbox.letters(cast.alice.user.email))


def test_an_app_without_any_other_member_is_enough_to_stay(cast: Cast) -> None:
    cast.organisation.memberships.exclude(user=cast.alice.user).delete()
    delete(cast.alice)
    assert User.objects.filter(pk=cast.alice.user.pk).exists()


def test_with_another_owner_one_may_leave(cast: Cast) -> None:
    cast.organisation.memberships.filter(user=cast.bob.user).update(role=Role.OWNER)
    delete(cast.alice)
    assert not User.objects.filter(pk=cast.alice.user.pk).exists()
    assert Organisation.objects.filter(pk=cast.organisation.pk).exists()


def test_an_empty_organisation_goes_too_and_the_page_says_so(cast: Cast) -> None:
    assert "Elsewhere Labs" in cast.charlie.client.get(DELETE).text
    delete(cast.charlie)
    assert not Organisation.objects.filter(pk=cast.elsewhere.pk).exists()
    row = Decision.objects.get(verb="accounts.close_organisation")
    assert (row.organisation_id, row.actor_label) == (cast.elsewhere.pk, "Charlie")


def test_an_organisation_that_owned_an_app_is_closed_and_kept(cast: Cast) -> None:
    cast.organisation.memberships.exclude(user=cast.alice.user).delete()
    applications.close_application(by=BY_TEST, application=cast.application)
    delete(cast.alice)
    assert not User.objects.filter(pk=cast.alice.user.pk).exists()
    assert Organisation.objects.get(pk=cast.organisation.pk).closed_at is not None


def test_an_owner_who_cannot_sign_in_is_no_owner(cast: Cast) -> None:
    cast.organisation.memberships.filter(user=cast.bob.user).update(role=Role.OWNER)
    User.objects.filter(pk=cast.bob.user.pk).update(is_active=False)
    delete(cast.alice)
    assert User.objects.filter(pk=cast.alice.user.pk).exists()


def test_nobody_is_a_security_contact_who_is_gone(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.organisation.pk).update(security_contact="Bob@example.org")
    delete(cast.bob)
    mailbox.letters()
    assert Organisation.objects.get(pk=cast.organisation.pk).security_contact == ""
    assert "bob@example.org" not in whole_database().lower()


def test_the_owners_learn_that_a_colleague_has_left(cast: Cast) -> None:
    delete(cast.bob)
    assert "Bob" in mailbox.latest(cast.alice.user.email).text


def test_one_of_two_goes_or_none(cast: Cast) -> None:
    """Charlie also owns something that others need: then the empty organisation stays as well."""
    held = actions.create_organisation(by=BY_TEST, owner=cast.charlie.user, name="Held", country="KE", kind="hospital")
    actions.add_member(by=BY_TEST, organisation=held, user=cast.bob.user, role=Role.VIEWER)
    delete(cast.charlie)
    assert User.objects.filter(pk=cast.charlie.user.pk).exists()
    assert Organisation.objects.filter(pk=cast.elsewhere.pk).exists()


def test_a_form_of_another_site_deletes_nothing(cast: Cast) -> None:
    browser = new_browser(enforce_csrf_checks=True)
    browser.cookies = cast.bob.client.cookies
    assert browser.post(DELETE, {"address": cast.bob.user.email}).status_code == 403


def test_the_address_is_free_again(cast: Cast) -> None:

    delete(cast.bob)
    browser = new_browser()
    sign_up(browser, email="bob@example.org")
    enter_code(browser, code_in(mailbox.latest("bob@example.org")))
    assert is_signed_in(browser)
    assert "Account created" in browser.get(reverse("account-activity")).text
