"""Facts that the code knows, for use in guides as `{{ name }}`. No page repeats one of them by hand."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from portal.accounts.invitation_actions import VALID as INVITATION_VALID
from portal.accounts.recovery_policies import SILENT
from portal.applications.actions import MAXIMUM_SECRETS, REOPENING
from portal.applications.fetched_keys import EVERY as KEYS_FETCHED_EVERY
from portal.applications.jwks import MAXIMUM_KEYS
from portal.applications.models import MAXIMUM_TOKEN_LIFETIME, TOKEN_LIFETIME
from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT
from portal.applications.rotation import QUIET
from portal.applications.secrets import PATTERN
from portal.applications.tasks import REMINDED
from portal.approvals.answer_checks.contacts import VALID as CONTACT_VALID
from portal.approvals.attachments import LARGEST as ATTACHMENT_LARGEST
from portal.approvals.attachments import MOST as ATTACHMENTS
from portal.approvals.evidence.items import DAYS as EVIDENCE_DAYS
from portal.approvals.grants.attesting import AHEAD as ATTESTED_AHEAD
from portal.approvals.grants.deadlines import REMINDED as GRANT_REMINDED
from portal.approvals.grants.deadlines import UNOPENED
from portal.approvals.grants.probing import LIFETIME as PROBE_LIFETIME
from portal.approvals.scenarios.actions import LONGEST as SCENARIO_LONGEST
from portal.approvals.unanswered import REMINDED as ANSWER_REMINDED
from portal.connect.access import STRANGERS
from portal.connect.faults import LONGEST
from portal.connect.idempotency import KEPT as ANSWERS_KEPT
from portal.connect.matching import NAME_GATE
from portal.connect.models.openings import LONGEST_REASON, OPEN_FOR, SHORTEST_REASON
from portal.connect.paging import PAGE
from portal.connect.resolving import MOST_CANDIDATES
from portal.connect.serializers.resolve import MOST_ITEMS as RESOLVED_AT_ONCE
from portal.connect.synthetic import COUNT
from portal.connect.synthetic.facilities import NOT_GRANTED, places
from portal.connect.terminology.atc import MEDICINES
from portal.connect.terminology.icd10 import CONDITIONS
from portal.connect.terminology.loinc import TESTS
from portal.console.tokens import LIFETIME as RUN_LIFETIME
from portal.edge.environments import PRODUCTION, SANDBOX, Environment, base_url
from portal.limits.failures import FAILURES
from portal.oauth.client_authentication import ASSERTION_LIFETIME
from portal.oauth.keys import JWKS_MAX_AGE, PUBLISHED_AHEAD
from portal.oauth.tokens import issuer

VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
SHOWN = {
    "answer.invalid_client": "createToken.wrong_secret",
    "answer.insufficient_scope": "searchPatient.missing_scope",
    "answer.invalid_body": "searchPatientByIdentifier.number_without_system",
    "answer.introspection": "introspectToken.live_token",
    "answer.ambiguous_match": "resolvePatient.ambiguous_pair",
    "answer.local_number_reused": "resolvePatient.reused_number",
    "answer.resolved_batch": "resolvePatientBatch.three_people",
    "answer.no_care_relationship": "searchPatient.not_in_care",
    "answer.invalid_record": "pushEncounter.unknown_field",
    "answer.own_encounter": "getEncounter.own",
}
"""Recorded answers that a page shows without a call of its own."""


def variables() -> dict[str, str]:
    """Return every variable and its value on this deployment."""
    kinds = Counter(place.kind for place in places())
    return {
        "sandbox.base_url": base_url(SANDBOX),
        "sandbox.issuer": issuer(SANDBOX),
        "sandbox.metadata": _metadata(SANDBOX),
        "sandbox.jwks": settings.PUBLIC_URL + reverse("jwks-sandbox"),
        "sandbox.client_id": SANDBOX_CLIENT.client_id,
        "sandbox.client_secret": SANDBOX_CLIENT.client_secret,
        "sandbox.patients": str(COUNT),
        **{f"sandbox.{kind.replace('-', '_')}": str(found) for kind, found in kinds.items()},
        "sandbox.not_granted": NOT_GRANTED,
        "sandbox.medicines": str(len(MEDICINES)),
        "sandbox.tests": str(len(TESTS)),
        "sandbox.conditions": str(len(CONDITIONS)),
        "sandbox.countries": str(len({place.town.country for place in places()})),
        "demo.client_id": DEMO_SANDBOX_CLIENT.client_id,
        "demo.client_secret": DEMO_SANDBOX_CLIENT.client_secret,
        "production.base_url": base_url(PRODUCTION),
        "production.issuer": issuer(PRODUCTION),
        "production.metadata": _metadata(PRODUCTION),
        "production.jwks": settings.PUBLIC_URL + reverse("jwks-production"),
        "production.client_id": DEMO_PRODUCTION_CLIENT.client_id,
        "token.lifetime": str(TOKEN_LIFETIME),
        "token.lifetime_maximum": str(MAXIMUM_TOKEN_LIFETIME),
        "assertion.lifetime": str(ASSERTION_LIFETIME),
        "token.run": str(RUN_LIFETIME),
        "jwks.max_age": str(JWKS_MAX_AGE),
        "jwks.hours": _hours(KEYS_FETCHED_EVERY),
        "jwks.keys": str(MAXIMUM_KEYS),
        "secret.pattern": PATTERN.pattern,
        "secret.maximum": str(MAXIMUM_SECRETS),
        "secret.reminders": _list(REMINDED),
        "rotation.quiet": _hours(QUIET),
        "invitation.days": str(INVITATION_VALID.days),
        "recovery.silent": str(SILENT.days),
        "app.reopening": str(REOPENING.days),
        "care.days": str(settings.CARE_RELATIONSHIP_DAYS),
        "glass.minutes": _minutes(OPEN_FOR),
        "glass.shortest": str(SHORTEST_REASON),
        "glass.longest": str(LONGEST_REASON),
        "strangers.hour": str(STRANGERS.amount),
        "idempotency.hours": _hours(ANSWERS_KEPT),
        "page.size": str(PAGE),
        "resolve.batch": str(RESOLVED_AT_ONCE),
        "match.names": str(NAME_GATE),
        "match.candidates": str(MOST_CANDIDATES),
        "keys.published_ahead": _minutes(PUBLISHED_AHEAD),
        **_production_access(),
        "limit.body": f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB",
        "limit.failures": str(FAILURES.amount),
        "fault.longest": str(LONGEST),
        "limit.client": str(settings.RATE_LIMIT_CLIENT),
        "limit.published": str(settings.RATE_LIMIT_PUBLISHED),
        "limit.address": str(settings.RATE_LIMIT_ADDRESS),
        **_answers(),
    }


def _production_access() -> dict[str, str]:
    return {
        "review.days": str(settings.REVIEW_TARGET_DAYS),
        "answer.days": str(settings.ANSWER_DAYS),
        "unused.days": str(settings.UNUSED_DAYS),
        "attachment.most": str(ATTACHMENTS),
        "attachment.size": str(ATTACHMENT_LARGEST // 1024 // 1024),
        "evidence.days": str(EVIDENCE_DAYS),
        "scenario.minutes": _minutes(SCENARIO_LONGEST),
        "contact.days": str(CONTACT_VALID.days),
        "probe.minutes": _minutes(PROBE_LIFETIME),
        "reattest.days": str(settings.REATTEST_DAYS),
        "grant.unopened": _list(UNOPENED),
        "grant.reminders": _list(GRANT_REMINDED),
        "answer.reminders": _list(ANSWER_REMINDED),
        "reattest.ahead": str(ATTESTED_AHEAD.days),
        "reattest.grace": str(settings.REATTEST_GRACE_DAYS),
    }


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _minutes(time: timedelta) -> str:
    return str(int(time.total_seconds() // 60))


def _hours(time: timedelta) -> str:
    return str(int(time.total_seconds() // 3600))


def _metadata(environment: Environment) -> str:
    """Return the address of the issuer's metadata (RFC 8414, section 3.1)."""
    parts = urlsplit(issuer(environment))
    return f"{parts.scheme}://{parts.netloc}{reverse('metadata', args=[parts.path.removeprefix('/')])}"


def _answers() -> dict[str, str]:
    """Return the bodies of `SHOWN`; one that has not been recorded yet is empty."""
    recorded = json.loads(settings.RECORDINGS.read_text())
    bodies = {name: recorded.get(key, {}).get("body", {}) for name, key in SHOWN.items()}
    return {name: json.dumps(body, indent=2, ensure_ascii=False) for name, body in bodies.items()}


def unknown_variable(text: str, values: Mapping[str, str]) -> re.Match[str] | None:
    """Return the first variable of the text that does not exist, None where all do."""
    return next((match for match in VARIABLE.finditer(text) if match[1] not in values), None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every variable replaced; all must exist."""
    return VARIABLE.sub(lambda match: values[match[1]], text)
