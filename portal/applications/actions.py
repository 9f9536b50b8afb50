"""The verbs: every change to applications, clients and secrets, each in one transaction with its audit row."""

import re
import secrets as random
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions import lock as lock_organisation
from portal.accounts.models import Organisation
from portal.applications import secrets
from portal.applications.feed import publish
from portal.applications.jwks import check_jwks, public_part
from portal.applications.models import FACILITY_CODE, TOKEN_LIFETIME, Application, Client, ClientSecret
from portal.applications.scopes import available, in_order
from portal.audit.actions import Actor, record_decision
from portal.edge.environments import SANDBOX, Environment

MAXIMUM_SECRETS = 5
"""How many secrets of one client may work at the same time: enough for two rotations under way at once."""
REOPENING = timedelta(days=30)
"""How long a closed application can be reopened."""


class NotAllowedError(ValueError):
    """The rules forbid this; the message says which and what to do instead."""


@transaction.atomic
def create_application(*, by: Actor, organisation: Organisation, **fields: Any) -> Application:
    """Create an application; `fields` are its model's.

    :raises NotAllowedError: where the organisation has just been closed; its closing locks the same row.
    """
    if lock_organisation(organisation).closed_at is not None:
        raise NotAllowedError(_("This organisation is closed."))
    application = Application.objects.create(organisation=organisation, **fields)
    _record(by, "create_application", application, after=fields)
    return application


@transaction.atomic
def start_application(
    *, by: Actor, organisation: Organisation, form_id: uuid.UUID | None = None, **fields: Any
) -> tuple[Application, Client, str]:
    """Create an application with what it needs to work in the sandbox at once: a client with every scope, a secret.

    :raises IntegrityError: where the form of this id has made one already; then nothing is created.
    """
    application = create_application(by=by, organisation=organisation, **fields)
    client = create_client(by=by, application=application, environment=SANDBOX, scopes=available(SANDBOX))
    return application, client, add_secret(by=by, client=client, form_id=form_id)


