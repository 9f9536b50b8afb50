"""Coded things: a code of the facility's own beside the standard one."""

from typing import Any

from rest_framework import serializers

from portal.problems.strict import StrictCharField, StrictSerializer


class PushedLocalCode(StrictSerializer):
    """A code of the facility's own. It is kept as it is."""

    system = StrictCharField(max_length=120, help_text="URI of the facility's code system.")
    code = StrictCharField(max_length=64, help_text="The code.")
    display = StrictCharField(max_length=200, required=False, help_text="Its name.")


class LocalCodeSerializer(serializers.Serializer[None]):
    """A code of the facility's own."""

    system = serializers.CharField(help_text="URI of the facility's code system.")
    code = serializers.CharField(help_text="The code.")
    display = serializers.CharField(required=False, help_text="Its name, where it was sent.")


def unmapped_field() -> Any:
    """Return the field that says that only a local code is known."""
    return serializers.BooleanField(help_text="True where only a local code is known, and no standard one.")
