"""What pharmacies and blood banks have."""

import math
import re
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.connect.datasets import visible_datasets
from portal.connect.models import ABO, COMPONENTS, RH, BloodUnits, Facility, StockItem
from portal.connect.paging import CURSOR, PAGE, page, read_cursor
from portal.connect.parameters import matching, one_of, single_parameters, unfit
from portal.connect.querysets import HeldQuerySet
from portal.connect.serializers.codes import is_facility_code
from portal.connect.serializers.supplies import BloodList, StockList
from portal.connect.terminology.atc import is_atc
from portal.connect.views.base import ConnectView
from portal.oauth.operations import Operation

FACILITY = ("facility__code", "facility__name", "facility__country", "facility__region", "facility__latitude",
            "facility__longitude")  # fmt: skip
REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
PLACE = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,8})?),(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)")
RADIUS_KM = 100.0
KM_PER_DEGREE = 111.195


def _body(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row as the API answers it, its facility's columns as one object."""
    facility = {name.removeprefix("facility__"): row.pop(name) for name in FACILITY}
    return {"facility": facility, **row}


class StockView(ConnectView):
    """`/connect/pharmacy/stock`."""

    tag = "Pharmacy"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listPharmacyStock", ("pharmacy:stock:read",), ("invalid_parameter",)),
    }

    @extend_schema(
        summary="Find medicines in pharmacies",
        description=(
            "Returns who has which medicine, 50 entries to a page, ordered by facility. With `near`, the nearest come "
            f"first, and only facilities within {RADIUS_KM:.0f} km. A medicine that has run out is listed with 0."
        ),
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="Part of the medicine's name, two letters or more."),
            OpenApiParameter("atc", OpenApiTypes.STR, description="ATC code, such as `P01BF01`."),
            OpenApiParameter("facility", OpenApiTypes.STR, description="Code of one facility."),
            OpenApiParameter("near", OpenApiTypes.STR, description="`latitude,longitude`, such as `-1.2921,36.8219`."),
            CURSOR,
        ],
        responses={200: OpenApiResponse(StockList, "A page of stock. It may be empty.")},
    )
    def get(self, request: Request) -> Response:
        """List it."""
        parameters = single_parameters(request, optional=["q", "atc", "facility", "near", "cursor"])
        rows = self._narrowed(StockItem.objects.in_datasets(visible_datasets(request.auth)), parameters)  # type: ignore[arg-type]
        if (place := matching(parameters, "near", PLACE.fullmatch, "Send latitude,longitude in degrees.")) is None:
            return _by_facility(request, "pharmacy/stock", rows, _stock, parameters)
        return self._by_distance(request, rows, place, parameters)

    def _narrowed(self, rows: HeldQuerySet, parameters: dict[str, str]) -> HeldQuerySet:
        q = matching(parameters, "q", lambda text: 2 <= len(text) <= 60 and "\0" not in text, "Send 2 to 60 letters.")
        if q:
            rows = rows.filter(display__icontains=q)
        if atc := matching(parameters, "atc", is_atc, "Send a complete ATC code, such as P01BF01."):
            rows = rows.filter(atc=atc)
        if code := matching(parameters, "facility", is_facility_code, "This is not of the form of a facility's code."):
            rows = rows.filter(facility__code=code)
        return rows

    def _by_distance(self, request: Request, rows: HeldQuerySet, place: str, parameters: dict[str, str]) -> Response:
        here = _coordinates(place)
        datasets = visible_datasets(request.auth)  # type: ignore[arg-type]
        distances = _distances(here, datasets)
        within = rows.filter(facility__in=distances).values_list("pk", "facility")
        keyed = [(distances[facility], pk) for pk, facility in within]
        after = read_cursor(parameters, float, int)
        ordered = sorted(key for key in keyed if after is None or key > tuple(after))
        chosen = ordered[:PAGE]
        found = {row["pk"]: row for row in _stock(rows.filter(pk__in=[pk for _, pk in chosen]))}
        items = []
        for distance, pk in chosen:
            row = found[pk]
            del row["pk"]
            items.append({**_body(row), "distance_km": round(distance, 1)})
        return page(request, "pharmacy/stock", items, chosen[-1] if len(ordered) > PAGE else None)


