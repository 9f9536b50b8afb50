"""Strict input: nothing is dropped and nothing is converted. DRF does both, and a mistyped field would vanish."""

import re
from datetime import UTC, date, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.settings import api_settings

FIELD_NAME = re.compile(r"[A-Za-z_]{1,40}[0-9]{0,2}")


def _place(name: str) -> str:
    """Return where the fault of an unknown field stands: at its name, if that is one that a programmer would write.

    Otherwise at the object around it: a phone number as a name must not come back in an error.
    """
    around = api_settings.NON_FIELD_ERRORS_KEY
    return name if FIELD_NAME.fullmatch(name) and name != around else str(around)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know."""

    default_error_messages = {"unknown": "There is no such field here."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated data.

        :raises ValidationError: with every fault, unknown fields among them.
        """
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        faults: dict[str, Any] = {
            _place(name): [serializers.ErrorDetail(str(self.error_messages["unknown"]), code="unknown")]
            for name in unknown
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


class StrictBooleanField(serializers.BooleanField):
    """True or false; not `"true"`, not 1."""

    default_error_messages = {"invalid": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """Return the value."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictDateField(serializers.DateField):
    """A date as text, in the one form of ISO 8601 that everybody reads alike."""

    default_error_messages = {"invalid": "This must be a date of the form YYYY-MM-DD."}

    def to_internal_value(self, data: Any) -> date:
        """Return the date."""
        if not isinstance(data, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")


class StrictChoiceField(serializers.ChoiceField):
    """One of a few texts. What was sent is not repeated."""

    default_error_messages = {"invalid_choice": "This must be one of: {choices}."}

    def to_internal_value(self, data: Any) -> str:
        """Return the choice."""
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", choices=", ".join(map(str, self.choices)))
        return data


class StrictListField(serializers.ListField):
    """A list, and no other sequence."""

    default_error_messages = {"not_a_list": "This must be a list."}

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the validated items."""
        if not isinstance(data, list):
            self.fail("not_a_list")
        # DRF looks at every item before it counts them.
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A whole number: not text, not true, not 1.0."""

    default_error_messages = {"invalid": "This must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if type(data) is not int:
            self.fail("invalid")
        return data


class StrictNumberField(serializers.FloatField):
    """A number: not text, not true."""

    default_error_messages = {"invalid": "This must be a number."}

    def to_internal_value(self, data: Any) -> float:
        """Return the number as it was sent, whole or not."""
        if type(data) not in {int, float} or not -1e15 < data < 1e15:
            self.fail("invalid")
        return float(data) if isinstance(data, float) else int(data)


class StrictMomentField(serializers.DateTimeField):
    """A time with its offset (RFC 3339), read as UTC."""

    form = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
    )
    default_error_messages = {"invalid": "This must be a time with its offset, such as 2025-11-18T09:30:00Z."}

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment in UTC."""
        if not isinstance(data, str) or not self.form.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")
