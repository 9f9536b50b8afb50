"""Whom an organisation may read: those in its care, and in an emergency one patient for a quarter of an hour."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.actions import create_organisation
from portal.applications import actions
from portal.applications.models import Application
from portal.audit.calls import patient_hash
from portal.audit.models import ApiCall
from portal.connect import access
from portal.connect.models import BreakGlassOpening, Dataset, LocalLink, Patient, PatientIdentifier, Record
from portal.connect.register import file_missing
from tests.connect.pushing import Pusher, encounter, report
from tests.connect.test_patients import BY

SYSTEM, NUMBER = "urn:opescare:id:ng-nin", "11122233344"
REASON = '"unconscious, no papers"'


def person(local_number: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        "source": "his", "local_number": local_number, "given_name": "Amina", "family_name": "Okafor", "sex": "female",
        "birth_date": "1990-04-12", "identifiers": [{"system": SYSTEM, "value": NUMBER, "verified": True}], **changes,
    }  # fmt: skip


def app(name: str, organisation: Any = None) -> Application:
    organisation = organisation or create_organisation(by=BY, owner=None, name=name, country="KE", kind="hospital")
    return actions.create_application(by=BY, organisation=organisation, name=name)


READS: dict[str, Callable[..., Any]] = {
    "search": lambda one, health_id, **headers: one.get(f"patient/search?health_id={health_id}", **headers),
    "by number": lambda one, _id, **headers: one.post(
        "patient/search", {"identifier": {"system": SYSTEM, "value": NUMBER}}, **headers
    ),
    "patient": lambda one, health_id, **headers: one.get(f"patients/{health_id}", **headers),
    "lab results": lambda one, health_id, **headers: one.get(f"patients/{health_id}/lab-results", **headers),
    "diagnostics": lambda one, health_id, **headers: one.get(f"patients/{health_id}/diagnostics", **headers),
}


class Ward:
    """A hospital that knows a patient, a stranger that does not, and time that passes."""

    def __init__(self, api: Client) -> None:
        self.hospital = Pusher(api, "production", application=app("Hospital"))
        self.stranger = Pusher(api, "production", application=app("Stranger"))
        answer = self.hospital.post("patients/resolve", person())
        assert answer.status_code == 201, answer.content
        self.health_id = str(answer.json()["health_id"])
        body = encounter(health_id=self.health_id)
        assert self.hospital.push("encounters", body).status_code == 201

    def resolves(self, one: Pusher) -> None:
        answer = one.post("patients/resolve", person("77"))
        assert (answer.status_code, answer.json()["health_id"]) == (200, self.health_id)

    @staticmethod
    def wait(**time: float) -> None:
        past = timedelta(**time)
        LocalLink.objects.update(resolved_at=F("resolved_at") - past)
        Record.objects.update(updated_at=F("updated_at") - past)
        BreakGlassOpening.objects.update(opened_at=F("opened_at") - past)

    def reads(self, one: Pusher, health_id: str = "", **headers: str) -> dict[str, int]:
        return {name: read(one, health_id or self.health_id, **headers).status_code for name, read in READS.items()}


@pytest.fixture
def ward(api: Client) -> Ward:
    return Ward(api)


def all_are(status: int) -> dict[str, int]:
    return dict.fromkeys(READS, status)


def last_calls(count: int = len(READS)) -> list[ApiCall]:
    return list(ApiCall.objects.order_by("-pk")[:count])


def test_a_stranger_reads_nothing_and_learns_nothing(ward: Ward) -> None:
    assert ward.reads(ward.stranger) == all_are(403)
    for call in last_calls():
        assert (call.outcome, call.error_code, call.break_glass) == ("denied", "no_care_relationship", False)
        assert call.patient == patient_hash(ward.health_id), "reviewers can find who was asked for"
    refused = READS["by number"](ward.stranger, "")
    assert ward.health_id not in refused.content.decode()
    assert "Amina" not in refused.content.decode()


def test_who_resolved_the_patient_reads_them(ward: Ward) -> None:
    ward.resolves(ward.stranger)
    assert ward.reads(ward.stranger) == all_are(200)
    assert not any(call.break_glass for call in last_calls())


def test_who_holds_a_record_reads_what_others_have_sent(ward: Ward) -> None:
    pushed = ward.stranger.push("lab-results", report(health_id=ward.health_id))
    assert pushed.status_code == 201, "a push needs the patient to be known, and no more"
    assert ward.reads(ward.stranger) == all_are(200)
    found = READS["diagnostics"](ward.stranger, ward.health_id).json()["items"]
    assert {row["facility_code"] for row in found} == {"NG-LOS-H1"}, "the hospital's, by the relationship alone"


def test_a_record_that_was_taken_back_is_none(ward: Ward) -> None:
    ward.stranger.push("lab-results", report(health_id=ward.health_id))
    taken_back = report(health_id=ward.health_id, source_version=2, status="entered-in-error")
    assert ward.stranger.push("lab-results", taken_back).status_code == 200
    assert ward.reads(ward.stranger) == all_are(403)


@pytest.mark.parametrize("how", ["resolve", "record"])
def test_a_relationship_ends_after_a_year_and_begins_anew(ward: Ward, how: str) -> None:
    def meet(version: int) -> None:
        if how == "resolve":
            ward.resolves(ward.stranger)
        else:
            ward.stranger.push("encounters", encounter(health_id=ward.health_id, source_version=version))

    meet(1)
    ward.wait(days=364)
    assert ward.reads(ward.stranger) == all_are(200)
    ward.wait(days=1)
    assert ward.reads(ward.stranger) == all_are(403)
    meet(2)
    assert ward.reads(ward.stranger) == all_are(200)


def test_the_year_is_a_setting(ward: Ward, settings: Any) -> None:
    ward.wait(days=20)
    settings.CARE_RELATIONSHIP_DAYS = 10
    assert ward.reads(ward.hospital) == all_are(403)


def test_a_relationship_is_the_organisations_through_any_of_its_clients(ward: Ward, api: Client) -> None:
    organisation = ward.hospital.client.application.organisation
    other = Pusher(api, "production", application=app("Second app", organisation))
    assert ward.reads(other) == all_are(200)


def test_a_broken_glass_opens_one_patient_for_a_quarter_of_an_hour(ward: Ward, api: Client) -> None:
    answer = ward.hospital.post("patients/resolve", person("2", given_name="Baraka", sex="male", identifiers=[]))
    somebody_else = answer.json()["health_id"]
    assert READS["patient"](ward.stranger, ward.health_id, Break_Glass=REASON).status_code == 200
    assert last_calls(1)[0].break_glass
    assert ward.reads(ward.stranger) == all_are(200), "without the header now"
    assert all(call.break_glass for call in last_calls())
    assert READS["patient"](ward.stranger, somebody_else).status_code == 403
    again = Pusher(api, "production", application=app("Another", ward.stranger.client.application.organisation))
    assert READS["patient"](again, ward.health_id).status_code == 403, "to the client that broke it alone"
    ward.wait(minutes=15)
    assert ward.reads(ward.stranger) == all_are(403)
    opening = BreakGlassOpening.objects.get()
    assert (opening.reason, opening.client_id) == ("unconscious, no papers", ward.stranger.credentials["client_id"])


@pytest.mark.parametrize("read", READS)
def test_each_read_can_break_the_glass_and_breaks_it_once(ward: Ward, read: str) -> None:
    for _ in range(2):
        assert READS[read](ward.stranger, ward.health_id, Break_Glass=REASON).status_code == 200
        assert last_calls(1)[0].break_glass
    assert BreakGlassOpening.objects.get().request_id == ApiCall.objects.filter(break_glass=True)[0].request_id
    ward.wait(minutes=15)
    assert READS[read](ward.stranger, ward.health_id, Break_Glass=REASON).status_code == 200
    assert BreakGlassOpening.objects.count() == 2


def test_whoever_has_a_relationship_breaks_nothing(ward: Ward) -> None:
    assert ward.reads(ward.hospital, Break_Glass=REASON) == all_are(200)
    assert not BreakGlassOpening.objects.exists()
    assert not any(call.break_glass for call in last_calls())


def test_an_opening_is_no_relationship(ward: Ward) -> None:
    READS["patient"](ward.stranger, ward.health_id, Break_Glass=REASON)
    unknown = READS["patient"](ward.stranger, "OPC-2024-DEMO99", Break_Glass=REASON)
    assert unknown.status_code == 404
    assert BreakGlassOpening.objects.count() == 1
    assert not LocalLink.objects.filter(organisation=ward.stranger.client.application.organisation).exists()


@pytest.mark.parametrize(
    "reason",
    ["", "too short", '"too short"', '"unfinished reason', "x" * 201, "réanimation urgente", '"a" and "b" etc'],
)
def test_a_reason_that_is_none_opens_nothing(ward: Ward, reason: str) -> None:
    for read in READS.values():
        for one in (ward.stranger, ward.hospital):
            answer = read(one, ward.health_id, Break_Glass=reason)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_break_glass")
    assert not BreakGlassOpening.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("brought in unconscious", "brought in unconscious"),
        ('"said \\"help\\", then fainted"', 'said "help", then fainted'),
    ],
)
def test_a_reason_is_quoted_or_bare(ward: Ward, sent: str, kept: str) -> None:
    assert READS["patient"](ward.stranger, ward.health_id, Break_Glass=sent).status_code == 200
    assert BreakGlassOpening.objects.get().reason == kept


def merged(ward: Ward) -> str:
    """Make somebody an alias of the ward's patient, and return their Health ID."""
    alias = Patient.objects.get(health_id=ward.health_id)
    survivor = alias.pk
    alias.pk, alias.health_id, alias.merged_into_id = None, "OPC-2024-DEMO98", survivor
    alias._state.adding = True
    alias.save()
    return alias.health_id


