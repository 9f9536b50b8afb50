"""The request log: what stands in it, for whom, filtered and in pages."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.applications import actions
from portal.applications.clients import clients
from portal.applications.feed import feed
from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect.models import Patient
from portal.oauth import tokens
from portal.usage import log
from portal.usage.counting import count
from tests.callers import SEARCH_URL, TOKEN_URL, token
from tests.cast import BY_TEST, Cast, Person
from tests.usage.histories import a_call, ago, some_calls, write

PERSON = "OPC-2024-DEMO1"


@pytest.fixture
def address(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/log/"


def own_token(api: Client, cast: Cast, **parameters: str) -> str:
    return token(api, client_id=cast.sandbox_client.client_id, client_secret=cast.secret, **parameters)


def search(api: Client, bearer: str, health_id: str = PERSON, **headers: str) -> int:
    headers["Authorization"] = f"Bearer {bearer}"
    return api.get(SEARCH_URL, {"health_id": health_id}, headers=headers).status_code


def read(person: Person, address: str, **filters: Any) -> str:
    answer = person.client.get(address, filters)
    assert answer.status_code == 200
    return answer.content.decode()


def places(html: str) -> list[str]:
    return re.findall(r'<tr data-place="([^"]+)"', html)


def statuses(html: str) -> list[int]:
    return [int(text) for text in re.findall(r'class="status status-\d">(\d+)<', html)]


def test_every_call_stands_in_the_log_the_newest_first(api: Client, cast: Cast, address: str) -> None:
    bearer = own_token(api, cast)
    assert search(api, bearer) == 200
    assert search(api, bearer, "nobody") == 400
    html = read(cast.alice, address)
    assert statuses(html) == [400, 200, 200]
    assert "GET /connect/patient/search" in html
    assert "POST /connect/auth/token" in html
    assert f"…{cast.secret[-4:]}" in html
    assert "The Health ID is not valid" in html
    assert "127.0.0.1" in html


def test_what_was_refused_before_the_door_stands_in_it_too(api: Client, cast: Cast, address: str) -> None:
    """A wrong secret, a token of a revoked secret, an expired one: the developer looks here first."""
    bearer = own_token(api, cast)
    known = clients.get(cast.sandbox_client.client_id)
    assert known
    expired, _ = tokens.issue(known, f"secret:{cast.client_secret.pk}", "patient:read", lifetime=-1)
    assert search(api, expired) == 401
    wrong = {"grant_type": "client_credentials", "client_id": cast.sandbox_client.client_id, "client_secret": "wrong"}
    assert api.post(TOKEN_URL, wrong, content_type="application/json").status_code == 401
    actions.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    feed.reset()  # a second has passed
    clients.reset()
    assert search(api, bearer) == 401
    html = read(cast.alice, address)
    assert statuses(html) == [401, 401, 401, 200]
    for title in ("The client could not be authenticated", "The access token has expired", "The access token is not"):
        assert title in html


def test_calls_of_others_do_not(api: Client, cast: Cast, address: str) -> None:
    assert search(api, token(api)) == 200
    assert search(api, "nonsense") == 401
    assert places(read(cast.alice, address)) == []


def test_who_sees_it(api: Client, cast: Cast, address: str) -> None:
    search(api, own_token(api, cast))
    place = places(read(cast.alice, address))[0]
    for path in (address, f"{address}rows/", f"{address}{place}/"):
        for person in (cast.alice, cast.bob, cast.vera):
            assert person.client.get(path).status_code == 200
        assert cast.charlie.client.get(path).status_code == 404
        assert cast.nobody.get(path).status_code == 302
        assert cast.alice.client.post(path).status_code == 405


def test_a_viewer_reads_the_calls_but_not_which_secrets_there_are(api: Client, cast: Cast, address: str) -> None:
    search(api, own_token(api, cast))
    html = read(cast.vera, address)
    assert len(places(html)) == 2
    assert f"…{cast.secret[-4:]}" not in html
    assert "A secret" in html
    assert f"…{cast.secret[-4:]}" not in read(cast.vera, f"{address}{places(html)[0]}/")
    asked = cast.vera.client.get(address, {"client": f"secret:{cast.client_secret.pk}"}).content.decode()
    assert places(asked) == []


def test_no_person_stands_in_it(api: Client, cast: Cast, address: str) -> None:
    bearer = own_token(api, cast)
    [(*_, patient)] = Patient.objects.filter(health_id=PERSON).bodies()
    search(api, bearer)
    api.get(f"/api/v1/connect/patients/{PERSON}", headers={"Authorization": f"Bearer {bearer}"})
    html = read(cast.alice, address)
    everything = html + read(cast.alice, f"{address}rows/")
    for place in places(html):
        everything += read(cast.alice, f"{address}{place}/")
    everything += read(cast.alice, address.replace("/log/", "/usage/"))
    assert "The call was about one patient." in everything
    assert ApiCall.objects.filter(patient=patient_hash(PERSON)).count() == 2
    for word in personal(patient):
        assert word not in everything, word
    assert patient_hash(PERSON) not in everything
    assert cast.secret not in everything
    assert bearer not in everything


def personal(value: Any) -> Iterator[str]:
    """Yield every text of the patient's record that could name them."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from personal(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from personal(inner)
    elif isinstance(value, str) and len(value) > 4 and value.lower() not in {"female", "active", "official"}:
        yield value


