"""Requests in each state, made by the verbs that the pages use."""

from typing import Any

from portal.approvals import actions, reviewing
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.reviewing import Terms
from portal.audit.actions import Actor
from tests.cast import Cast, Person

BY_REVIEWER = Actor("staff", "Rita of OpesCare", "1", "192.0.2.7")
BY_DEVELOPER = Actor("user", "Bob", "2", "192.0.2.8")
SCOPES = {"encounter:push": "Visits, as they end.", "facility:sync": "Our wards, once an hour."}
ANSWERS: dict[str, Any] = {
    "facilities": [{"code": "NG-LOS-H1", "name": "Marina General"}, {"code": "NG-LOS-C9", "name": ""}],
    "mandate": "We run both.",
    "volume": "under_1k",
    "data_held": "Health IDs, for as long as the record.",
    "storage": "Our own server room, Lagos",
    "leaves_country": "no",
    "privacy_policy": "https://st-raphael.example/privacy",
    "key_storage": "In the vault of the hospital.",
    "breach": "The duty officer decides; OpesCare is told within 4 hours.",
    "security_contact": "security@st-raphael.example",
}


def reviewer(name: str = "Rita") -> Person:
    """Return somebody new who reviews."""
    person = Person.called(name)
    Reviewer.objects.create(user=person.user, added_by="test")
    return person


def draft(cast: Cast, **scopes: str) -> AccessRequest:
    """Return a draft in which everything is answered."""
    request = actions.start_request(by=BY_DEVELOPER, application=cast.application, user=cast.bob.user)
    actions.save_request(by=BY_DEVELOPER, request=request, answers=ANSWERS, scopes=scopes or SCOPES)
    request.refresh_from_db()
    return request


def submitted(cast: Cast, **scopes: str) -> AccessRequest:
    """Return a request that waits in the queue."""
    request = draft(cast, **scopes)
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    request.refresh_from_db()
    return request


def claimed(cast: Cast, by: Person, **scopes: str) -> AccessRequest:
    """Return a request that this reviewer works on."""
    request = submitted(cast, **scopes)
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=by.user)
    request.refresh_from_db()
    return request


def approved(cast: Cast, by: Person, terms: Terms | None = None, **scopes: str) -> AccessRequest:
    """Return a request that was granted for Marina General."""
    request = claimed(cast, by, **scopes)
    terms = terms or Terms(facilities=["NG-LOS-H1"])
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=by.user, terms=terms)
    request.refresh_from_db()
    return request
