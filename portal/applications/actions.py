"""The verbs: every change to applications, clients and secrets, each in one transaction with its audit row."""

import secrets as random
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.applications import secrets
from portal.applications.feed import publish
from portal.applications.jwks import check_jwks
from portal.applications.models import TOKEN_LIFETIME, Application, Client, ClientSecret
from portal.applications.scopes import available, in_order
from portal.audit.actions import Actor, record_decision
from portal.edge.environments import SANDBOX, Environment


class NotAllowedError(ValueError):
    """The rules forbid this; the message says which and what to do instead."""


@transaction.atomic
def create_application(*, by: Actor, organisation: Organisation, **fields: Any) -> Application:
    """Create an application; `fields` are its model's."""
    application = Application.objects.create(organisation=organisation, **fields)
    _record(by, "create_application", application, after=fields)
    return application


@transaction.atomic
def start_application(*, by: Actor, organisation: Organisation, **fields: Any) -> tuple[Application, Client, str]:
    """Create an application with what it needs to work in the sandbox at once: a client with every scope, a secret."""
    application = create_application(by=by, organisation=organisation, **fields)
    client = create_client(by=by, application=application, environment=SANDBOX, scopes=available(SANDBOX))
    return application, client, add_secret(by=by, client=client)


@transaction.atomic
def create_client(
    *,
    by: Actor,
    application: Application,
    environment: Environment,
    scopes: Iterable[str],
    client_id: str | None = None,
    token_lifetime: int = TOKEN_LIFETIME,
    jwks: Mapping[str, Any] | None = None,
) -> Client:
    """Create the application's client in this environment.

    :raises NotAllowedError: where a scope is unknown or not available in the environment.
    :raises InvalidJWKSError: where the public keys cannot be used.
    """
    asked = set(scopes)
    if refused := asked - set(available(environment)):
        raise NotAllowedError(f"not available in {environment}: {', '.join(sorted(refused))}")
    if jwks is not None:
        check_jwks(jwks)
    client = Client.objects.create(
        application=application,
        environment=environment,
        client_id=client_id or _new_client_id(environment),
        scopes=in_order(asked),
        token_lifetime=token_lifetime,
        jwks=jwks,
    )
    _record(by, "create_client", client, after={"environment": environment, "scopes": client.scopes})
    return client


@transaction.atomic
def add_secret(
    *,
    by: Actor,
    client: Client,
    label: str = "",
    expires_at: datetime | None = None,
    published_secret: str | None = None,
) -> str:
    """Add a secret and return it: the only time that it can be read.

    `published_secret` is for the credentials that the documentation prints; all others are generated.
    """
    secret = published_secret or secrets.generate(client.environment)  # type: ignore[arg-type]
    row = ClientSecret.objects.create(
        client=client,
        digest=secrets.digest(secret),
        label=label,
        last_four=secret[-4:],
        created_by=by.label,
        expires_at=expires_at,
    )
    _record(by, "add_secret", client, after={"secret": row.pk, "label": label})
    publish("client", client.client_id)
    return secret


@transaction.atomic
def revoke_secret(*, by: Actor, secret: ClientSecret, reason: str = "") -> None:
    """End a secret and the tokens that it obtained. Doing it twice changes nothing."""
    client = _lock(secret.client_id)
    if not ClientSecret.objects.filter(pk=secret.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return
    _record(by, "revoke_secret", client, before={"secret": secret.pk}, reason=reason)
    publish("client", client.client_id)


@transaction.atomic
def suspend_client(*, by: Actor, client: Client, reason: str) -> None:
    """Refuse the client and all its tokens until it is restored.

    :raises NotAllowedError: where no reason is given.
    """
    if not reason.strip():
        raise NotAllowedError("a suspension needs a reason: its developers will read it")
    locked = _lock(client.pk)
    locked.suspended_at, locked.suspended_reason = timezone.now(), reason
    locked.save(update_fields=["suspended_at", "suspended_reason"])
    _record(by, "suspend_client", locked, after={"suspended": True}, reason=reason)
    publish("client", locked.client_id)


@transaction.atomic
def restore_client(*, by: Actor, client: Client, reason: str = "") -> None:
    """End a suspension."""
    locked = _lock(client.pk)
    locked.suspended_at, locked.suspended_reason = None, ""
    locked.save(update_fields=["suspended_at", "suspended_reason"])
    _record(by, "restore_client", locked, after={"suspended": False}, reason=reason)
    publish("client", locked.client_id)


def _lock(client_pk: int) -> Client:
    """Return the client's row, locked, so that events about one client commit in the order of their ids."""
    return Client.objects.select_for_update(of=("self",)).select_related("application").get(pk=client_pk)


def _new_client_id(environment: Environment) -> str:
    prefix = "opc_sandbox_" if environment == SANDBOX else "opc_live_"
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return prefix + "".join(random.choice(alphabet) for _ in range(16))


def _record(
    by: Actor,
    verb: str,
    subject: Application | Client,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    application = subject if isinstance(subject, Application) else subject.application
    record_decision(
        by=by,
        verb=f"applications.{verb}",
        object_type=type(subject).__name__,
        object_id=subject.pk if isinstance(subject, Application) else subject.client_id,
        organisation_id=application.organisation_id,
        before=before,
        after=after,
        reason=reason,
    )
