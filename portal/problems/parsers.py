"""JSON as the API accepts it: one object, each key once, no NaN, UTF-8."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from portal.problems.exceptions import Problem


def loads_object(text: bytes) -> dict[str, Any]:
    """Read one JSON object strictly.

    :raises ValueError: where it is not JSON, not an object, not UTF-8, too deep, or repeats a key.
    """
    try:
        value = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - callers catch one kind
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is repeated")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def is_chunked(meta: Mapping[str, Any]) -> bool:
    """Say whether a body follows whose length nobody said; WSGI would read it as empty."""
    return bool(meta.get("HTTP_TRANSFER_ENCODING")) and not meta.get("CONTENT_LENGTH")


class StrictJSONParser(BaseParser):
    """The API's only parser."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object in the body.

        :raises ParseError: where the body is not one JSON object.
        :raises Problem: `body_too_large`, above DATA_UPLOAD_MAX_MEMORY_SIZE bytes.
        """
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Problem("body_too_large")
        try:
            return loads_object(body)
        except ValueError as exc:
            raise ParseError from exc
