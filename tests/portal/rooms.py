"""Every address of the site, and ids for what stands in them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.translation import override

from portal.accounts import invitation_actions, recovery_actions
from portal.accounts.models import Organisation, Role
from portal.accounts.recovery_links import stop_token
from portal.applications import actions as applications
from portal.applications.models import Application, ClientSecret
from portal.approvals import actions as approvals
from portal.approvals import reviewing
from portal.approvals.models import AccessRequest, Attachment
from portal.approvals.scenarios.actions import start_scenario
from portal.approvals.scenarios.catalogue import SCENARIOS
from portal.audit.models import ApiCall
from portal.connect.models import BreakGlassOpening, Dataset, MatchReview, Patient
from portal.usage.log import Place
from tests.approvals.requests import ANSWERS, SCOPES, reviewer
from tests.cast import BY_TEST, Cast, Person

OWNED = {
    "organisation_id",
    "application_id",
    "environment",
    "secret_id",
    "member_id",
    "invitation_id",
    "place",
    "match_id",
    "run_id",
    "access_id",
    "attachment_id",
}
"""What belongs to an organisation: for outsiders, no address with one of these exists."""
ROOTS = {"organisation_id", "application_id"}
"""Those that say whose it is; every other one must fit to it."""
PERSONAL = {"session_id", "pk"}
"""What belongs to one person: for everybody else it does not exist."""
FREE = {
    "slug",
    "code",
    "issuer_path",
    "token",
    "link",
    "recovery_id",
    "review_id",
    "opening_id",
    "reviewer_id",
    "live_client",
    "scenario",
    "section",
    "object_id",
    "app_label",
    "number",
    "tag",
    "operation_id",
    "schema",
    "document",
}
"""What is public, or secret itself, or looked at by a rule of its own."""
UNKNOWN = """tests/portal/rooms.py knows no value for <%s> in %s.
Add it to OWNED (it belongs to an organisation), PERSONAL (to one person) or FREE, and a value for it to `real_ids`."""

ANGLED = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Room:
    """One pattern of the URL map, in one language."""

    template: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]
    name: str

    @property
    def path(self) -> str:
        """Return the address without its language."""
        return self.template.removeprefix("fr/")

    @property
    def is_public(self) -> bool:
        """Say whether the view asks for no sign-in."""
        return not getattr(self.view, "login_required", True)

    @property
    def is_api(self) -> bool:
        return f"/{self.path}/".startswith(tuple(settings.API_PREFIXES))

    @property
    def is_reviewers(self) -> bool:
        return getattr(self.view, "reviewers_only", False)

    @property
    def is_staffs(self) -> bool:
        return self.path.startswith("review/") and not self.is_reviewers

    @property
    def is_operators(self) -> bool:
        return self.path.startswith("admin/")

    @property
    def is_owned(self) -> bool:
        return bool(OWNED & set(self.parameters)) and not self.is_reviewers  # they see those of all

    @property
    def is_personal(self) -> bool:
        return bool(PERSONAL & set(self.parameters))

    @property
    def nested(self) -> list[str]:
        """Return the ids below the organisation's or the application's own."""
        return [name for name in self.parameters if name in OWNED - ROOTS]

    def address(self, values: Mapping[str, Any]) -> str:
        """Return the address with these ids in it. Without a token the API answers all ids alike: there any will do."""
        if self.is_api:
            values = dict.fromkeys(self.parameters, "1")
        for name in self.parameters:
            if name not in values:
                pytest.fail(UNKNOWN % (name, self.template))
        return "/" + self.template % {name: values[name] for name in self.parameters}


def rooms(language: str) -> Iterator[Room]:
    """Return every pattern of the map, in this language."""
    with override(language):
        yield from _walk(get_resolver(), "", ())


def _walk(resolver: URLResolver, before: str, parameters: tuple[str, ...]) -> Iterator[Room]:
    for entry in resolver.url_patterns:
        converters = getattr(entry.pattern, "converters", {})
        text = before + ANGLED.sub(r"%(\1)s", str(entry.pattern).replace("%", "%%"))
        if isinstance(entry, URLResolver):
            yield from _walk(entry, text, parameters + tuple(converters))
        elif isinstance(entry, URLPattern):
            yield Room(text, parameters + tuple(converters), entry.callback, entry.name or "")


@dataclass
class Ids:
    """What stands in addresses: of the cast's organisation, and of another one."""

    ours: dict[str, Any]
    theirs: dict[str, Any]
    paula: Person
    """To whom the personal ids belong; she is in no organisation."""
    rita: Person
    """Who reviews requests; she is neither in an organisation nor of the staff."""


