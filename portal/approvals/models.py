"""Requests for production access, what is said about them, and what was granted."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.signals import ModelSignal, post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from portal.accounts.models import Organisation, User, public_id
from portal.applications.models import Application, Client
from portal.approvals.answer_checks.models import (  # noqa: F401 - Django looks for models here
    AnswerCheck,
    ContactProof,
    DomainToken,
)
from portal.approvals.scenarios.models import ScenarioRun  # noqa: F401 - Django looks for models here
from portal.approvals.states import DECIDED, OPEN, State


class Reviewer(models.Model):
    """Somebody who decides about requests. The first is made by `manage.py reviewer`."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reviewer")
    since = models.DateTimeField(default=timezone.now)
    added_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return str(self.user)


@receiver([post_save, post_delete], sender=Reviewer)
def note_on_the_user(instance: Reviewer, signal: ModelSignal, **_more: Any) -> None:
    """Keep `User.is_reviewer`, so that the header of every page knows without a query. Verbs ask this table."""
    User.objects.filter(pk=instance.user_id).update(is_reviewer=signal is post_save)


class AccessRequest(models.Model):
    """An application asks for production. It describes the whole access that is wanted, not what is to be added.

    `answers` are those of the questionnaire, by the key of the question: what its developers last saved. What was
    submitted stands in `SubmittedVersion`.
    """

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="access_requests")
    state = models.CharField(max_length=17, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField(default=timezone.now)
    answers: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="the first time; its age counts from here")
    reviewer = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="who has claimed it"
    )
    checklist: "models.JSONField[dict[str, bool], dict[str, bool]]" = models.JSONField(
        default=dict, help_text="what the reviewer has ticked"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True, help_text="as people read it")
    reminded_days = models.SmallIntegerField(
        null=True, help_text="the mail of its present state that was sent last: so many days before it expires"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state__in=OPEN), name="one_open_access_request"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="access_request_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False) & ~Q(decided_by="")
                | Q(state=State.EXPIRED)
                | ~Q(state__in=[*DECIDED, State.EXPIRED]) & Q(decided_at=None, decided_by=""),
                name="access_request_decided_by_someone_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.WITHDRAWN]) | Q(submitted_at__isnull=False),
                name="access_request_reviewed_was_submitted",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="access_request_queue")]

    def __str__(self) -> str:
        return self.public_id


class RequestedScope(models.Model):
    """A scope that a request asks for, why, and what became of it."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="scopes")
    scope = models.CharField(max_length=64)
    reason = models.TextField(blank=True, help_text="why the application needs it; drafts may leave it out")
    granted = models.BooleanField(null=True)
    refusal = models.TextField(blank=True, help_text="the reviewer's reason, where it is not granted")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "scope"], name="scope_asked_once"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, refusal="")
                | Q(granted=True, refusal="")
                | Q(granted=False) & ~Q(refusal=""),
                name="scope_refused_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.scope


class SubmittedVersion(models.Model):
    """What a request said when it was submitted, and what the sandbox knew then. Never changed."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(help_text="counted from 1")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_label = models.CharField(max_length=120)
    answers: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    scopes: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(help_text="reasons by scope")
    questions = models.JSONField(help_text="the labels of the questions as they were asked, by key")
    evidence = models.JSONField(help_text="what the ledger knew, as `evidence.snapshot` tells it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="version_counted")]

    def __str__(self) -> str:
        return f"{self.request} v{self.number}"


class Attachment(models.Model):
    """A PDF that answers a question. Served to the two sides alone, always as a download."""

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="attachments")
    question = models.CharField(max_length=40, help_text="the key of the question that it answers")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.CharField(max_length=120)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="from the draft; a version may still name it")

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """Something that one side says to the other, about one answer, one scope, or the whole."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="messages")
    side = models.CharField(max_length=9, choices=[("developer", "developer"), ("reviewer", "reviewer")])
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_label = models.CharField(max_length=120)
    about = models.CharField(
        max_length=70, blank=True, help_text="question:<key> or scope:<name>; empty: the whole request"
    )
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)
    asks = models.BooleanField(default=False, help_text="a question that the developers must answer")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asks=False, answered_at=None) | Q(asks=True, side="reviewer"),
                name="reviewers_ask",
            )
        ]
        indexes = [models.Index(fields=["request", "at"], name="message_of_request")]

    def __str__(self) -> str:
        return f"{self.author_label} {self.at:%Y-%m-%d %H:%M}"


class Review(models.Model):
    """What one reviewer decided about one submitted version. A sensitive scope needs two that agree."""

    class Verdict(models.TextChoices):
        """What it says."""

        APPROVE = "approve"
        CHANGES = "changes"
        DECLINE = "decline"

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="reviews")
    version = models.PositiveSmallIntegerField(help_text="the submitted version that was read")
    verdict = models.CharField(max_length=7, choices=Verdict)
    reviewer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewer_label = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)
    message = models.TextField(blank=True, help_text="to the developers")
    refusals: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        default=dict, help_text="the reason of each scope that is not granted"
    )
    facilities: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    conditions = models.TextField(blank=True, help_text="what the organisation must keep to")
    ends_on = models.DateField(null=True, blank=True)
    proposed = models.BooleanField(
        default=False, help_text="the first of two approvals: it waits for a second reviewer"
    )
    undone_at = models.DateTimeField(null=True, blank=True, help_text="a proposal that was taken back or not agreed to")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reviewer_label=""), name="review_by_someone"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(proposed=True, undone_at=None), name="one_proposal_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.verdict}"


class AgreementAcceptance(models.Model):
    """An organisation accepted a version of the data agreement."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="accepted_agreements")
    version = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_label = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "version"], name="agreement_accepted_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.version}"


