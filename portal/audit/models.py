"""Rows that are written once and never changed; `tasks.prune` alone deletes, and leaves a seal."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

OUTCOMES = ("allowed", "denied", "failed")


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete what may only be added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A queryset that reads and adds."""

    def update(self, **_: object) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("rows of the audit trail are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("rows of the audit trail are never deleted")


class AppendOnlyModel(models.Model):
    """A row that can be added, and then only read."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        :raises AppendOnlyError: where it is already there.
        """
        if not self._state.adding:
            raise AppendOnlyError("rows of the audit trail are never changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("rows of the audit trail are never deleted")


class ApiCall(AppendOnlyModel):
    """One call of the API, allowed or denied. It holds no personal data and no secret."""

    at = models.DateTimeField(help_text="when the call arrived")
    request_id = models.CharField(max_length=64)
    client_id = models.CharField(max_length=64, blank=True)
    application_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    environment = models.CharField(max_length=10, blank=True)
    credential = models.CharField(max_length=80, blank=True, help_text="secret:<id> or key:<kid>, never the secret")
    token_id = models.CharField(max_length=64, blank=True, help_text="the token's jti")
    address = models.CharField(max_length=45, blank=True)
    method = models.CharField(max_length=7)
    route = models.CharField(max_length=120, blank=True, help_text="the route's template, without values")
    operation = models.CharField(max_length=64, blank=True)
    scope = models.CharField(max_length=64, blank=True, help_text="the scope that let the call in")
    patient = models.CharField(max_length=64, blank=True, help_text="HMAC-SHA256 of the Health ID")
    outcome = models.CharField(max_length=7)
    error_code = models.CharField(max_length=40, blank=True)
    status = models.PositiveSmallIntegerField()
    replay = models.BooleanField(default=False, help_text="answered from an earlier call with the same key")
    break_glass = models.BooleanField(default=False)
    duration_us = models.PositiveIntegerField(help_text="microseconds from arrival to answer")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="api_call_outcome_known"),
        ]
        indexes = [
            # None by request id: on SQLite it would cost a fifth more CPU time for every row (a tenth on PostgreSQL)
            # and a ninth more space, for a search that the request log answers by stretches of 10,000 rows.
            # The request log of one application, newest first, and what its usage page reads live.
            models.Index(fields=["application_id", "at"], name="api_call_of_application"),
            # "When was this secret last used, and from where?" SQLite uses it only if the query repeats its condition.
            models.Index(
                fields=["client_id", "credential", "-at"], condition=~Q(credential=""), name="api_call_of_credential"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.operation} {self.status}"


class Decision(AppendOnlyModel):
    """Somebody did something to an object of the portal."""

    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=120)
    address = models.CharField(max_length=45, blank=True, help_text="where the actor was")
    verb = models.CharField(max_length=64, help_text="room.verb, as in applications.suspend_client")
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=120, blank=True, default="", help_text="what it was called then")
    organisation_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="decision_of_organisation"),
            models.Index(fields=["object_type", "object_id", "-id"], name="decision_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.actor_label} {self.verb} {self.object_type} {self.object_id}"


class Checkpoint(AppendOnlyModel):
    """A seal over the rows of one ledger from `first_id` to `last_id`, chained to the one before (`checkpoints.py`)."""

    ledger = models.CharField(max_length=10, help_text="calls or decisions")
    number = models.PositiveBigIntegerField(help_text="counted from 1 in each ledger")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True, help_text="the hash of the checkpoint before")
    marks_digest = models.CharField(max_length=64, help_text="SHA-256 of the marks; stays when they are pruned")
    mac = models.CharField(max_length=64, help_text="HMAC-SHA256 over all of the above")
    pruned = models.CharField(max_length=64, blank=True, help_text="another one, once the rows were deleted in time")
    marks = models.BinaryField(help_text="id and keyed digest of each row")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ledger", "number"], name="one_checkpoint_follows"),
            models.CheckConstraint(condition=Q(first_id__lte=F("last_id")), name="checkpoint_has_a_span"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.number}"

    @property
    def anchor(self) -> str:
        """Return what an operator notes outside the database."""
        return f"{self.ledger}:{self.number}:{self.mac}"
