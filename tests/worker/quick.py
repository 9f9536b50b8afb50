"""`python -m tests.worker.quick worker`, with shorter times; `… queue 20` queues so many mails, each for another.

`… check 8443` asks for the checks of a request whose answers lead to this port of localhost.
`… deadlines 5` makes five grants of which a confirmation is due, five that end, and five requests that nobody answers.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any


def main(action: str, count: str = "0") -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django
    from django.conf import settings

    settings.TEMPLATES[0]["DIRS"] += [Path(__file__).parent.parent / "mail" / "templates"]  # type: ignore[operator]
    django.setup()
    from django.core.management import call_command

    from portal.mail import delivery
    from portal.mail.sending import send

    if action == "queue":
        for number in range(int(count)):
            person = f"person-{number}"
            send(to=f"{person}@example.org", template="tests/example", context={"name": person, "code": "493 027"})
        return
    if action == "check":
        ask_for_checks(f"https://localhost:{count}/privacy")
        return
    if action == "deadlines":
        let_deadlines_pass(int(count))
        return
    from portal.approvals.answer_checks import running

    running.LEASE = timedelta(seconds=3)
    delivery.LEASE = timedelta(seconds=3)
    delivery.FIRST_DELAY = timedelta(seconds=1)
    call_command("worker")


def ask_for_checks(address: str) -> None:
    from portal.accounts.models import Organisation
    from portal.applications.actions import start_application
    from portal.approvals import actions
    from portal.approvals.answer_checks.asking import check_answers
    from portal.audit.actions import Actor

    by = Actor.operator("test")
    organisation = Organisation.objects.create(name="St. Raphael Health")
    application, _client, _secret = start_application(by=by, organisation=organisation, name="St. Raphael HIS")
    request = actions.start_request(by=by, application=application, user=None)
    answers = {"privacy_policy": address, "terms": address, "security_contact": "security@example.org"}
    actions.save_request(by=by, request=request, answers=answers)
    check_answers(by=by, request=request)


def let_deadlines_pass(count: int) -> None:
    from django.utils import timezone

    from portal.accounts import actions as accounts
    from portal.accounts.models import User
    from portal.applications.actions import create_application
    from portal.approvals import actions, reviewing
    from portal.approvals.models import AccessRequest, Grant, Reviewer
    from portal.mail.sending import unsent
    from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER, SCOPES
    from tests.cast import BY_TEST

    rita = User.objects.create(email="rita@example.org", name="Rita")
    Reviewer.objects.create(user=rita, added_by="test")
    now = timezone.now()
    for number in range(3 * count):
        with unsent():
            owner = User.objects.create(email=f"owner-{number}@example.org", name="Ada")
            organisation = accounts.create_organisation(
                by=BY_TEST, owner=owner, name=f"Clinic {number}", country="KE", kind="hospital"
            )
            application = create_application(by=BY_TEST, organisation=organisation, name="Ward")
            request = actions.start_request(by=BY_DEVELOPER, application=application, user=owner)
            actions.save_request(by=BY_DEVELOPER, request=request, answers=ANSWERS, scopes=SCOPES)
            actions.submit(by=BY_DEVELOPER, request=request, user=owner)
            request.checks.all().delete()
            deal: dict[str, Any] = {"by": BY_REVIEWER, "request": request, "reviewer": rita}
            reviewing.claim(**deal)
            if number % 3 == 0:
                reviewing.ask_for_changes(**deal, message="More.")
                AccessRequest.objects.filter(pk=request.pk).update(state_since=now - timedelta(days=61))
                continue
            reviewing.approve(**deal, terms=reviewing.Terms())
        soon = {"attest_by": now.date() + timedelta(days=7), "granted_at": now - timedelta(days=5)}
        due = {"ends_on": now.date()} if number % 3 == 1 else soon
        Grant.objects.filter(request=request).update(**due)


if __name__ == "__main__":
    main(*sys.argv[1:])
