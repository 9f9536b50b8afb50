"""Public keys that a client publishes itself: fetched when it names their address, every few hours, and when an
unknown key signs. Whatever goes wrong, the keys that are there stay, and the page says what it was."""

import json
from datetime import timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as noop

from portal.applications import actions
from portal.applications.jwks import InvalidJWKSError, check_jwks, public_part
from portal.applications.models import Client
from portal.audit.actions import Actor
from portal.outbound.fetching import OutboundError, fetch

EVERY = timedelta(hours=6)
AFTER_A_FAULT = timedelta(minutes=15)
AFTER_AN_UNKNOWN_KEY = timedelta(minutes=1)
"""Strangers can make up key ids: so often, and no more often, do they make us ask."""
LARGEST = 65_536
ACCEPTED = "application/jwk-set+json, application/json"
BY = Actor.system("key refresh")


class FetchedKeysError(Exception):
    """There is no usable key set at the address. Its text is English and stands in the catalogue of words."""


def fetch_keys(url: str) -> dict[str, Any]:
    """Return the key set at this address.

    :raises FetchedKeysError: with the reason.
    """
    try:
        with translation.override("en"):  # what is kept is translated when it is shown
            answer = fetch(url, max_bytes=LARGEST, accept=ACCEPTED)
            if answer.status != 200:
                raise FetchedKeysError(noop("The server did not answer with 200."))
            keys = json.loads(answer.body)
            check_jwks(keys)
    except (OutboundError, InvalidJWKSError) as exc:
        raise FetchedKeysError(str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise FetchedKeysError(noop("What stands at this address is not JSON.")) from exc
    return public_part(keys)


def use_address(*, by: Actor, client: Client, url: str) -> None:
    """Fetch the keys at this address now, and let the client use them from now on.

    :raises FetchedKeysError: where they cannot be used; then nothing is changed.
    """
    actions.set_public_keys(by=by, client=client, jwks=fetch_keys(url), url=url, due_at=timezone.now() + EVERY)


def want_refresh(client_id: str) -> None:
    """Have the keys of this client fetched soon: an assertion named one that is not known here."""
    now = timezone.now()
    rested = Q(jwks_fetched_at=None) | Q(jwks_fetched_at__lt=now - AFTER_AN_UNKNOWN_KEY)
    Client.objects.filter(rested, client_id=client_id, jwks_due_at__gt=now).update(jwks_due_at=now)


def refresh_due(stopping: Event | None = None) -> int:
    """Fetch what is due, each address by one worker at a time; return how many were asked."""
    asked = 0
    while not (stopping and stopping.is_set()):
        now = timezone.now()
        due = Client.objects.filter(jwks_due_at__lte=now).order_by("jwks_due_at").first()
        if due is None:
            break
        mine = Client.objects.filter(pk=due.pk, jwks_due_at=due.jwks_due_at)
        if mine.update(jwks_due_at=now + AFTER_A_FAULT):
            refresh(due)
            asked += 1
    return asked


def refresh(client: Client) -> None:
    """Fetch the client's keys; on a fault keep the old ones and note it."""
    url = client.jwks_url
    same = Client.objects.filter(pk=client.pk, jwks_url=url)
    try:
        keys = fetch_keys(url)
    except FetchedKeysError as exc:
        now = timezone.now()
        same.update(jwks_fault=str(exc), jwks_fetched_at=now, jwks_due_at=now + AFTER_A_FAULT)
        return
    with transaction.atomic():
        if same.select_for_update().exists():  # else somebody has chosen another address meanwhile
            actions.set_public_keys(by=BY, client=client, jwks=keys, url=url, due_at=timezone.now() + EVERY)
