"""ICD-10 of the World Health Organization (not the American ICD-10-CM, whose codes are longer)."""

import re
from typing import Final

SYSTEM: Final = "http://hl7.org/fhir/sid/icd-10"
FORM = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{1,2})?")

CONDITIONS: Final = {
    "A01.0": "Typhoid fever",
    "A09.0": "Other and unspecified gastroenteritis and colitis of infectious origin",
    "A15.0": "Tuberculosis of lung, confirmed by sputum microscopy with or without culture",
    "A53.9": "Syphilis, unspecified",
    "B01.9": "Varicella without complication",
    "B05.9": "Measles without complication",
    "B18.1": "Chronic viral hepatitis B without delta-agent",
    "B20.0": "HIV disease resulting in mycobacterial infection",
    "B24": "Unspecified human immunodeficiency virus [HIV] disease",
    "B35.4": "Tinea corporis",
    "B37.3": "Candidiasis of vulva and vagina",
    "B50.0": "Plasmodium falciparum malaria with cerebral complications",
    "B50.9": "Plasmodium falciparum malaria, unspecified",
    "B54": "Unspecified malaria",
    "B65.0": "Schistosomiasis due to Schistosoma haematobium [urinary schistosomiasis]",
    "B76.9": "Hookworm disease, unspecified",
    "B77.9": "Ascariasis, unspecified",
    "B86": "Scabies",
    "D50.9": "Iron deficiency anaemia, unspecified",
    "D55.0": "Anaemia due to glucose-6-phosphate dehydrogenase [G6PD] deficiency",
    "D57.0": "Sickle-cell anaemia with crisis",
    "D57.1": "Sickle-cell anaemia without crisis",
    "D57.3": "Sickle-cell trait",
    "E03.9": "Hypothyroidism, unspecified",
    "E05.9": "Thyrotoxicosis, unspecified",
    "E10.9": "Type 1 diabetes mellitus, without complications",
    "E11.9": "Type 2 diabetes mellitus, without complications",
    "E43": "Unspecified severe protein-energy malnutrition",
    "E44.0": "Moderate protein-energy malnutrition",
    "E66.9": "Obesity, unspecified",
    "E78.0": "Pure hypercholesterolaemia",
    "F32.9": "Depressive episode, unspecified",
    "G40.9": "Epilepsy, unspecified",
    "H10.9": "Conjunctivitis, unspecified",
    "H26.9": "Cataract, unspecified",
    "H66.9": "Otitis media, unspecified",
    "I09.9": "Rheumatic heart disease, unspecified",
    "I10": "Essential (primary) hypertension",
    "I50.9": "Heart failure, unspecified",
    "I64": "Stroke, not specified as haemorrhage or infarction",
    "J03.9": "Acute tonsillitis, unspecified",
    "J06.9": "Acute upper respiratory infection, unspecified",
    "J18.9": "Pneumonia, unspecified",
    "J20.9": "Acute bronchitis, unspecified",
    "J44.9": "Chronic obstructive pulmonary disease, unspecified",
    "J45.9": "Asthma, unspecified",
    "K29.7": "Gastritis, unspecified",
    "K35.8": "Acute appendicitis, other and unspecified",
    "K40.9": "Unilateral or unspecified inguinal hernia, without obstruction or gangrene",
    "K74.6": "Other and unspecified cirrhosis of liver",
    "L02.9": "Cutaneous abscess, furuncle and carbuncle, unspecified",
    "L20.9": "Atopic dermatitis, unspecified",
    "M17.9": "Gonarthrosis, unspecified",
    "M54.5": "Low back pain",
    "N17.9": "Acute renal failure, unspecified",
    "N18.9": "Chronic kidney disease, unspecified",
    "N39.0": "Urinary tract infection, site not specified",
    "O13": "Gestational [pregnancy-induced] hypertension",
    "O14.9": "Pre-eclampsia, unspecified",
    "O80.9": "Single spontaneous delivery, unspecified",
    "S52.5": "Fracture of lower end of radius",
    "Z34.9": "Supervision of normal pregnancy, unspecified",
}


def is_icd10(code: str) -> bool:
    """Say whether the code has the form of ICD-10."""
    return FORM.fullmatch(code) is not None