def real_ids(cast: Cast) -> Ids:
    """Create one of everything that an address can name, in both organisations."""
    paula = Person.called("Paula")
    other, _client, _secret = applications.start_application(
        by=BY_TEST, organisation=cast.elsewhere, name="Elsewhere LIS"
    )
    common = {
        "slug": "getting-started",
        "code": "token_missing",
        "issuer_path": "api/v1/connect",
        "scenario": "no-match-creates",
        "section": "care",
        "number": 1,
        "tag": "patients",
        "operation_id": "searchPatient",
        "schema": "Patient",
        "document": "none",
        "token": "x" * 43,
        "session_id": _session(paula),
        "pk": Authenticator.objects.create(
            user=paula.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
        ).pk,
    }
    recovery = recovery_actions.ask_for_recovery(by=BY_TEST, user=cast.bob.user, statement="lost my telephone")
    common |= {"recovery_id": recovery.public_id, "link": stop_token(recovery, cast.bob.user.pk)}
    common["review_id"] = _match(cast.organisation, cast.application).public_id
    common["opening_id"] = _opening(cast.application)
    common |= {"app_label": "audit", "object_id": cast.bob.user.pk}
    live = applications.create_client(by=BY_TEST, application=other, environment="production", scopes=["lab:push"])
    common["live_client"] = live.client_id
    rita = reviewer()
    common["reviewer_id"] = reviewer("Saul").user.reviewer.pk
    return Ids(
        common | _belongings(cast.organisation, cast.application, cast.bob, rita),
        common | _belongings(cast.elsewhere, other, cast.charlie, rita),
        paula,
        rita,
    )


def _belongings(organisation: Organisation, application: Application, member: Person, rita: Person) -> dict[str, Any]:
    invitation = invitation_actions.invite(
        by=BY_TEST, organisation=organisation, inviter=member.user, email="guest@example.net", role=Role.VIEWER
    )
    call = ApiCall.objects.create(
        at=timezone.now(),
        request_id=f"call-{application.pk}",
        client_id="x",
        application_id=application.pk,
        organisation_id=organisation.pk,
        environment="sandbox",
        method="POST",
        outcome="allowed",
        status=200,
        duration_us=1,
    )
    access = _asked(application, rita)
    return {
        "organisation_id": organisation.public_id,
        "application_id": application.public_id,
        "environment": "sandbox",
        "secret_id": ClientSecret.objects.get(client__application=application).pk,
        "member_id": organisation.memberships.get(user=member.user).pk,
        "invitation_id": invitation.pk,
        "place": str(Place.of(call)),
        "match_id": _match(organisation, application).public_id,
        "run_id": start_scenario(
            by=BY_TEST, application=application, scenario=SCENARIOS["no-match-creates"], user=None
        ).public_id,
        "access_id": access.public_id,
        "attachment_id": Attachment.objects.create(
            request=access,
            question="mandate",
            name="x.pdf",
            size=1,
            sha256="x",
            content=b"x",
            added_by="x",
            added_at=access.created_at,  # before it was submitted: reviewers have it too
        ).public_id,
    }


def _asked(application: Application, rita: Person) -> AccessRequest:
    """Return a request in the state in which both sides can do most."""
    request = approvals.start_request(by=BY_TEST, application=application, user=None)
    approvals.save_request(by=BY_TEST, request=request, answers=ANSWERS, scopes=SCOPES)
    approvals.submit(by=BY_TEST, request=request, user=None)
    reviewing.claim(by=BY_TEST, request=request, reviewer=rita.user)
    reviewing.ask_for_changes(by=BY_TEST, request=request, reviewer=rita.user, message="More, please.")
    return request


def _match(organisation: Organisation, application: Application) -> MatchReview:
    dataset, _created = Dataset.objects.get_or_create(kind=Dataset.APPLICATION, application=application)
    health_id = f"OPC-2026-X{dataset.patients.count():07}"
    patient = Patient.objects.create(
        dataset=dataset, health_id=health_id, given_name="Private", family_name="Person", sex="female",
        birth_date="1990-01-02", country="KE",
    )  # fmt: skip
    return MatchReview.objects.create(
        dataset=dataset, organisation=organisation, kind=MatchReview.AMBIGUOUS, patient=patient, candidates=[]
    )


def _opening(application: Application) -> UUID:
    production, _created = Dataset.objects.get_or_create(kind=Dataset.PRODUCTION)
    patient = Patient.objects.create(
        dataset=production, health_id="OPC-2026-OPENED01", given_name="Private", family_name="Person", sex="female",
        birth_date="1990-01-02", country="KE",
    )  # fmt: skip
    opening = BreakGlassOpening.objects.create(
        dataset=production, patient=patient, application=application, client_id="x", reason="unconscious, no papers"
    )
    return opening.public_id


def _session(person: Person) -> int:
    key = person.client.session.session_key
    return int(UserSession.objects.create(user=person.user, session_key=key, ip="127.0.0.1", user_agent="x").pk)
