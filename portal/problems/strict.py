"""Strict input: nothing is dropped and nothing is converted. DRF does both, and a mistyped field would vanish."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know."""

    default_error_messages = {"unknown": "There is no such field here."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated data.

        :raises ValidationError: with every fault, unknown fields among them.
        """
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        faults: dict[str, Any] = {
            name: [serializers.ErrorDetail(str(self.error_messages["unknown"]), code="unknown")] for name in unknown
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
