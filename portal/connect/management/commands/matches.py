"""`manage.py matches`: the matches that wait for somebody to look, and what was decided about one."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit.actions import Actor
from portal.connect import reviewing
from portal.connect.models import MatchReview

MOST = 50


class Command(BaseCommand):
    """List those that wait, or decide one."""

    help = "List the provisional matches that wait, the oldest first; merge one, keep it apart, or undo that."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help=f"the oldest {MOST} that wait; Health IDs and names of fields, nothing personal")
        for verb in ("merge", "keep-apart", "undo"):
            decision = verbs.add_parser(verb)
            decision.add_argument("review", type=UUID, help="the review_id")
            decision.add_argument("--reason", required=True, help="why; it stays in the audit trail")
            if verb == "merge":
                decision.add_argument("--into", required=True, metavar="HEALTH_ID", help="the one that survives")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        if options["verb"] == "list":
            self._list()
            return
        review = MatchReview.objects.filter(public_id=options["review"]).first()
        if review is None:
            raise CommandError("There is no such review. manage.py matches list shows those that wait.")
        asked = {"by": Actor.operator("manage.py matches"), "review": review, "reason": options["reason"]}
        try:
            if options["verb"] == "merge":
                reviewing.merge(**asked, into=options["into"])
            elif options["verb"] == "keep-apart":
                reviewing.keep_apart(**asked)
            else:
                reviewing.undo(**asked)
        except reviewing.ReviewError as exc:
            raise CommandError(str(exc)) from exc

    def _list(self) -> None:
        waiting = MatchReview.objects.filter(decided_at=None).select_related("patient", "dataset", "organisation")
        for review in waiting.order_by("created_at")[:MOST]:
            self.stdout.write(
                f"{review.public_id}  {review.created_at:%Y-%m-%d %H:%M}  {review.dataset.kind}  "
                f"{review.organisation.name}: {review.patient.health_id}, {review.get_kind_display()}"
            )
            for candidate in review.candidates:
                agreeing = ", ".join(candidate["agreeing_fields"]) or "nothing"
                self.stdout.write(f"  {candidate['health_id']}  {candidate['grade']}  {agreeing}")
