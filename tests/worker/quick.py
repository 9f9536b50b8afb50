"""`python -m tests.worker.quick worker`, with shorter times; `… queue 20` queues so many mails, each for another."""

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
    delivery.LEASE = timedelta(seconds=3)
    delivery.FIRST_DELAY = timedelta(seconds=1)
    call_command("worker")


if __name__ == "__main__":
    main(*sys.argv[1:])
