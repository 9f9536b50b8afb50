"""Pages about credentials: what a client has, adding, rotating and revoking secrets, suspending the client."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import prefetch_related_objects
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.accounts.reauthentication import recently_authenticated
from portal.applications import actions, rotation
from portal.applications.forms import RestoreForm, RevokeForm, RotateForm, SecretForm, SuspendForm
from portal.applications.models import Client, ClientSecret
from portal.applications.policies import application_for, awaits_opening, client_for, secret_for
from portal.applications.shown_once import show_once, shown_already, token_endpoint
from portal.edge.environments import SANDBOX

ENDED_LISTED = 20


@dataclass
class SecretRow:
    """A secret and its newest use."""

    secret: ClientSecret
    use: rotation.Use | None

    @property
    def is_live(self) -> bool:
        """Say whether it opens the door."""
        return actions.is_live(self.secret)


@dataclass
class ClientSection:
    """A client as the page shows it. `unopened`: it is granted, and its first secret is still to be made."""

    client: Client
    token_endpoint: str
    unopened: bool
    live: list[SecretRow]
    ended: list[SecretRow]

    @property
    def replaced(self) -> list[SecretRow]:
        """Return the secrets that are on their way out: about these the assistant speaks."""
        return [row for row in self.live if row.secret.replaced_by_id]


def credentials(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show the application's clients and, to those who may build, their credentials."""
    application, membership = application_for(request, application_id, May.SEE)
    prefetch_related_objects([application], "clients")
    may_build = may(membership, May.BUILD)
    clients = sorted(application.clients.all(), key=lambda client: client.environment != SANDBOX)
    context = {
        "application": application,
        "sections": [_section(client, with_secrets=may_build) for client in clients],
        "may_build": may_build,
        "may_manage": may(membership, May.MANAGE),
        "maximum": actions.MAXIMUM_SECRETS,
        "tab": "credentials",
        "area": "applications",
    }
    return render(request, "applications/credentials.html", context)


def _section(client: Client, *, with_secrets: bool) -> ClientSection:
    stored = list(client.secrets.select_related("replaced_by").order_by("-pk")) if with_secrets else []
    live = [secret for secret in stored if actions.is_live(secret)]
    ended = [secret for secret in stored if not actions.is_live(secret)][:ENDED_LISTED]
    uses = rotation.last_uses(client, [rotation.credential_of(secret) for secret in live + ended])
    rows = [
        [SecretRow(secret, uses.get(rotation.credential_of(secret))) for secret in secrets] for secrets in (live, ended)
    ]
    endpoint = token_endpoint(client.environment)  # type: ignore[arg-type]
    return ClientSection(client, endpoint, not stored and awaits_opening(client), *rows)


