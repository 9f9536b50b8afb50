"""Searching as the field in the header does."""

import gzip
import html
import json
import re
from dataclasses import dataclass
from functools import cache

from django.http import HttpResponseBase
from django.test import Client

visitor = cache(Client)
"""One for all: to put a client together takes longer than most answers."""
HREF = re.compile(r'<a role="option"[^>]* href="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came."""

    response: HttpResponseBase
    size: int
    said: str
    html: str

    @property
    def urls(self) -> list[str]:
        """Return where the results lead, in order."""
        return [html.unescape(url) for url in HREF.findall(self.html)]


def ask(query: str, language: str = "en", status: int = 200) -> Answer:
    """Ask what the field asks, for an answer that is compressed."""
    prefix = "" if language == "en" else f"/{language}"
    response = visitor().get(f"{prefix}/search/answer/", {"q": query}, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == status, response.content
    packed = response.headers.get("Content-Encoding") == "gzip"
    found = json.loads(gzip.decompress(response.content) if packed else response.content)
    return Answer(response, len(response.content), found["said"], found["html"])
