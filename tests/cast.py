"""The people of the tests: two organisations, every role, somebody of the staff, all of them signed in."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser

from portal.accounts import actions as accounts
from portal.accounts.models import Organisation, Role, TermsAcceptance, User
from portal.applications import actions as applications
from portal.applications.models import Application, Client, ClientSecret
from portal.audit.actions import Actor

PASSWORD = "correct horse battery staple"
BY_TEST = Actor.operator("test")


@dataclass
class Person:
    """Somebody with a signed-in browser."""

    user: User
    client: Browser

    @classmethod
    def called(cls, name: str, **fields: bool) -> "Person":
        """Return a new person who has verified their address and accepted the terms."""
        email = f"{name.lower()}@example.org"
        user = User.objects.create(email=email, name=name, password=_hash(), **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)
        return cls(user, sign_in(user))


@dataclass
class Cast:
    """Alice owns, Bob develops and Vera views; Charlie is outside, Sam is of the staff, and nobody is signed out."""

    alice: Person
    bob: Person
    vera: Person
    charlie: Person
    sam: Person
    organisation: Organisation
    elsewhere: Organisation
    application: Application
    sandbox_client: Client
    secret: str
    nobody: Browser = field(default_factory=lambda: Browser(raise_request_exception=False))

    @property
    def client_secret(self) -> ClientSecret:
        """Return the row of the secret."""
        return ClientSecret.objects.get(client=self.sandbox_client, last_four=self.secret[-4:])

    def everybody(self) -> Iterator[Person]:
        """Return all who are signed in."""
        yield from (self.alice, self.bob, self.vera, self.charlie, self.sam)


def gather() -> Cast:
    """Create everybody, through the verbs that the pages use."""
    alice, bob, vera, charlie = map(Person.called, ("Alice", "Bob", "Vera", "Charlie"))
    organisation = _organisation("St. Raphael Health", alice)
    accounts.add_member(by=BY_TEST, organisation=organisation, user=bob.user, role=Role.DEVELOPER)
    accounts.add_member(by=BY_TEST, organisation=organisation, user=vera.user, role=Role.VIEWER)
    application, client, secret = applications.start_application(
        by=BY_TEST, organisation=organisation, name="St. Raphael HIS"
    )
    return Cast(
        alice=alice,
        bob=bob,
        vera=vera,
        charlie=charlie,
        sam=Person.called("Sam", is_staff=True),
        organisation=organisation,
        elsewhere=_organisation("Elsewhere Labs", charlie),
        application=application,
        sandbox_client=client,
        secret=secret,
    )


def _organisation(name: str, owner: Person) -> Organisation:
    return accounts.create_organisation(
        by=BY_TEST, owner=owner.user, name=name, country="KE", kind="hospital", security_contact="security@example.org"
    )


def sign_in(user: User, *, seconds_ago: float = 0) -> Browser:
    """Return a browser in which the user gave their password so long ago: pages about secrets ask how long."""
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    session = browser.session
    given = {"method": "password", "at": time.time() - seconds_ago, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [given]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return browser


@cache
def _hash() -> str:
    """Return the password's hash; it is slow to make, so it is made once."""
    return make_password(PASSWORD)
