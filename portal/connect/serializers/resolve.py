"""What resolve takes and gives."""

from datetime import date
from typing import Any

from django.core.validators import RegexValidator
from django.utils import timezone
from rest_framework import serializers

from portal.connect.matching import Demographics, Grade
from portal.connect.models import SEXES
from portal.connect.names import fold
from portal.connect.register import NATIONAL
from portal.connect.resolving import MOST_CANDIDATES, Asked
from portal.connect.serializers.codes import CountryField
from portal.oauth.schema import ProblemSerializer
from portal.problems.strict import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictListField,
    StrictSerializer,
)

MOST_IDENTIFIERS = 10
MOST_WORDS, MOST_LETTERS = 12, 120
"""Of a folded name. One character can fold to four words, and names are compared word by word."""
E164 = r"^(\+[1-9][0-9]{6,14})?$"
EARLIEST_BIRTH = date(1900, 1, 1)
FIELDS = ("given_name", "family_name", "birth_date", "sex", "phone", "identifiers")


class NameField(StrictCharField):
    """A name with something in it that can be compared."""

    default_error_messages = {
        "no_letter": "A name has at least one letter.",
        "control": "This holds control characters.",
        "long": "This name has too many words or letters.",
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the name, trimmed."""
        name = super().to_internal_value(data)
        if not name.isprintable():
            self.fail("control")
        words = fold(name)
        if not words:
            self.fail("no_letter")
        if len(words) > MOST_WORDS or sum(map(len, words)) > MOST_LETTERS:
            self.fail("long")
        return name


class LabelField(StrictCharField):
    """Text on one line."""

    default_error_messages = {"control": "This holds control characters."}

    def to_internal_value(self, data: Any) -> str:
        """Return the text, trimmed."""
        text = super().to_internal_value(data)
        if not text.isprintable():
            self.fail("control")
        return text


class PersonIdentifier(StrictSerializer):
    """A number that somebody else gave to the person."""

    system = LabelField(
        max_length=120,
        help_text=f"URI of the numbering system. Those that begin with `{NATIONAL}` are national registers.",
    )
    value = LabelField(max_length=64, help_text="The number, as it stands on the document.")
    verified = StrictBooleanField(
        default=False, help_text="True where somebody compared it with the document or the register."
    )


class ResolveRequest(StrictSerializer):
    """A person at a desk."""

    source = LabelField(  # type: ignore[assignment] # a field here, a property in DRF
        max_length=60, help_text="Your name for the system that gave the local number, such as `his`."
    )
    local_number = LabelField(max_length=64, help_text="The person's number in that system.")
    given_name = NameField(max_length=100, help_text="First and middle names.")
    family_name = NameField(max_length=100, help_text="Family name, or father's name where that is the custom.")
    sex = StrictChoiceField(SEXES, help_text="Administrative sex, as in FHIR R4.")
    birth_date = StrictDateField(
        help_text="ISO 8601. 1 January, with `birth_date_estimated`, where only the year is known."
    )
    birth_date_estimated = StrictBooleanField(default=False, help_text="True where only the year or the age was known.")
    phone = StrictCharField(
        default="",
        allow_blank=True,
        max_length=16,
        validators=[RegexValidator(E164, "Send a plus sign, the country's code and the number, without spaces.")],
        help_text="E.164, such as `+2348030000001`; empty where unknown.",
    )
    country = CountryField(required=False, help_text="ISO 3166-1 alpha-2. Your organisation's where you leave it out.")
    identifiers = StrictListField(
        child=PersonIdentifier(),
        default=list,
        max_length=MOST_IDENTIFIERS,
        help_text="National and insurance numbers.",
    )
    on_ambiguous = StrictChoiceField(
        ("refuse", "provisional"),
        default="refuse",
        help_text="`refuse` answers 409 where several people are plausible. `provisional` creates a Health ID at once "
        "and queues a review, so that nobody waits at the desk.",
    )

    default_error_messages = {"birth_date": "The birth date lies in the future or before 1900."}

    def validate_birth_date(self, value: date) -> date:
        """Refuse a date on which nobody alive was born. One day ahead is another time zone's today."""
        if value < EARLIEST_BIRTH or (value - timezone.now().date()).days > 1:
            raise serializers.ValidationError(self.error_messages["birth_date"], code="invalid")
        return value

    @classmethod
    def asked(cls, values: dict[str, Any]) -> Asked:
        """Return validated values as resolve takes them."""
        numbers = {(number["system"], number["value"]): number["verified"] for number in values["identifiers"]}
        person = Demographics(
            **{name: values[name] for name in ("given_name", "family_name", "sex", "birth_date", "phone")},
            birth_date_estimated=values["birth_date_estimated"],
            identifiers=frozenset(numbers),
            verified=frozenset(
                number for number, verified in numbers.items() if verified and number[0].startswith(NATIONAL)
            ),
        )
        return Asked(
            person,
            source=values["source"],
            local_number=values["local_number"],
            country=values.get("country", ""),
            provisional=values["on_ambiguous"] == "provisional",
        )


MOST_ITEMS = 100


class ResolveBatchRequest(StrictSerializer):
    """Up to a hundred people."""

    items = StrictListField(
        child=ResolveRequest(),
        min_length=1,
        max_length=MOST_ITEMS,
        help_text="Each as in a single call. One that does not fit is answered with its own 422.",
    )


class Batch(StrictSerializer):
    """The batch without its items' schema: each item is judged alone."""

    items = StrictListField(child=serializers.JSONField(), min_length=1, max_length=MOST_ITEMS)


class MatchSerializer(serializers.Serializer[None]):
    """Why this patient is taken to be the person."""

    method = serializers.ChoiceField(
        ("local_number", "identifier", "demographics"),
        help_text="`local_number`: linked before. `identifier`: a verified national number. `demographics`: "
        "the weights.",
    )
    grade = serializers.ChoiceField(
        [grade.value for grade in Grade], help_text="How sure, as in FHIR R4's match-grade."
    )
    score = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text="The probability by the weights alone. Twins score high; what passed the gate is `probable`.",
    )
    agreeing_fields = serializers.ListField(
        child=serializers.ChoiceField(FIELDS), help_text="The fields that agree, exactly or nearly."
    )


