"""Makes the demo's applications and their requests. Whatever is there already stays as it is."""

from collections.abc import Callable, Mapping

from django.db import transaction

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.published import PEOPLE
from portal.applications import actions as applications
from portal.applications.models import Application
from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT
from portal.applications.scopes import available
from portal.approvals.actions import start_request
from portal.approvals.policies import is_reviewer
from portal.approvals.reviewers import add_reviewer
from portal.audit.actions import Actor
from portal.audit.models import Decision
from portal.edge.environments import SANDBOX
from portal.mail.sending import unsent
from portal.management.demonstration.histories import HISTORIES, Story
from portal.management.demonstration.organisations import ST_RAPHAEL_HIS, Asking
from portal.management.demonstration.rehearsal import rehearse
from portal.management.published import ensure_client, ensure_person, new_account

CREATED, REVIEWS = "applications.create_application", "approvals.add_reviewer"


def prepare(by: Actor) -> None:
    """Bring the demo up: its people, its published clients, a request in each state."""
    for person in PEOPLE:
        ensure_person(by, person)
    reviewers = _reviewers(by)
    for asking, history in HISTORIES:
        _tell(by, asking, history, reviewers)
    ensure_client(by, DEMO_PRODUCTION_CLIENT)


def _reviewers(by: Actor) -> dict[str, User]:
    """Return the demo's reviewers by their first names."""
    found = {}
    for person in PEOPLE:
        if person.is_reviewer:
            user = User.objects.get(email=person.email)
            was_one = Decision.objects.filter(verb=REVIEWS, object_id=user.pk).exists()
            if not was_one and not is_reviewer(user):
                with unsent():
                    add_reviewer(by=by, user=user)
            found[person.name.split()[0]] = user
    return found


def _tell(by: Actor, asking: Asking, history: Callable[[Story], None], reviewers: Mapping[str, User]) -> None:
    """Make the application and its request, unless they are there, or were and somebody has changed them since."""
    if asking is ST_RAPHAEL_HIS:
        ensure_client(by, DEMO_SANDBOX_CLIENT)
    owner = User.objects.filter(email=asking.email).first() or new_account(asking.email, asking.owner)
    application = _application(by, asking, owner)
    if application is None or application.closed_at or application.access_requests.exists():
        return
    if credentials := _sandbox_credentials(by, application):
        rehearse(application, *credentials, asking)
    with transaction.atomic(), unsent():
        request = start_request(by=Actor("user", str(owner), str(owner.pk)), application=application, user=owner)
        history(Story(by, asking, request, owner, reviewers))


def _application(by: Actor, asking: Asking, owner: User) -> Application | None:
    """Return the organisation's application, a new one where this command has never made it."""
    organisation = owner.organisations.order_by("pk").first()
    known = Application.objects.filter(organisation=organisation, name=asking.application).first()
    made = Decision.objects.filter(actor_label=by.label, verb=CREATED, object_label=asking.application)
    if known or made.exists():
        return known
    with transaction.atomic():
        return applications.create_application(
            by=by,
            organisation=organisation
            or accounts.create_organisation(
                by=by, owner=owner, name=asking.organisation, country=asking.country, kind=asking.kind
            ),
            name=asking.application,
            purpose=asking.purpose,
            integration=asking.integration,
        )


def _sandbox_credentials(by: Actor, application: Application) -> tuple[str, str] | None:
    """Return the application's client id and a secret of the sandbox, None where somebody else made the client."""
    client = application.clients.filter(environment=SANDBOX).first()
    if client is None:
        client = applications.create_client(
            by=by, application=application, environment=SANDBOX, scopes=available(SANDBOX)
        )
        return client.client_id, applications.add_secret(by=by, client=client, label="made for the demo")
    published = client.client_id == DEMO_SANDBOX_CLIENT.client_id
    return (client.client_id, DEMO_SANDBOX_CLIENT.client_secret) if published else None
