"""Who is signed in and with which client: for nobody else, and never with a secret."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal.accounts.models import Role
from portal.applications import actions as applications
from portal.applications.models import Application, Client, ClientSecret
from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.console.clients import OFFERED
from portal.console.models import ChosenClient
from tests.cast import BY_TEST, PASSWORD, Cast

JSON = {"Accept": "application/json"}


def own(browser: Browser) -> dict[str, Any]:
    answer = browser.get("/console/own/", headers=JSON)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def pick(browser: Browser, client_id: str) -> Any:
    return browser.post("/console/choose/", {"client": client_id}, headers=JSON)


def another(cast: Cast, name: str) -> Client:
    return applications.start_application(by=BY_TEST, organisation=cast.organisation, name=name)[1]


def ids(state: dict[str, Any]) -> list[str]:
    return [app["client_id"] for app in state["apps"]]


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_owners_and_developers_see_the_client_of_the_newest_app(cast: Cast, who: str) -> None:
    newer = another(cast, "Ward tablets")
    state = own(getattr(cast, who).client)
    assert state["name"] == who.capitalize()
    assert state["chosen"]["client_id"] == newer.client_id
    assert state["chosen"]["credentials"] == f"/applications/{newer.application.public_id}/"
    assert ids(state) == [newer.client_id, cast.sandbox_client.client_id]


@pytest.mark.parametrize("who", ["vera", "charlie", "sam"])
def test_viewers_and_outsiders_see_the_published_client(cast: Cast, who: str) -> None:
    state = own(getattr(cast, who).client)
    assert (state["chosen"], state["apps"]) == (None, [])
    assert "<select" not in state["header"]
    assert "<details" in state["header"]


def test_the_answer_is_stored_nowhere_and_holds_no_secret(cast: Cast) -> None:
    answer = cast.alice.client.get("/console/own/", headers=JSON)
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert cast.secret not in text
    assert cast.client_secret.digest not in text
    for client in (answer.json()["chosen"], *answer.json()["apps"]):
        assert client.keys() == {"client_id", "name", "organisation", "credentials", "scopes"}


def test_a_script_that_is_signed_out_is_told_so_and_a_reader_is_sent_to_the_form(cast: Cast) -> None:
    for path in ("/console/own/", "/fr/console/own/"):
        refused = cast.nobody.get(path, headers=JSON)
        assert (refused.status_code, refused.json()) == (401, {"error": "signed_out"})
        assert "no-store" in refused["Cache-Control"]
    assert cast.nobody.get("/console/client/")["Location"].startswith("/accounts/login/?next=")
    for path in ("/console/choose/", "/console/token/"):
        assert cast.nobody.post(path, headers=JSON).status_code == 401


@pytest.mark.parametrize("who", ["alice", "vera"])
def test_members_of_its_organisation_see_the_production_secret_of_the_demo(cast: Cast, who: str) -> None:
    browser = getattr(cast, who).client
    assert production_secret(browser) is None, "it does not exist here"
    publish(cast)
    answer = browser.get("/console/production-secret/", headers=JSON)
    assert answer.json() == {"client_secret": DEMO_PRODUCTION_CLIENT.client_secret}
    assert "no-store" in answer["Cache-Control"]
    [secret] = ClientSecret.objects.filter(client__client_id=DEMO_PRODUCTION_CLIENT.client_id)
    applications.revoke_secret(by=BY_TEST, secret=secret)
    assert production_secret(browser) is None


def test_nobody_else_sees_it_and_in_a_deployment_nobody_at_all(cast: Cast, settings: Settings) -> None:
    publish(cast)
    assert [production_secret(person.client) for person in (cast.charlie, cast.sam)] == [None, None]
    assert cast.nobody.get("/console/production-secret/", headers=JSON).status_code == 401
    settings.DEVELOPMENT = False
    assert production_secret(cast.alice.client) is None
    page = cast.alice.client.get("/guides/getting-started/").content.decode()
    assert DEMO_PRODUCTION_CLIENT.client_id in page
    assert DEMO_PRODUCTION_CLIENT.client_secret not in page


def publish(cast: Cast) -> None:
    """Let the published production client be of the cast's organisation."""
    live = applications.create_client(
        by=BY_TEST,
        application=cast.application,
        environment="production",
        scopes=DEMO_PRODUCTION_CLIENT.scopes,
        client_id=DEMO_PRODUCTION_CLIENT.client_id,
    )
    applications.add_secret(by=BY_TEST, client=live, published_secret=DEMO_PRODUCTION_CLIENT.client_secret)