@recently_authenticated
def add(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Add a secret and show it once."""
    client, _membership = client_for(request, application_id, environment, May.BUILD)
    if awaits_opening(client):
        return redirect("grant-open", application_id)
    form = SecretForm(request.POST or None, initial={"form_id": uuid.uuid4()})

    def make() -> str:
        return actions.add_secret(
            by=actor(request),
            client=client,
            label=form.cleaned_data["label"],
            expires_at=form.expires_at,
            form_id=form.cleaned_data["form_id"],
        )

    return _made(request, client, form, make) or _form(request, client, form, "applications/secret_new.html")


@recently_authenticated
def rotate(request: SignedInRequest, application_id: str, secret_id: int) -> HttpResponseBase:
    """Put a new secret in the place of an old one, which works on for a while, and show the new one once."""
    secret = secret_for(request, application_id, secret_id)
    form = RotateForm(request.POST or None, initial={"form_id": uuid.uuid4(), "label": secret.label})

    def make() -> str:
        return actions.rotate_secret(
            by=actor(request),
            secret=secret,
            overlap=form.old_lives_on,
            label=form.cleaned_data["label"],
            expires_at=form.expires_at,
            form_id=form.cleaned_data["form_id"],
        )

    if made := _made(request, secret.client, form, make, old=secret):
        return made
    if not actions.is_live(secret):
        return _has_ended(request, secret)
    return _form(request, secret.client, form, "applications/secret_rotate.html", **_about(secret))


def _made(
    request: SignedInRequest, client: Client, form: SecretForm, make: Callable[[], str], old: ClientSecret | None = None
) -> HttpResponse | None:
    """Make the secret that the form asks for and show it, or say that it was made before; None where it cannot be."""
    if request.method != "POST" or not form.is_valid():
        return None
    form_id = form.cleaned_data["form_id"]
    if again := shown_already(request, None, form_id):
        return again
    try:
        secret = make()
    except actions.NotAllowedError as exc:
        form.add_error(None, str(exc))
        return None
    except IntegrityError as exc:
        return shown_already(request, exc, form_id)
    if old:
        old.refresh_from_db()
    return show_once(request, client.application, client, secret, old=old, old_is_live=old and actions.is_live(old))


@recently_authenticated
def revoke(request: SignedInRequest, application_id: str, secret_id: int) -> HttpResponseBase:
    """End a secret, after saying what that breaks."""
    secret = secret_for(request, application_id, secret_id)
    if not actions.is_live(secret):
        return _has_ended(request, secret)
    form = RevokeForm(request.POST or None, secret=secret)
    if request.method == "POST" and form.is_valid():
        actions.revoke_secret(by=actor(request), secret=secret, reason=form.cleaned_data["reason"])
        messages.success(
            request,
            _("The secret %s is revoked. It and its tokens are refused everywhere within two seconds.") % secret,
        )
        return redirect("application", application_id)
    others = [one for one in secret.client.secrets.exclude(pk=secret.pk) if actions.is_live(one)]
    is_last = not others and not secret.client.jwks
    return _form(request, secret.client, form, "applications/secret_revoke.html", is_last=is_last, **_about(secret))


def secret(request: SignedInRequest, application_id: str, secret_id: int) -> HttpResponse:
    """Show what the ledger knows of one secret."""
    row = secret_for(request, application_id, secret_id)
    return _form(request, row.client, None, "applications/secret.html", **_about(row))


def _has_ended(request: SignedInRequest, secret: ClientSecret) -> HttpResponse:
    messages.info(request, _("The secret %s has ended already.") % secret)
    return redirect("application", secret.client.application.public_id)


def _about(secret: ClientSecret) -> dict[str, Any]:
    return {
        "secret_row": secret,
        "is_live": actions.is_live(secret),
        "verdict": rotation.verdict(secret.client, rotation.credential_of(secret)),
    }


@recently_authenticated
def suspend(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Refuse a client until it is restored."""
    client, _membership = client_for(request, application_id, environment, May.MANAGE)
    form = SuspendForm(request.POST or None)
    if client.suspended_at:
        return redirect("application", application_id)
    if request.method == "POST" and form.is_valid():
        try:
            actions.suspend_client(by=actor(request), client=client, reason=form.cleaned_data["reason"])
        except actions.NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("%s is suspended. It is refused everywhere within two seconds.") % client)
            return redirect("application", application_id)
    return _form(request, client, form, "applications/suspend.html")


@recently_authenticated
def restore(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Let a suspended client in again."""
    client, _membership = client_for(request, application_id, environment, May.MANAGE)
    form = RestoreForm(request.POST if request.method == "POST" else None)
    if not client.suspended_at:
        return redirect("application", application_id)
    if request.method == "POST" and form.is_valid():
        try:
            actions.restore_client(by=actor(request), client=client)
        except actions.NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, _("%s is restored.") % client)
            return redirect("application", application_id)
    return _form(request, client, form, "applications/restore.html")


def _form(request: SignedInRequest, client: Client, form: Any, template: str, **context: Any) -> HttpResponse:
    context |= {
        "application": client.application,
        "client": client,
        "form": form,
        "tab": "credentials",
        "area": "applications",
    }
    return render(request, template, context)
