"""Public pages: the same for everybody, made once, kept in memory in their compressed form.

Nothing of the request but its path and language may show on such a page: no query string, no cookie, no user.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

MOST_BYTES = 64 * 2**20
"""Pages of so many bytes together, compressed, are kept: those of large documents by others come and go."""
MAX_AGE = 60
MARKDOWN = "text/markdown; charset=utf-8"
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Kept:
    """An answer, compressed: nearly every client takes it so."""

    content_type: str
    packed: bytes
    etag: str

    @classmethod
    def of(cls, response: HttpResponse) -> "Kept":
        """Return the answer, compressed and hashed."""
        plain = response.content
        etag = hashlib.sha256(plain).hexdigest()[:32]
        return cls(response["Content-Type"], gzip.compress(plain, 9, mtime=0), etag)

    def response(self, request: HttpRequest) -> HttpResponse:
        """Return a fresh response in the encoding that the client takes."""
        packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        response = HttpResponse(self.packed if packed else gzip.decompress(self.packed), content_type=self.content_type)
        response["ETag"] = f'"{self.etag}{"-gz" if packed else ""}"'
        response["Cache-Control"] = f"public, max-age={MAX_AGE}"
        response["Vary"] = "Accept-Encoding"
        if packed:
            response["Content-Encoding"] = "gzip"
        return response


_kept: OrderedDict[str, Kept] = OrderedDict()
_lock = threading.Lock()
_checks: list[Callable[[], object]] = []


def check_in_development(check: Callable[[], object]) -> None:
    """Call this before every public page in development; it calls `forget` where what pages are made of has changed."""
    _checks.append(check)


def forget() -> None:
    """Make every page anew when it is next asked for."""
    with _lock:
        _kept.clear()


def _keep(path: str, page: Kept) -> None:
    """Keep a page, and of those before it as many as there is room for."""
    with _lock:
        _kept[path] = page
        size = sum(len(each.packed) for each in _kept.values())
        while size > MOST_BYTES:
            size -= len(_kept.popitem(last=False)[1].packed)


def twin_of(path: str) -> str:
    """Return the address of a page's Markdown twin, empty where it has none: `.md` in place of the last slash."""
    twin = f"{path}index.md" if path == reverse("home") else f"{path.rstrip('/')}.md"
    try:
        resolve(twin)
    except Resolver404:
        return ""
    return twin


def public_page(view: View) -> View:
    """Keep the view's answers of status 200."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.DEVELOPMENT:
            for check in _checks:
                check()
        kept = _kept.get(request.path)
        if kept is None:
            request.is_public_page = True  # type: ignore[attr-defined] # base.html says where else the page stands
            try:
                response = view(request, *args, **kwargs)
            finally:
                request.is_public_page = False  # type: ignore[attr-defined] # an error page stands nowhere
            if response.status_code != 200:
                return response
            kept = Kept.of(response)
            _keep(request.path, kept)
        return kept.response(request)

    answer.is_public_page = True  # type: ignore[attr-defined]
    return login_not_required(require_safe(answer))
