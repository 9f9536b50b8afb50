"""Attempts are counted in the cache: every test begins with none."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()
