"""LOINC: laboratory tests, with the unit (UCUM) in which the synthetic laboratories report them."""

import re
from dataclasses import dataclass
from typing import Final

SYSTEM: Final = "http://loinc.org"
FORM = re.compile(r"[1-9][0-9]{0,5}-[0-9]")

BLOOD, SERUM, URINE, SPUTUM = "blood", "serum", "urine", "sputum"


@dataclass(frozen=True)
class Test:
    """A test. `unit` is empty and `decimals` 0 where the answer is a word."""

    code: str
    display: str
    specimen: str
    unit: str = ""
    decimals: int = 0


_TESTS: Final = (
    Test("718-7", "Hemoglobin [Mass/volume] in Blood", BLOOD, "g/dL", 1),
    Test("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", BLOOD, "%", 1),
    Test("789-8", "Erythrocytes [#/volume] in Blood by Automated count", BLOOD, "10*6/uL", 2),
    Test("787-2", "MCV [Entitic mean volume] in Red Blood Cells by Automated count", BLOOD, "fL", 1),
    Test("785-6", "MCH [Entitic mass] by Automated count", BLOOD, "pg", 1),
    Test("6690-2", "Leukocytes [#/volume] in Blood by Automated count", BLOOD, "10*3/uL", 1),
    Test("770-8", "Neutrophils/Leukocytes in Blood by Automated count", BLOOD, "%", 0),
    Test("736-9", "Lymphocytes/Leukocytes in Blood by Automated count", BLOOD, "%", 0),
    Test("713-8", "Eosinophils/Leukocytes in Blood by Automated count", BLOOD, "%", 0),
    Test("777-3", "Platelets [#/volume] in Blood by Automated count", BLOOD, "10*3/uL", 0),
    Test("17849-1", "Reticulocytes/Erythrocytes in Blood by Automated count", BLOOD, "%", 1),
    Test("4546-8", "Hemoglobin A/Hemoglobin.total in Blood", BLOOD, "%", 1),
    Test("4551-8", "Hemoglobin A2/Hemoglobin.total in Blood", BLOOD, "%", 1),
    Test("4576-5", "Hemoglobin F/Hemoglobin.total in Blood", BLOOD, "%", 1),
    Test("4625-0", "Hemoglobin S/Hemoglobin.total in Blood", BLOOD, "%", 1),
    Test("70569-9", "Plasmodium sp Ag [Identifier] in Blood by Rapid immunoassay", BLOOD),
    Test("51587-4", "Plasmodium sp [Presence] in Blood by Light microscopy", BLOOD),
    Test("1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 0),
    Test("2345-7", "Glucose [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 0),
    Test("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", BLOOD, "%", 1),
    Test("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 2),
    Test("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 0),
    Test("2951-2", "Sodium [Moles/volume] in Serum or Plasma", SERUM, "mmol/L", 0),
    Test("2823-3", "Potassium [Moles/volume] in Serum or Plasma", SERUM, "mmol/L", 1),
    Test("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", SERUM, "U/L", 0),
    Test("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", SERUM, "U/L", 0),
    Test("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 1),
    Test("1751-7", "Albumin [Mass/volume] in Serum or Plasma", SERUM, "g/dL", 1),
    Test("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", SERUM, "mg/L", 0),
    Test("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 0),
    Test("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", SERUM, "mg/dL", 0),
    Test("2276-4", "Ferritin [Mass/volume] in Serum or Plasma", SERUM, "ng/mL", 0),
    Test("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", SERUM, "m[IU]/L", 2),
    Test("7918-6", "HIV 1+2 Ab [Presence] in Serum", SERUM),
    Test("20447-9", "HIV 1 RNA [#/volume] (viral load) in Serum or Plasma by NAA with probe detection", SERUM,
         "{copies}/mL", 0),
    Test("24467-3", "CD3+CD4+ (T4 helper) cells [#/volume] in Blood", BLOOD, "/uL", 0),
    Test("5195-3", "Hepatitis B virus surface Ag [Presence] in Serum", SERUM),
    Test("20507-0", "Reagin Ab [Presence] in Serum by RPR", SERUM),
    Test("38379-4", "Mycobacterium tuberculosis complex DNA [Presence] in Specimen by NAA with probe detection",
         SPUTUM),
    Test("2106-3", "Choriogonadotropin (pregnancy test) [Presence] in Urine", URINE),
    Test("20454-5", "Protein [Presence] in Urine by Test strip", URINE),
    Test("5802-4", "Nitrite [Presence] in Urine by Test strip", URINE),
    Test("5799-2", "Leukocyte esterase [Presence] in Urine by Test strip", URINE),
)  # fmt: skip
TESTS: Final = {test.code: test for test in _TESTS}

PANELS: Final = {
    "58410-2": "CBC panel - Blood by Automated count",
    "24325-3": "Hepatic function 2000 panel - Serum or Plasma",
    "24362-6": "Renal function 2000 panel - Serum or Plasma",
    "24331-1": "Lipid 1996 panel - Serum or Plasma",
    "24357-6": "Urinalysis macro (dipstick) panel - Urine",
}


def is_loinc(code: str) -> bool:
    """Say whether the code has LOINC's form and its check digit (mod 10) fits."""
    if not FORM.fullmatch(code):
        return False
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(check)


def display(code: str) -> str:
    """Return the name of the test or panel, empty where it is not listed here."""
    return TESTS[code].display if code in TESTS else PANELS.get(code, "")