class Grant(models.Model):
    """What an approved request gave: the production client's scopes and facilities, under conditions, until an end."""

    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="grant")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="grants")
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField()
    facilities: "models.JSONField[list[str], list[str]]" = models.JSONField()
    conditions = models.TextField(blank=True)
    granted_at = models.DateTimeField(default=timezone.now)
    ends_on = models.DateField(null=True, blank=True, help_text="the first day without access, UTC")
    opened_at = models.DateTimeField(null=True, blank=True, help_text="when its secret was first shown")
    opened_by = models.CharField(max_length=120, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True, help_text="when a probe with its secret went well")
    attest_by = models.DateField(
        null=True, blank=True, help_text="until then somebody must say that it all still holds"
    )
    reminded_days = models.SmallIntegerField(
        null=True, help_text="the mail before `attest_by` that was sent last: so many days before; negative: after"
    )
    attested_at = models.DateTimeField(null=True, blank=True, help_text="when somebody said so last")
    attested_by = models.CharField(max_length=120, blank=True)
    end_reminded_days = models.SmallIntegerField(null=True, help_text="the same for `ends_on`")
    open_reminded_days = models.SmallIntegerField(
        null=True, help_text="so many days after the approval somebody was told that it is not used yet"
    )
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="when a task suspended its client, as the client's own `suspended_at` says"
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="replaced by another, or its time was up")
    ended_because = models.CharField(max_length=20, blank=True, help_text="replaced, expired or closed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(ended_at=None), name="one_grant_stands"),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by="") | Q(opened_at__isnull=False) & ~Q(opened_by=""),
                name="grant_opened_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="grant_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(opened_at__isnull=False, opened_at__lte=F("completed_at")),
                name="grant_completed_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return str(self.client)


class Probe(models.Model):
    """A look whether a grant works: a token, calls that are allowed, one that is not. A worker makes it.

    The secret is sealed in the row until the probe has ended, and erased then.
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="probes")
    sealed = models.TextField(blank=True, help_text="the secret, encrypted; empty once the probe has ended")
    last_four = models.CharField(max_length=4, help_text="of the secret")
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=120)
    due_at = models.DateTimeField(default=timezone.now, help_text="when a worker takes it, or takes it again")
    attempts = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField(default=list, help_text="the calls of the last attempt and how they were answered")
    fault = models.CharField(max_length=20, blank=True, help_text="why the last attempt did not go well")
    finished_at = models.DateTimeField(null=True, blank=True)
    passed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant"], condition=Q(finished_at=None), name="one_probe_runs"),
            models.CheckConstraint(
                condition=Q(finished_at=None, passed=None) & ~Q(sealed="")
                | Q(finished_at__isnull=False, passed__isnull=False, sealed=""),
                name="probe_forgets_the_secret_when_it_ends",
            ),
            models.CheckConstraint(condition=~Q(passed=True) | Q(fault=""), name="probe_passed_without_a_fault"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(finished_at=None), name="probe_due")]

    def __str__(self) -> str:
        return f"{self.grant} {self.started_at:%Y-%m-%d %H:%M}"
