"""Breaking the glass: one patient, opened to one client without a care relationship, for a reason that is looked at."""

import re

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from portal.accounts.models import User
from portal.audit.actions import Actor, record_decision
from portal.audit.calls import patient_hash
from portal.connect import locks
from portal.connect.datasets import own_dataset
from portal.connect.models import BreakGlassOpening
from portal.connect.models.openings import LONGEST_REASON, OPEN_FOR, SHORTEST_REASON
from portal.edge.environments import PRODUCTION
from portal.mail.sending import send
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

BARE = re.compile(r"[ !#-~][ -~]*")
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
HEADER = OpenApiParameter(
    "Break-Glass",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "In an emergency: why this patient must be read although they are not in your organisation's care, in "
        f"{SHORTEST_REASON} to {LONGEST_REASON} printable ASCII characters, in double quotes or bare, such as "
        '`"unconscious, no papers"`. Opens the patient to this client for 15 minutes and alerts reviewers. Where there '
        "is a care relationship, it does nothing."
    ),
)


def reason_of(request: Request) -> str | None:
    """Return the reason that was sent, None where there is none.

    :raises Problem: `invalid_break_glass`.
    """
    sent = request.META.get("HTTP_BREAK_GLASS")
    if sent is None:
        return None
    if quoted := QUOTED.fullmatch(sent):
        reason = re.sub(r"\\(.)", r"\1", quoted[1]).strip()
    elif BARE.fullmatch(sent):
        reason = str(sent).strip()
    else:
        raise Problem("invalid_break_glass")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Problem("invalid_break_glass")
    return reason


@transaction.atomic
def open_patient(*, token: AccessToken, patient_id: int, reason: str, request_id: str) -> None:
    """Open the patient to the client, once: two calls at the same time make one opening and one alert."""
    client = token.client
    locks.hold([f"glass:{client.client_id}:{patient_id}"])
    known = BreakGlassOpening.objects.filter(patient_id=patient_id, client_id=client.client_id)
    if known.filter(opened_at__gt=timezone.now() - OPEN_FOR).exists():
        return
    opening = BreakGlassOpening.objects.create(
        dataset_id=own_dataset(token),
        patient_id=patient_id,
        application_id=client.application_id,
        client_id=client.client_id,
        reason=reason,
        request_id=request_id,
    )
    if token.environment == PRODUCTION:
        _alert(opening)


def _alert(opening: BreakGlassOpening) -> None:
    """Write to the staff. The mail says neither who the patient is nor why: a mailbox is no place for either."""
    for reviewer in User.objects.filter(is_staff=True, is_active=True).order_by("pk"):
        context = {"user": reviewer, "application": opening.application, "opening": opening}
        send(to=reviewer.email, template="break_glass/opened", context=context, language=reviewer.language)


def may_look_at(staff: User, opening: BreakGlassOpening) -> bool:
    """Say whether this member of the staff may: nobody reviews their own organisation."""
    return staff.is_staff and not staff.memberships.filter(organisation=opening.application.organisation_id).exists()


@transaction.atomic
def look_at(*, by: Actor, opening: BreakGlassOpening, note: str) -> bool:
    """Note that somebody has looked at an opening, and what they found; return False where somebody has before."""
    locked = BreakGlassOpening.objects.select_for_update(of=("self",)).get(pk=opening.pk)
    if locked.looked_at:
        return False
    locked.looked_at, locked.looked_at_by, locked.note = timezone.now(), by.label, note
    locked.save(update_fields=["looked_at", "looked_at_by", "note"])
    record_decision(
        by=by,
        verb="connect.look_at_opening",
        object_type="break_glass_opening",
        object_id=locked.public_id,
        object_label=str(locked.application),
        organisation_id=locked.application.organisation_id,
        after={"patient": patient_hash(locked.patient.health_id)},
    )
    return True
