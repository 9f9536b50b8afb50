"""Whom and what to send: invented people, others for every run, so that a run meets nobody of the one before."""

import random
from datetime import date, timedelta
from typing import Any

GIVEN = {
    "female": ("Achieng", "Zainab", "Rutendo", "Lindiwe", "Marième", "Selam"),
    "male": ("Kofi", "Tendai", "Sipho", "Idrissa", "Barack", "Tesfaye"),
}
SYLLABLES = (
    "ba",
    "de",
    "fo",
    "gu",
    "ki",
    "la",
    "mo",
    "ne",
    "pu",
    "ra",
    "si",
    "to",
    "vu",
    "wa",
    "ye",
    "zo",
    "dwe",
    "kwa",
)
EARLIEST, DAYS = date(1950, 1, 2), 20_000
AMINA_BORN = tuple(f"1990-04-{day:02}" for day in (13, 14, 15, 16, 17, 18, 19, 10, 11))
"""One digit beside the day that is known: ambiguous, until the phone decides."""
AMINA_PHONE = "+2348030000001"


def newcomer(run: str) -> dict[str, Any]:
    """Return somebody whom nobody knows, the same for the same run: fields of a resolve."""
    chance = random.Random(run)  # noqa: S311 - invented people, not keys
    sex = chance.choice(sorted(GIVEN))
    return {
        **_number(run),
        "given_name": chance.choice(GIVEN[sex]),
        "family_name": "".join(chance.choices(SYLLABLES, k=4)).capitalize(),
        "sex": sex,
        "birth_date": str(EARLIEST + timedelta(days=chance.randrange(DAYS))),
    }


def misheard_amina(run: str, number: int) -> dict[str, Any]:
    """Return a fixture with a birth date that is wrong by one digit, another one in each run."""
    born = AMINA_BORN[number % len(AMINA_BORN)]
    return {**_number(run), "given_name": "Amina", "family_name": "Okafor", "sex": "female", "birth_date": born}


def halimat(run: str) -> dict[str, Any]:
    """Return a fixture who was merged into another."""
    person = {"given_name": "Halimat", "family_name": "Abubakr", "sex": "female", "birth_date": "1985-03-14"}
    return {**_number(run), **person}


def _number(run: str) -> dict[str, str]:
    return {"source": "his", "local_number": f"RUN-{run}"}
