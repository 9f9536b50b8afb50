"""Answers of the search per second, beside a bare Django view."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

from portal.management.bench.servers import BARE_SETTINGS, HEAD, Load, Target, line_of, measure, serving

GOAL_MS: Final = 30
KNOWN: Final = ("t", "rotate secret", "find patient", "health id", "insufficient_scope", "patient:read", "blood")
"""What is found as it was typed, from a single letter on."""
SLIPS: Final = ("pateint", "autentication", "labresults", "rotating secrets")
"""What has to be compared with every word of the documentation."""
BARE: Final = Target("GET", "/page", {"Accept-Encoding": "gzip"})


def searches(queries: tuple[str, ...]) -> Load:
    """Return a load of these queries, one after the other."""
    targets = itertools.cycle(
        [Target("GET", f"/search/answer/?q={quote_plus(query)}", BARE.headers) for query in queries]
    )
    return lambda: next(targets)


def bench(write: Callable[[str], object], port: int, seconds: float, folder: Path) -> None:
    """Measure, and write what came out."""
    with serving(port, folder) as process:
        known = measure(process, port, searches(KNOWN), 200, seconds)
        slips = measure(process, port, searches(SLIPS), 200, seconds)
    with serving(port, folder, DJANGO_SETTINGS_MODULE=BARE_SETTINGS) as process:
        bare = measure(process, port, BARE, 200, seconds)
    write(f"\n{HEAD}")
    write(line_of("bare Django view, 8 kB (limit)", bare, bare))
    write(line_of(f"search (goal: under {GOAL_MS} ms)", known, bare))
    write(line_of("search with a slip", slips, bare))
