"""How long the guides take to become pages, one of them and two hundred."""

import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.test.utils import override_settings

from portal.guides.library import ENGLISH, Library
from portal.guides.rendering import render
from portal.guides.sources import read
from portal.guides.variables import variables

MANY = 200
GUIDE = Path(ENGLISH) / "start-here" / "getting-started.md"


def one_guide() -> float:
    """Return the milliseconds that reading and rendering Getting started takes, in a process that is warm."""
    values = variables()
    return _milliseconds(lambda: render(read(settings.DOCS_DIR / GUIDE, ENGLISH), values), 5)


def many_guides() -> float:
    """Return the milliseconds that a library of 200 guides takes, most of them copies of Getting started."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "docs"
        shutil.copytree(settings.DOCS_DIR, root)
        text = (root / GUIDE).read_text()
        there = len(list((root / ENGLISH).glob("*/*.md")))
        for number in range(there, MANY):
            copy = re.sub(r"^title: .*$", f"title: Copy {number}", text, count=1, flags=re.MULTILINE)
            (root / GUIDE).with_name(f"copy-{number:03}.md").write_text(copy)
        with override_settings(DOCS_DIR=root):
            return _milliseconds(Library, 2)


def _milliseconds(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)