@pytest.mark.parametrize("known_as", ["alias", "survivor"])
def test_a_relationship_with_a_merged_patient_counts_both_ways(ward: Ward, known_as: str) -> None:
    alias = merged(ward)
    assert ward.reads(ward.stranger, alias) == all_are(403)
    ward.resolves(ward.stranger)
    if known_as == "alias":
        mine = LocalLink.objects.get(organisation=ward.stranger.client.application.organisation)
        mine.patient = Patient.objects.get(health_id=alias)
        mine.save()
    for asked in (alias, ward.health_id):
        assert ward.reads(ward.stranger, asked) == all_are(200)
        assert READS["patient"](ward.stranger, asked).json()["health_id"] == ward.health_id


def test_a_glass_that_was_broken_before_a_merge_stays_broken(ward: Ward) -> None:
    READS["patient"](ward.stranger, ward.health_id, Break_Glass=REASON)
    alias = Patient.objects.get(pk=Patient.objects.get(health_id=merged(ward)).pk)
    BreakGlassOpening.objects.update(patient=alias)
    assert ward.reads(ward.stranger) == all_are(200)


def test_two_who_share_a_number_are_no_way_in(ward: Ward) -> None:
    other = ward.hospital.post(
        "patients/resolve", person("3", given_name="Zawadi", identifiers=[], birth_date="1950-02-03")
    )
    twin = Patient.objects.get(health_id=other.json()["health_id"])
    PatientIdentifier.objects.create(patient=twin, system=SYSTEM, value=NUMBER)
    answer = READS["by number"](ward.stranger, "", Break_Glass=REASON)
    assert answer.status_code == 409
    assert not BreakGlassOpening.objects.exists()


