"""What developers own: applications, one client per environment, several secrets per client."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.edge.environments import ENVIRONMENTS

TOKEN_LIFETIME = 3600
MINIMUM_TOKEN_LIFETIME = 60
MAXIMUM_TOKEN_LIFETIME = 86_400


class Application(models.Model):
    """What a developer builds."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """An application's OAuth 2.0 client (RFC 6749, section 2) in one environment."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="clients")
    environment = models.CharField(max_length=10, choices=[(name, name) for name in ENVIRONMENTS])
    client_id = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    token_lifetime = models.PositiveIntegerField(default=TOKEN_LIFETIME, help_text="seconds")
    jwks = models.JSONField(null=True, blank=True, help_text="public keys for private_key_jwt, as a JWK set (RFC 7517)")
    created_at = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "environment"], name="one_client_per_environment"),
            models.CheckConstraint(condition=Q(environment__in=ENVIRONMENTS), name="client_environment_known"),
            models.CheckConstraint(
                condition=Q(token_lifetime__range=(MINIMUM_TOKEN_LIFETIME, MAXIMUM_TOKEN_LIFETIME)),
                name="client_token_lifetime_bounded",
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_reason="")
                | (Q(suspended_at__isnull=False) & ~Q(suspended_reason="")),
                name="client_suspension_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.client_id


class ClientSecret(models.Model):
    """One of possibly several secrets of a client; only its keyed hash is kept."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=60, blank=True)
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="secret_expires_after_its_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.last_four}"


class FeedEvent(models.Model):
    """Something that every process must know within two seconds. `at` is the database's clock, not the process's."""

    at = models.DateTimeField(db_default=Now(), db_index=True)
    topic = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"
