"""Creates the published clients through the verbs that everybody uses."""

from portal.accounts.models import Organisation
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
    organisation, _ = Organisation.objects.get_or_create(name=published.organisation)
    return actions.create_application(by=by, organisation=organisation, name=published.application)
