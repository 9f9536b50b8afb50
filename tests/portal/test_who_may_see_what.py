"""The whole URL map, walked by everybody. No address is listed here: what is true of one follows from its view and ids.

* A view that is not marked `login_not_required` sends strangers to the sign-in.
* An address with an id of an organisation (`OWNED`) demands a permission, by `membership_for` or `application_for`.
  Outsiders, staff among them, get 404; members get 403 unless their role allows what it demands.
* A form of an organisation demands more than `May.SEE`, unless its view is marked `about_oneself`.
* An address with an id of a person (`PERSONAL`) exists for that person alone.
* One below `review/` exists for reviewers alone where its view is marked `reviewers_only`, else for the staff alone.
* The API below its prefixes knows no sessions.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from portal.accounts import policies
from portal.accounts.models import Membership
from portal.accounts.policies import ALLOWED, May
from tests.cast import Cast, Person
from tests.portal.rooms import Ids, Room, real_ids, rooms

METHODS = ("GET", "POST")
REFUSED = {400, 401, 403, 404, 405, 406, 411, 415, 422}
NOT_ALLOWED, NOT_FOUND, NO_METHOD = 403, 404, 405
VARIES = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|name="form_id" value="[\w-]+"|value="[\w-]{36}"')
LANGUAGES = ("en", "fr")


@pytest.fixture
def ids(cast: Cast) -> Ids:
    cast.organisation.name = "Unpublished Hospital"  # the cast's own name stands in examples
    cast.application.name = "Unpublished HIS"
    cast.organisation.save()
    cast.application.save()
    return real_ids(cast)


class Answer:
    """What somebody got."""

    def __init__(self, response: Any, demanded: list[May]) -> None:
        self.status: int = response.status_code
        self.goes_to: str = response.headers.get("Location", "")
        body = b"".join(response.streaming_content) if response.streaming else response.content
        self.text = VARIES.sub("", body.decode())
        self.demanded = demanded


class Walker:
    """Asks as somebody, and undoes what the asking did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._demanded: list[May] = []
        allowed = policies.may

        def note(membership: Membership, what: May) -> bool:
            self._demanded.append(what)
            return allowed(membership, what)

        monkeypatch.setattr(policies, "may", note)  # `require` asks it; views that ask have imported their own

    def ask(self, browser: Browser, method: str, address: str) -> Answer:
        with self._undone(browser):
            self._demanded.clear()
            return Answer(browser.generic(method, address), list(self._demanded))

    @contextmanager
    def _undone(self, browser: Browser) -> Iterator[None]:
        cookies = copy(browser.cookies)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        browser.cookies = cookies


@pytest.fixture
def walker(monkeypatch: pytest.MonkeyPatch) -> Walker:
    return Walker(monkeypatch)


