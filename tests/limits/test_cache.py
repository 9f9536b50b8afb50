"""The cache that sign-in keeps its limits in, in Redis and while Redis is away."""

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings
from redis import Redis

from portal.limits.cache import SharedCache
from tests.accounts.journeys import is_signed_in, new_browser, sign_in
from tests.cast import Cast

NOBODY = "redis://127.0.0.1:1/0"


def cached_in(settings: Settings, url: str) -> None:
    """Let the site keep its cache there."""
    settings.CACHES = {"default": {"BACKEND": "portal.limits.cache.SharedCache", "LOCATION": url}}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process believe that Redis is there, and forget afterwards what it kept in memory instead."""
    monkeypatch.setattr(SharedCache, "_rests_until", 0.0)
    yield
    SharedCache(NOBODY, {})._memory.clear()


@pytest.mark.parametrize("where", ["redis", "no redis"])
def test_it_keeps_counts_and_forgets(settings: Settings, request: pytest.FixtureRequest, where: str) -> None:
    cached_in(settings, request.getfixturevalue("redis_url") if where == "redis" else NOBODY)
    cache.clear()
    assert [cache.add("a", [1.5]), cache.add("a", [2]), cache.get("a"), cache.get("b", 7)] == [True, False, [1.5], 7]
    cache.set("n", 1)
    assert [cache.incr("n", 2), cache.touch("n", 60), cache.delete("n"), cache.delete("n")] == [3, True, True, False]
    with pytest.raises(ValueError, match="not found"):
        cache.incr("n")
    cache.clear()
    assert cache.get("a") is None


@pytest.mark.usefixtures("db")
def test_people_sign_in_while_redis_is_away(settings: Settings, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    cached_in(settings, NOBODY)
    browser = new_browser()
    with caplog.at_level(logging.WARNING, "portal.limits.cache"):
        assert sign_in(browser, cast.alice.user.email).status_code == 302
    assert is_signed_in(browser)
    assert [entry.getMessage() for entry in caplog.records if entry.name == "portal.limits.cache"] == [
        "sign-in is limited in this process alone: Redis, ConnectionError"
    ]


def test_wrong_passwords_are_limited_while_redis_is_away(settings: Settings, cast: Cast) -> None:
    cached_in(settings, NOBODY)
    browser = new_browser()
    for _ in range(10):
        assert sign_in(browser, cast.alice.user.email, "a wrong password").status_code == 200
    assert sign_in(browser, cast.alice.user.email).status_code == 200
    assert not is_signed_in(browser)


def test_a_redis_that_comes_back_is_asked_again(
    settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_in(settings, redis_url)
    Redis.from_url(redis_url).flushdb()
    monkeypatch.setattr(SharedCache, "_rests_until", float("inf"))
    cache.set("a", "in memory")
    assert cache.get("a") == "in memory"
    monkeypatch.setattr(SharedCache, "_rests_until", 0.0)
    assert cache.get("a") is None
