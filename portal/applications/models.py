"""What developers own: applications, one client per environment, several secrets per client."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, public_id
from portal.edge.environments import ENVIRONMENTS, PRODUCTION

TOKEN_LIFETIME = 3600
MINIMUM_TOKEN_LIFETIME = 60
MAXIMUM_TOKEN_LIFETIME = 86_400
FACILITY_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
"""How a place of care is called in grants and in what is sent."""


class Integration(models.TextChoices):
    """The five ways in."""

    CONNECT_API = "connect_api", _("Connect API")
    SDK = "sdk", _("SDK")
    BRIDGE_AGENT = "bridge_agent", _("Bridge Agent")
    WIDGET = "widget", _("Widget")
    WEBHOOKS = "webhooks", _("Webhooks")


class Application(models.Model):
    """What a developer builds."""

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    name = models.CharField(_("Name"), max_length=120)
    description = models.CharField(
        _("Description"), max_length=200, blank=True, help_text=_("One line that tells it from your other apps.")
    )
    purpose = models.TextField(
        _("What it does"),
        max_length=2000,
        blank=True,
        help_text=_("Who uses it and what for. A reviewer reads this when you ask for production."),
    )
    integration = models.CharField(
        _("Integration"), max_length=12, choices=Integration, default=Integration.CONNECT_API
    )
    home_page = models.URLField(_("Home page"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="its clients are refused; it can be reopened")

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """An application's OAuth 2.0 client (RFC 6749, section 2) in one environment."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="clients")
    environment = models.CharField(max_length=10, choices=[(name, name) for name in ENVIRONMENTS])
    client_id = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    facilities = models.JSONField(
        default=list, help_text="codes of the facilities that a production client may speak for"
    )
    token_lifetime = models.PositiveIntegerField(default=TOKEN_LIFETIME, help_text="seconds")
    jwks = models.JSONField(null=True, blank=True, help_text="public keys for private_key_jwt, as a JWK set (RFC 7517)")
    jwks_url = models.URLField(
        blank=True, help_text="where the public keys are fetched from; blank where they were pasted"
    )
    jwks_fetched_at = models.DateTimeField(null=True, blank=True)
    jwks_due_at = models.DateTimeField(null=True, blank=True, help_text="when they are to be fetched again")
    jwks_fault = models.TextField(
        blank=True, help_text="why the last fetch failed, fit to show; the keys stay as they were"
    )
    created_at = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(blank=True)
    suspended_by_operator = models.BooleanField(default=False, help_text="then its members cannot restore it")
    rehearses_since = models.DateTimeField(
        null=True, blank=True, help_text="from then on the sandbox refuses one of its calls with 429, to try it"
    )
    rehearses_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "environment"], name="one_client_per_environment"),
            models.CheckConstraint(condition=Q(environment__in=ENVIRONMENTS), name="client_environment_known"),
            models.CheckConstraint(
                condition=Q(token_lifetime__range=(MINIMUM_TOKEN_LIFETIME, MAXIMUM_TOKEN_LIFETIME)),
                name="client_token_lifetime_bounded",
            ),
            models.CheckConstraint(
                condition=Q(environment=PRODUCTION) | Q(facilities=[]), name="client_facilities_are_for_production"
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_reason="")
                | (Q(suspended_at__isnull=False) & ~Q(suspended_reason="")),
                name="client_suspension_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(suspended_by_operator=False) | Q(suspended_at__isnull=False),
                name="client_operator_suspension_is_one",
            ),
            models.CheckConstraint(
                condition=Q(rehearses_since__isnull=True, rehearses_until__isnull=True)
                | Q(rehearses_until__gt=F("rehearses_since")) & ~Q(environment=PRODUCTION),
                name="client_rehearses_in_the_sandbox",
            ),
            models.CheckConstraint(
                condition=Q(jwks_url="", jwks_due_at__isnull=True) | (~Q(jwks_url="") & Q(jwks_due_at__isnull=False)),
                name="client_keys_with_a_url_are_fetched",
            ),
        ]
        indexes = [
            models.Index(fields=["jwks_due_at"], condition=Q(jwks_due_at__isnull=False), name="client_by_jwks_due_at")
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
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    form_id = models.UUIDField(
        null=True, unique=True, help_text="of the form that made it: sending the form twice makes one secret"
    )
    reminded_days = models.PositiveSmallIntegerField(
        null=True, help_text="the mail before its expiry that was sent last: so many days before"
    )
    quiet_told_at = models.DateTimeField(null=True, help_text="when its owners were told that it is safe to revoke")

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
