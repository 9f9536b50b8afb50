"""What the demo shows: organisations in each state, OpesCare HIS approved, by the verbs that everybody uses."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from portal.accounts.models import Membership, Organisation, User
from portal.accounts.published import OWNER, PASSWORD, PEOPLE, STAFF
from portal.applications import actions as applications
from portal.applications.actions import close_application, set_facilities
from portal.applications.models import Application, Client, ClientSecret
from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT
from portal.approvals.answer_checks.models import AnswerCheck
from portal.approvals.models import AccessRequest, AgreementAcceptance, Grant, Message, Review, SubmittedVersion
from portal.approvals.questionnaire import questionnaire
from portal.approvals.states import State
from portal.audit.models import ApiCall, Decision
from portal.connect.models import Dataset, Facility, Patient, Record
from portal.connect.synthetic.facilities import NOT_GRANTED
from portal.console.clients import chosen_client
from portal.mail.models import OutgoingMail
from portal.management.commands.demo import OPERATOR
from portal.management.demonstration.histories import HISTORIES
from portal.management.demonstration.preparing import prepare
from portal.management.published import ensure_client
from tests.callers import bearer
from tests.connect.pushing import encounter

ALL = (
    *(User, Organisation, Membership, Application, Client, ClientSecret, Dataset, Record),
    *(AccessRequest, SubmittedVersion, Review, Message, Grant, AgreementAcceptance, Decision, ApiCall),
)
PUBLISHED = {"client_id": DEMO_PRODUCTION_CLIENT.client_id, "client_secret": DEMO_PRODUCTION_CLIENT.client_secret}


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in ALL}


@pytest.fixture
def demo(sandbox: None) -> None:
    prepare(OPERATOR)


def request_of(application: str) -> AccessRequest:
    return AccessRequest.objects.get(application__name=application)


@pytest.mark.usefixtures("demo")
def test_a_request_stands_in_every_state_that_needs_no_time() -> None:
    found = Counter(AccessRequest.objects.values_list("state", flat=True))
    assert set(found) == set(State) - {State.EXPIRED}
    for request in AccessRequest.objects.exclude(state=State.DRAFT):
        assert set(request.versions.get().answers) == {
            question.key for question in questionnaire().asked_of(request.application.integration)
        }
    assert request_of("St. Raphael Pharmacy").answers.keys() == {"facilities", "mandate"}
    assert request_of("Kumasi EMR").reviews.filter(proposed=True, undone_at=None).exists()
    question = request_of("St. Raphael HIS").messages.get()
    assert (question.asks, question.answered_at, question.about) == (True, None, "question:breach")


@pytest.mark.usefixtures("demo")
def test_opescare_his_is_approved_by_two_who_are_not_its_own() -> None:
    request = request_of(DEMO_PRODUCTION_CLIENT.application)
    assert request.state == State.APPROVED
    reviewers = {review.reviewer for review in request.reviews.all()}
    assert len(reviewers) == 2
    assert not Membership.objects.filter(organisation=request.application.organisation, user__in=reviewers).exists()
    assert request.grant.client.client_id == DEMO_PRODUCTION_CLIENT.client_id
    assert set(request.grant.client.scopes) == set(DEMO_PRODUCTION_CLIENT.scopes)
    assert "NG-LOS-H1" in request.grant.facilities
    assert NOT_GRANTED not in request.grant.facilities
    assert request.grant.opened_by == STAFF.name
    assert not request.grant.client.secrets.exclude(last_four=DEMO_PRODUCTION_CLIENT.client_secret[-4:]).exists()
    assert AgreementAcceptance.objects.filter(organisation=request.application.organisation).exists()
    assert request.grant.probes.filter(finished_at=None).exists(), "a worker looks whether it works"


def test_the_published_production_client_acts_for_the_demos_facilities(api: Browser, demo: None) -> None:
    token = bearer(api, **PUBLISHED)
    person = {"source": "his", "local_number": "1", "given_name": "Asha", "family_name": "Mollel", "sex": "female"}
    send: dict[str, Any] = {"content_type": "application/json", **token}
    resolved = api.post("/v1/connect/patients/resolve", {**person, "birth_date": "1999-03-02"}, **send)
    health_id = resolved.json()["health_id"]
    answers = [
        api.post("/v1/connect/records/encounters", encounter(health_id=health_id, facility_code=code), **send)
        for code in ("GH-ACC-H1", "NG-LOS-P2", NOT_GRANTED)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 403]


@pytest.mark.usefixtures("demo")
def test_again_it_changes_nothing() -> None:
    before = counts()
    prepare(OPERATOR)
    assert counts() == before


@pytest.mark.usefixtures("demo")
def test_what_somebody_has_changed_stays_as_it_is() -> None:
    pharmacy = Application.objects.get(name="St. Raphael Pharmacy")
    applications.change_application(by=OPERATOR, application=pharmacy, name="Ours")
    shelf = Application.objects.get(name="Shelf Sync")
    close_application(by=OPERATOR, application=shelf)
    published = Client.objects.get(client_id=DEMO_PRODUCTION_CLIENT.client_id)
    set_facilities(by=OPERATOR, client=published, facilities=["GH-ACC-H1"])
    before = counts()
    prepare(OPERATOR)
    assert counts() == before
    published.refresh_from_db()
    assert published.facilities == ["GH-ACC-H1"]


def test_a_demo_of_before_is_brought_up(sandbox: None) -> None:
    """Two published clients with their secrets, three people, no request; somebody has pushed a record meanwhile."""
    for published in (DEMO_SANDBOX_CLIENT, DEMO_PRODUCTION_CLIENT):
        ensure_client(OPERATOR, published)
    his = Application.objects.get(name=DEMO_SANDBOX_CLIENT.application)
    Dataset.objects.create(kind=Dataset.APPLICATION, application=his)
    secrets = ClientSecret.objects.count()
    prepare(OPERATOR)
    assert request_of(DEMO_PRODUCTION_CLIENT.application).state == State.APPROVED
    assert request_of(DEMO_SANDBOX_CLIENT.application).state == State.CHANGES_REQUESTED
    assert not ApiCall.objects.filter(application_id=his.pk).exists(), "nobody calls into a sandbox that is in use"
    assert ClientSecret.objects.count() > secrets
    grant = request_of(DEMO_PRODUCTION_CLIENT.application).grant
    assert grant.opened_at
    assert bearer(Browser(), **PUBLISHED), "the published secret still works"
    before = counts()
    prepare(OPERATOR)
    assert counts() == before


@pytest.mark.usefixtures("demo")
def test_nobody_gets_a_mail_and_nobody_but_those_printed_can_sign_in() -> None:
    assert not OutgoingMail.objects.exists()
    waiting = AnswerCheck.objects.filter(kind="verified", done_at=None)
    assert {check.request.application.name for check in waiting} == {DEMO_SANDBOX_CLIENT.application}
    printed = {person.email for person in PEOPLE}
    for user in User.objects.all():
        assert user.check_password(PASSWORD) == (user.email in printed)
        assert user.has_usable_password() == (user.email in printed)


@pytest.mark.usefixtures("demo")
def test_its_calls_were_judged_as_any_other_and_left_nothing_behind() -> None:
    statuses = Counter(ApiCall.objects.values_list("status", flat=True))
    assert statuses.keys() >= {200, 201, 409, 422}
    assert not {status for status in statuses if status >= 500} | {401} & statuses.keys()
    assert not Record.objects.exclude(dataset__kind=Dataset.FIXTURES).exists()
    assert not Patient.objects.exclude(dataset__kind=Dataset.FIXTURES).exists()
    assert not Facility.objects.exclude(dataset__kind=Dataset.FIXTURES).exists()
    kumasi = request_of("Kumasi EMR")
    assert ApiCall.objects.filter(application_id=kumasi.application_id, scope="patient:read", status=200).exists()
    assert kumasi.versions.get().evidence


@pytest.mark.usefixtures("demo")
def test_the_samples_of_its_people_stay_what_they_were() -> None:
    amina = chosen_client(User.objects.get(email=OWNER.email))
    assert amina is not None
    assert amina.client_id == DEMO_SANDBOX_CLIENT.client_id
    assert User.objects.get(email=STAFF.email).is_staff


def test_it_is_told_with_an_operators_own_questionnaire_too(sandbox: None, settings: Settings, tmp_path: Path) -> None:
    settings.QUESTIONNAIRE = tmp_path / "questions.toml"
    words = '{ en = "x", fr = "x" }'
    kinds = ("facilities", "text", "paragraph", "email", "url", "number", "yes", "choice")
    questions = [
        f'[[section.question]]\nkey = "our_{kind}"\nkind = "{kind}"\nlabel = {words}\n'
        + (f'choices = [{{ value = "only", label = {words} }}]\n' if kind == "choice" else "")
        for kind in kinds
    ]
    head = f'version = "1"\n[[section]]\nkey = "all"\ntitle = {words}\n'
    settings.QUESTIONNAIRE.write_text(head + "".join(questions))
    prepare(OPERATOR)
    assert AccessRequest.objects.count() == len(HISTORIES)
    assert request_of("Ward Book").versions.get().answers["our_choice"] == "only"