def production_secret(browser: Browser) -> str | None:
    found: str | None = browser.get("/console/production-secret/", headers=JSON).json()["client_secret"]
    return found


def test_a_picked_client_is_kept_for_its_user_alone(cast: Cast) -> None:
    newer = another(cast, "Ward tablets")
    state = pick(cast.alice.client, cast.sandbox_client.client_id).json()
    assert state["chosen"]["client_id"] == cast.sandbox_client.client_id
    assert own(cast.alice.client)["chosen"]["client_id"] == cast.sandbox_client.client_id
    assert own(cast.bob.client)["chosen"]["client_id"] == newer.client_id


def test_the_published_client_can_be_picked_too(cast: Cast) -> None:
    assert pick(cast.alice.client, "").json()["chosen"] is None
    state = own(cast.alice.client)
    assert state["chosen"] is None
    assert ids(state) == [cast.sandbox_client.client_id]
    assert pick(cast.alice.client, cast.sandbox_client.client_id).json()["chosen"]


@pytest.mark.parametrize("who", ["vera", "charlie", "sam"])
def test_somebody_elses_client_cannot_be_picked(cast: Cast, who: str) -> None:
    assert pick(getattr(cast, who).client, cast.sandbox_client.client_id).status_code == 404
    assert not ChosenClient.objects.exists()


@pytest.mark.parametrize("client_id", ["demo_dev_sandbox", "nothing", "x" * 500, "\x00"])
def test_an_unknown_client_cannot_be_picked(cast: Cast, client_id: str) -> None:
    assert pick(cast.alice.client, client_id).status_code == 404


def test_a_production_client_cannot_be_picked(cast: Cast) -> None:
    live = applications.create_client(
        by=BY_TEST, application=cast.application, environment="production", scopes=["patient:read"]
    )
    assert live.client_id not in ids(own(cast.alice.client))
    assert pick(cast.alice.client, live.client_id).status_code == 404


def test_a_suspended_client_gives_way_until_it_is_restored(cast: Cast) -> None:
    other = another(cast, "Ward tablets")
    pick(cast.alice.client, cast.sandbox_client.client_id)
    applications.suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="test")
    assert own(cast.alice.client)["chosen"]["client_id"] == other.client_id
    assert pick(cast.alice.client, cast.sandbox_client.client_id).status_code == 404
    applications.restore_client(by=BY_TEST, client=cast.sandbox_client)
    assert own(cast.alice.client)["chosen"]["client_id"] == cast.sandbox_client.client_id


def test_a_closed_app_is_not_offered(cast: Cast) -> None:
    Application.objects.filter(pk=cast.application.pk).update(closed_at=cast.application.created_at)
    assert own(cast.alice.client)["apps"] == []


def test_whoever_becomes_a_viewer_loses_the_choice(cast: Cast) -> None:
    pick(cast.bob.client, cast.sandbox_client.client_id)
    cast.bob.user.memberships.update(role=Role.VIEWER)
    assert own(cast.bob.client)["chosen"] is None


def test_of_many_apps_the_newest_and_the_chosen_are_offered(cast: Cast) -> None:
    for number in range(OFFERED + 5):
        another(cast, f"App {number}")
    pick(cast.alice.client, cast.sandbox_client.client_id)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        state = own(cast.alice.client)
    assert len(queries) <= 10
    assert len(state["apps"]) == OFFERED
    assert state["chosen"]["client_id"] in ids(state)
    assert "App 24" in state["header"]


