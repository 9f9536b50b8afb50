"""The accounts of the demo. Their password is printed, so they exist on a private host only."""

from dataclasses import dataclass
from typing import Final

from portal.accounts.models import Role


@dataclass(frozen=True)
class PublishedPerson:
    """Somebody whose password stands on the screen."""

    name: str
    email: str
    organisation: str
    role: Role
    is_staff: bool = False


PASSWORD: Final = "opescare-demo-2026"
OWNER: Final = PublishedPerson("Amina Otieno", "amina@st-raphael.example", "St. Raphael Health", Role.OWNER)
VIEWER: Final = PublishedPerson("Victor Mensah", "victor@st-raphael.example", "St. Raphael Health", Role.VIEWER)
STAFF: Final = PublishedPerson("Noor Haddad", "noor@opescare.example", "OpesCare", Role.OWNER, is_staff=True)
PEOPLE: Final = (OWNER, VIEWER, STAFF)
