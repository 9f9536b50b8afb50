"""What the worker does for scenarios."""

from threading import Event

from django.utils import timezone

from portal.approvals.scenarios.actions import LATE, look
from portal.approvals.scenarios.models import RunState, ScenarioRun


def judge_due(stopping: Event) -> None:
    """Judge the runs whose time is up, so that one that nobody looks at any more ends as it should."""
    due = ScenarioRun.objects.filter(state=RunState.RUNNING, ends_at__lte=timezone.now() - LATE)
    for run in due.select_related("application").order_by("ends_at"):
        if stopping.is_set():
            return
        look(run)
