"""What people fall ill with, who does, what the laboratory then finds, and what is prescribed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from portal.connect.synthetic.laboratory import (
    BLOOD_COUNT,
    EOSINOPHILS,
    HB,
    MCV,
    NEUTROPHILS,
    PANEL_OF,
    PLATELETS,
    WBC,
    Body,
    Effect,
    Effects,
)
from portal.connect.terminology.icd10 import CONDITIONS

LIVER, KIDNEY, LIPIDS, DIPSTICK = (PANEL_OF[code] for code in ("24325-3", "24362-6", "24331-1", "24357-6"))
CRP, RDT, SMEAR = "1988-5", "70569-9", "51587-4"
ELECTROPHORESIS = ("4546-8", "4551-8", "4576-5", "4625-0")
PF = "Plasmodium falciparum"
MALARIA: Final[Effects] = {
    RDT: f"{PF} antigen detected", SMEAR: f"{PF} trophozoites seen", PLATELETS: (48, 140), HB: (8.6, 11.8),
    CRP: (45, 160), "1975-2": (1.3, 2.8),
}  # fmt: skip
BACTERIAL: Final[Effects] = {WBC: (11.5, 21), NEUTROPHILS: (76, 88), CRP: (35, 180)}
VIRAL: Final[Effects] = {CRP: (2, 14)}
IRON: Final[Effects] = {HB: (7.2, 10.6), MCV: (62, 76), "2276-4": (3, 11), PLATELETS: (280, 470)}
SICKLE: Final[Effects] = {
    HB: (6.4, 8.9), MCV: (80, 92), "17849-1": (6, 15), "4546-8": (0, 2), "4551-8": (2.2, 3.5), "4576-5": (5, 12),
    "4625-0": (80, 92), "1975-2": (1.6, 4.2), WBC: (11, 18), PLATELETS: (330, 480),
}  # fmt: skip
DIABETES: Final[Effects] = {"1558-6": (128, 245), "4548-4": (6.8, 10.9), "2571-8": (120, 260), "2093-3": (165, 255)}
URINARY: Final[Effects] = {"5802-4": "Positive", "5799-2": "Positive ++"}
RENAL: Final[Effects] = {
    "2160-0": (2.1, 6.4), "3094-0": (32, 90), "2823-3": (4.8, 6.1), HB: (8.1, 10.9), "20454-5": "Positive ++",
}  # fmt: skip
WORMS: Final[Effects] = {EOSINOPHILS: (9, 22), HB: (9.2, 11.6), MCV: (70, 79)}
LIVER_INJURY: Final[Effects] = {"1742-6": (62, 190), "1920-8": (58, 170)}


@dataclass(frozen=True)
class Illness:
    """A condition: how often it comes up, in whom, whether it stays, what is tested, and what is found."""

    code: str
    weight: float
    tests: tuple[tuple[str, ...], ...] = ()
    finds: Effects = field(default_factory=dict)
    ages: tuple[int, int] = (0, 110)
    sex: str = ""
    chronic: bool = False
    with_code: str = ""

    @property
    def display(self) -> str:
        """Return ICD-10's name of it."""
        return CONDITIONS[self.code]

    def may_befall(self, body: Body) -> bool:
        """Say whether somebody of this age and sex gets it."""
        return self.ages[0] <= body.age <= self.ages[1] and self.sex in {"", body.sex}


def _mixed(*effects: Mapping[str, Effect]) -> Effects:
    return {code: effect for each in effects for code, effect in each.items()}


