"""The rows that are sealed, read as the database holds them, and what a row is recognised by.

Values are read past Django's conversions: a value that Django would read as another is told apart, and one that it
could not read at all is still found. The same row has the same digest on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db import connection, models

from portal.audit.models import ApiCall, Decision

DIGEST_BYTES = 16
FETCHED = 500


@dataclass(frozen=True)
class Ledger:
    """A table whose rows are sealed."""

    name: str
    model: type[ApiCall] | type[Decision]

    @property
    def table(self) -> str:
        """Return the table's name."""
        return self.model._meta.db_table

    @cached_property
    def _columns(self) -> list[models.Field[Any, Any]]:
        return [field for field in self.model._meta.concrete_fields if not field.primary_key]

    @cached_property
    def _empty(self) -> dict[str, Any]:
        """What is left out of the digest, so that it stays what it was when the table gets another column."""
        return {field.attname: _stored(field.get_default()) for field in self._columns}

    def digests(self, key: bytes, first_id: int, last_id: int, limit: int = -1) -> Iterator[tuple[int, bytes]]:
        """Yield the id and the keyed digest of each row from `first_id` to `last_id`, in the order of ids.

        :param limit: the greatest number of rows, all of them where it is negative.
        """
        names = [field.attname for field in self._columns]
        json_names = [field.attname for field in self._columns if isinstance(field, models.JSONField)]
        empty = self._empty
        for row_id, *values in self._rows(first_id, last_id, limit):
            row = {name: value for name, value in zip(names, values, strict=True) if value != empty[name]}
            for name in json_names:
                if name in row:
                    row[name] = _canonical(row[name])
            content = json.dumps([self.name, row_id, row], sort_keys=True, default=_text)
            yield row_id, hmac.digest(key, content.encode(), "sha256")[:DIGEST_BYTES]

    def _rows(self, first_id: int, last_id: int, limit: int) -> Iterator[tuple[Any, ...]]:
        columns = ", ".join(["id", *map(_expression(), self._columns)])
        statement = f"SELECT {columns} FROM {self.table} WHERE id BETWEEN %s AND %s ORDER BY id"  # noqa: S608 - our own names
        parameters = [first_id, last_id]
        if limit >= 0:
            statement, parameters = f"{statement} LIMIT %s", [*parameters, limit]
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            while rows := cursor.fetchmany(FETCHED):
                yield from rows


CALLS = Ledger("calls", ApiCall)
DECISIONS = Ledger("decisions", Decision)
LEDGERS = (CALLS, DECISIONS)


def _expression() -> Callable[[models.Field[Any, Any]], str]:
    """Return how a column is read. SQLite's `+` changes no value, but sqlite3 then converts none either."""
    if connection.vendor == "sqlite":
        return lambda field: f'+"{field.attname}"'
    return lambda field: f'"{field.attname}"' + ("::integer" if isinstance(field, models.BooleanField) else "")


def _stored(value: Any) -> Any:
    """Return a default as the database holds it."""
    if isinstance(value, dict):
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else value


def _canonical(value: Any) -> Any:
    """Return JSON without what PostgreSQL does not keep: the order of names."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return ["not JSON", value]


def _text(value: Any) -> str:
    """Return a moment as Django writes it into SQLite, and anything else that JSON does not know somehow."""
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return repr(value)
