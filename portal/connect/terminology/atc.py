"""ATC: medicines by the substance in them, as most African essential-medicines lists name them."""

import re
from dataclasses import dataclass
from typing import Final

SYSTEM: Final = "http://www.whocc.no/atc"
FORM = re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}")


@dataclass(frozen=True)
class Medicine:
    """A substance, and the one product of it that the synthetic pharmacies stock."""

    code: str
    display: str
    form: str
    strength: str
    unit: str


_MEDICINES: Final = (
    Medicine("A02BC01", "omeprazole", "capsule", "20 mg", "capsule"),
    Medicine("A10AB01", "insulin (human), fast-acting", "injection", "100 IU/mL", "vial"),
    Medicine("A10AC01", "insulin (human), intermediate-acting", "injection", "100 IU/mL", "vial"),
    Medicine("A10BA02", "metformin", "tablet", "500 mg", "tablet"),
    Medicine("A10BB01", "glibenclamide", "tablet", "5 mg", "tablet"),
    Medicine("A12CB01", "zinc sulfate", "dispersible tablet", "20 mg", "tablet"),
    Medicine("B01AC06", "acetylsalicylic acid", "tablet", "75 mg", "tablet"),
    Medicine("B03AA07", "ferrous sulfate", "tablet", "200 mg", "tablet"),
    Medicine("B03AD03", "ferrous sulfate and folic acid", "tablet", "200 mg + 0.4 mg", "tablet"),
    Medicine("B03BB01", "folic acid", "tablet", "5 mg", "tablet"),
    Medicine("C02AB01", "methyldopa (levorotatory)", "tablet", "250 mg", "tablet"),
    Medicine("C03AA03", "hydrochlorothiazide", "tablet", "25 mg", "tablet"),
    Medicine("C03CA01", "furosemide", "tablet", "40 mg", "tablet"),
    Medicine("C07AB03", "atenolol", "tablet", "50 mg", "tablet"),
    Medicine("C08CA01", "amlodipine", "tablet", "5 mg", "tablet"),
    Medicine("C09AA02", "enalapril", "tablet", "10 mg", "tablet"),
    Medicine("C10AA05", "atorvastatin", "tablet", "20 mg", "tablet"),
    Medicine("D01AC01", "clotrimazole", "cream", "1 %", "tube"),
    Medicine("G02AD06", "misoprostol", "tablet", "200 ug", "tablet"),
    Medicine("H01BB02", "oxytocin", "injection", "10 IU/mL", "ampoule"),
    Medicine("H02AB02", "dexamethasone", "injection", "4 mg/mL", "ampoule"),
    Medicine("H02AB06", "prednisolone", "tablet", "5 mg", "tablet"),
    Medicine("H03AA01", "levothyroxine sodium", "tablet", "50 ug", "tablet"),
    Medicine("J01CA04", "amoxicillin", "dispersible tablet", "250 mg", "tablet"),
    Medicine("J01CE08", "benzathine benzylpenicillin", "powder for injection", "2.4 million IU", "vial"),
    Medicine("J01CR02", "amoxicillin and beta-lactamase inhibitor", "tablet", "500 mg + 125 mg", "tablet"),
    Medicine("J01DD04", "ceftriaxone", "powder for injection", "1 g", "vial"),
    Medicine("J01EE01", "sulfamethoxazole and trimethoprim", "tablet", "800 mg + 160 mg", "tablet"),
    Medicine("J01FA10", "azithromycin", "tablet", "500 mg", "tablet"),
    Medicine("J01GB03", "gentamicin", "injection", "40 mg/mL", "ampoule"),
    Medicine("J01MA02", "ciprofloxacin", "tablet", "500 mg", "tablet"),
    Medicine("J01XE01", "nitrofurantoin", "capsule", "100 mg", "capsule"),
    Medicine("J04AC01", "isoniazid", "tablet", "300 mg", "tablet"),
    Medicine("J04AM06", "rifampicin, pyrazinamide, ethambutol and isoniazid", "tablet",
             "150 mg + 400 mg + 275 mg + 75 mg", "tablet"),
    Medicine("J05AF07", "tenofovir disoproxil", "tablet", "300 mg", "tablet"),
    Medicine("J05AR27", "lamivudine, tenofovir disoproxil and dolutegravir", "tablet",
             "300 mg + 300 mg + 50 mg", "tablet"),
    Medicine("L01XX05", "hydroxycarbamide", "capsule", "500 mg", "capsule"),
    Medicine("M01AE01", "ibuprofen", "tablet", "400 mg", "tablet"),
    Medicine("N02AA01", "morphine", "tablet", "10 mg", "tablet"),
    Medicine("N02BE01", "paracetamol", "tablet", "500 mg", "tablet"),
    Medicine("N03AA02", "phenobarbital", "tablet", "30 mg", "tablet"),
    Medicine("N03AF01", "carbamazepine", "tablet", "200 mg", "tablet"),
    Medicine("N05BA01", "diazepam", "injection", "5 mg/mL", "ampoule"),
    Medicine("N06AB03", "fluoxetine", "capsule", "20 mg", "capsule"),
    Medicine("P01AB01", "metronidazole", "tablet", "400 mg", "tablet"),
    Medicine("P01BC01", "quinine", "tablet", "300 mg", "tablet"),
    Medicine("P01BE03", "artesunate", "powder for injection", "60 mg", "vial"),
    Medicine("P01BF01", "artemether and lumefantrine", "tablet", "20 mg + 120 mg", "tablet"),
    Medicine("P02BA01", "praziquantel", "tablet", "600 mg", "tablet"),
    Medicine("P02CA03", "albendazole", "chewable tablet", "400 mg", "tablet"),
    Medicine("R03AC02", "salbutamol", "inhaler", "100 ug/dose", "inhaler"),
    Medicine("R03BA01", "beclometasone", "inhaler", "100 ug/dose", "inhaler"),
)  # fmt: skip
MEDICINES: Final = {medicine.code: medicine for medicine in _MEDICINES}


def is_atc(code: str) -> bool:
    """Say whether the code has the form of a complete ATC code (the fifth level)."""
    return FORM.fullmatch(code) is not None
