"""Two people, field by field, in words: what agrees, what differs, what is missing, and what each field weighs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.connect.matches.people import Person
from portal.connect.matching import NAME_GATE, WEIGHTS, Closeness, Comparison, compare
from portal.connect.models import Patient
from portal.connect.names import similarity


class Verdict(StrEnum):
    """How a field compares. The sign stands beside the word, so that nobody needs the colour."""

    AGREES = "agrees"
    NEARLY = "nearly"
    DIFFERS = "differs"
    MISSING = "missing"

    @property
    def sign(self) -> str:
        """Return the sign that goes with the word."""
        return SIGNS[self]

    @property
    def word(self) -> Any:
        """Return the word."""
        return VERDICTS[self]


SIGNS = {Verdict.AGREES: "=", Verdict.NEARLY: "≈", Verdict.DIFFERS: "≠", Verdict.MISSING: "\u2013"}
VERDICTS: dict[Verdict, Any] = {
    Verdict.AGREES: pgettext_lazy("two fields", "agrees"),
    Verdict.NEARLY: pgettext_lazy("two fields", "nearly agrees"),
    Verdict.DIFFERS: pgettext_lazy("two fields", "differs"),
    Verdict.MISSING: pgettext_lazy("two fields", "missing"),
}
SAID: dict[Closeness, tuple[Verdict, Any]] = {
    Closeness.FULL: (Verdict.AGREES, _("every word of it")),
    Closeness.SAME: (Verdict.AGREES, ""),
    Closeness.CLOSE: (Verdict.NEARLY, _("spelt almost the same")),
    Closeness.SIMILAR: (Verdict.DIFFERS, _("alike, but not as two spellings are")),
    Closeness.SWAPPED: (Verdict.NEARLY, _("day and month are swapped")),
    Closeness.SLIP: (Verdict.NEARLY, _("one digit is another")),
    Closeness.ESTIMATED: (Verdict.NEARLY, _("the same year; at least one is an estimate")),
    Closeness.AROUND: (Verdict.NEARLY, _("years near each other; at least one is an estimate")),
    Closeness.UNKNOWN: (Verdict.MISSING, ""),
    Closeness.DIFFERENT: (Verdict.DIFFERS, ""),
}
FIELDS: dict[str, Any] = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "birth_date": _("Birth date"),
    "sex": _("Sex"),
    "phone": _("Phone"),
    "identifiers": _("Identifiers"),
}
OBJECTIONS: dict[str, Any] = {
    "names": _("A name is less alike than a link by itself demands."),
    "sex": _("The sex is not known to be the same."),
    "identifier": _("They have different numbers in the same register."),
    "birth_date": _("The birth date contradicts, or is an estimate that nothing else supports."),
    "sibling": _("The given names are alike, but not as two spellings of one name are: so are those of many twins."),
}
SEXES: dict[str, Any] = {
    "female": _("female"),
    "male": _("male"),
    "other": _("other"),
    "unknown": _("unknown"),
}
GRADES: dict[str, Any] = {
    "certain": _("certain"),
    "probable": _("probable"),
    "possible": _("possible"),
    "certainly-not": _("certainly not"),
}


@dataclass(frozen=True)
class Row:
    """A field of both. `weight`: evidence in bits, nothing where the field is not weighed."""

    label: Any
    mine: list[str]
    theirs: list[str]
    verdict: Verdict
    said: Any = ""
    weight: str = ""


def compared(one: Person, other: Person) -> tuple[list[Row], Comparison]:
    """Return every field of the two, and the comparison that decided."""
    comparison = compare(one.known, other.known)
    mine, theirs = _shown(one), _shown(other)
    rows = [
        Row(
            label,
            mine[name],
            theirs[name],
            *_said(name, comparison.fields[name], one, other),
            weight=signed(WEIGHTS[name][comparison.fields[name]]),
        )
        for name, label in FIELDS.items()
    ]
    left, right = _facts(one.patient), _facts(other.patient)
    unweighed = [Row(label, left[label], right[label], _equal(left[label], right[label])) for label in left]
    return [*rows, *unweighed], comparison


def signed(bits: float) -> str:
    """Return a weight as people read it: +7.0."""
    sign = "+" if bits > 0 else "\u2212" if bits < 0 else "±"
    return f"{sign}{number_format(abs(bits), 1)}"


def _said(name: str, closeness: Closeness, one: Person, other: Person) -> tuple[Verdict, Any]:
    verdict, said = SAID[closeness]
    if name in {"given_name", "family_name"} and verdict in {Verdict.AGREES, Verdict.NEARLY} and _crossed(one, other):
        return verdict, _("given and family name are swapped")
    if name == "identifiers" and closeness == Closeness.UNKNOWN:
        return verdict, _("no number of the same register")
    return verdict, said


def _crossed(one: Person, other: Person) -> bool:
    """Say whether matching took the given name of one for the family name of the other."""
    mine, theirs = one.known, other.known
    straight = similarity(mine.given, theirs.given), similarity(mine.family, theirs.family)
    crossed = similarity(mine.given, theirs.family), similarity(mine.family, theirs.given)
    return sum(crossed) > sum(straight) and min(crossed) >= NAME_GATE


def _shown(person: Person) -> dict[str, list[str]]:
    patient = person.patient
    estimated = [gettext("an estimate")] if patient.birth_date_estimated else []
    numbers = patient.identifiers.all()
    return {
        "given_name": [patient.given_name],
        "family_name": [patient.family_name],
        "birth_date": [patient.birth_date.isoformat(), *estimated],
        "sex": [str(SEXES[patient.sex])],
        "phone": [patient.phone] if patient.phone else [],
        "identifiers": [
            f"{one.system.rpartition(':')[2]} {one.value}" + (f" ({gettext('verified')})" if one.verified else "")
            for one in numbers
        ],
    }


def _facts(patient: Patient) -> dict[str, list[str]]:
    """Return what is known but not weighed."""
    return {
        gettext("Country"): [patient.country],
        gettext("Blood group"): [patient.blood_group] if patient.blood_group else [],
    }


def _equal(left: list[str], right: list[str]) -> Verdict:
    if not left or not right:
        return Verdict.MISSING
    return Verdict.AGREES if left == right else Verdict.DIFFERS
