"""The demo's organisations: who they are and what they ask for. What became of it stands in `histories.py`.

All of them are invented, and their addresses end in `.example`, which nobody can own (RFC 2606).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.accounts.models import Kind
from portal.accounts.published import OWNER, STAFF
from portal.applications.models import Integration
from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT
from portal.connect.synthetic.facilities import NOT_GRANTED, places

NAMES: Final = {place.code: place.name for place in places()}


@dataclass(frozen=True)
class Asking:
    """An application that asks for production. `facilities` are codes, `scopes` have a reason each."""

    organisation: str
    country: str
    kind: Kind
    owner: str
    email: str
    application: str
    purpose: str
    facilities: tuple[str, ...]
    scopes: Mapping[str, str]
    answers: Mapping[str, Any] = field(default_factory=dict)
    integration: Integration = Integration.CONNECT_API
    calls: tuple[str, ...] = ()
    """What it has tried in the sandbox: operations of portal/openapi/examples.yaml."""

    @property
    def domain(self) -> str:
        """Return the domain of the organisation."""
        return self.email.partition("@")[2]

    def answer(self, key: str) -> Any:
        """Return its answer to a question, None where it has nothing of its own to say."""
        if key in self.answers:
            return self.answers[key]
        usual = {
            "mandate": "We run them ourselves.",
            "volume": "under_10k",
            "leaves_country": "no",
            "privacy_policy": f"https://{self.domain}/privacy",
            "terms": f"https://{self.domain}/terms",
            "security_contact": f"security@{self.domain}",
            "key_storage": "In the secret store of the server. Two administrators can read it; it gets to the process "
            "as an environment variable and stands in no repository.",
            "breach": "Whoever is on duty notices or is told, and calls the head of IT, who decides within the hour. "
            "We tell OpesCare within 4 hours, the authority and the patients within 72.",
            "data_held": "Health IDs beside our own patient numbers, for as long as the law keeps the record. "
            "Nothing else that we read is stored.",
            "storage": f"Our own server room in the building, {self.country}",
        }
        return usual.get(key)


OPESCARE_HIS: Final = Asking(
    organisation=DEMO_PRODUCTION_CLIENT.organisation,
    country="KE",
    kind=Kind.HOSPITAL,
    owner=STAFF.name,
    email=STAFF.email,
    application=DEMO_PRODUCTION_CLIENT.application,
    purpose="The hospital system that OpesCare runs for the facilities of this demo: admission, wards, laboratory, "
    "pharmacy.",
    facilities=tuple(code for code in NAMES if code != NOT_GRANTED),
    scopes={
        "health_id:verify": "At admission: who is this, and under which Health ID?",
        "patient:read": "The doctor sees what other hospitals know, once the patient is admitted.",
        "encounter:push": "Each visit, when it ends or changes.",
        "lab:push": "Each report, when the laboratory releases it.",
        "prescription:push": "Each prescription, when it is signed or ends.",
        "facility:sync": "Services, stock and blood of each facility, every half hour.",
    },
    answers={"volume": "under_100k", "mandate": "Contract OC-2026-01 with each of the facilities."},
    calls=("resolvePatient", "pushEncounter", "pushLabResults", "pushPrescription", "putFacility", "searchPatient"),
)
ST_RAPHAEL_HIS: Final = Asking(
    organisation=DEMO_SANDBOX_CLIENT.organisation,
    country="KE",
    kind=Kind.HOSPITAL,
    owner=OWNER.name,
    email=OWNER.email,
    application=DEMO_SANDBOX_CLIENT.application,
    purpose="Admission and wards of St. Raphael: about 400 visits a day in two hospitals.",
    facilities=("KE-NBO-H1", "KE-KIS-H1"),
    scopes={
        "health_id:verify": "The admission desk asks for the Health ID of whoever comes.",
        "patient:read": "Doctors look at the laboratory results of other hospitals.",
        "encounter:push": "Visits are sent when they end.",
        "lab:push": "Our laboratory's reports are sent when they are released.",
    },
    answers={"breach": "Our IT department takes care of it and informs everybody who needs to know."},
    calls=("resolvePatient", "pushEncounter"),
)
ST_RAPHAEL_PHARMACY: Final = Asking(
    organisation=DEMO_SANDBOX_CLIENT.organisation,
    country="KE",
    kind=Kind.HOSPITAL,
    owner=OWNER.name,
    email=OWNER.email,
    application="St. Raphael Pharmacy",
    purpose="The shelf of the hospital's pharmacy.",
    facilities=("KE-NBO-P1",),
    scopes={"facility:sync": "What is on the shelf, every half hour.", "prescription:push": ""},
)
CLEARWATER: Final = Asking(
    organisation="Clearwater Diagnostics",
    country="KE",
    kind=Kind.LABORATORY,
    owner="Akinyi Odero",
    email="akinyi@clearwater.example",
    application="Clearwater LIS",
    purpose="The laboratory's own system: reports go out as soon as a pathologist has released them.",
    facilities=("KE-NBO-L1",),
    scopes={
        "health_id:verify": "Samples come from many clinics; a result must not leave for the wrong person.",
        "lab:push": "Each report, when it is released or corrected.",
    },
    calls=("resolvePatient", "pushLabResults"),
)
GOMA: Final = Asking(
    organisation="Goma Blood Service",
    country="CD",
    kind=Kind.BLOOD_BANK,
    owner="Espérance Bahati",
    email="esperance@goma-blood.example",
    application="Blood Board",
    purpose="Units in stock, by group, for the hospitals around Goma.",
    facilities=("CD-GOM-B1",),
    scopes={"facility:sync": "Units by group, whenever one is given out or comes in."},
    answers={"data_held": "None about patients.", "volume": "under_1k"},
    calls=("putFacility",),
)
KUMASI: Final = Asking(
    organisation="Kumasi Regional Hospital",
    country="GH",
    kind=Kind.HOSPITAL,
    owner="Yaa Asantewaa Boakye",
    email="yaa@kumasi-regional.example",
    application="Kumasi EMR",
    purpose="The electronic record of the hospital and its laboratory.",
    facilities=("GH-KMS-H1",),
    scopes={
        "health_id:verify": "At the admission desk.",
        "patient:read": "In the emergency department, for patients whom others have sent.",
        "encounter:push": "Visits and stays, when they change.",
    },
    answers={"storage": "Ghana Data Centre, Accra", "leaves_country": "backup"},
    calls=("resolvePatient", "searchPatient", "pushEncounter"),
)
ARUSHA: Final = Asking(
    organisation="Arusha Mission Hospital",
    country="TZ",
    kind=Kind.HOSPITAL,
    owner="Neema Laizer",
    email="neema@arusha-mission.example",
    application="Ward Book",
    purpose="Tablets on the wards: prescriptions are written at the bedside.",
    facilities=("TZ-ARK-H1",),
    scopes={
        "encounter:push": "Each stay, at admission and at discharge.",
        "prescription:push": "Each prescription, when it is signed.",
    },
    calls=("pushEncounter", "pushPrescription"),
)
SAVANNA: Final = Asking(
    organisation="Savanna Pharmacies",
    country="KE",
    kind=Kind.PHARMACY,
    owner="Daniel Kiptoo",
    email="daniel@savanna.example",
    application="Shelf Sync",
    purpose="Stock of our two shops, so that patients find their medicine.",
    facilities=("KE-NBO-P2", "KE-KIS-P1"),
    scopes={
        "facility:sync": "Stock of both shops, every quarter of an hour.",
        "patient:read": "To greet customers by their name.",
    },
    calls=("putFacility",),
)
HARBOUR: Final = Asking(
    organisation="Harbour Mutual",
    country="NG",
    kind=Kind.INSURER,
    owner="Tunde Bakare",
    email="tunde@harbour-mutual.example",
    application="Claims Gateway",
    purpose="Checks claims against what hospitals have recorded.",
    facilities=("NG-LOS-H1",),
    scopes={"patient:read": "To see whether a claimed visit has taken place."},
    answers={"mandate": "Our members agree to it when they join.", "leaves_country": "yes"},
)
TERANGA: Final = Asking(
    organisation="Téranga Santé",
    country="SN",
    kind=Kind.VENDOR,
    owner="Mariama Sarr",
    email="mariama@teranga.example",
    application="Carnet de santé",
    purpose="A booklet of vaccinations for clinics in Dakar.",
    facilities=("SN-DKR-H1",),
    scopes={"encounter:push": "Each vaccination, as a visit."},
    answers={"mandate": "A contract with the clinic; it is not signed yet."},
)