@transaction.atomic
def change_application(*, by: Actor, application: Application, **fields: Any) -> None:
    """Change what an application says of itself; only what is different is changed and recorded."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    before = {name: getattr(locked, name) for name, value in fields.items() if getattr(locked, name) != value}
    if not before:
        return
    for name in before:
        setattr(locked, name, fields[name])
    locked.save(update_fields=list(before))
    _record(by, "change_application", locked, before=before, after={name: fields[name] for name in before})


@transaction.atomic
def close_application(*, by: Actor, application: Application, reason: str = "") -> None:
    """Refuse all clients of the application and their tokens. Doing it twice changes nothing."""
    clients = _lock_all(application)
    if not Application.objects.filter(pk=application.pk, closed_at=None).update(closed_at=timezone.now()):
        return
    _record(by, "close_application", application, after={"closed": True}, reason=reason)
    for client in clients:
        publish("client", client.client_id)


@transaction.atomic
def reopen_application(*, by: Actor, application: Application, reason: str = "") -> None:
    """Let the clients in again, with the credentials that have not ended meanwhile.

    :raises NotAllowedError: where it was closed too long ago.
    """
    clients = _lock_all(application)
    closed_at = Application.objects.get(pk=application.pk).closed_at
    if closed_at is None:
        return
    if not can_reopen(closed_at):
        raise NotAllowedError(_("The app was closed more than 30 days ago. Create a new one."))
    Application.objects.filter(pk=application.pk).update(closed_at=None)
    _record(by, "reopen_application", application, after={"closed": False}, reason=reason)
    for client in clients:
        publish("client", client.client_id)


def can_reopen(closed_at: datetime) -> bool:
    """Say whether an application that was closed then can still be reopened."""
    return timezone.now() - closed_at < REOPENING


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
    form_id: uuid.UUID | None = None,
) -> str:
    """Add a secret and return it: the only time that it can be read.

    `published_secret` is for the credentials that the documentation prints; all others are generated.

    :raises NotAllowedError: where the client has as many live secrets as it may have.
    :raises IntegrityError: where the form of this id has made one already; then nothing is created.
    """
    locked = _lock(client.pk)
    _refuse_too_many(locked)
    row, secret = _create_secret(by, locked, label, expires_at, form_id, published_secret)
    after = {"secret": row.pk, "last_four": row.last_four, "label": label, "expires_at": _moment(expires_at)}
    _record(by, "add_secret", locked, after=after)
    publish("client", locked.client_id)
    return secret


@transaction.atomic
def rotate_secret(
    *,
    by: Actor,
    secret: ClientSecret,
    overlap: timedelta | None,
    label: str = "",
    expires_at: datetime | None = None,
    form_id: uuid.UUID | None = None,
) -> str:
    """Put a new secret in the place of a live one, and return it: the only time that it can be read.

    The old one ends after `overlap`: at once for zero, by hand for None, and never later than it would have ended.

    :raises NotAllowedError: where the old secret has ended, or the client has as many live secrets as it may have.
    :raises IntegrityError: where the form of this id has made one already; then nothing is created.
    """
    client = _lock(secret.client_id)
    old = ClientSecret.objects.get(pk=secret.pk)
    if not is_live(old):
        raise NotAllowedError(_("This secret has ended already. Add a new one instead."))
    if overlap:
        _refuse_too_many(client)
    row, text = _create_secret(by, client, label, expires_at, form_id)
    before = _moment(old.expires_at)
    _replace(old, row, overlap)
    _record(
        by,
        "rotate_secret",
        client,
        before={"secret": old.pk, "last_four": old.last_four, "expires_at": before},
        after={
            "secret": row.pk,
            "last_four": row.last_four,
            "label": label,
            "expires_at": _moment(expires_at),
            "old_ends_at": _moment(old.revoked_at or old.expires_at),
        },
    )
    publish("client", client.client_id)
    return text


def _replace(old: ClientSecret, new: ClientSecret, overlap: timedelta | None) -> None:
    now = timezone.now()
    old.replaced_by = new
    if overlap:
        old.expires_at = min(old.expires_at or now + overlap, now + overlap)
    elif overlap is not None:
        old.revoked_at = now
    old.save(update_fields=["replaced_by", "expires_at", "revoked_at"])


def is_live(secret: ClientSecret) -> bool:
    """Say whether the secret opens the door."""
    return secret.revoked_at is None and (secret.expires_at is None or secret.expires_at > timezone.now())


@transaction.atomic
def revoke_secret(*, by: Actor, secret: ClientSecret, reason: str = "") -> None:
    """End a secret and the tokens that it obtained. Doing it twice changes nothing."""
    client = _lock(secret.client_id)
    if not ClientSecret.objects.filter(pk=secret.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return
    _record(by, "revoke_secret", client, before={"secret": secret.pk, "last_four": secret.last_four}, reason=reason)
    publish("client", client.client_id)


@transaction.atomic
def set_public_keys(
    *, by: Actor, client: Client, jwks: Mapping[str, Any] | None, url: str = "", due_at: datetime | None = None
) -> None:
    """Replace the client's public keys; `None` removes them. Tokens of keys that are gone end with them.

    With a `url` the keys are fetched from there again, from `due_at` on.

    :raises InvalidJWKSError: where the keys cannot be used.
    """
    if jwks is not None:
        check_jwks(jwks)
        jwks = public_part(jwks)
    locked = _lock(client.pk)
    before, old = {"keys": key_ids(locked.jwks), "url": locked.jwks_url}, locked.jwks
    locked.jwks, locked.jwks_url, locked.jwks_fault = dict(jwks) if jwks else None, url, ""
    locked.jwks_fetched_at, locked.jwks_due_at = (timezone.now(), due_at or timezone.now()) if url else (None, None)
    locked.save(update_fields=["jwks", "jwks_url", "jwks_fault", "jwks_fetched_at", "jwks_due_at"])
    after = {"keys": key_ids(locked.jwks), "url": url}
    if (old, before) != (locked.jwks, after):
        _record(by, "set_public_keys", locked, before=before, after=after)
        publish("client", locked.client_id)


def key_ids(jwks: Mapping[str, Any] | None) -> list[str]:
    """Return the ids of the keys of a set."""
    return [str(key.get("kid", "")) for key in (jwks or {}).get("keys", [])]


@transaction.atomic
def set_scopes(*, by: Actor, client: Client, scopes: Iterable[str], reason: str = "") -> None:
    """Name all the scopes that the client has. Tokens that carry another one end with it.

    :raises NotAllowedError: where a scope is unknown or not available in the client's environment.
    """
    locked = _lock(client.pk)
    wanted, before = in_order(set(scopes)), locked.scopes
    if refused := set(scopes) - set(available(locked.environment)):  # type: ignore[arg-type]
        raise NotAllowedError(f"not available in {locked.environment}: {', '.join(sorted(refused))}")
    if wanted == before:
        return
    locked.scopes = wanted
    locked.save(update_fields=["scopes"])
    _record(by, "set_scopes", locked, before={"scopes": before}, after={"scopes": wanted}, reason=reason)
    publish("client", locked.client_id)


@transaction.atomic
def set_facilities(*, by: Actor, client: Client, facilities: Iterable[str], reason: str = "") -> None:
    """Name all the facilities, by their codes, that a production client may send data for. None: it may send none.

    :raises NotAllowedError: for a sandbox client, whose facilities are a rule of the sandbox, and for what is no code.
    """
    wanted = sorted(set(facilities))
    if wrong := [code for code in wanted if not re.fullmatch(FACILITY_CODE, code)]:
        raise NotAllowedError(_("These are no codes of facilities: %(codes)s") % {"codes": ", ".join(wrong)})
    locked = _lock(client.pk)
    if locked.environment == SANDBOX:
        raise NotAllowedError(_("Only a production client speaks for facilities that are named."))
    before = locked.facilities
    if wanted == before:
        return
    locked.facilities = wanted
    locked.save(update_fields=["facilities"])
    _record(by, "set_facilities", locked, before={"facilities": before}, after={"facilities": wanted}, reason=reason)
    publish("client", locked.client_id)


@transaction.atomic
def suspend_client(*, by: Actor, client: Client, reason: str) -> None:
    """Refuse the client and all its tokens until it is restored. A member cannot take over an operator's suspension.

    :raises NotAllowedError: where no reason is given, or an operator has suspended it and a member wants to.
    """
    if not reason.strip():
        raise NotAllowedError(_("A suspension needs a reason: its developers will read it."))
    locked = _lock(client.pk)
    by_operator = by.kind != "user"
    if locked.suspended_by_operator and not by_operator:
        raise NotAllowedError(_("OpesCare has suspended this client already."))
    _suspend(locked, timezone.now(), reason, by_operator=by_operator)
    _record(by, "suspend_client", locked, after={"suspended": True, "by_operator": by_operator}, reason=reason)
    publish("client", locked.client_id)


@transaction.atomic
def restore_client(*, by: Actor, client: Client, reason: str = "") -> None:
    """End a suspension. What an operator suspended, only an operator restores.

    :raises NotAllowedError: where a member wants to restore what an operator suspended.
    """
    locked = _lock(client.pk)
    if locked.suspended_by_operator and by.kind == "user":
        raise NotAllowedError(_("OpesCare has suspended this client. Write to its support: only they can restore it."))
    before = {"reason": locked.suspended_reason}
    _suspend(locked, None, "", by_operator=False)
    _record(by, "restore_client", locked, before=before, after={"suspended": False}, reason=reason)
    publish("client", locked.client_id)


def _suspend(client: Client, at: datetime | None, reason: str, *, by_operator: bool) -> None:
    client.suspended_at, client.suspended_reason, client.suspended_by_operator = at, reason, by_operator
    client.save(update_fields=["suspended_at", "suspended_reason", "suspended_by_operator"])


def _create_secret(
    by: Actor,
    client: Client,
    label: str,
    expires_at: datetime | None,
    form_id: uuid.UUID | None,
    published_secret: str | None = None,
) -> tuple[ClientSecret, str]:
    secret = published_secret or secrets.generate(client.environment)  # type: ignore[arg-type]
    row = ClientSecret.objects.create(
        client=client,
        digest=secrets.digest(secret),
        label=label,
        last_four=secret[-4:],
        created_by=by.label,
        expires_at=expires_at,
        form_id=form_id,
    )
    return row, secret


def _refuse_too_many(client: Client) -> None:
    live = client.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
    if live.count() >= MAXIMUM_SECRETS:
        raise NotAllowedError(
            _("This client has %(number)s secrets that work, and may not have more. Revoke one that is not used.")
            % {"number": MAXIMUM_SECRETS}
        )


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _lock_all(application: Application) -> list[Client]:
    """Return all clients of the application, locked, in the order of their ids."""
    return list(Client.objects.select_for_update().filter(application=application).order_by("pk"))


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
        object_label=application.name,
        organisation_id=application.organisation_id,
        before=before,
        after=after,
        reason=reason,
    )
