"""What applications push. Names and codes follow FHIR R4; every field is strict."""

from typing import Any, ClassVar

from rest_framework import serializers

from portal.applications.models import FACILITY_CODE
from portal.connect.serializers.codes import (
    FACILITY_CODE_FAULT,
    CodeField,
    PushedLocalCode,
    RegexCharField,
    either,
)
from portal.connect.serializers.results import INTERPRETATIONS, LAB_STATUSES
from portal.connect.terminology import atc, icd10, loinc
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

ENCOUNTER_STATUSES = (
    "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error",
)  # fmt: skip
PRESCRIPTION_STATUSES = ("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft")
INTENTS = (
    "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option",
)  # fmt: skip
MAXIMUM_VERSION = 2**53 - 1
MOST_ITEMS = 100


class Practitioner(StrictSerializer):
    """Who treated, examined or prescribed."""

    id = StrictCharField(max_length=64, required=False, help_text="The practitioner's number at the facility.")
    name = StrictCharField(max_length=160, required=False, help_text="The practitioner's name.")


class Period(StrictSerializer):
    """From when to when."""

    start = StrictMomentField(help_text="RFC 3339, with its offset.")
    end = StrictMomentField(required=False, help_text="Not before `start`; left out while it goes on.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Refuse an end before the start."""
        if "end" in data and data["end"] < data["start"]:
            fault = serializers.ErrorDetail("The end lies before the start.", code="order")
            raise serializers.ValidationError({"end": [fault]})
        return data


class PushedDiagnosis(StrictSerializer):
    """A diagnosis of a visit."""

    icd10 = CodeField(icd10.is_icd10, max_length=6, required=False, help_text="ICD-10 code (WHO), such as `B50.9`.")
    local_code = PushedLocalCode(required=False, help_text="The facility's own code, beside ICD-10 or instead of it.")
    display = StrictCharField(max_length=200, required=False, help_text="The diagnosis in words.")
    rank = StrictIntegerField(min_value=1, max_value=99, help_text="1 for the main diagnosis.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the codes."""
        either(data, "icd10")
        return data


class PushedQuantity(StrictSerializer):
    """A measured value."""

    value = StrictNumberField(help_text="The number.")
    unit = RegexCharField(
        r"^[!-~]+$", "This is not of the form of a UCUM unit.", max_length=40, help_text="UCUM, such as `g/dL`."
    )


class PushedRange(StrictSerializer):
    """What is normal, in the value's unit."""

    low = StrictNumberField(required=False, help_text="Lower end.")
    high = StrictNumberField(required=False, help_text="Upper end.")


class PushedResult(StrictSerializer):
    """One result of a laboratory report."""

    loinc = CodeField(loinc.is_loinc, max_length=8, required=False, help_text="LOINC code, such as `718-7`.")
    local_code = PushedLocalCode(required=False, help_text="The laboratory's own code, beside LOINC or instead of it.")
    value_quantity = PushedQuantity(required=False, help_text="The value, where it was measured.")
    value_string = StrictCharField(max_length=500, required=False, help_text="The value, where it is a word.")
    reference_range = PushedRange(required=False, help_text="What is normal for this patient.")
    interpretation = StrictChoiceField(INTERPRETATIONS, required=False, help_text="HL7 v3 ObservationInterpretation.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the codes and one of the values."""
        either(data, "loinc")
        if ("value_quantity" in data) == ("value_string" in data):
            fault = serializers.ErrorDetail("Send either `value_quantity` or `value_string`.", code="either")
            raise serializers.ValidationError({"value_quantity": [fault]})
        return data


class Pushed(StrictSerializer):
    """What every pushed record has."""

    health_id = StrictCharField(max_length=40, help_text="Whose record it is.")
    facility_code = RegexCharField(
        FACILITY_CODE, FACILITY_CODE_FAULT, max_length=40,
        help_text="Where it was made. In production, a facility that your client was granted.",
    )  # fmt: skip
    source_id = RegexCharField(
        r"^[!-~]+$", "Visible ASCII characters without spaces.", max_length=128,
        help_text="The record's id at its source. With the client and the facility it names the record for good.",
    )  # fmt: skip
    source_version = StrictIntegerField(
        min_value=1, max_value=MAXIMUM_VERSION, help_text="Higher whenever the record has changed at its source."
    )


class EncounterPush(Pushed):
    """A visit or an admission (FHIR's Encounter)."""

    status = StrictChoiceField(ENCOUNTER_STATUSES, help_text="As in FHIR R4. `entered-in-error` takes it back.")
    class_ = StrictChoiceField(("AMB", "EMER", "IMP"), help_text="Ambulatory, emergency, inpatient.")
    period = Period(help_text="From when to when.")
    diagnoses = PushedDiagnosis(  # type: ignore[call-arg] # of the list
        many=True, required=False, max_length=50, help_text="What was found."
    )
    practitioner = Practitioner(required=False, help_text="Who treated.")

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; `class` is a word of Python's."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class LabResultsPush(Pushed):
    """A laboratory report with its results (FHIR's DiagnosticReport)."""

    status = StrictChoiceField(
        LAB_STATUSES, help_text="As in FHIR R4. `corrected` or `amended` stands for what was sent before."
    )
    panel_loinc = CodeField(loinc.is_loinc, max_length=8, required=False, help_text="LOINC code of the panel.")
    specimen = StrictCharField(max_length=80, required=False, help_text="What was examined, such as `blood`.")
    collected = StrictMomentField(required=False, help_text="When the specimen was taken.")
    issued = StrictMomentField(help_text="When the report was released.")
    results = PushedResult(  # type: ignore[call-arg] # of the list
        many=True, allow_empty=False, max_length=100, help_text="The results."
    )
    practitioner = Practitioner(required=False, help_text="Who answers for the report.")


class PrescriptionPush(Pushed):
    """A prescription of one medicine (FHIR's MedicationRequest)."""

    status = StrictChoiceField(PRESCRIPTION_STATUSES, help_text="As in FHIR R4.")
    intent = StrictChoiceField(INTENTS, help_text="As in FHIR R4; usually `order`.")
    atc = CodeField(atc.is_atc, max_length=7, required=False, help_text="ATC code, such as `P01BF01`.")
    local_code = PushedLocalCode(required=False, help_text="The facility's own code, beside ATC or instead of it.")
    dose = PushedQuantity(help_text="How much at a time.")
    route = StrictCharField(max_length=60, help_text="How it is taken, such as `oral`.")
    frequency = StrictCharField(max_length=120, help_text="How often, such as `twice daily for 3 days`.")
    quantity = PushedQuantity(required=False, help_text="How much is handed out.")
    prescriber = Practitioner(required=False, help_text="Who prescribed.")
    authored = StrictMomentField(required=False, help_text="When it was written.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the codes."""
        either(data, "atc")
        return data


class StoredSerializer(serializers.Serializer[None]):
    """What became of a push."""

    id = serializers.UUIDField(help_text="The record's id here.")
    version = serializers.IntegerField(help_text="Which version of the record is stored now; the first is 1.")
    health_id = serializers.CharField(help_text="Whose record it is: of merged patients, the surviving Health ID.")
    unmapped = serializers.ListField(
        child=serializers.CharField(), help_text="Pointers to what has a local code only. It was kept."
    )


class RecordSerializer(serializers.Serializer[None]):
    """A record that this client has pushed."""

    id = serializers.UUIDField(help_text="The record's id here.")
    version = serializers.IntegerField(help_text="Which version this is; the first is 1.")
    health_id = serializers.CharField(help_text="Whose record it is.")
    unmapped = serializers.ListField(
        child=serializers.CharField(), help_text="Pointers into `content` to what has a local code only."
    )
    received = serializers.DateTimeField(help_text="When this version arrived.")
    content = serializers.DictField(help_text="The record as it was pushed.")


PUSHES = {"encounters": EncounterPush, "lab-results": LabResultsPush, "prescriptions": PrescriptionPush}
SCOPES = {"encounters": "encounter:push", "lab-results": "lab:push", "prescriptions": "prescription:push"}


class BatchItem(StrictSerializer):
    """One record of a batch: exactly one of the three."""

    also: ClassVar[dict[str, int]] = {"minProperties": 1, "maxProperties": 1}
    """What the document says beside its fields."""

    encounter = EncounterPush(required=False, help_text="An encounter.")
    lab_results = LabResultsPush(required=False, help_text="A laboratory report.")
    prescription = PrescriptionPush(required=False, help_text="A prescription.")


class RecordBatchRequest(StrictSerializer):
    """Up to a hundred records of any kind."""

    items = StrictListField(
        child=BatchItem(),
        min_length=1,
        max_length=MOST_ITEMS,
        help_text="Each with one record, as in a single push. One that does not fit is answered with its own 422.",
    )


class RecordBatch(StrictSerializer):
    """The batch without its items' schema: each item is judged alone."""

    items = StrictListField(child=serializers.JSONField(), min_length=1, max_length=MOST_ITEMS)


class StoredItemSerializer(serializers.Serializer[None]):
    """What became of one item."""

    status = serializers.IntegerField(help_text="The status that a single push would have had.")
    stored = StoredSerializer(allow_null=True, help_text="With 200 and 201; null otherwise.")
    problem = ProblemSerializer(allow_null=True, help_text="With any other status; null otherwise.")


class StoredBatchSerializer(serializers.Serializer[None]):
    """An answer per item."""

    items = StoredItemSerializer(many=True, help_text="In the order of the request.")


IN_BATCH = {"encounter": "encounters", "lab_results": "lab-results", "prescription": "prescriptions"}
