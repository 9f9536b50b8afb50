"""Coded things: a code of the facility's own beside the standard one."""

import re
from typing import Any

from django.core.validators import RegexValidator
from django_countries import countries
from rest_framework import serializers

from portal.applications.models import FACILITY_CODE
from portal.problems.strict import StrictCharField, StrictSerializer

FACILITY_CODE_FAULT = "Letters, digits, dot, dash and underscore, 40 at most."


def is_facility_code(text: str) -> bool:
    """Say whether the text has the form of a facility's code."""
    return re.fullmatch(FACILITY_CODE, text) is not None


class RegexCharField(StrictCharField):
    """Text of one form."""

    def __init__(self, form: str, fault: str, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(RegexValidator(form, fault))


class CodeField(StrictCharField):
    """A code whose form, and check digit where there is one, is looked at."""

    default_error_messages = {"invalid_code": "This is not of the form of a code of this system."}

    def __init__(self, fits: Any, **options: Any) -> None:
        super().__init__(**options)
        self.fits = fits

    def to_internal_value(self, data: Any) -> str:
        """Return the code."""
        code = super().to_internal_value(data)
        if not self.fits(code):
            self.fail("invalid_code")
        return code


def either(data: dict[str, Any], standard: str) -> None:
    """Ask for the standard code or the facility's own.

    :raises ValidationError: where both are missing.
    """
    if not data.get(standard) and not data.get("local_code"):
        fault = f"Send `{standard}`, or the facility's own code as `local_code`."
        raise serializers.ValidationError({standard: [serializers.ErrorDetail(fault, code="missing")]})


class CountryField(StrictCharField):
    """A country."""

    default_error_messages = {"country": "This is no country of ISO 3166-1 alpha-2: two capital letters."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(RegexValidator("^[A-Z]{2}$"))  # for the document

    def to_internal_value(self, data: Any) -> str:
        """Return the code."""
        code = super().to_internal_value(data)
        if code not in countries.countries:
            self.fail("country")
        return code


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
