"""`python -m tests.approvals.live open …` opens a grant in a live server's database, `… worker` works on it."""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta


def main(action: str, *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    actions: dict[str, Callable[..., None]] = {"open": open_one, "worker": work, "state": tell}
    actions[action](*arguments)


def open_one(name: str) -> None:
    """Print the public id of a request that is granted and open, and its secret."""
    from portal.accounts import actions as accounts
    from portal.accounts.models import User
    from portal.applications import actions as applications
    from portal.approvals import actions, reviewing
    from portal.approvals.grants.agreement import accept_agreement
    from portal.approvals.grants.opening import open_grant
    from portal.approvals.models import Grant, Reviewer
    from portal.approvals.reviewing import Terms
    from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER, SCOPES
    from tests.cast import BY_TEST

    owner, rita = (User.objects.create(email=f"{who}-{name}@example.org", name=who) for who in ("ada", "rita"))
    Reviewer.objects.create(user=rita, added_by="test")
    organisation = accounts.create_organisation(by=BY_TEST, owner=owner, name=name, country="KE", kind="hospital")
    application = applications.create_application(by=BY_TEST, organisation=organisation, name=name)
    request = actions.start_request(by=BY_DEVELOPER, application=application, user=owner)
    actions.save_request(by=BY_DEVELOPER, request=request, answers=ANSWERS, scopes=SCOPES)
    actions.submit(by=BY_DEVELOPER, request=request, user=owner)
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=rita)
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita, terms=Terms(facilities=["NG-LOS-H1"]))
    accept_agreement(by=BY_DEVELOPER, organisation=organisation, user=owner)
    secret = open_grant(by=BY_DEVELOPER, grant=Grant.objects.get(request=request))
    print(json.dumps([request.public_id, secret]))


def work() -> None:
    """Run a worker that takes over from a killed one after three seconds."""
    from django.core.management import call_command

    from portal.approvals.grants import probing

    probing.LEASE = timedelta(seconds=3)
    call_command("worker")


def tell(public_id: str) -> None:
    """Print what became of the grant of a request."""
    from portal.approvals.models import Grant
    from portal.audit.models import Decision

    grant = Grant.objects.get(request__public_id=public_id)
    probe = grant.probes.get()
    completions = Decision.objects.filter(verb="approvals.complete_grant", object_id=public_id).count()
    print(json.dumps([grant.completed_at is not None, completions, probe.passed, probe.sealed, probe.attempts]))


if __name__ == "__main__":
    main(*sys.argv[1:])
