"""The accounts of the demo. Their password is printed, so they exist on a private host only."""

from dataclasses import dataclass
from typing import Final

from portal.accounts.models import Role


@dataclass(frozen=True)
class PublishedPerson:
    """Somebody whose password stands on the screen. A reviewer may belong to no organisation."""

    name: str
    email: str
    organisation: str = ""
    role: Role | None = None
    is_staff: bool = False
    is_reviewer: bool = False


PASSWORD: Final = "opescare-demo-2026"
OWNER: Final = PublishedPerson("Amina Otieno", "amina@st-raphael.example", "St. Raphael Health", Role.OWNER)
VIEWER: Final = PublishedPerson("Victor Mensah", "victor@st-raphael.example", "St. Raphael Health", Role.VIEWER)
STAFF: Final = PublishedPerson(
    "Noor Haddad", "noor@opescare.example", "OpesCare", Role.OWNER, is_staff=True, is_reviewer=True
)
REVIEWER: Final = PublishedPerson("Rita Mwangi", "rita@opescare.example", is_reviewer=True)
SECOND_REVIEWER: Final = PublishedPerson("Sipho Dlamini", "sipho@opescare.example", is_reviewer=True)
PEOPLE: Final = (OWNER, VIEWER, STAFF, REVIEWER, SECOND_REVIEWER)
