"""The API answers JSON whatever the Accept header says (RFC 9110, section 12.5.1, allows it)."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


class AlwaysJSON(BaseContentNegotiation):
    """Picks the only parser that fits the body, and the only renderer."""

    def select_parser(self, request: Any, parsers: Iterable[Any]) -> Any:
        """Return the JSON parser where the body is JSON, None (a 415) otherwise."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Any, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the JSON renderer."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