def test_names_are_written_as_text(cast: Cast) -> None:
    another(cast, "<script>alert(1)</script>")
    state = own(cast.alice.client)
    assert "<script>" not in state["header"]
    assert "&lt;script&gt;" in state["header"]


def test_a_form_from_elsewhere_changes_nothing(cast: Cast) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = cast.alice.client.cookies
    for path in ("/console/choose/", "/console/token/"):
        assert browser.post(path, {"client": cast.sandbox_client.client_id}, headers=JSON).status_code == 403
    csrf = own(browser)["csrf"]
    headers = {**JSON, "X-CSRFToken": csrf}
    assert browser.post("/console/choose/", {"client": ""}, headers=headers).status_code == 200


def test_without_a_script_the_client_is_chosen_on_a_page(cast: Cast) -> None:
    newer = another(cast, "Ward tablets")
    text = cast.alice.client.get("/console/client/").content.decode()
    main = text.partition("<main")[2]
    assert 'href="/guides/getting-started/"' in main.partition("</main>")[0], "there is a way back"
    for client in (newer, cast.sandbox_client):
        assert f'value="{client.client_id}"' in text
    answer = cast.alice.client.post("/console/choose/", {"client": cast.sandbox_client.client_id}, follow=True)
    assert answer.redirect_chain == [("/console/client/", 302)]
    assert "Samples show the sandbox client of St. Raphael HIS." in answer.content.decode()
    assert f'value="{cast.sandbox_client.client_id}" checked' in answer.content.decode()


def test_the_page_has_a_search_a_second_page_and_words_for_nothing(cast: Cast) -> None:
    for number in range(OFFERED + 1):
        another(cast, f"App {number}")
    first = cast.alice.client.get("/console/client/").content.decode()
    assert "App 20" in first
    assert "St. Raphael HIS</label>" not in first
    second = cast.alice.client.get("/console/client/?page=2").content.decode()
    assert cast.sandbox_client.client_id in second
    assert cast.sandbox_client.client_id in cast.alice.client.get("/console/client/?q=raphael+his").content.decode()
    assert "No app of yours has “zebra”" in cast.alice.client.get("/console/client/?q=zebra").content.decode()
    assert "You have no app yet" in cast.vera.client.get("/console/client/").content.decode()
    for words in ("\0", "a" * 60_000):
        assert cast.alice.client.get("/console/client/", {"page": "x", "q": words}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/guides/getting-started/", "/fr/guides/getting-started/", "/errors/"])
def test_a_public_page_is_the_same_for_everybody_and_asks_for_nobody(cast: Cast, path: str) -> None:
    for_strangers = cast.nobody.get(path)
    cast.alice.client.cookies["signed_in"] = "1"
    with CaptureQueriesContext(connection) as queries:
        for_alice = cast.alice.client.get(path)
    assert len(queries) == 0
    assert for_alice.content == for_strangers.content
    assert for_alice["ETag"] == for_strangers["ETag"]
    assert not for_alice.has_header("Set-Cookie")
    assert not for_alice.cookies
    assert for_alice["Vary"] == "Accept-Encoding"
    assert for_alice["Cache-Control"] == "public, max-age=60"


def test_signing_in_leaves_a_mark_without_content_and_signing_out_takes_it_away(cast: Cast) -> None:
    signed_in = cast.nobody.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})
    mark = signed_in.cookies["signed_in"]
    assert (mark.value, mark["httponly"], mark["samesite"], mark["path"]) == ("1", "", "Lax", "/")
    assert own(cast.nobody)["name"] == "Alice"
    signed_out = cast.nobody.post("/accounts/logout/")
    assert signed_out.cookies["signed_in"].value == ""
    assert signed_out.cookies["signed_in"]["max-age"] == 0


def test_whoever_has_not_accepted_the_terms_is_not_taken_for_signed_out(cast: Cast) -> None:
    cast.alice.user.accepted_terms.all().delete()
    answer = cast.alice.client.get("/console/own/", headers=JSON)
    assert (answer.status_code, answer.json()) == (403, {"error": "terms_not_accepted"})
    assert "signed_in" not in answer.cookies
