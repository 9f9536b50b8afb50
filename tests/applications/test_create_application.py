"""Creating an app: working sandbox credentials at once, and the secret in one answer only."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client as Browser
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.applications import actions
from portal.applications.models import Application, ClientSecret
from portal.applications.scopes import available
from portal.audit.models import Decision
from tests.applications.pages import hidden, secrets_in, send, status_with, text_of, the_secret, token_of
from tests.cast import BY_TEST, PASSWORD, Cast, Person, sign_in

pytestmark = pytest.mark.usefixtures("sandbox")


def form_of(cast: Cast) -> str:
    return f"/applications/new/{cast.organisation.public_id}/"


def create(person: Person, cast: Cast, **fields: str) -> Any:
    return send(person.client, form_of(cast), **{"name": "Ward tablets", "integration": "widget", **fields})


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_an_app_comes_with_a_sandbox_client_that_works_at_once(cast: Cast, who: str) -> None:
    answer = create(getattr(cast, who), cast, description="For the wards", home_page="https://example.org/tablets")
    application = Application.objects.get(name="Ward tablets")
    assert (application.integration, application.home_page) == ("widget", "https://example.org/tablets")
    [client] = application.clients.all()
    assert (client.environment, client.scopes) == ("sandbox", list(available("sandbox")))
    secret = the_secret(answer)
    assert client.client_id in answer.content.decode()
    token = token_of(cast.nobody, client.client_id, secret).json()["access_token"]
    assert status_with(cast.nobody, token) == 200
    verbs = Decision.objects.order_by("pk").values_list("verb", "actor_label")
    assert {verb for verb, label in verbs if label == who.title()} == {
        "applications.create_application",
        "applications.create_client",
        "applications.add_secret",
    }


def test_the_samples_are_filled_in_in_every_language(cast: Cast) -> None:
    answer = create(cast.alice, cast)
    page, secret = answer.content.decode(), the_secret(answer)
    panels = page.split('class="code-panel"')[1:]
    assert len(panels) == 10
    for panel in panels[:5]:
        assert secret in panel
    assert all("OPC-2024-DEMO1" in panel for panel in panels[5:])


def test_the_answer_is_kept_by_nobody(cast: Cast) -> None:
    answer = create(cast.alice, cast)
    assert "no-store" in answer["Cache-Control"]
    assert "ETag" not in answer


def test_sending_the_form_twice_makes_one_app_and_shows_no_secret_again(cast: Cast) -> None:
    page = cast.alice.client.get(form_of(cast))
    fields = {**hidden(page), "name": "Twice", "integration": "sdk"}
    secret = the_secret(cast.alice.client.post(form_of(cast), fields))
    again = cast.alice.client.post(form_of(cast), fields)
    assert again.status_code == 409
    assert secrets_in(again) == set()
    assert f"…{secret[-4:]}" in text_of(again)
    assert Application.objects.filter(name="Twice").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_app(cast: Cast) -> None:
    """Both forms arrive before either has been answered."""
    fields = {"form_id": str(uuid.uuid4()), "name": "Twice", "integration": "sdk"}
    browsers = [sign_in(cast.alice.user) for _ in range(2)]
    ready, answers = threading.Barrier(2), []

    def click(browser: Browser) -> None:
        ready.wait()
        answers.append(browser.post(form_of(cast), fields))
        connections.close_all()

    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        # One connection cannot be in two threads: the second form is sent while the first is being answered.
        past_the_first_look(browsers, fields, form_of(cast), answers)
    else:
        threads = [threading.Thread(target=click, args=[browser]) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sum(len(secrets_in(answer)) for answer in answers) == 1
    assert Application.objects.filter(name="Twice").count() == 1
    assert ClientSecret.objects.filter(form_id=fields["form_id"]).count() == 1


def past_the_first_look(browsers: list[Browser], fields: dict[str, str], path: str, answers: list[Any]) -> None:
    """Let the second form pass the first look: only the database's constraint stops it."""
    from portal.applications import shown_once, views

    looked, asked = shown_once.shown_already, []

    def blind(request: Any, error: Any, form_id: Any) -> Any:
        asked.append(error)
        return looked(request, error, form_id) if error else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "shown_already", blind)
        answers += [browser.post(path, fields) for browser in browsers]
    assert any(asked)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"home_page": "http://example.org"}, "begins with https://"),
        ({"home_page": "https://me:secret@example.org/"}, "holds no password"),
        ({"integration": "telepathy"}, "Select a valid choice"),
    ],
)
def test_a_form_that_is_not_right_says_why_and_keeps_what_was_typed(
    cast: Cast, fields: dict[str, str], said: str
) -> None:
    answer = create(cast.alice, cast, description="kept", **fields)
    assert said in text_of(answer)
    assert "kept" in answer.content.decode()
    assert not Application.objects.filter(description="kept").exists()


def test_every_integration_has_a_plain_line_and_the_page_says_what_works_today(cast: Cast) -> None:
    page = cast.alice.client.get(form_of(cast))
    assert page.content.decode().count('type="radio"') == 5
    assert text_of(page).count("In preparation.") == 4
    assert "the Connect API works today" in text_of(page)


def test_viewers_and_outsiders_create_nothing(cast: Cast) -> None:
    fields = {"name": "Mine", "integration": "sdk"}
    assert cast.vera.client.post(form_of(cast), fields).status_code == 403
    assert cast.charlie.client.post(form_of(cast), fields).status_code == 404
    assert cast.nobody.post(form_of(cast), fields).status_code == 302
    assert not Application.objects.filter(name="Mine").exists()


def test_whoever_signed_in_long_ago_is_asked_again_first(cast: Cast) -> None:
    late = sign_in(cast.alice.user, seconds_ago=1201)
    answer = late.post(form_of(cast), {"name": "Late", "integration": "sdk"})
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer["Location"]
    assert not Application.objects.filter(name="Late").exists()
    assert sign_in(cast.alice.user, seconds_ago=590).get(form_of(cast)).status_code == 200


def test_the_form_is_not_lost_while_the_password_is_asked_for(cast: Cast) -> None:
    """Allauth keeps what was sent, and goes on with it; the answer is as fleeting as any other that shows a secret."""
    late = sign_in(cast.alice.user, seconds_ago=1201)
    page = sign_in(cast.alice.user).get(form_of(cast))
    asked = late.post(form_of(cast), {**hidden(page), "name": "Resumed", "integration": "sdk"})
    answer = late.post(asked["Location"], {"password": PASSWORD})
    secret = the_secret(answer)
    assert "no-store" in answer["Cache-Control"]
    client = Application.objects.get(name="Resumed").clients.get()
    assert token_of(cast.nobody, client.client_id, secret).status_code == 200
    assert secrets_in(late.post(asked["Location"], {"password": PASSWORD}, follow=True)) == set()


def test_an_organisation_that_has_just_been_closed_gets_no_app(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.elsewhere.pk).update(closed_at=timezone.now())
    with pytest.raises(actions.NotAllowedError):
        actions.start_application(by=BY_TEST, organisation=cast.elsewhere, name="Too late")
    assert not cast.elsewhere.applications.exists()
