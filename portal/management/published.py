"""Creates the published clients and accounts through the verbs that everybody uses."""

from functools import cache

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from portal.accounts import actions as accounts
from portal.accounts.models import Kind, Organisation, TermsAcceptance, User
from portal.accounts.published import PASSWORD, PublishedPerson
from portal.applications import actions, secrets
from portal.applications.models import Application, Client, ClientSecret
from portal.applications.published import PublishedClient
from portal.audit.actions import Actor
from portal.edge.environments import ENVIRONMENTS
from portal.oauth.keys import rotate
from portal.oauth.models import SigningKey


def ensure_keys(by: Actor) -> None:
    """Give each environment a signing key if it has none."""
    for environment in ENVIRONMENTS:
        if not SigningKey.objects.filter(environment=environment).exists():
            rotate(by=by, environment=environment)


def ensure_client(by: Actor, published: PublishedClient) -> Client:
    """Create the client and its secret unless they are there. Scopes follow what is published."""
    client = Client.objects.filter(client_id=published.client_id).first()
    if client is None:
        application = _application(by, published)
        client = actions.create_client(
            by=by,
            application=application,
            environment=published.environment,
            scopes=published.scopes,
            client_id=published.client_id,
        )
    if not ClientSecret.objects.filter(digest=secrets.digest(published.client_secret)).exists():
        actions.add_secret(by=by, client=client, label="published", published_secret=published.client_secret)
    return client


def _application(by: Actor, published: PublishedClient) -> Application:
    known = Application.objects.filter(organisation__name=published.organisation, name=published.application)
    if application := known.first():
        return application
    organisation = _organisation(by, published.organisation)
    return actions.create_application(by=by, organisation=organisation, name=published.application)


def ensure_person(by: Actor, published: PublishedPerson) -> User:
    """Create the account and its membership unless it is there; nothing of an account that exists is changed."""
    user = User.objects.filter(email=published.email).first()
    if user is not None:
        return user
    with transaction.atomic():
        user = new_account(published.email, published.name, is_staff=published.is_staff)
        User.objects.filter(pk=user.pk).update(password=_password())
        if published.role:
            organisation = _organisation(by, published.organisation)
            accounts.add_member(by=by, organisation=organisation, user=user, role=published.role)
    return user


def new_account(email: str, name: str, **fields: bool) -> User:
    """Create an account, its address verified and the terms accepted. It has no password: nobody can sign in."""
    user = User.objects.create_user(email, None, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TermsAcceptance.objects.create(user=user, version=settings.TERMS_VERSION)
    return user


@cache
def _password() -> str:
    """Return the hash of the password that all share. It is slow to make, as it must be."""
    return make_password(PASSWORD)


def _organisation(by: Actor, name: str) -> Organisation:
    known = Organisation.objects.filter(name=name).order_by("pk").first()
    return known or accounts.create_organisation(by=by, owner=None, name=name, country="KE", kind=Kind.HOSPITAL)
