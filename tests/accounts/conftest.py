"""Attempts are counted in the cache: every test begins with none. And clocks: it begins with a new step."""

import time

import pytest
from django.core.cache import cache
from django.utils import translation

from tests.accounts.journeys import later

STEP = 30


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Forget the language of the page that the last test looked at: addresses are made in it."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _a_step_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin every test when the codes of authenticator apps have just changed."""
    later(monkeypatch, STEP - time.time() % STEP)
