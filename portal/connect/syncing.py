"""Taking over what a facility says of itself: its services, its stock and its blood, as they were at one moment."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.connect.datasets import own_dataset, visible_datasets
from portal.connect.locks import hold
from portal.connect.models import BloodUnits, Facility, StockItem
from portal.connect.pushes import as_json
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem

ALWAYS = ("name", "kind", "country", "services", "as_of")
PERHAPS = {"region": "", "latitude": None, "longitude": None}
SHOWN = ("code", "as_of", "name", "kind", "country", "region", "latitude", "longitude", "services")


@dataclass(frozen=True)
class Synced:
    """What became of a sync."""

    facility: Facility
    created: bool
    replay: bool
    unmapped: list[str]

    @property
    def status(self) -> int:
        """Return the HTTP status that says it."""
        return 201 if self.created else 200

    def answer(self) -> dict[str, Any]:
        """Return the answer of the API."""
        facility = self.facility
        counts = {"stock_count": facility.stock.count(), "blood_count": facility.blood.count()}
        shown = {name: as_json(getattr(facility, name)) for name in SHOWN}
        return {**shown, **counts, "unmapped": self.unmapped}


def sync(token: AccessToken, code: str, data: dict[str, Any]) -> Synced:
    """Put the facility in place of what the token's own dataset knew of it. Call it in a transaction.

    `stock` and `blood` stay as they are where they were left out.

    :raises Problem: `older_version`, `version_reused`.
    """
    dataset = own_dataset(token)
    hold([f"facility {dataset} {code}"])
    fingerprint = _fingerprint(data)
    unmapped = [f"/stock/{index}" for index, item in enumerate(data.get("stock", ())) if "atc" not in item]
    facility = Facility.objects.filter(dataset_id=dataset, code=code).first()
    if facility is not None and _is_replay(facility, data, fingerprint):
        return Synced(facility, created=False, replay=True, unmapped=unmapped)
    created = facility is None
    if facility is None:
        facility = Facility(dataset_id=dataset, code=code)
    for name in ALWAYS:
        setattr(facility, name, data[name])
    for name, unknown in PERHAPS.items():
        setattr(facility, name, data.get(name, unknown))
    facility.fingerprint = fingerprint
    facility.save()
    _keep(token, facility, data, created=created)
    return Synced(facility, created=created, replay=False, unmapped=unmapped)


def _fingerprint(data: dict[str, Any]) -> str:
    """Return a digest of what was said, by value: one language writes 6, another one 6.0."""
    place = {name: float(data[name]) for name in ("latitude", "longitude") if name in data}
    return hashlib.sha256(json.dumps(as_json({**data, **place}), sort_keys=True).encode()).hexdigest()


def _is_replay(facility: Facility, data: dict[str, Any], fingerprint: str) -> bool:
    if data["as_of"] < facility.as_of:
        raise Problem("older_version")
    if data["as_of"] > facility.as_of:
        return False
    if fingerprint != facility.fingerprint:
        raise Problem("version_reused")
    return True


def _keep(token: AccessToken, facility: Facility, data: dict[str, Any], *, created: bool) -> None:
    """Write the rows by which the reads show it."""
    hidden = _hidden(token, facility) if created else None
    for model, name in ((StockItem, "stock"), (BloodUnits, "blood")):
        rows: Any = model.objects
        if name in data:
            rows.filter(facility=facility).delete()
            rows.bulk_create(model(facility=facility, as_of=facility.as_of, **item) for item in data[name])
        elif hidden is not None:
            rows.bulk_create(_copies(rows.filter(facility=hidden), facility))


def _hidden(token: AccessToken, facility: Facility) -> Facility | None:
    """Return the fixture that the token sees no more, now that it has a facility of its own with this code."""
    others = [dataset for dataset in visible_datasets(token) if dataset != facility.dataset_id]
    found: Facility | None = Facility.objects.in_datasets(others).filter(code=facility.code).first()
    return found


def _copies(rows: Any, facility: Facility) -> Iterator[Any]:
    """Yield what the fixture had, for the facility that hides it: nobody said that the shelves are empty."""
    for row in rows:
        row.pk, row.facility, row._state.adding = None, facility, True
        yield row
