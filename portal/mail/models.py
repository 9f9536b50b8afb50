"""Mails on their way out."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

WAITING, SENT, FAILED, EXPIRED = "waiting", "sent", "failed", "expired"
STATES = (WAITING, SENT, FAILED, EXPIRED)


class OutgoingMail(models.Model):
    """One mail to one address.

    Who it goes to and what it says stand in `sealed` alone, encrypted, and only as long as somebody may still send it.
    """

    message_id = models.UUIDField(unique=True, default=uuid.uuid4, help_text="the same at every attempt")
    template = models.CharField(max_length=100)
    state = models.CharField(max_length=7, choices=[(state, state) for state in STATES], default=WAITING)
    sealed = models.TextField(blank=True, help_text="address and content, encrypted under KEY_ENCRYPTION_KEYS")
    queued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(
        default=timezone.now, help_text="nobody tries before; a worker that tries puts it off"
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="it is not delivered after this")
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="when it was sent, given up or expired")
    reason = models.CharField(
        max_length=80, blank=True, help_text="why the last attempt failed; never what a server wrote"
    )

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(state=WAITING), name="waiting_mail_by_due_at")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(state=WAITING, settled_at__isnull=True) | (~Q(state=WAITING) & Q(settled_at__isnull=False)),
                name="mail_is_settled_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[WAITING, FAILED]) | Q(sealed=""), name="mail_content_is_erased_when_done"
            ),
            models.CheckConstraint(condition=~Q(state=WAITING, sealed=""), name="waiting_mail_has_content"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.message_id}"
