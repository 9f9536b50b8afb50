"""What a facility says of itself, and what was made of it."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.validators import RegexValidator
from django.utils import timezone
from rest_framework import serializers

from portal.applications.models import FACILITY_CODE
from portal.connect.models import ABO, COMPONENTS, FACILITY_KINDS, RH
from portal.connect.serializers.codes import (
    FACILITY_CODE_FAULT,
    CodeField,
    CountryField,
    PushedLocalCode,
    RegexCharField,
    either,
)
from portal.connect.terminology import atc
from portal.oauth.schema import ProblemSerializer
from portal.problems.strict import (
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    StrictMomentField,
    StrictNumberField,
    StrictSerializer,
)

SERVICE = r"^[a-z][a-z0-9-]{0,39}$"
REGION = r"^[A-Z]{2}-[A-Z0-9]{1,3}$"
MOST_FACILITIES = 100
MOST_SERVICES = 50
MOST_STOCK = 2_000
MOST_BLOOD = len(ABO) * len(RH) * len(COMPONENTS)
MOST_UNITS = 1_000_000_000
CLOCK_SKEW = timedelta(minutes=5)


class PushedStock(StrictSerializer):
    """A medicine on the facility's shelves."""

    atc = CodeField(atc.is_atc, max_length=7, required=False, help_text="ATC code, such as `P01BF01`.")
    local_code = PushedLocalCode(required=False, help_text="The facility's own code, beside ATC or instead of it.")
    display = StrictCharField(max_length=160, help_text="Name of the substance or product; `q` searches it.")
    form = StrictCharField(max_length=60, required=False, help_text="Dosage form, such as `tablet`.")
    strength = StrictCharField(max_length=80, required=False, help_text="Strength, such as `20 mg`.")
    unit = StrictCharField(max_length=30, help_text="What is counted, such as `tablet`.")
    quantity = StrictIntegerField(
        min_value=0, max_value=MOST_UNITS, help_text="How many units, of all lots together; 0 where it has run out."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the codes."""
        either(data, "atc")
        return data


class PushedBlood(StrictSerializer):
    """Units of one component and blood group."""

    component = StrictChoiceField(COMPONENTS, help_text="What is in the bag.")
    abo = StrictChoiceField(ABO, help_text="ABO group.")
    rh = StrictChoiceField(RH, help_text="Rh (D) factor.")
    units = StrictIntegerField(min_value=0, max_value=MOST_UNITS, help_text="How many units; 0 where there are none.")


class FacilityState(StrictSerializer):
    """A facility as it was at one moment."""

    as_of = StrictMomentField(
        help_text="The moment that all of this describes, RFC 3339 with its offset. Later than that of every call "
        "before, and not in the future."
    )
    name = StrictCharField(max_length=160, help_text="Its name.")
    kind = StrictChoiceField(FACILITY_KINDS, help_text="What it is in the first place.")
    country = CountryField(help_text="ISO 3166-1 alpha-2.")
    region = StrictCharField(
        required=False,
        max_length=6,
        validators=[RegexValidator(REGION, "Send a code of ISO 3166-2, such as KE-30.")],
        help_text="ISO 3166-2, such as `KE-30`, of the same country.",
    )
    latitude = StrictNumberField(required=False, min_value=-90, max_value=90, help_text="WGS 84, degrees.")
    longitude = StrictNumberField(required=False, min_value=-180, max_value=180, help_text="WGS 84, degrees.")
    services = StrictListField(
        child=RegexCharField(SERVICE, "Lower-case letters, digits and dashes, 40 at most.", max_length=40),
        max_length=MOST_SERVICES,
        help_text="All that is done there, such as `emergency`, `maternity`, `laboratory`.",
    )
    stock = PushedStock(  # type: ignore[call-arg] # of the list
        many=True,
        required=False,
        max_length=MOST_STOCK,
        help_text="All medicines on the shelves. Left out: those known stay as they are. `[]`: there are none.",
    )
    blood = PushedBlood(  # type: ignore[call-arg] # of the list
        many=True,
        required=False,
        max_length=MOST_BLOOD,
        help_text="All units of blood. Left out: those known stay as they are. `[]`: there are none.",
    )

    def validate_as_of(self, value: datetime) -> datetime:
        """Refuse the future: after it, no true state would be taken any more."""
        if value > timezone.now() + CLOCK_SKEW:
            raise serializers.ValidationError("This lies in the future. Set the clock by NTP.", code="future")
        return value

    def validate_services(self, value: list[str]) -> list[str]:
        """Refuse a service that is named twice."""
        _each_once(value, "This service is named before.")
        return value

    def validate_stock(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a medicine that is listed twice: was one meant to replace the other, or to be added to it?"""
        _each_once(map(_product, value), "The same product is listed before. Add the quantities up.")
        return value

    def validate_blood(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a component of one blood group that is listed twice."""
        groups = ((item["component"], item["abo"], item["rh"]) for item in value)
        _each_once(groups, "The same component and group is listed before. Add the units up.")
        return value

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a place, and a region of another country."""
        for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if one in data and other not in data:
                fault = serializers.ErrorDetail("Send both or neither.", code="missing")
                raise serializers.ValidationError({other: [fault]})
        if "region" in data and not data["region"].startswith(f"{data['country']}-"):
            fault = serializers.ErrorDetail("The region lies in another country.", code="country")
            raise serializers.ValidationError({"region": [fault]})
        return data


def _product(item: dict[str, Any]) -> Hashable:
    local = item.get("local_code", {})
    named = (item.get(name, "") for name in ("atc", "display", "form", "strength", "unit"))
    return (local.get("system", ""), local.get("code", ""), *named)


def _each_once(values: Iterable[Hashable], fault: str) -> None:
    seen: set[Hashable] = set()
    faults: dict[str, list[serializers.ErrorDetail]] = {}
    for index, value in enumerate(values):
        if value in seen:
            faults[str(index)] = [serializers.ErrorDetail(fault, code="repeated")]
        seen.add(value)
    if faults:
        raise serializers.ValidationError(faults)


class FacilityOfSync(FacilityState):
    """A facility of many, as it was at one moment."""

    code = RegexCharField(FACILITY_CODE, FACILITY_CODE_FAULT, max_length=40, help_text="The facility's code.")


class FacilitySyncRequest(StrictSerializer):
    """Up to a hundred facilities."""

    items = StrictListField(
        child=FacilityOfSync(),
        min_length=1,
        max_length=MOST_FACILITIES,
        help_text="Each as in a single call, with its `code`. One that does not fit is answered with its own 422.",
    )


class FacilitySync(StrictSerializer):
    """The sync without its items' schema: each item is judged alone."""

    items = StrictListField(child=serializers.JSONField(), min_length=1, max_length=MOST_FACILITIES)


class FacilitySerializer(serializers.Serializer[None]):
    """A facility as it is known now."""

    code = serializers.CharField(help_text="The facility's code.")
    as_of = serializers.DateTimeField(help_text="The moment that it describes.")
    name = serializers.CharField(help_text="Its name.")
    kind = serializers.ChoiceField(FACILITY_KINDS, help_text="What it is in the first place.")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    region = serializers.CharField(allow_blank=True, help_text="ISO 3166-2; empty where unknown.")
    latitude = serializers.FloatField(allow_null=True, help_text="WGS 84, degrees.")
    longitude = serializers.FloatField(allow_null=True, help_text="WGS 84, degrees.")
    services = serializers.ListField(child=serializers.CharField(), help_text="All that is done there.")
    stock_count = serializers.IntegerField(help_text="How many medicines it lists now.")
    blood_count = serializers.IntegerField(help_text="How many components and groups of blood it lists now.")
    unmapped = serializers.ListField(
        child=serializers.CharField(),
        help_text="Pointers to what was sent with a local code only, such as `/stock/3`. It was kept.",
    )


class SyncedItemSerializer(serializers.Serializer[None]):
    """What became of one facility."""

    status = serializers.IntegerField(help_text="The status that a single call would have had.")
    stored = FacilitySerializer(allow_null=True, help_text="With 200 and 201; null otherwise.")
    problem = ProblemSerializer(allow_null=True, help_text="With any other status; null otherwise.")


class SyncedSerializer(serializers.Serializer[None]):
    """An answer per facility."""

    items = SyncedItemSerializer(many=True, help_text="In the order of the request.")
