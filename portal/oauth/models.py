"""Signing keys, and what has been ended or used before its time."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.edge.environments import ENVIRONMENTS


class SigningKey(models.Model):
    """An RSA key of one environment. It is published from its creation, and signs from `signs_from` on."""

    kid = models.CharField(max_length=43, unique=True, help_text="the JWK thumbprint (RFC 7638)")
    environment = models.CharField(max_length=10, choices=[(name, name) for name in ENVIRONMENTS])
    encrypted_pem = models.TextField(help_text="PKCS #8, encrypted under KEY_ENCRYPTION_KEYS")
    created_at = models.DateTimeField(default=timezone.now)
    signs_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(environment__in=ENVIRONMENTS), name="key_environment_known"),
            models.CheckConstraint(
                condition=Q(signs_from__gte=F("created_at")), name="key_is_published_before_it_signs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.kid}"


class RevokedToken(models.Model):
    """An access token that was ended before it expired."""

    jti = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.jti


class UsedAssertion(models.Model):
    """A client assertion that has been accepted once; the constraint is what makes it single-use (RFC 7523)."""

    client_id = models.CharField(max_length=64)
    jti_digest = models.CharField(max_length=64, help_text="SHA-256 of the assertion's jti")
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_id", "jti_digest"], name="assertion_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.jti_digest[:8]}"
