"""Saving what two people may edit at once: the second is told, instead of overwriting what the first has saved."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from portal.approvals import actions
from portal.approvals.models import AccessRequest
from portal.approvals.moving import lock
from portal.audit.actions import Actor


class ChangedMeanwhileError(Exception):
    """Somebody else has saved the same page since it was opened."""


def mark_of_answers(request: AccessRequest, keys: Iterable[str]) -> str:
    """Return what stands for the saved answers to these questions."""
    return _mark({key: request.answers.get(key) for key in keys})


def mark_of_scopes(request: AccessRequest) -> str:
    """Return what stands for the saved scopes and reasons."""
    return _mark(dict(request.scopes.values_list("scope", "reason")))


@transaction.atomic
def save_answers(
    *, by: Actor, request: AccessRequest, answers: Mapping[str, Any], keys: Iterable[str], seen: str
) -> None:
    """Save these answers, of the page with these questions, as it was when its mark was `seen`.

    :raises ChangedMeanwhileError: where it is not any more.
    :raises NotAllowedError: where the request cannot be changed.
    """
    if mark_of_answers(lock(request), keys) != seen:
        raise ChangedMeanwhileError
    actions.save_request(by=by, request=request, answers=answers)


@transaction.atomic
def save_scopes(*, by: Actor, request: AccessRequest, scopes: Mapping[str, str], seen: str) -> None:
    """Save these scopes with their reasons; as `save_answers`."""
    if mark_of_scopes(lock(request)) != seen:
        raise ChangedMeanwhileError
    actions.save_request(by=by, request=request, scopes=scopes)


def _mark(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:24]