class CandidateSerializer(serializers.Serializer[None]):
    """Somebody who may be the person. Only the names of fields, never what stands in them."""

    health_id = serializers.CharField(help_text="The candidate's Health ID.")
    grade = serializers.ChoiceField(
        [grade.value for grade in Grade], help_text="How sure, as in FHIR R4's match-grade."
    )
    score = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text="The probability by the weights alone. Twins score high; what passed the gate is `probable`.",
    )
    agreeing_fields = serializers.ListField(
        child=serializers.ChoiceField(FIELDS), help_text="The fields that agree, exactly or nearly."
    )


class ResolutionSerializer(serializers.Serializer[None]):
    """The person's Health ID, and how it was found."""

    outcome = serializers.ChoiceField(
        ("matched", "created", "provisional"),
        help_text="`matched`: known before. `created`: new. `provisional`: new, and staff will look whether they are "
        "somebody known.",
    )
    health_id = serializers.CharField(help_text="The Health ID to use from now on.")
    match = MatchSerializer(allow_null=True, help_text="Why it matched; null where the person is new.")
    review_id = serializers.UUIDField(allow_null=True, help_text="The review that was queued; null where none was.")


class AmbiguousMatchSerializer(ProblemSerializer):
    """An error (RFC 9457) that names those who may be the person."""

    candidates = serializers.ListField(
        child=CandidateSerializer(),
        max_length=MOST_CANDIDATES,
        help_text="Those who may be the person, the likeliest first.",
    )


class ItemProblemSerializer(ProblemSerializer):
    """An error (RFC 9457) of one item; its pointers start at the whole body."""

    candidates = serializers.ListField(
        child=CandidateSerializer(),
        max_length=MOST_CANDIDATES,
        required=False,
        help_text="With `ambiguous_match` and `local_number_reused`: who it may be.",
    )


class ResolvedItemSerializer(serializers.Serializer[None]):
    """What became of one item: a resolution or a problem."""

    status = serializers.IntegerField(help_text="The status that a single call would have had: 200, 201, 409 or 422.")
    resolution = ResolutionSerializer(allow_null=True, help_text="With 200 and 201; null otherwise.")
    problem = ItemProblemSerializer(allow_null=True, help_text="With 409 and 422; null otherwise.")


class ResolvedBatchSerializer(serializers.Serializer[None]):
    """An answer per item."""

    items = ResolvedItemSerializer(many=True, help_text="In the order of the request.")