_CBC = (BLOOD_COUNT,)
_ALL: Final = (
    Illness("B50.9", 16, ((RDT,), BLOOD_COUNT, (CRP,)), MALARIA),
    Illness("B54", 5, ((SMEAR,), BLOOD_COUNT), {**MALARIA, SMEAR: "Plasmodium trophozoites seen"}),
    Illness("B50.0", 0.8, ((SMEAR,), BLOOD_COUNT, ("2345-7",), KIDNEY),
            _mixed(MALARIA, {HB: (4.6, 7.4), "2345-7": (34, 62), PLATELETS: (22, 80)}), ages=(0, 12)),
    Illness("J06.9", 13, ((RDT,), BLOOD_COUNT), VIRAL),
    Illness("A09.0", 9, (KIDNEY,), {"2823-3": (2.9, 3.6), "2951-2": (129, 136)}),
    Illness("N39.0", 7, (DIPSTICK, BLOOD_COUNT), _mixed(URINARY, {WBC: (10.2, 15)}), ages=(4, 110), sex="female"),
    Illness("J18.9", 5, (BLOOD_COUNT, (CRP,)), BACTERIAL),
    Illness("A01.0", 4, (BLOOD_COUNT, LIVER, (RDT,)), {WBC: (2.6, 4.6), CRP: (40, 120), "1742-6": (48, 96)},
            ages=(3, 60)),
    Illness("J20.9", 4, _CBC, VIRAL),
    Illness("J03.9", 4, _CBC, BACTERIAL, ages=(2, 30)),
    Illness("H66.9", 3, (), ages=(0, 10)),
    Illness("B76.9", 2.5, _CBC, WORMS, ages=(3, 50)),
    Illness("B77.9", 2.5, _CBC, {EOSINOPHILS: (8, 16)}, ages=(2, 15)),
    Illness("B65.0", 2, (DIPSTICK, BLOOD_COUNT), {EOSINOPHILS: (9, 20), "20454-5": "Positive +"}, ages=(6, 35)),
    Illness("B86", 2), Illness("B35.4", 2), Illness("L20.9", 1.5, ages=(0, 20)), Illness("H10.9", 2),
    Illness("L02.9", 2.5, _CBC, BACTERIAL),
    Illness("B37.3", 2, (DIPSTICK,), {"5799-2": "Positive +"}, ages=(15, 55), sex="female"),
    Illness("B01.9", 1, (), ages=(1, 14)), Illness("B05.9", 0.7, _CBC, {WBC: (2.8, 4.9)}, ages=(0, 12)),
    Illness("D50.9", 6, (BLOOD_COUNT, ("2276-4",)), IRON, ages=(1, 52), sex="female"),
    Illness("D50.9", 2, (BLOOD_COUNT, ("2276-4",)), IRON, ages=(1, 10), sex="male"),
    Illness("E44.0", 1.5, (BLOOD_COUNT, LIVER), {HB: (8.4, 10.7), "1751-7": (2.7, 3.4)}, ages=(0, 5)),
    Illness("E43", 0.7, (BLOOD_COUNT, LIVER), {HB: (6.9, 9.4), "1751-7": (1.6, 2.6)}, ages=(0, 4)),
    Illness("K29.7", 3, (), ages=(16, 110)),
    Illness("K35.8", 0.8, (BLOOD_COUNT, (CRP,)), BACTERIAL, ages=(8, 45)),
    Illness("K40.9", 0.8, (), ages=(1, 80), sex="male"),
    Illness("M54.5", 3, (), ages=(20, 80)),
    Illness("S52.5", 1, (), ages=(5, 80)),
    Illness("A53.9", 0.8, (("20507-0",), ("7918-6",)), {"20507-0": "Reactive"}, ages=(17, 50)),
    Illness("N17.9", 0.5, (KIDNEY,), {"2160-0": (2.4, 6.8), "3094-0": (38, 96), "2823-3": (5.0, 6.3)}, ages=(18, 80)),
    Illness("A15.0", 1.5, (("38379-4",), BLOOD_COUNT, ("7918-6",)),
            {"38379-4": "Detected", HB: (9.1, 11.7), CRP: (30, 110)}, ages=(15, 70)),
    Illness("O80.9", 2.5, _CBC, {}, ages=(17, 42), sex="female", with_code="Z34.9"),
    Illness("Z34.9", 4, (("2106-3",), BLOOD_COUNT, DIPSTICK, ("7918-6",), ("20507-0",), ("5195-3",)),
            {"2106-3": "Positive"}, ages=(17, 42), sex="female"),
    Illness("O13", 0.8, (DIPSTICK, KIDNEY), {}, ages=(17, 42), sex="female", with_code="Z34.9"),
    Illness("O14.9", 0.6, (DIPSTICK, BLOOD_COUNT, LIVER),
            _mixed({"20454-5": "Positive +++", PLATELETS: (88, 149)}, LIVER_INJURY),
            ages=(17, 42), sex="female", with_code="Z34.9"),
    # What stays:
    Illness("I10", 30, (KIDNEY,), {}, ages=(32, 110), chronic=True),
    Illness("E11.9", 14, (("1558-6",), ("4548-4",), LIPIDS), DIABETES, ages=(34, 110), chronic=True),
    Illness("D57.1", 1.6, (BLOOD_COUNT, ELECTROPHORESIS, ("17849-1",)), SICKLE, ages=(1, 45), chronic=True),
    Illness("D57.3", 4, (ELECTROPHORESIS,), {"4546-8": (56, 62), "4625-0": (34, 40), "4551-8": (2.4, 3.6)},
            ages=(1, 60), chronic=True),
    Illness("B24", 4, (("7918-6",), ("20447-9",), ("24467-3",), BLOOD_COUNT),
            {"7918-6": "Positive", "20447-9": "Not detected", "24467-3": (380, 820)}, ages=(16, 70), chronic=True),
    Illness("B18.1", 3, (("5195-3",), LIVER), _mixed({"5195-3": "Positive"}, LIVER_INJURY), ages=(12, 70),
            chronic=True),
    Illness("J45.9", 4, (), ages=(4, 70), chronic=True),
    Illness("N18.9", 1.5, (KIDNEY, BLOOD_COUNT, DIPSTICK), RENAL, ages=(35, 110), chronic=True),
    Illness("E66.9", 4, (LIPIDS, ("1558-6",)), {"2093-3": (185, 245), "2571-8": (130, 220), "1558-6": (92, 118)},
            ages=(20, 75), chronic=True),
    Illness("E78.0", 2, (LIPIDS,), {"2093-3": (245, 330)}, ages=(30, 90), chronic=True),
    Illness("E03.9", 1, (("3016-3",),), {"3016-3": (8, 42)}, ages=(20, 80), sex="female", chronic=True),
    Illness("E05.9", 0.7, (("3016-3",),), {"3016-3": (0.01, 0.12)}, ages=(20, 60), sex="female", chronic=True),
    Illness("E10.9", 0.6, (("1558-6",), ("4548-4",)), {"1558-6": (150, 320), "4548-4": (7.9, 12.4)}, ages=(6, 40),
            chronic=True),
    Illness("G40.9", 2, (), ages=(3, 70), chronic=True),
    Illness("F32.9", 2, (), ages=(17, 80), chronic=True),
    Illness("I50.9", 1.2, (KIDNEY,), {"2951-2": (129, 137)}, ages=(50, 110), chronic=True),
    Illness("I09.9", 0.8, _CBC, {}, ages=(10, 50), chronic=True),
    Illness("I64", 1, (LIPIDS, ("2345-7",)), {"2093-3": (190, 270)}, ages=(48, 110), chronic=True),
    Illness("J44.9", 1, (), ages=(45, 110), chronic=True),
    Illness("K74.6", 0.6, (LIVER, BLOOD_COUNT),
            _mixed(LIVER_INJURY, {"1751-7": (2.1, 3.2), "1975-2": (2.2, 6.5), PLATELETS: (52, 128)}), ages=(30, 80),
            chronic=True),
    Illness("D55.0", 0.8, (BLOOD_COUNT, ("17849-1",), LIVER),
            {HB: (8.4, 11.2), "17849-1": (4, 9), "1975-2": (1.6, 3.4)},
            ages=(1, 50), sex="male", chronic=True),
    Illness("H26.9", 2, (), ages=(55, 110), chronic=True),
    Illness("M17.9", 2.5, (), ages=(48, 110), chronic=True),
    # A crisis comes only to those who have sickle-cell disease; it is drawn there and nowhere else.
    Illness("D57.0", 0, (BLOOD_COUNT, ("17849-1",), (CRP,)), _mixed(SICKLE, {HB: (5.2, 7.4), CRP: (30, 120)})),
    Illness("B20.0", 0, (("38379-4",), ("24467-3",), BLOOD_COUNT),
            {"38379-4": "Detected", "24467-3": (60, 240), HB: (8.2, 10.9)}),
)  # fmt: skip
ACUTE: Final = tuple(illness for illness in _ALL if not illness.chronic and illness.weight)
CHRONIC: Final = tuple(illness for illness in _ALL if illness.chronic)
BY_CODE: Final = {illness.code: illness for illness in reversed(_ALL)}
