"""Decisions as CSV and JSON, written row by row: however many there are, little memory is used."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from portal.audit.models import Decision
from portal.audit.sentences import sentence

CHUNK = 500
COLUMNS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "address",
    "verb",
    "sentence",
    "object_type",
    "object_id",
    "object",
    "before",
    "after",
    "reason",
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take them for =, +, -, @


def as_csv(rows: Iterable[Decision]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180) that no spreadsheet takes for formulas."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)  # without the mark, a spreadsheet misreads every name with an accent
    for row in rows:
        yield writer.writerow([_cell(one) for one in _facts(row).values()])


def as_json(rows: Iterable[Decision]) -> Iterator[str]:
    """Yield the parts of a JSON array."""
    separator = "[\n"
    for row in rows:
        yield separator + json.dumps(_facts(row), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _facts(row: Decision) -> dict[str, Any]:
    at = row.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts = (
        row.pk,
        at,
        row.actor_kind,
        row.actor_id,
        row.actor_label,
        row.address,
        row.verb,
        sentence(row),
        row.object_type,
        row.object_id,
        row.object_label,
        row.before,
        row.after,
        row.reason,
    )
    return dict(zip(COLUMNS, facts, strict=True))


def _cell(given: Any) -> str:
    """Return a cell. What begins like a formula gets an apostrophe, as OWASP advises."""
    text = json.dumps(given, ensure_ascii=False) if isinstance(given, dict) else str(given)
    return f"'{text}" if text.startswith(DANGEROUS) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return it."""
        return text
