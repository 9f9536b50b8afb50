"""Who may touch whom: a scope says what an app may do, this says to whom.

Data is sent for the facilities of a client's grant. A patient is read by an organisation that has a care relationship:
it resolved them, or holds a record of theirs, not too long ago; or that broke the glass. The sandbox has one facility
and a few patients for whom the same holds.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils import timezone
from limits import RateLimitItemPerHour
from rest_framework.request import Request

from portal.audit.calls import call_of
from portal.connect import glass
from portal.connect.datasets import visible_datasets
from portal.connect.models import Patient
from portal.connect.models.openings import OPEN_FOR
from portal.connect.synthetic.facilities import NOT_GRANTED
from portal.connect.synthetic.people import IN_CARE_ONLY
from portal.edge.environments import PRODUCTION
from portal.limits.rates import seconds_to_wait
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

STRANGERS = RateLimitItemPerHour(300, namespace="strangers")
"""How many patients who are unknown, or not in its care, a production client may ask for."""
PROBLEMS = ("no_care_relationship", "invalid_break_glass", "too_many_strangers")
CARE, GLASS, NOTHING = "care", "glass", ""


def require_facility(token: AccessToken, code: str) -> None:
    """Let a client send data for a facility of its grant; in the sandbox for any but the one that nobody is granted.

    Asked before anything is looked up or stored.

    :raises Problem: `facility_not_granted`.
    """
    granted = code in token.client.facilities if token.environment == PRODUCTION else code != NOT_GRANTED
    if not granted:
        raise Problem("facility_not_granted")


def nobody(token: AccessToken) -> Problem:
    """Return the problem of a patient who is not there."""
    return _refusal(token, Problem("not_found", "No patient that this token may see fits."))


def require_care(request: Request, health_id: str, patients: Sequence[int]) -> None:
    """Let the caller read the one patient of this Health ID, who has these ids.

    A relationship with an alias counts for the survivor, and the other way round.

    :raises Problem: one of `PROBLEMS`.
    """
    reason = glass.reason_of(request)
    token: AccessToken = request.auth  # type: ignore[assignment] # HasScope saw to it
    if token.environment != PRODUCTION and health_id not in IN_CARE_ONLY:
        return
    standing = _standing(token, patients)
    if standing == CARE:
        return
    if standing == NOTHING:
        if reason is None:
            raise _refusal(token, Problem("no_care_relationship"))
        glass.open_patient(token=token, patient_id=patients[0], reason=reason, request_id=call_of(request).request_id)
    call_of(request).break_glass = True


def _refusal(token: AccessToken, problem: Problem) -> Problem:
    """Count it in production: 403 and 404 together tell who exists, so that nobody may collect such answers."""
    if token.environment == PRODUCTION and (wait := seconds_to_wait(STRANGERS, token.client.client_id)):
        return Problem("too_many_strangers", headers={"Retry-After": str(wait)})
    return problem


def _standing(token: AccessToken, patients: Sequence[int]) -> str:
    """Return how the client's organisation stands to these patients, who are one: by one query where it knows them."""
    direct = _ask(token, patients)
    if direct == CARE:
        return CARE
    aliases = set(Patient.objects.filter(merged_into_id__in=patients).values_list("pk", flat=True)) - set(patients)
    return (_ask(token, [*patients, *aliases]) if aliases else NOTHING) or direct


def _ask(token: AccessToken, patients: Sequence[int]) -> str:
    now = timezone.now()
    moment = connection.ops.adapt_datetimefield_value
    since = moment(now - timedelta(days=settings.CARE_RELATIONSHIP_DAYS))
    own, client = visible_datasets(token)[0], token.client
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(len(patients)),
            [
                *patients, client.organisation_id, own, since,
                *patients, own, since, client.organisation_id,
                *patients, client.client_id, moment(now - OPEN_FOR),
            ],
        )  # fmt: skip
        [standing] = cursor.fetchone() or [NOTHING]
    return str(standing)


@lru_cache
def _statement(count: int) -> str:
    """Return the question about so many ids. By hand: Django takes longer to write it than a database to answer it.

    Each part is one look into the index of the patient: the plus keeps databases from that of the dataset, where nearly
    everything stands. What was taken back is no record of anybody.
    """
    ids = ", ".join(["%s"] * count)
    return f"""
        SELECT CASE
        WHEN EXISTS (
            SELECT 1 FROM connect_locallink
            WHERE patient_id IN ({ids}) AND organisation_id = %s AND +dataset_id = %s AND resolved_at > %s
        ) OR EXISTS (
            SELECT 1 FROM connect_record
            WHERE patient_id IN ({ids}) AND +dataset_id = %s AND updated_at > %s
            AND status NOT IN ('entered-in-error', 'cancelled')
            AND client_id IN (
                SELECT client_id FROM applications_client
                JOIN applications_application ON applications_application.id = application_id
                WHERE organisation_id = %s
            )
        ) THEN '{CARE}'
        WHEN EXISTS (
            SELECT 1 FROM connect_breakglassopening
            WHERE patient_id IN ({ids}) AND client_id = %s AND opened_at > %s
        ) THEN '{GLASS}'
        ELSE '{NOTHING}' END"""  # noqa: S608 - placeholders and constants alone
