"""Writing ledger rows quickly: Django compiles the INSERT once, instead of on every call of the API."""

from collections.abc import Sequence
from functools import lru_cache

from django.db import connection, transaction
from django.db.models.sql import InsertQuery

from portal.audit.models import ApiCall

_FIELDS = [field for field in ApiCall._meta.concrete_fields if not field.primary_key]


@lru_cache(maxsize=4)
def _statement(vendor: str) -> str:
    query = InsertQuery(ApiCall)
    query.insert_values(_FIELDS, [ApiCall(status=0, duration_us=0)])
    [(statement, _parameters)] = query.get_compiler(connection=connection).as_sql()
    return str(statement)


def insert(rows: Sequence[ApiCall]) -> None:
    """Write the rows, all or none.

    :raises django.db.Error: where they cannot be written.
    """
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in _FIELDS] for row in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_statement(connection.vendor), values)