FILTERS: list[tuple[dict[str, str], int]] = [
    ({"status": "4"}, 4),
    ({"status": "409"}, 1),
    ({"status": "5"}, 0),
    ({"endpoint": "createToken"}, 2),
    ({"endpoint": "none"}, 1),
    ({"environment": "sandbox"}, 7),
    ({"request_id": "wanted"}, 1),
    ({"error": "not_found"}, 1),
    ({"token": "one-token"}, 2),
    ({"status": "2", "endpoint": "searchPatient"}, 2),
]


@pytest.fixture
def mixed(cast: Cast) -> None:
    secret = {"client_id": cast.sandbox_client.client_id, "credential": f"secret:{cast.client_secret.pk}"}
    kinds: list[dict[str, Any]] = [
        {"operation": "createToken", "token_id": "one-token", **secret},
        {"operation": "createToken", "status": 401, "error_code": "invalid_client"},
        {"token_id": "one-token", **secret},
        {"request_id": "wanted", **secret},
        {"status": 409, "error_code": "ambiguous_identifier", "operation": "getPatient"},
        {"status": 404, "error_code": "not_found", "operation": "getPatient"},
        {"status": 404, "error_code": "route_not_found", "operation": "", "route": ""},
    ]
    write([a_call(cast.application.pk, at=ago(hours=5 * number), **kind) for number, kind in enumerate(kinds, start=1)])


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("counted", [False, True], ids=["read", "counted"])
@pytest.mark.parametrize(("filters", "number"), FILTERS)
def test_filters(cast: Cast, address: str, filters: dict[str, str], number: int, *, counted: bool) -> None:
    if counted:
        count()
    html = read(cast.alice, address, **filters)
    assert len(places(html)) == number
    assert ("No call fits these filters." in html) is (number == 0)
    assert "Clear the filters" in html


@pytest.mark.usefixtures("mixed")
def test_filters_by_credential_and_time(cast: Cast, address: str) -> None:
    assert len(places(read(cast.alice, address, client=f"secret:{cast.client_secret.pk}"))) == 3
    assert len(places(read(cast.alice, address, client=cast.sandbox_client.client_id))) == 7
    since, until = (ago(hours=hours).strftime("%Y-%m-%dT%H:%M") for hours in (17, 8))
    assert len(places(read(cast.alice, address, since=since))) == 3
    assert len(places(read(cast.alice, address, since=since, until=until))) == 2


