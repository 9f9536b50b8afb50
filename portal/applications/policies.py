"""Who may do what to an application: what their role in its organisation allows."""

from django.db.models import F
from django.http import Http404
from django.utils.translation import ngettext

from portal.accounts.models import Membership, Organisation
from portal.accounts.policies import May, SignedInRequest, require
from portal.accounts.ties import tie
from portal.applications.models import Application, Client, ClientSecret
from portal.edge.environments import PRODUCTION

MEMBERSHIP = ("id", "role", "since")


def application_for(request: SignedInRequest, application_id: str, what: May) -> tuple[Application, Membership]:
    """Return the application (by its public id, with its organisation) and the user's membership. One query.

    :raises Http404: where the user is not in its organisation: for them it does not exist.
    :raises PermissionDenied: where the user's role does not allow it.
    """
    found = Application.objects.select_related("organisation").filter(
        public_id=application_id, organisation__memberships__user=request.user
    )
    theirs = {f"membership_{name}": F(f"organisation__memberships__{name}") for name in MEMBERSHIP}
    application = found.annotate(**theirs).first()
    if application is None:
        raise Http404
    columns = {name: getattr(application, f"membership_{name}") for name in MEMBERSHIP}
    membership = Membership(organisation=application.organisation, user=request.user, **columns)
    require(membership, what)
    return application, membership


def client_for(request: SignedInRequest, application_id: str, environment: str, what: May) -> tuple[Client, Membership]:
    """Return the application's client in this environment, with the application.

    :raises Http404: where there is none, or the user is not in its organisation.
    :raises PermissionDenied: where the user's role does not allow it.
    """
    application, membership = application_for(request, application_id, what)
    client = application.clients.filter(environment=environment).first()
    if client is None:
        raise Http404
    client.application = application
    return client, membership


def secret_for(request: SignedInRequest, application_id: str, secret_id: int) -> ClientSecret:
    """Return a secret of the application, with its client and application.

    :raises Http404: where there is none, or the user is not in its organisation.
    :raises PermissionDenied: where the user may not see credentials.
    """
    application, _membership = application_for(request, application_id, May.BUILD)
    found = ClientSecret.objects.select_related("client", "replaced_by").filter(client__application=application)
    secret = found.filter(pk=secret_id).first()
    if secret is None:
        raise Http404
    secret.client.application = application
    return secret


def awaits_opening(client: Client) -> bool:
    """Say whether this production client never had a credential: the first is made when its grant is opened."""
    return client.environment == PRODUCTION and not client.jwks and not client.secrets.exists()


@tie
def open_applications(organisation: Organisation) -> str:
    """Say which applications keep an organisation from being closed: their clients still work."""
    names = list(organisation.applications.filter(closed_at=None).order_by("name").values_list("name", flat=True))
    if not names:
        return ""
    return ngettext(
        "Its app %(names)s is open: its clients work. Close it first.",
        "Its apps %(names)s are open: their clients work. Close them first.",
        len(names),
    ) % {"names": ", ".join(names)}
