"""`manage.py mail`: what waits, what has failed; never to whom."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from portal.mail.delivery import deliver_due, retry
from portal.mail.models import FAILED, STATES, WAITING, OutgoingMail

LATE = timedelta(minutes=10)
LISTED = 50


class Command(BaseCommand):
    """List, try again, or say whether something is wrong."""

    help = "Show which mails wait and which have failed, and why; --retry ID tries one again. No address is shown."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--retry", type=int, metavar="ID", help="try a failed or waiting mail again, now")
        parser.add_argument("--deliver", action="store_true", help="send what is due, here and now")
        parser.add_argument(
            "--check", action="store_true", help="fail where a mail is late or has failed: for monitoring"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        if options["deliver"]:
            self.stdout.write(f"{deliver_due()} sent")
            return
        if options["retry"] is not None:
            if not retry(options["retry"]):
                raise CommandError("There is no failed or waiting mail with this id whose content is still there.")
            self.stdout.write("It is due now.")
            return
        counts = dict(OutgoingMail.objects.values_list("state").annotate(Count("id")))
        self.stdout.write(", ".join(f"{counts.get(state, 0)} {state}" for state in STATES))
        for mail in OutgoingMail.objects.filter(state__in=[WAITING, FAILED]).order_by("state", "id")[:LISTED]:
            self.stdout.write(_line(mail))
        late = OutgoingMail.objects.filter(state=WAITING, queued_at__lt=timezone.now() - LATE).count()
        if options["check"] and (late or counts.get(FAILED)):
            raise CommandError(f"{late} mails wait for over ten minutes, {counts.get(FAILED, 0)} have failed.")


def _line(mail: OutgoingMail) -> str:
    parts = [f"{mail.pk}", mail.state, mail.template, f"queued {mail.queued_at:%Y-%m-%d %H:%M:%S}"]
    if mail.state == WAITING:
        parts.append(f"due {mail.due_at:%Y-%m-%d %H:%M:%S}")
    elif not mail.sealed:
        parts.append("content erased")
    return "  ".join([*parts, f"{mail.attempts} attempts", mail.reason]).rstrip()