@pytest.mark.parametrize(
    "filters",
    [{"status": "x"}, {"endpoint": "nothing"}, {"since": "yesterday"}, {"client": "secret:1000000"}, {"token": "a b"}],
)
def test_a_filter_that_cannot_be_read_is_said_and_nothing_is_looked_up(
    cast: Cast, address: str, filters: dict[str, str]
) -> None:
    html = read(cast.alice, address, **filters)
    assert "one of the filters cannot be read" in html
    assert cast.alice.client.get(f"{address}rows/", filters).status_code == 404


def test_before_the_first_call_the_page_says_how_to_make_it(cast: Cast, address: str) -> None:
    html = read(cast.alice, address)
    assert "There is no call yet." in html
    assert "curl -X POST http://localhost" in html
    assert cast.sandbox_client.client_id in html
    assert "YOUR_CLIENT_SECRET" in html


def test_pages_meet_though_calls_come_in_between(cast: Cast, address: str) -> None:
    write(rows := some_calls(cast.application.pk, 130, since=ago(days=3), until=ago(minutes=1)))
    walked: list[str] = []
    html = read(cast.alice, address)
    while True:
        walked += places(html)
        write([a_call(cast.application.pk)])
        older = re.search(r'href="\?(before=[^"]+)" rel="next" data-older', html)
        if older is None:
            break
        html = read(cast.alice, f"{address}?{older[1]}")
    newest_first = sorted(rows, key=lambda row: (row.at, row.request_id), reverse=True)
    assert walked == [str(log.Place.of(row)) for row in newest_first]
    newer = re.search(r'href="\?(after=[^"]+)" rel="prev"', html)
    assert newer
    assert places(read(cast.alice, f"{address}?{newer[1]}")) == walked[50:100]
    first = cast.alice.client.get(f"{address}?after={walked[10]}")
    assert first.status_code == 302, "the page before is not full: it is the first"
    assert first["Location"].rstrip("?") == address


def test_calls_of_the_same_moment_are_all_there(cast: Cast, address: str) -> None:
    moment = ago(hours=1)
    write([a_call(cast.application.pk, at=moment, request_id=f"same-{number:03}") for number in range(120)])
    first = read(cast.alice, address)
    walked = places(first)
    for _ in range(2):
        walked += places(read(cast.alice, address, before=walked[-1]))
    assert len(set(walked)) == len(walked) == 120


@pytest.mark.parametrize("before", ["", "x", "1", "-", "99999999999999999-x", "1-../../etc"])
def test_a_place_that_is_none_is_the_first_page_or_nothing(cast: Cast, address: str, before: str) -> None:
    write([a_call(cast.application.pk)])
    assert len(places(read(cast.alice, address, before=before))) == 1


@pytest.mark.parametrize("counted", [False, True], ids=["read", "counted"])
def test_a_search_that_would_read_too_much_says_how_far_it_looked(
    cast: Cast, address: str, monkeypatch: pytest.MonkeyPatch, *, counted: bool
) -> None:
    """With the counts, its link leaps to where the next fitting call is; without, it goes on step by step."""
    monkeypatch.setattr(log, "READ", 25)  # more than a counted day holds, wherever in it the call is
    rows = [a_call(cast.application.pk, at=ago(hours=2 + number)) for number in range(100)]
    rows[90].status, rows[90].error_code = 409, "ambiguous_identifier"
    write(rows)
    if counted:
        count()
    html, pages = read(cast.alice, address, status="409"), 1
    while not places(html):
        assert "Looked through the calls back to" in html
        further = re.search(r'href="\?([^"]+)">Look further back', html)
        assert further
        html, pages = read(cast.alice, f"{address}?{further[1].replace('&amp;', '&')}"), pages + 1
    assert places(html) == [str(log.Place.of(rows[90]))]
    assert pages == (2 if counted else 4)
    assert counted is ("Looked through" not in html) or not counted


