"""Attempts are counted in the cache: every test begins with none. And clocks: it begins with a new step."""

import time

import pytest
from django.core.cache import cache

from tests.accounts.journeys import later

STEP = 30


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _a_step_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin every test when the codes of authenticator apps have just changed."""
    later(monkeypatch, STEP - time.time() % STEP)
