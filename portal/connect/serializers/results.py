"""What is known of a patient, as the API answers it. The bodies are made where they are stored."""

from rest_framework import serializers

from portal.connect.serializers.codes import LocalCodeSerializer, unmapped_field

LAB_STATUSES = ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error")
CLINICAL_STATUSES = ("active", "recurrence", "relapse", "inactive", "remission", "resolved")
INTERPRETATIONS = ("N", "L", "LL", "H", "HH", "A", "AA", "POS", "NEG", "IND", "DET", "ND", "S", "I", "R")


class QuantitySerializer(serializers.Serializer[None]):
    """A measured value."""

    value = serializers.FloatField(help_text="The number.")
    unit = serializers.CharField(help_text="The unit, in UCUM.")


class RangeSerializer(serializers.Serializer[None]):
    """What is normal."""

    low = serializers.FloatField(allow_null=True, help_text="Lower end, in the value's unit.")
    high = serializers.FloatField(allow_null=True, help_text="Upper end, in the value's unit.")


class LabResultSerializer(serializers.Serializer[None]):
    """One laboratory result (FHIR's Observation)."""

    id = serializers.UUIDField(help_text="The result's id.")
    health_id = serializers.CharField(help_text="Whose result it is.")
    status = serializers.ChoiceField(LAB_STATUSES, help_text="As in FHIR R4.")
    loinc = serializers.CharField(allow_null=True, help_text="LOINC code of the test.")
    display = serializers.CharField(allow_blank=True, help_text="Name of the test.")
    local_code = LocalCodeSerializer(allow_null=True, help_text="The laboratory's own code.")
    unmapped = unmapped_field()
    value_quantity = QuantitySerializer(allow_null=True, help_text="The value, where it was measured.")
    value_string = serializers.CharField(allow_null=True, help_text="The value, where it is a word.")
    reference_range = RangeSerializer(allow_null=True, help_text="What is normal for this patient.")
    interpretation = serializers.ChoiceField(
        INTERPRETATIONS, allow_null=True, help_text="HL7 v3 ObservationInterpretation, such as `H` for high."
    )
    specimen = serializers.CharField(allow_blank=True, help_text="What was examined.")
    collected = serializers.DateTimeField(allow_null=True, help_text="When the specimen was taken.")
    issued = serializers.DateTimeField(help_text="When the result was released.")
    panel_loinc = serializers.CharField(allow_null=True, help_text="LOINC code of the panel that it belongs to.")
    panel_display = serializers.CharField(allow_null=True, help_text="Name of the panel.")
    facility_code = serializers.CharField(help_text="Where it was done.")
    report_id = serializers.UUIDField(allow_null=True, help_text="The pushed record that it came with, if any.")


class LabResultList(serializers.Serializer[None]):
    """A page of results, the newest first."""

    items = LabResultSerializer(many=True, help_text="Up to 50 results.")


class ConditionSerializer(serializers.Serializer[None]):
    """One coded diagnosis (FHIR's Condition)."""

    id = serializers.UUIDField(help_text="The diagnosis's id.")
    health_id = serializers.CharField(help_text="Whose diagnosis it is.")
    icd10 = serializers.CharField(allow_null=True, help_text="ICD-10 code (WHO).")
    display = serializers.CharField(allow_blank=True, help_text="Name of the condition.")
    local_code = LocalCodeSerializer(allow_null=True, help_text="The facility's own code.")
    unmapped = unmapped_field()
    clinical_status = serializers.ChoiceField(CLINICAL_STATUSES, allow_null=True, help_text="As in FHIR R4.")
    rank = serializers.IntegerField(help_text="1 for the main diagnosis of the visit.")
    onset = serializers.DateField(allow_null=True, help_text="When it began, where known.")
    recorded = serializers.DateTimeField(help_text="When it was recorded.")
    facility_code = serializers.CharField(help_text="Where it was recorded.")
    encounter_id = serializers.UUIDField(allow_null=True, help_text="The pushed encounter that it came with, if any.")


class ConditionList(serializers.Serializer[None]):
    """A page of diagnoses, the newest first."""

    items = ConditionSerializer(many=True, help_text="Up to 50 diagnoses.")