def test_the_script_asks_for_new_rows_and_gets_nothing_where_there_are_none(
    api: Client, cast: Cast, address: str
) -> None:
    html = read(cast.alice, address)
    seen = re.search(r'data-seen="(\w+)"', html)
    assert seen
    assert cast.alice.client.get(f"{address}rows/", {"seen": seen[1]}).status_code == 204
    own_token(api, cast)
    answer = cast.alice.client.get(f"{address}rows/", {"seen": seen[1]})
    assert (answer.status_code, len(places(answer.content.decode()))) == (200, 1)
    assert cast.alice.client.get(f"{address}rows/", {"seen": answer["Log-Seen"]}).status_code == 204
    assert "<html" not in answer.content.decode()


def test_one_call_in_plain_words(api: Client, cast: Cast, address: str) -> None:
    bearer = own_token(api, cast)
    assert search(api, bearer, "nobody", **{"X-Request-Id": "from-the-ward-7"}) == 400
    time.sleep(0.001)
    assert search(api, bearer) == 200
    place = places(read(cast.alice, address))[1]
    html = read(cast.alice, f"{address}{place}/")
    for words in (
        "from-the-ward-7",
        "The Health ID is not valid",
        "/errors/invalid_health_id/",
        "patient:profile:read",
    ):
        assert words in html
    assert cast.sandbox_client.client_id in html
    assert f"…{cast.secret[-4:]}" in html
    same = re.search(r'href="([^"]+\?token=[^"]+)"', html)
    assert same
    assert len(places(read(cast.alice, same[1]))) == 3, "the token call and its two uses"
    neighbours = re.findall(r'href="([^"]+)" rel="(prev|next)"', html)
    assert [side for _, side in neighbours] == ["prev", "next"]
    for path, _ in neighbours:
        assert cast.alice.client.get(path).status_code == 200


def test_an_error_that_names_parts_says_that_the_log_does_not_keep_them(api: Client, cast: Cast, address: str) -> None:
    bearer = own_token(api, cast)
    assert api.get(SEARCH_URL, {"colour": "x"}, headers={"Authorization": f"Bearer {bearer}"}).status_code == 400
    assert search(api, bearer, "OPC-2024-DEMO99") == 404
    missing, wrong = places(read(cast.alice, address))[:2]
    assert "The log keeps neither what was sent" in read(cast.alice, f"{address}{wrong}/")
    assert "The log keeps neither what was sent" not in read(cast.alice, f"{address}{missing}/")


def test_a_token_of_a_revoked_secret_names_the_secret(
    api: Client, cast: Cast, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.applications.feed.INTERVAL", 0.0)
    bearer = own_token(api, cast)
    actions.revoke_secret(by=BY_TEST, secret=cast.client_secret)
    assert search(api, bearer) == 401
    html = read(cast.alice, address)
    assert statuses(html)[0] == 401
    assert (
        html.count(f"…{cast.secret[-4:]}") == read(cast.alice, address, status="200").count(f"…{cast.secret[-4:]}") + 1
    )
    page = read(cast.alice, f"{address}{places(html)[0]}/")
    assert f"…{cast.secret[-4:]} (a token of it, which was refused)" in page
    assert f"…{cast.secret[-4:]}" not in read(cast.vera, address), "a viewer learns no secret's name"


def test_a_call_of_another_app_is_not_found(cast: Cast, address: str) -> None:
    other = a_call(cast.application.pk + 1000)
    write([other])
    for place in (log.Place.of(other), "rows2", "1-x", f"1-{'x' * 65}"):
        assert cast.alice.client.get(f"{address}{place}/").status_code == 404


def test_in_french(api: Client, cast: Cast, address: str) -> None:
    own_token(api, cast)
    place = places(read(cast.alice, address))[0]
    for path in (address, f"{address}{place}/", f"{address}rows/"):
        assert cast.alice.client.get(f"/fr{path}").status_code == 200


def test_the_log_costs_few_queries(cast: Cast, address: str, django_assert_max_num_queries: Any) -> None:
    write(some_calls(cast.application.pk, 60, since=timezone.now() - timedelta(days=2), until=timezone.now()))
    read(cast.alice, address)
    for filters in ({}, {"status": "409"}, {"status": "503"}):
        with django_assert_max_num_queries(9):
            read(cast.alice, address, **filters)
