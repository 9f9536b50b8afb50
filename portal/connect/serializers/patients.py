"""Patients, as the Connect API takes and gives them."""

from rest_framework import serializers

from portal.connect.models import SEXES
from portal.problems.strict import StrictCharField, StrictSerializer


class IdentifierQuery(StrictSerializer):
    """A number somebody else gave to the patient."""

    system = StrictCharField(max_length=120, help_text="URI of the numbering system, such as `urn:opescare:id:ng-nin`.")
    value = StrictCharField(max_length=64, help_text="The number, as it stands on the document.")


class PatientSearch(StrictSerializer):
    """Whom to look for."""

    identifier = IdentifierQuery(help_text="A national or insurance number.")


class IdentifierSerializer(serializers.Serializer[None]):
    """A number that somebody else gave to the patient."""

    system = serializers.CharField(help_text="URI of the numbering system.")
    value = serializers.CharField(help_text="The number.")


class PatientSerializer(serializers.Serializer[None]):
    """A patient's demographics."""

    # This describes what PatientQuerySet.bodies makes; the tests hold the two together.

    health_id = serializers.CharField(help_text="The person's one Health ID.")
    given_name = serializers.CharField(help_text="First and middle names.")
    family_name = serializers.CharField(help_text="Family name, or father's name where that is the custom.")
    sex = serializers.ChoiceField(SEXES, help_text="Administrative sex, as in FHIR R4.")
    birth_date = serializers.DateField(help_text="ISO 8601.")
    birth_date_estimated = serializers.BooleanField(help_text="True where only the year or the age was known.")
    blood_group = serializers.RegexField(
        r"^((A|B|AB|O)[+-])?$", help_text="ABO and Rh, such as `O+`; empty where unknown."
    )
    phone = serializers.CharField(help_text="E.164; empty where unknown.")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    identifiers = IdentifierSerializer(many=True, help_text="Numbers from other registers.")
    updated_at = serializers.DateTimeField(help_text="When the demographics last changed. RFC 3339, UTC.")
