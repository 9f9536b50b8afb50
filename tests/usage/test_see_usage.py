"""The usage page: charts, tables, limits, CSV; and what other pages show of it."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.audit.models import ApiCall
from portal.usage.charts import milliseconds, nice
from portal.usage.counting import count
from tests.callers import SEARCH_URL, bearer
from tests.cast import Cast
from tests.usage.histories import a_call, ago, some_calls, write

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def address(cast: Cast) -> str:
    return f"/applications/{cast.application.public_id}/usage/"


@pytest.fixture
def calls(cast: Cast) -> list[ApiCall]:
    """Nine that succeeded and one that did not, on two of the last 14 days; and one long ago."""
    rows = [a_call(cast.application.pk, at=ago(days=1), duration_us=20_000) for _ in range(6)]
    rows += [a_call(cast.application.pk, at=ago(days=3), duration_us=20_000) for _ in range(3)]
    rows += [a_call(cast.application.pk, at=ago(days=3), status=409, error_code="ambiguous_identifier")]
    rows += [a_call(cast.application.pk, at=ago(days=40))]
    write(rows)
    return rows


def read(cast: Cast, address: str, **asked: Any) -> str:
    answer = cast.alice.client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("counted", [False, True], ids=["read", "counted"])
def test_totals_charts_and_tables(cast: Cast, address: str, *, counted: bool) -> None:
    if counted:
        count()
    html = read(cast, address)
    totals = re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", html)
    assert totals[:3] == [("Calls", "10"), ("Succeeded", "90\u00a0%"), ("Errors", "1")]
    assert totals[3][1] in {"20\u00a0ms", "19\u00a0ms", "21\u00a0ms"}
    assert html.count('role="img"') == 3
    assert html.count('class="good"') == 2
    assert "10 calls in 14 days" in html
    assert "The identifier fits more than one patient" in html
    assert 'href="/errors/ambiguous_identifier/"' in html
    assert "11 calls in 90 days" in read(cast, address, days="90")
    for days in (14, 90):  # what is linked is what was counted
        first = (timezone.now() - timedelta(days=days - 1)).date()
        page = read(cast, address, days=str(days))
        assert f"&amp;since={first}T00:00" in page
        linked = re.findall(r'href="([^"]+/log/\?(?:endpoint|status)=[^"]+)"', page)
        assert linked
        assert all(f"since={first}T00:00" in link for link in linked)


@pytest.mark.usefixtures("calls")
def test_days_without_calls_are_gaps_and_stand_in_the_table(cast: Cast, address: str) -> None:
    html = read(cast, address)
    assert len(re.findall(r'<th scope="row"><a href="[^"]+\?since=', html)) == 14
    line = re.search(r'class="line median" d="([^"]+)"', html)
    assert line
    assert (line[1].count("M"), line[1].count("L")) == (2, 0), "the days are not neighbours: nothing joins them"


def test_an_environment_alone(cast: Cast, address: str) -> None:
    write(some_calls(cast.application.pk, 50, since=ago(days=5), until=timezone.now()))
    sandbox = ApiCall.objects.filter(environment="sandbox").count()
    assert f"{sandbox} calls in 14 days" in read(cast, address, environment="sandbox")
    assert "50 calls in 14 days" in read(cast, address, environment="production"), "it has no such client"


@pytest.mark.usefixtures("calls")
def test_the_days_as_csv(cast: Cast, address: str) -> None:
    answer = cast.alice.client.get(f"{address}daily.csv", {"days": "30"})
    assert answer["Content-Type"].startswith("text/csv")
    assert f"calls-{cast.application.public_id}-30-days.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 30
    assert (sum(int(row["calls"]) for row in rows), sum(int(row["errors"]) for row in rows)) == (10, 1)
    today = timezone.now().date()
    assert rows[-1] == {"date_utc": today.isoformat(), "calls": "0", "errors": "0", "median_ms": "", "p95_ms": ""}
    before = next(row for row in rows if row["date_utc"] == (today - timedelta(days=1)).isoformat())
    assert float(before["median_ms"]) == pytest.approx(20, rel=0.06)


def test_without_calls_it_says_so(cast: Cast, address: str) -> None:
    html = read(cast, address)
    assert "No calls in the last 14 days." in html
    assert "<svg role" not in html


def test_who_sees_it(cast: Cast, address: str) -> None:
    for path in (address, f"{address}daily.csv"):
        for person in (cast.alice, cast.bob, cast.vera):
            assert person.client.get(path).status_code == 200
        assert cast.charlie.client.get(path).status_code == 404
        assert cast.nobody.get(path).status_code == 302


def test_what_the_credentials_page_shows(cast: Cast, calls: list[ApiCall]) -> None:
    text = "{% load usage %}{% calls_chart application %}{% latest_calls application %}"
    html = Template(text).render(Context({"application": cast.application}))
    assert "Calls, last 14 days" in html
    assert "10 calls" in html
    assert re.search(r"90\s%", html)
    assert html.count('class="status status-') == 4
    assert "GET search" in html
    nothing = Template(text).render(Context({"application": type(cast.application)(pk=10**6, public_id="x")}))
    assert "No calls yet." in nothing


def test_in_french_numbers_in_drawings_stay_numbers(cast: Cast, address: str, calls: list[ApiCall]) -> None:
    html = read(cast, f"/fr{address}")
    for path in re.findall(r' d="([^"]*)"', html):
        assert "," not in path


@pytest.mark.parametrize(("value", "top"), [(0, 2), (1, 2), (3, 4), (7, 10), (41, 50), (101, 200), (999, 1000)])
def test_scales_end_at_round_numbers(value: float, top: float) -> None:
    assert nice(value) == top


def test_durations_as_people_read_them() -> None:
    assert [milliseconds(value) for value in (0.42, 7, 7.25, 19.4, 1500)] == [
        "0.4\u00a0ms",
        "7\u00a0ms",
        "7.2\u00a0ms",
        "19\u00a0ms",
        "1.5\u00a0s",
    ]


def test_how_near_the_limit_of_calls_is(api: Client, cast: Cast, address: str, settings: Settings) -> None:
    settings.RATE_LIMIT_CLIENT = 1_200
    assert "0 of 1,200, in the last minute" in read(cast, address)
    with_token = bearer(api, client_id=cast.sandbox_client.client_id, client_secret=cast.secret)
    answer = api.get(SEARCH_URL, {"health_id": "OPC-2024-DEMO1"}, **with_token)
    assert answer["RateLimit"].startswith('"client";r=1198;')
    assert "2 of 1,200, in the last minute" in read(cast, address)
