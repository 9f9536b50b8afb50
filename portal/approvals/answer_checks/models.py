"""What was checked of an answer, when, and what came of it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation

WRONG_CODES = 5
"""After so many wrong codes a link is void."""


class Kind(models.TextChoices):
    """What is looked at. The questionnaire names these."""

    REACHABLE = "reachable", _("Answers over TLS")
    PRIVACY_PAGE = "privacy_page", _("Is a privacy page")
    DOMAIN = "domain", _("Domain is the organisation's")
    VERIFIED = "verified", _("Address is read")


class Outcome(models.TextChoices):
    """What came of it."""

    PASS = "pass", _("Pass")
    WARN = "warn", _("Warn")
    FAIL = "fail", _("Fail")


class AnswerCheck(models.Model):
    """One run of one check on one answer: asked for, then done by a worker, then kept.

    `reason` and `advice` are English and stand in the catalogue of words; `details` fills in their places.
    """

    request = models.ForeignKey("approvals.AccessRequest", on_delete=models.CASCADE, related_name="checks")
    question = models.CharField(max_length=40, help_text="its key")
    kind = models.CharField(max_length=12, choices=Kind)
    answer = models.TextField(help_text="what the question was answered with when it was asked for")
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=120)
    due_at = models.DateTimeField(null=True, default=timezone.now, help_text="put off while a worker is at it")
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    details: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "question", "kind"], condition=Q(done_at=None), name="check_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="", due_at__isnull=False)
                | Q(done_at__isnull=False, outcome__in=Outcome.values, due_at=None) & ~Q(reason=""),
                name="check_done_with_an_outcome_and_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="check_due"),
            models.Index(fields=["request", "-done_at"], name="check_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.question}.{self.kind}"

    @property
    def said(self) -> str:
        """Return the reason in the reader's language."""
        return gettext(self.reason) % self.details if self.reason else ""

    @property
    def advised(self) -> str:
        """Return what to do, in the reader's language."""
        return gettext(self.advice) % self.details if self.advice else ""


class DomainToken(models.Model):
    """What an organisation puts on its domains to show that they are its own. Everybody may read it there."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.CASCADE, related_name="domain_token"
    )
    token = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return str(self.organisation)


class ContactProof(models.Model):
    """A mail to a contact address, with a link and a code, by which its reader confirms it. Only digests are kept."""

    request = models.ForeignKey("approvals.AccessRequest", on_delete=models.CASCADE, related_name="contact_proofs")
    address = models.EmailField(help_text="in lower case")
    digest = models.CharField(max_length=64, unique=True, help_text="of the token in the link")
    code_digest = models.CharField(max_length=64, help_text="of the token and the code together")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="contact_proof_expires_later"),
            models.CheckConstraint(condition=Q(wrong_codes__lte=WRONG_CODES), name="contact_proof_guessed_rarely"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(confirmed_at__lt=F("expires_at"), wrong_codes__lt=WRONG_CODES),
                name="contact_proof_confirmed_in_time",
            ),
        ]
        indexes = [models.Index(fields=["address", "-sent_at"], name="contact_proof_of_address")]

    def __str__(self) -> str:
        return f"{self.request} {self.sent_at:%Y-%m-%d}"