def _stock(rows: HeldQuerySet) -> list[dict[str, Any]]:
    columns = ("pk", *FACILITY, "atc", "display", "local_code", "form", "strength", "quantity", "unit", "as_of")
    found = list(rows.values(*columns))
    for row in found:
        row["unmapped"] = not row["atc"]
        row["atc"] = row["atc"] or None
    return found


def _blood(rows: HeldQuerySet) -> list[dict[str, Any]]:
    return list(rows.values("pk", *FACILITY, "component", "abo", "rh", "units", "as_of"))


def _by_facility(request: Request, path: str, rows: HeldQuerySet, read: Any, parameters: dict[str, str]) -> Response:
    """Answer with a page of the rows, ordered by their facility's code."""
    rows = rows.order_by("facility__code", "pk")
    if after := read_cursor(parameters, str, int):
        code, pk = after
        rows = rows.filter(Q(facility__code__gt=code) | Q(facility__code=code, pk__gt=pk))
    found = read(rows[: PAGE + 1])
    keys = [(row["facility__code"], row.pop("pk")) for row in found]
    items = [_body(row) for row in found[:PAGE]]
    return page(request, path, items, keys[PAGE - 1] if len(found) > PAGE else None)


def _coordinates(place: str) -> tuple[float, float]:
    latitude, longitude = map(float, place.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise unfit("near", "Latitudes go from -90 to 90, longitudes from -180 to 180.")
    return latitude, longitude


def _distances(here: tuple[float, float], datasets: tuple[int, ...]) -> dict[int, float]:
    """Return how far each facility is, of those within the radius. A band of latitudes narrows them by index."""
    margin = RADIUS_KM / KM_PER_DEGREE
    band = (here[0] - margin, here[0] + margin)
    near = Facility.objects.in_datasets(datasets).filter(latitude__range=band, longitude__isnull=False)
    found = {pk: _kilometres(here, (lat, lon)) for pk, lat, lon in near.values_list("pk", "latitude", "longitude")}
    return {pk: distance for pk, distance in found.items() if distance <= RADIUS_KM}


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance on a sphere (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, half)))


class BloodView(ConnectView):
    """`/connect/blood/inventory`."""

    tag = "Blood"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("listBloodInventory", ("blood:inventory:read",), ("invalid_parameter",)),
    }

    @extend_schema(
        summary="Find units of blood",
        description=(
            "Returns how many units each blood bank holds, by component and blood group, 50 entries to a page, ordered "
            "by facility. `as_of` says when they were counted: call the bank before you send somebody."
        ),
        parameters=[
            OpenApiParameter("abo", OpenApiTypes.STR, enum=ABO, description="ABO group."),
            OpenApiParameter("rh", OpenApiTypes.STR, enum=RH, description="Rh (D) factor."),
            OpenApiParameter("component", OpenApiTypes.STR, enum=COMPONENTS, description="What is in the bag."),
            OpenApiParameter("region", OpenApiTypes.STR, description="ISO 3166-2, such as `KE-30`."),
            CURSOR,
        ],
        responses={200: OpenApiResponse(BloodList, "A page of blood units. It may be empty.")},
    )
    def get(self, request: Request) -> Response:
        """List them."""
        parameters = single_parameters(request, optional=["abo", "rh", "component", "region", "cursor"])
        rows = BloodUnits.objects.in_datasets(visible_datasets(request.auth))  # type: ignore[arg-type]
        for name, choices in (("abo", ABO), ("rh", RH), ("component", COMPONENTS)):
            if value := one_of(parameters, name, choices):
                rows = rows.filter(**{name: value})
        if region := matching(parameters, "region", REGION.fullmatch, "Send a code of ISO 3166-2, such as KE-30."):
            rows = rows.filter(facility__region=region)
        return _by_facility(request, "blood/inventory", rows, _blood, parameters)
