"""Inviting somebody, and answering an invitation."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from portal.accounts import invitation_actions as actions
from portal.accounts.actions import NotAllowedError
from portal.accounts.models import Invitation, Membership
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.journeys import ZOE, code_in, enter_code, new_browser, sign_in, sign_up
from tests.cast import BY_TEST, PASSWORD, Cast, Person

LINK = re.compile(r"http://\S+(/invitations/([\w-]+)/)")


def invite(cast: Cast, email: str = ZOE, role: str = "developer", by: Person | None = None) -> Any:
    address = reverse("invitation-new", args=[cast.organisation.public_id])
    return (by or cast.alice).client.post(address, {"email": email, "role": role})


def link_to(email: str) -> str:
    """Return the path in the newest mail."""
    found = LINK.search(mailbox.latest(email).text)
    assert found, mailbox.latest(email).text
    return found[1]


def invitation(email: str = ZOE) -> Invitation:
    return Invitation.objects.get(email=email)


def apps(cast: Cast) -> str:
    return f"{reverse('application-list')}?organisation={cast.organisation.public_id}"


def page(cast: Cast, name: str) -> str:
    return reverse(name, args=[cast.organisation.public_id, invitation().pk])


def test_the_mail_says_who_invites_whereto_and_as_what(cast: Cast) -> None:
    invite(cast, role="viewer")
    letter = mailbox.latest(ZOE)
    assert letter.subject == "Join St. Raphael Health on OpesCare Developers"
    for text in ("Alice invites you to St. Raphael Health", "Viewer", "7 days"):
        assert text in letter.text
        assert text in letter.html


def test_a_new_person_signs_up_from_the_link_and_joins(cast: Cast) -> None:
    invite(cast)
    browser, path = new_browser(), link_to(ZOE)
    answer = browser.get(path)
    assert "Alice invites you as developer" in answer.text
    assert ZOE not in answer.text
    assert f"{reverse('account_signup')}?next={path}" in answer.text
    assert f'value="{ZOE}"' in browser.get(reverse("account_signup"), {"next": path}).text
    sign_up(browser, next=path)
    assert enter_code(browser, code_in(mailbox.latest(ZOE))).headers["Location"] == path
    assert "Its members will see your name" in browser.get(path).text
    answer = browser.post(path, follow=True)
    assert answer.redirect_chain == [(apps(cast), 302)]
    assert "Welcome to St. Raphael Health." in answer.text
    assert Membership.objects.get(user__email=ZOE).role == "developer"
    assert "Zoe (zoe@example.org) has accepted" in mailbox.latest("alice@example.org").text


def test_somebody_who_has_an_account_signs_in_from_the_link(cast: Cast) -> None:
    invite(cast, "charlie@example.org")
    browser, path = new_browser(), link_to("charlie@example.org")
    assert sign_in(browser, "charlie@example.org", next=path).headers["Location"] == path
    assert browser.post(path).status_code == 302
    assert cast.organisation.memberships.filter(user=cast.charlie.user, role="developer").exists()


def test_whoever_opens_the_link_again_is_told_that_they_are_a_member(cast: Cast) -> None:
    invite(cast, "charlie@example.org")
    path = link_to("charlie@example.org")
    cast.charlie.client.post(path, follow=True)
    for answer in (cast.charlie.client.get(path, follow=True), cast.charlie.client.post(path, follow=True)):
        assert answer.redirect_chain == [(apps(cast), 302)]
        assert "You are a member of St. Raphael Health already." in answer.text
    assert cast.alice.client.get(path).status_code == 404, "for others it says nothing"


@pytest.mark.parametrize("next_page", ["/invitations/x/", "/accounts/terms/", "//invitations", "http://[", ""])
def test_sign_up_knows_no_address_without_an_invitation(cast: Cast, next_page: str) -> None:
    answer = new_browser().get(reverse("account_signup"), {"next": next_page})
    assert answer.status_code == 200
    [field] = re.findall(r'<input [^>]*name="email"[^>]*>', answer.text)
    assert "value=" not in field


def test_an_invitation_joins_only_once(cast: Cast) -> None:
    invite(cast, "charlie@example.org")
    path = link_to("charlie@example.org")
    assert cast.charlie.client.post(path).status_code == 302
    cast.organisation.memberships.get(user=cast.charlie.user).delete()
    assert cast.charlie.client.post(path).status_code == 404
    assert not cast.organisation.memberships.filter(user=cast.charlie.user).exists()


def test_somebody_else_is_told_so_but_not_whose_it_is(cast: Cast) -> None:
    invite(cast)
    path = link_to(ZOE)
    for answer in (cast.charlie.client.get(path), cast.charlie.client.post(path)):
        assert answer.status_code == 403
        assert "charlie@example.org" in answer.text
        assert "z…@example.org" in answer.text
        assert ZOE not in answer.text
    assert not cast.organisation.memberships.filter(user=cast.charlie.user).exists()


def test_an_address_that_is_not_verified_opens_nothing(cast: Cast) -> None:
    invite(cast)
    EmailAddress.objects.create(user=cast.charlie.user, email=ZOE, verified=False)
    assert cast.charlie.client.post(link_to(ZOE)).status_code == 403


def expire() -> None:
    at = timezone.now() - timedelta(seconds=1)
    Invitation.objects.update(created_at=at - timedelta(days=7), expires_at=at)


@pytest.mark.parametrize("who", ["nobody", "charlie"])
def test_whatever_is_wrong_with_a_link_everybody_reads_the_same(cast: Cast, who: str) -> None:
    browser: Browser = cast.nobody if who == "nobody" else cast.charlie.client
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')

    def answer(path: str) -> tuple[int, str]:
        got = browser.get(path)
        return got.status_code, token.sub("", got.text).replace(path, "PATH")

    unknown = answer(reverse("invitation", args=["x" * 43]))
    assert unknown[0] == 404
    invite(cast)
    path = link_to(ZOE)
    cast.alice.client.post(page(cast, "invitation-withdraw"))
    assert answer(path) == unknown
    invite(cast, "charlie@example.org")
    used = link_to("charlie@example.org")
    cast.charlie.client.post(used, follow=True)
    cast.organisation.memberships.get(user=cast.charlie.user).delete()
    assert answer(used) == unknown
    invite(cast, "yves@example.org")
    expire_path = link_to("yves@example.org")
    expire()
    assert answer(expire_path) == unknown


def test_sending_again_ends_the_old_link(cast: Cast) -> None:
    invite(cast)
    old = link_to(ZOE)
    expire()
    assert "expired" in cast.alice.client.get(reverse("organisation", args=[cast.organisation.public_id])).text
    assert cast.alice.client.get(page(cast, "invitation-resend")).status_code == 200
    cast.alice.client.post(page(cast, "invitation-resend"))
    assert cast.nobody.get(old).status_code == 404
    assert cast.nobody.get(link_to(ZOE)).status_code == 200


def test_inviting_the_same_address_again_leaves_one_invitation(cast: Cast) -> None:
    invite(cast, role="viewer")
    invite(cast, ZOE.upper(), role="owner")
    assert [(one.email, one.role) for one in Invitation.objects.all()] == [(ZOE, "owner")]


def test_a_member_is_not_invited_again(cast: Cast) -> None:
    assert "bob@example.org is a member already." in invite(cast, "Bob@example.org").text
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["bob", "vera"])
def test_only_owners_invite(cast: Cast, name: str) -> None:
    assert invite(cast, by=getattr(cast, name)).status_code == 403
    assert not Invitation.objects.exists()


def test_too_many_invitations_a_day_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAXIMUM_A_DAY", 3)
    invite(cast, "one@example.org")
    invite(cast)
    cast.alice.client.post(page(cast, "invitation-resend"))
    answer = invite(cast, "two@example.org")
    assert "has sent 3 invitations within 24 hours" in answer.text
    assert not Invitation.objects.filter(email="two@example.org").exists()
    cast.alice.client.post(page(cast, "invitation-resend"))
    assert len(mailbox.letters(ZOE)) == 2


def test_the_token_is_nowhere_but_in_the_mail(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    invite(cast)
    token = link_to(ZOE).split("/")[-2]
    cast.nobody.get(link_to(ZOE))
    cast.charlie.client.post(link_to(ZOE))
    heard = [record for record in caplog.records if record.name != "django.request"]  # it prints paths: silenced
    assert not logging.getLogger("django.request").propagate
    assert token not in str([record.getMessage() for record in heard])
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert token not in str(cursor.fetchall()), table
    rows = Decision.objects.filter(verb="accounts.invite")
    assert [row.after for row in rows] == [{"email": ZOE, "role": "developer"}]


def test_a_stale_sign_in_is_asked_again_before_inviting(cast: Cast) -> None:
    from tests.cast import sign_in as signed_in

    stale = signed_in(cast.alice.user, seconds_ago=3600)
    address = reverse("invitation-new", args=[cast.organisation.public_id])
    assert "/reauthenticate/" in stale.post(address, {"email": ZOE, "role": "viewer"}).headers["Location"]
    assert PASSWORD not in str(stale.session.items())
    assert not Invitation.objects.exists()


def test_the_verb_itself_refuses_somebody_else(cast: Cast) -> None:
    invite(cast)
    with pytest.raises(NotAllowedError, match="another address"):
        actions.accept_invitation(by=BY_TEST, invitation=invitation(), user=cast.charlie.user)
    assert not cast.organisation.memberships.filter(user=cast.charlie.user).exists()
