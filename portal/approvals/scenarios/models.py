"""One run of a conformance scenario."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User, public_id
from portal.applications.models import Application


class RunState(models.TextChoices):
    """Where a run is. All but the first are final."""

    RUNNING = "running", _("Running")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ScenarioRun(models.Model):
    """An application shows that its client does a scenario, from `started_at` until `ends_at` at most.

    While it runs, what it has come to is read from the ledger. Once it is judged, it stands here for good: the steps
    that were done with the calls that did them, and the call that let it fail.
    """

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="scenario_runs")
    scenario = models.CharField(max_length=40, help_text="its key")
    version = models.PositiveSmallIntegerField(help_text="of the scenario: what it demanded then")
    number = models.PositiveIntegerField(help_text="counted from 1 for the application and scenario")
    state = models.CharField(max_length=9, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by_label = models.CharField(max_length=120)
    ends_at = models.DateTimeField(help_text="calls that arrive then or later do not count")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when it was judged or cancelled")
    steps: "models.JSONField[list[dict[str, str]], list[dict[str, str]]]" = models.JSONField(
        default=list, help_text="those done, each with its call: key, at, request_id"
    )
    reason = models.CharField(max_length=40, blank=True, help_text="why it failed, as the scenario calls it")
    failed_by: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        default=dict, help_text="the call that let it fail: at, request_id"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "scenario"],
                condition=Q(state=RunState.RUNNING),
                name="one_scenario_run_at_a_time",
            ),
            models.UniqueConstraint(fields=["application", "scenario", "number"], name="scenario_run_counted"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="scenario_run_state_known"),
            models.CheckConstraint(
                condition=Q(state=RunState.RUNNING, ended_at=None)
                | ~Q(state=RunState.RUNNING) & Q(ended_at__isnull=False),
                name="scenario_run_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.FAILED) & ~Q(reason="") | ~Q(state=RunState.FAILED) & Q(reason=""),
                name="scenario_run_failed_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="scenario_run_has_time"),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(state=RunState.RUNNING), name="scenario_run_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} {self.number}"
