"""Who uses the portal, and the organisations in whose name they do."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

ID_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def public_id() -> str:
    """Return what stands for an object in an address: 10 random characters (49 bits), so that nobody counts."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(10))


class UserManager(BaseUserManager["User"]):
    """Makes users; an address is kept in lower case, so that it is one person's however it is written."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user. Without a password, only a passkey or a reset lets them in."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this address, however it is written."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in."""

    email = models.EmailField(_("Email address"), unique=True)
    name = models.CharField(_("Name"), max_length=80, help_text=_("How your colleagues know you."))
    language = models.CharField(_("Language"), max_length=8, choices=settings.LANGUAGES, default="en")
    is_staff = models.BooleanField(default=False, help_text="works for OpesCare: recovery, reviews")
    is_reviewer = models.BooleanField(
        default=False, editable=False, help_text="reviews requests for production; kept by `approvals.Reviewer`"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name: Django's and allauth's word for it."""
        return self.name


class TermsAcceptance(models.Model):
    """Somebody accepted a version of the terms."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accepted_terms")
    version = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return self.version


class Kind(models.TextChoices):
    """What an organisation is."""

    HOSPITAL = "hospital", _("Hospital or clinic")
    LABORATORY = "laboratory", _("Laboratory")
    PHARMACY = "pharmacy", _("Pharmacy")
    BLOOD_BANK = "blood_bank", _("Blood bank")
    VENDOR = "vendor", _("Software company")
    PUBLIC = "public", _("Ministry or public body")
    INSURER = "insurer", _("Insurer")
    RESEARCH = "research", _("University or research")
    OTHER = "other", _("Something else")


class Organisation(models.Model):
    """A hospital, a laboratory, a software house: the owner of applications."""

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    name = models.CharField(_("Name"), max_length=120)
    country = CountryField(verbose_name=_("Country"), blank=True)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    security_contact = models.EmailField(
        _("Security contact"),
        blank=True,
        help_text=_("Whom we write to when a secret has leaked or an app misbehaves. A shared mailbox is best."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="then it has no members; its applications and its audit stay"
    )
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="organisations"
    )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; `policies.ALLOWED` says exactly what."""

    OWNER = "owner", _("Owner")
    DEVELOPER = "developer", _("Developer")
    VIEWER = "viewer", _("Viewer")


class Membership(models.Model):
    """Somebody belongs to an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="member_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(models.Model):
    """Somebody is asked to join. The link in the mail carries a random token; only its hash is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("Email address"))
    role = models.CharField(_("Role"), max_length=9, choices=Role, default=Role.DEVELOPER)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_accepted_or_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        """Say whether its time is up."""
        return self.expires_at <= timezone.now()


class RecoveryRequest(models.Model):
    """Somebody lost their way in, or an organisation its owners; a staff member decides, and the audit shows it."""

    class Subject(models.TextChoices):
        """What was lost."""

        SECOND_STEP = "second_step", _("The second step of signing in")
        OWNERSHIP = "ownership", _("The owner of an organisation")

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    subject = models.CharField(max_length=12, choices=Subject)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_requests")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    statement = models.TextField(_("What happened"))
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted = models.BooleanField(null=True)
    reason = models.TextField(blank=True, help_text="how the person was recognised, or why not")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="when an owner said: this is them")
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True, help_text="from then on, what was granted is done")
    applied_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="by the person themselves, or by an owner")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject"],
                condition=Q(applied_at=None, stopped_at=None) & (Q(granted=None) | Q(granted=True)),
                name="one_recovery_request_under_way",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, granted=None)
                | Q(decided_at__isnull=False, granted__isnull=False) & ~Q(reason=""),
                name="recovery_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(granted=True, due_at__isnull=False)
                | (Q(granted=None) | Q(granted=False)) & Q(due_at=None, applied_at=None),
                name="recovery_happens_when_granted",
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(stopped_at=None), name="recovery_applied_or_stopped"
            ),
            models.CheckConstraint(
                condition=Q(subject="second_step", organisation=None)
                | Q(subject="ownership", organisation__isnull=False),
                name="recovery_of_ownership_names_the_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
