"""Stock and blood, as the API answers them."""

from rest_framework import serializers

from portal.connect.models import ABO, COMPONENTS, RH
from portal.connect.serializers.codes import LocalCodeSerializer, unmapped_field


class FacilityBriefSerializer(serializers.Serializer[None]):
    """Where something is."""

    code = serializers.CharField(help_text="The facility's code.")
    name = serializers.CharField(help_text="Its name.")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    region = serializers.CharField(allow_blank=True, help_text="ISO 3166-2, such as `KE-30`; empty where unknown.")
    latitude = serializers.FloatField(allow_null=True, help_text="WGS 84, degrees.")
    longitude = serializers.FloatField(allow_null=True, help_text="WGS 84, degrees.")


class StockItemSerializer(serializers.Serializer[None]):
    """A medicine that a pharmacy keeps."""

    facility = FacilityBriefSerializer(help_text="Who has it.")
    atc = serializers.CharField(allow_null=True, help_text="ATC code of the substance.")
    display = serializers.CharField(help_text="Name of the substance or product.")
    local_code = LocalCodeSerializer(allow_null=True, help_text="The facility's own code.")
    unmapped = unmapped_field()
    form = serializers.CharField(allow_blank=True, help_text="Dosage form.")
    strength = serializers.CharField(allow_blank=True, help_text="Strength.")
    quantity = serializers.IntegerField(help_text="How many units; 0 where it has run out.")
    unit = serializers.CharField(help_text="What is counted, such as `tablet`.")
    as_of = serializers.DateTimeField(help_text="When it was counted.")
    distance_km = serializers.FloatField(required=False, help_text="How far away, where `near` was sent.")


class StockList(serializers.Serializer[None]):
    """A page of stock."""

    items = StockItemSerializer(many=True, help_text="Up to 50 entries.")


class BloodUnitsSerializer(serializers.Serializer[None]):
    """Units of one component and blood group in one blood bank."""

    facility = FacilityBriefSerializer(help_text="Who has them.")
    component = serializers.ChoiceField(COMPONENTS, help_text="What is in the bag.")
    abo = serializers.ChoiceField(ABO, help_text="ABO group.")
    rh = serializers.ChoiceField(RH, help_text="Rh (D) factor.")
    units = serializers.IntegerField(help_text="How many units; 0 where there are none.")
    as_of = serializers.DateTimeField(help_text="When they were counted.")


class BloodList(serializers.Serializer[None]):
    """A page of blood units."""

    items = BloodUnitsSerializer(many=True, help_text="Up to 50 entries.")
