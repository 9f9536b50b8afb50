"""What ends by itself."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.tasks import prune
from tests.accounts.journeys import ZOE, is_signed_in, new_browser, sign_in, sign_up
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_expired_sessions_are_forgotten_and_others_are_not(cast: Cast) -> None:
    expired = new_browser()
    sign_in(expired, cast.alice.user.email)
    assert is_signed_in(cast.alice.client)
    key = expired.session.session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    prune()
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.filter(session_key=key).exists()
    assert is_signed_in(cast.alice.client)
    assert UserSession.objects.filter(user=cast.alice.user).count() == 1


@pytest.mark.parametrize(("days", "left"), [(6, True), (8, False)])
def test_an_account_that_was_never_confirmed_is_forgotten_after_a_week(days: int, left: bool) -> None:
    sign_up(new_browser())
    User.objects.filter(email=ZOE).update(created_at=timezone.now() - timedelta(days=days))
    prune()
    assert User.objects.filter(email=ZOE).exists() is left


def test_everybody_else_stays(cast: Cast) -> None:
    User.objects.create_user("operator@example.org", "made by a command", name="Operator")
    User.objects.update(created_at=timezone.now() - timedelta(days=400), last_login=None)
    before = User.objects.count()
    prune()
    assert User.objects.count() == before