def test_nobody_collects_who_exists(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "STRANGERS", type(access.STRANGERS)(4, namespace="test-strangers"))
    for asked in (ward.health_id, "OPC-2024-DEMO97") * 2:
        assert READS["patient"](ward.stranger, asked).status_code in {403, 404}
    for asked in (ward.health_id, "OPC-2024-DEMO97"):
        refused = READS["patient"](ward.stranger, asked)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_strangers")
        assert int(refused["Retry-After"]) > 0
    assert ward.stranger.push("encounters", encounter(health_id="OPC-2024-DEMO97")).status_code == 429
    assert READS["patient"](ward.stranger, ward.health_id, Break_Glass=REASON).status_code == 200
    assert ward.reads(ward.hospital) == all_are(200), "others are not held up"


@pytest.mark.parametrize("health_id", ["OPC-2024-DEMO21", "OPC-2024-DEMO22"])
def test_the_sandbox_has_patients_who_must_be_met_first(api: Client, health_id: str) -> None:
    pusher, other = Pusher(api), Pusher(api)
    by_id = {name: read for name, read in READS.items() if name != "by number"}
    for read in by_id.values():
        refused = read(pusher, health_id)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_care_relationship")
    assert READS["patient"](pusher, health_id, Break_Glass="practising for an emergency").status_code == 200
    for read in by_id.values():
        assert read(pusher, health_id).status_code == 200
        assert read(other, health_id).status_code == 403, "each application meets them for itself"
    assert pusher.post("sandbox/reset", {}).status_code == 200
    assert READS["patient"](pusher, health_id).status_code == 403


def test_in_the_sandbox_resolving_opens_demo21_and_a_number_leads_to_demo22(api: Client) -> None:
    file_missing(Dataset.objects.get(kind=Dataset.FIXTURES))
    pusher = Pusher(api)
    wambui = {
        "source": "his", "local_number": "21", "given_name": "Wambui", "family_name": "Njoroge", "sex": "female",
        "birth_date": "1994-02-17", "phone": "+254710000021",
    }  # fmt: skip
    answer = pusher.post("patients/resolve", wambui)
    assert (answer.status_code, answer.json()["health_id"]) == (200, "OPC-2024-DEMO21")
    assert READS["patient"](pusher, "OPC-2024-DEMO21").status_code == 200
    asked = {"identifier": {"system": SYSTEM, "value": "48211907754"}}
    assert pusher.post("patient/search", asked).status_code == 403
    opened = pusher.post("patient/search", asked, Break_Glass=REASON)
    assert opened.json()["health_id"] == "OPC-2024-DEMO22"
    assert READS["patient"](pusher, "OPC-2024-DEMO1").status_code == 200, "everybody else as always"


def test_a_relationship_is_found_by_the_patients_own_indexes(ward: Ward) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert READS["patient"](ward.stranger, ward.health_id).status_code == 403
    [asked] = [query["sql"] for query in captured.captured_queries if "connect_breakglassopening" in query["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # so few rows would be read one by one
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + asked)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    for index in ("link_of_patient", "record_of_patient", "opening_of_patient"):
        assert index in plan, plan
