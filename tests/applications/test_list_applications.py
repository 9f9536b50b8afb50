"""The list of apps."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions as accounts
from portal.accounts.models import Role
from portal.applications import actions
from portal.applications.models import Application, Client
from tests.applications.pages import text_of, used
from tests.cast import BY_TEST, Cast, Person

LIST = "/applications/"


def test_a_new_user_is_asked_for_an_organisation_and_told_why(cast: Cast) -> None:
    answer = Person.called("Newcomer").client.get(LIST, follow=True)
    assert answer.redirect_chain[-1][0] == "/organisations/new/"
    assert "Apps belong to an organisation" in text_of(answer)


@pytest.mark.parametrize(
    ("role", "said", "not_said"),
    [
        (Role.OWNER, "Or invite the colleague", "You may look at apps"),
        (Role.DEVELOPER, "Create app", "Or invite the colleague"),
        (Role.VIEWER, "You may look at apps here, not create them", "Create app"),
    ],
)
def test_an_empty_list_says_what_to_do_first(cast: Cast, role: str, said: str, not_said: str) -> None:
    somebody = Person.called("Somebody")
    accounts.add_member(by=BY_TEST, organisation=cast.elsewhere, user=somebody.user, role=role)
    text = text_of(somebody.client.get(LIST))
    assert said in text
    assert not_said not in text


def test_every_app_shows_its_state(cast: Cast) -> None:
    actions.suspend_client(by=BY_TEST, client=cast.sandbox_client, reason="leak")
    closed = actions.create_application(by=BY_TEST, organisation=cast.organisation, name="Old one")
    actions.close_application(by=BY_TEST, application=closed)
    text = text_of(cast.vera.client.get(LIST))
    assert "St. Raphael HIS Connect API Sandbox: suspended" in text
    assert "Old one Connect API Closed" in text
    assert "Elsewhere" not in text


def test_the_newest_call_of_each_app_is_shown(cast: Cast) -> None:
    assert "last call" not in text_of(cast.alice.client.get(LIST))
    used(cast.sandbox_client, "secret:1", hours_ago=3)
    assert "last call 3 hours ago" in text_of(cast.alice.client.get(LIST))


def test_apps_of_another_organisation_are_one_click_away(cast: Cast) -> None:
    accounts.add_member(by=BY_TEST, organisation=cast.elsewhere, user=cast.alice.user, role=Role.VIEWER)
    actions.create_application(by=BY_TEST, organisation=cast.elsewhere, name="Theirs")
    page = cast.alice.client.get(LIST)
    assert f"?organisation={cast.organisation.public_id}" in page.content.decode()
    theirs = text_of(cast.alice.client.get(f"{LIST}?organisation={cast.elsewhere.public_id}"))
    assert "Theirs" in theirs


@pytest.mark.parametrize("words", ["a\0b", "'; --", "%", "x" * 5_000])
def test_words_that_no_app_is_called_find_none(cast: Cast, words: str) -> None:
    assert "No app of this organisation" in text_of(cast.alice.client.get(LIST, {"q": words}))


def test_ten_thousand_apps_are_paged_and_found_by_name_quickly(cast: Cast) -> None:
    made = Application.objects.bulk_create(
        Application(organisation=cast.organisation, name=f"App {number:05}") for number in range(10_000)
    )
    Client.objects.bulk_create(
        Client(application=one, environment="sandbox", client_id=f"c{number}") for number, one in enumerate(made)
    )
    cast.alice.client.get(LIST)
    for path, said in (
        (LIST, "Page 1 of 401"),
        (f"{LIST}?page=401", "Page 401 of 401"),
        (f"{LIST}?page=x", "Page 1 of 401"),
        (f"{LIST}?q=app+0999", "App 09990"),
        (f"{LIST}?q=no+such", "No app of this organisation"),
    ):
        with CaptureQueriesContext(connection) as queries:
            taken = min(timed(cast, path) for _ in range(3))
        assert said in text_of(cast.alice.client.get(path)), path
        assert len(queries) <= 30, path  # three times ten
        assert taken < 0.1, (path, taken)


def timed(cast: Cast, path: str) -> float:
    started = time.perf_counter()
    assert cast.alice.client.get(path).status_code == 200
    return time.perf_counter() - started
