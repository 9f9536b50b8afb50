"""What production demands. Each check says what is wrong and how to mend it; any error stops the server's start."""

import ipaddress
import re
import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from portal.openapi.documents import contents
from portal.openapi.files import UnreadableDocumentError

KEYS = ("SECRET_KEY", "CREDENTIALS_PEPPER", "LEDGER_KEY")
MINIMUM_KEY_LENGTH = 40
MINIMUM_RETENTION = 90
"""Days: as far back as the usage pages look."""
MAXIMUM_RETENTION = 36_500
LIMITS = ("RATE_LIMIT_CLIENT", "RATE_LIMIT_PUBLISHED", "RATE_LIMIT_ADDRESS", "RATE_LIMIT_SEARCH")


@register
def mode_is_known(**_: Any) -> list[CheckMessage]:
    """Refuse a mistyped MODE: it must not be taken for either."""
    if settings.MODE in {"production", "development"}:
        return []
    return [Error(f"MODE is {settings.MODE!r}.", "Set MODE to production or development.", id="portal.E001")]


@register
def the_ledger_is_kept_long_enough(**_: Any) -> list[CheckMessage]:
    """Refuse to delete calls that the usage pages still show, and to keep them for longer than dates reach back."""
    if settings.LEDGER_RETENTION > MAXIMUM_RETENTION:
        hint = f"Set LEDGER_RETENTION to {MAXIMUM_RETENTION} days or less, or remove it."
        return [Error("LEDGER_RETENTION is over a hundred years.", hint, id="portal.E010")]
    if settings.LEDGER_RETENTION >= MINIMUM_RETENTION:
        return []
    hint = f"Set LEDGER_RETENTION to {MINIMUM_RETENTION} days or more, or remove it."
    return [Error("Calls would be deleted that the usage pages still read.", hint, id="portal.E010")]


@register
def proxies_are_networks(**_: Any) -> list[CheckMessage]:
    """Refuse a mistyped proxy: every request would fail over it."""
    return list(_proxy_faults())


def _proxy_faults() -> Iterator[CheckMessage]:
    for entry in settings.TRUSTED_PROXIES:
        try:
            ipaddress.ip_network(entry.strip())
        except ValueError as exc:
            hint = "Set TRUSTED_PROXIES to addresses and ranges, for example 10.0.0.5,10.1.0.0/24."
            yield Error(f"TRUSTED_PROXIES: {exc}.", hint, id="portal.E011")


@register
def limits_let_somebody_in(**_: Any) -> list[CheckMessage]:
    """Refuse a limit under which nothing is answered."""
    return [
        Error(f"{name} is {amount}: nothing would be answered.", f"Set {name} to 1 or more.", id="portal.E012")
        for name in LIMITS
        if (amount := getattr(settings, name)) < 1
    ]


@register
def documents_can_be_read(**_: Any) -> list[CheckMessage]:
    """Refuse a document for the reference that has no address, or cannot be read."""
    return list(_document_faults())


def _document_faults() -> Iterator[CheckMessage]:
    for slug in settings.OPENAPI_DOCUMENTS:
        if not re.fullmatch(r"[a-z0-9-]+", slug):
            hint = "Set OPENAPI_DOCUMENTS to slug=path,slug=path; a slug has small letters, digits and hyphens."
            yield Error(f"OPENAPI_DOCUMENTS: {slug!r} cannot stand in an address.", hint, id="portal.E013")
            continue
        try:
            version = str(contents(slug).document.raw.get("openapi"))
        except (OSError, UnreadableDocumentError) as exc:
            hint = "Name a file that holds an OpenAPI document, or remove it from OPENAPI_DOCUMENTS."
            yield Error(f"OPENAPI_DOCUMENTS: {slug} cannot be read: {exc}.", hint, id="portal.E013")
        else:
            if not version.startswith(("3.0", "3.1")):
                hint = "Convert it to OpenAPI 3.1, or remove it from OPENAPI_DOCUMENTS."
                yield Error(f"OPENAPI_DOCUMENTS: {slug} is no OpenAPI 3.0 or 3.1.", hint, id="portal.E013")


@register
def production_is_closed(**_: Any) -> list[CheckMessage]:
    """Refuse to run in production with what is good for development only."""
    return [] if settings.DEVELOPMENT else list(_production_faults())


def _production_faults() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG is on in production.", "Remove DEBUG from the environment.", id="portal.E002")
    for name in KEYS:
        yield from _key_fault(name, getattr(settings, name))
    for key in settings.KEY_ENCRYPTION_KEYS or [""]:
        yield from _key_fault("KEY_ENCRYPTION_KEYS", key)
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS does not list the hosts that this site answers for.",
            "Set ALLOWED_HOSTS, for example ALLOWED_HOSTS=developers.example.org,api.example.org.",
            id="portal.E004",
        )
    if not settings.HTTPS:
        yield Error(
            "PUBLIC_URL is not an https address.",
            "Set PUBLIC_URL to the address that readers see, for example https://developers.example.org.",
            id="portal.E005",
        )
    if settings.PROCESSES > 1 and not settings.REDIS_URL:
        yield Error(
            "Several processes would each count failed attempts for themselves.",
            "Set REDIS_URL, for example redis://localhost:6379/0, or PROCESSES=1.",
            id="portal.E006",
        )
    if settings.OUTBOUND_ALLOW_PRIVATE:
        yield Error(
            "Whoever registers an address could make us fetch from the private network.",
            "Remove OUTBOUND_ALLOW_PRIVATE from the environment.",
            id="portal.E009",
        )
    yield from _mail_faults()


def _mail_faults() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        yield Error(
            "Mails would reach nobody: EMAIL_URL does not name an SMTP server.",
            "Set EMAIL_URL, for example smtp+tls://user:password@smtp.example.org:587 (percent-encode the password).",
            id="portal.E007",
        )
    elif settings.EMAIL_HOST_PASSWORD and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield Error(
            "The password of the SMTP server would cross the network in the clear.",
            "Write EMAIL_URL with smtp+tls:// (port 587) or smtp+ssl:// (port 465).",
            id="portal.E008",
        )


def _key_fault(name: str, value: str) -> Iterator[CheckMessage]:
    if value == settings.DEVELOPMENT_KEY or len(value) < MINIMUM_KEY_LENGTH:
        yield Error(
            f"{name} is the development key or shorter than {MINIMUM_KEY_LENGTH} characters.",
            f"Set {name} to a random value of its own and keep it safe, for example {secrets.token_urlsafe(48)}",
            id="portal.E003",
        )


def refuse_to_start_if_unsafe() -> None:
    """Run all checks, those on the database included.

    :raises ImproperlyConfigured: with every fault and its remedy.
    """
    found = run_checks(databases=["default"])
    faults = [message for message in found if message.level >= ERROR and not message.is_silenced()]
    if faults:
        listed = "\n".join(f"  {fault.id}: {fault.msg}\n    {fault.hint}" for fault in faults)
        raise ImproperlyConfigured(f"The portal does not start:\n{listed}")
