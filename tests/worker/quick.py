"""`python -m tests.worker.quick worker`, with shorter times; `… queue 20` queues so many mails, each for another.

`… check 8443` asks for the checks of a request whose answers lead to this port of localhost.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path


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


if __name__ == "__main__":
    main(*sys.argv[1:])