def all_rooms(language: str) -> list[Room]:
    found = list(rooms(language))
    assert len(found) > 60, "the walk has lost its way"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_strangers_see_public_pages_alone(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    faults = []
    for room in all_rooms(language):
        for method in METHODS:
            answer = walker.ask(Browser(raise_request_exception=False), method, room.address(ids.ours))
            faults += [f"{method} /{room.template}: {fault}" for fault in faults_for_strangers(room, answer, cast)]
    assert faults == []


def faults_for_strangers(room: Room, answer: Answer, cast: Cast) -> Iterator[str]:
    if answer.status >= 500:
        yield f"status {answer.status}"
    if room.is_api:
        if answer.status not in REFUSED and reverse("guide", args=["getting-started"]) not in answer.goes_to:
            yield f"the API answers {answer.status} without a token"
        return
    if room.is_public:
        if room.is_owned or room.is_personal or room.is_staffs or room.is_reviewers or room.is_operators:
            yield "is public, but belongs to somebody"
        yield from (f"says {word}" for word in private_words(cast) if word in answer.text)
    elif not (answer.status == 302 and reverse("account_login") in answer.goes_to):
        yield f"answers {answer.status} and not with the sign-in"


def private_words(cast: Cast) -> list[str]:
    people = [person.user.email for person in cast.everybody()]
    return [*people, cast.organisation.name, cast.application.name, cast.sandbox_client.client_id, cast.secret]


@pytest.mark.parametrize("language", LANGUAGES)
def test_for_outsiders_nothing_of_an_organisation_exists(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    faults = []
    for room in filter(lambda one: one.is_owned, all_rooms(language)):
        address = room.address(ids.ours)
        for method in METHODS:
            insider = walker.ask(cast.alice.client, method, address)
            for person in (cast.charlie, cast.sam, ids.paula, ids.rita):
                answer = walker.ask(person.client, method, address)
                if not no_such_page(answer, insider):
                    faults.append(f"{method} /{room.template}: {person.user} gets {answer.status}")
    assert faults == []


def no_such_page(answer: Answer, insider: Answer) -> bool:
    """Say whether this tells an outsider nothing: 404, or a method that nobody may use."""
    return answer.status == NOT_FOUND or answer.status == insider.status == NO_METHOD


@pytest.mark.parametrize("language", LANGUAGES)
def test_members_may_what_their_role_allows(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    faults = []
    for room in filter(lambda one: one.is_owned, all_rooms(language)):
        address = room.address(ids.ours)
        for method in METHODS:
            owner = walker.ask(cast.alice.client, method, address)
            found = [*faults_for_owner(owner)]
            for person, role in ((cast.bob, "developer"), (cast.vera, "viewer")):
                answer = walker.ask(person.client, method, address)
                found += [f"{role}: {fault}" for fault in faults_for_member(role, answer, owner)]
            faults += [f"{method} /{room.template}: {fault}" for fault in found]
    assert faults == []


def faults_for_owner(answer: Answer) -> Iterator[str]:
    # Who owns it cannot ask to be made an owner: there the page says whom to ask.
    refused = answer.status == NOT_ALLOWED and answer.demanded != [May.SEE]
    if answer.status >= 500 or answer.status == NOT_FOUND or refused:
        yield f"owner: status {answer.status}"
    if answer.status != NO_METHOD and not answer.demanded:
        yield "demands no permission: begin with membership_for(…) or application_for(…)"


def faults_for_member(role: str, answer: Answer, owner: Answer) -> Iterator[str]:
    may = set(owner.demanded) <= ALLOWED[role]
    if answer.status >= 500:
        yield f"status {answer.status}"
    if may and answer.status != owner.status:
        yield f"status {answer.status}, the owner has {owner.status}"
    if not may and answer.status not in {NOT_ALLOWED, NO_METHOD}:
        yield f"status {answer.status} without {', '.join(owner.demanded)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_viewers_change_nothing_and_see_no_credential(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    faults = []
    last_four = f"…{cast.secret[-4:]}"
    for room in all_rooms(language):
        address = room.address(ids.ours)
        shown = {method: walker.ask(cast.vera.client, method, address) for method in METHODS}
        for method, answer in shown.items():
            if cast.secret in answer.text or last_four in answer.text:
                faults.append(f"{method} /{room.template}: shows a credential")
        if not room.is_owned or getattr(room.view, "about_oneself", False):
            continue
        post, get = shown["POST"], shown["GET"]
        if post.status not in {NOT_ALLOWED, NO_METHOD} and (post.status, post.text) != (get.status, get.text):
            faults.append(f"POST /{room.template}: a viewer's form is answered with {post.status}")
    assert faults == []


def test_owners_do_see_credentials(cast: Cast, ids: Ids, walker: Walker) -> None:
    """So that the test above looks for something."""
    shown = [room for room in all_rooms("en") if room.is_owned]
    last_four = f"…{cast.secret[-4:]}"
    texts = [walker.ask(cast.bob.client, "GET", room.address(ids.ours)).text for room in shown]
    assert sum(last_four in text for text in texts) >= 3


def test_ids_of_another_organisation_open_nothing(cast: Cast, ids: Ids, walker: Walker) -> None:
    """Alice's organisation and Charlie's secret, member, invitation or call in one address; and the other way round."""
    faults, seen = [], set()
    for room in all_rooms("en"):
        for name in room.nested:
            if ids.ours[name] == ids.theirs[name]:
                continue
            seen.add(name)
            for mine, foreign, browser in (
                (ids.ours, ids.theirs, cast.alice.client),
                (ids.theirs, ids.ours, cast.charlie.client),
            ):
                for method in METHODS:
                    right = walker.ask(browser, method, room.address(mine))
                    wrong = walker.ask(browser, method, room.address({**mine, name: foreign[name]}))
                    if not no_such_page(wrong, right):
                        faults.append(f"{method} /{room.template}: <{name}> of another gets {wrong.status}")
    assert faults == []
    assert seen >= {"secret_id", "member_id", "invitation_id", "place", "match_id"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_one_persons_is_nobody_elses(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    faults = []
    for room in filter(lambda one: one.is_personal, all_rooms(language)):
        address = room.address(ids.ours)
        for method in METHODS:
            own = walker.ask(ids.paula.client, method, address)
            if own.status >= 400 and own.status != NO_METHOD:
                faults.append(f"{method} /{room.template}: its owner gets {own.status}")
            for person in (*cast.everybody(), ids.rita):
                answer = walker.ask(person.client, method, address)
                if not no_such_page(answer, own):
                    faults.append(f"{method} /{room.template}: {person.user} gets {answer.status}")
    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_staffs_pages_are_the_staffs(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    """Reviewers who are no staff are strangers there."""
    others = [cast.alice, cast.bob, cast.vera, cast.charlie, ids.rita]
    staffs = [room for room in all_rooms(language) if room.is_staffs]
    assert [*faults_at_the_desk(staffs, ids, walker, cast.sam, others)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reviewers_pages_are_the_reviewers(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    """The staff who are no reviewers are strangers there."""
    others = [*cast.everybody(), ids.paula]
    theirs = [room for room in all_rooms(language) if room.is_reviewers]
    assert [*faults_at_the_desk(theirs, ids, walker, ids.rita, others)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_operators_pages_are_the_operators(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    """The staff who are no operators are strangers there, and so is who has the flag and is no staff."""
    others = [*cast.everybody(), ids.paula, ids.rita, Person.called("Sunday", is_superuser=True)]
    theirs = [room for room in all_rooms(language) if room.is_operators]
    olga = Person.called("Olga", is_staff=True, is_superuser=True)
    assert [*faults_at_the_desk(theirs, ids, walker, olga, others)] == []


def faults_at_the_desk(
    found: list[Room], ids: Ids, walker: Walker, insider: Person, others: list[Person]
) -> Iterator[str]:
    assert found
    for room in found:
        for method in METHODS:
            inside = walker.ask(insider.client, method, room.address(ids.ours))
            if inside.status >= 400 and inside.status != NO_METHOD:
                yield f"{method} /{room.template}: {insider.user} gets {inside.status}"
            for person in others:
                answer = walker.ask(person.client, method, room.address(ids.ours))
                if not no_such_page(answer, inside):
                    yield f"{method} /{room.template}: {person.user} gets {answer.status}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_breaks_anything(cast: Cast, ids: Ids, walker: Walker, language: str) -> None:
    """The rest: pages for everybody who is signed in, public pages for those who are, the API with their cookies."""
    faults = []
    for room in all_rooms(language):
        for person in (cast.alice, cast.vera, cast.charlie, cast.sam, ids.rita):
            for method in METHODS:
                answer = walker.ask(person.client, method, room.address(ids.ours))
                if answer.status >= 500:
                    faults.append(f"{method} /{room.template}: {person.user} gets {answer.status}")
                if room.is_api and answer.status not in REFUSED and "/guides/" not in answer.goes_to:
                    faults.append(f"{method} /{room.template}: a session opens the API: {answer.status}")
    assert faults == []
