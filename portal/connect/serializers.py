"""What the Connect API takes and gives. Input is strict: nothing is dropped and nothing is converted."""

from typing import Any

from rest_framework import serializers

from portal.connect.models import Patient, PatientIdentifier


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know."""

    default_error_messages = {"unknown": "There is no such field here."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated data.

        :raises ValidationError: with every fault, unknown fields among them.
        """
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        faults: dict[str, Any] = {
            name: [serializers.ErrorDetail(self.error_messages["unknown"], code="unknown")] for name in unknown
        }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as exc:
            if not isinstance(exc.detail, dict):
                raise
            raise serializers.ValidationError({**exc.detail, **faults}) from None
        if faults:
            raise serializers.ValidationError(faults)
        return value


class StrictCharField(serializers.CharField):
    """Text, and nothing that could be turned into text."""

    default_error_messages = {"invalid": "This must be a string."}

    def to_internal_value(self, data: Any) -> str:
        """Return the text, trimmed."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class IdentifierQuery(StrictSerializer):
    """A number somebody else gave to the patient."""

    system = StrictCharField(max_length=120, help_text="URI of the numbering system, such as `urn:opescare:id:ng-nin`.")
    value = StrictCharField(max_length=64, help_text="The number, as it stands on the document.")


class PatientSearch(StrictSerializer):
    """Whom to look for."""

    identifier = IdentifierQuery(help_text="A national or insurance number.")


class IdentifierSerializer(serializers.ModelSerializer[PatientIdentifier]):
    """A number that somebody else gave to the patient."""

    class Meta:
        model = PatientIdentifier
        fields = ["system", "value"]
        extra_kwargs = {
            "system": {"help_text": "URI of the numbering system."},
            "value": {"help_text": "The number."},
        }


class PatientSerializer(serializers.ModelSerializer[Patient]):
    """A patient's demographics."""

    identifiers = IdentifierSerializer(many=True, help_text="Numbers from other registers.")

    class Meta:
        model = Patient
        fields = [
            "health_id",
            "given_name",
            "family_name",
            "sex",
            "birth_date",
            "birth_date_estimated",
            "blood_group",
            "phone",
            "country",
            "identifiers",
            "updated_at",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "health_id": {"help_text": "The person's one Health ID."},
            "given_name": {"help_text": "First and middle names."},
            "birth_date_estimated": {"help_text": "True where only the year or the age was known."},
            "blood_group": {"help_text": "ABO and Rh; empty where unknown."},
            "phone": {"help_text": "E.164; empty where unknown."},
            "updated_at": {"help_text": "When the demographics last changed."},
        }
