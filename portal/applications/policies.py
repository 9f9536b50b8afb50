"""Who may do what to an application: what their role in its organisation allows."""

from django.http import Http404

from portal.accounts.models import Membership
from portal.accounts.policies import May, SignedInRequest, require
from portal.applications.models import Application


def application_for(request: SignedInRequest, application_id: str, what: May) -> tuple[Application, Membership]:
    """Return the application (by its public id, with its organisation) and the user's membership. Two queries.

    :raises Http404: where the user is not in its organisation: for them it does not exist.
    :raises PermissionDenied: where the user's role does not allow it.
    """
    found = Application.objects.select_related("organisation").filter(
        public_id=application_id, organisation__memberships__user=request.user
    )
    application = found.first()
    if application is None:
        raise Http404
    membership = Membership.objects.get(organisation=application.organisation, user=request.user)
    membership.organisation = application.organisation
    require(membership, what)
    return application, membership
