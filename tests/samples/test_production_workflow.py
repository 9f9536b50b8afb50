"""The published production workflow: the samples of the guides, as OpesCare HIS, against the demo's production."""

from dataclasses import replace
from typing import Any

import pytest

from portal.guides.library import library
from portal.samples.calls import Call
from portal.samples.languages import LANGUAGES, Language
from tests.samples.published import PRODUCTION_TOKEN
from tests.samples.runtimes import Fragment, fragments, run
from tests.servers import Server

RECORDS = {
    "pushEncounter": "push-encounters",
    "pushLabResults": "push-lab-results",
    "pushPrescription": "push-prescriptions",
}
SYNC = Call(
    "syncFacilities",
    {
        "items": [
            {
                "code": code,
                "as_of": "2026-01-05T06:30:00Z",
                "name": f"Pharmacy {code}",
                "kind": "pharmacy",
                "country": "KE",
                "services": ["pharmacy"],
                "stock": [],
            }
            for code in ("KE-NBO-P1", "KE-KIS-P1")
        ]
    },
)

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)


def printed(slug: str, operation_id: str, **other: Any) -> Call:
    """Return the first call of this operation that a guide prints, with some arguments changed."""
    calls = [placed.call for placed in library().pages["en"][slug].calls]
    call = next(call for call in calls if call.operation_id == operation_id)
    return Call(operation_id, {**call.arguments, **other})


def program(live: Server, language: Language, *calls: Call) -> list[Fragment]:
    """Return a program that gets a token of the published production client and then makes these calls."""
    return fragments("production", enumerate([PRODUCTION_TOKEN, *calls], 1), language, f"{live.url}/v1")


@each_language
def test_the_published_workflow_runs_in_production(live: Server, language: Language) -> None:
    _, resolved = run(language, program(live, language, printed("health-id-resolution", "resolvePatient")))
    health_id = resolved["health_id"]
    assert not health_id.startswith("OPC-2024-"), "a fixture of the sandbox"
    assert resolved["outcome"] in {"created", "matched"}  # by the language that came first, or again
    pushes = [printed(slug, operation, health_id=health_id) for operation, slug in RECORDS.items()]
    calls = [*pushes, printed("facility-sync", "putFacility"), SYNC, Call("getPatient", {"health_id": health_id})]
    _, *records, hospital, synced, patient = run(language, program(live, language, *calls))
    assert [(record["health_id"], record["version"]) for record in records] == [(health_id, 1)] * 3
    assert len({record["id"] for record in records}) == 3
    assert hospital["code"] == "NG-LOS-H1"
    assert all(item["status"] in {200, 201} for item in synced["items"]), synced
    assert (patient["health_id"], patient["given_name"]) == (health_id, "Amina")


@each_language
def test_production_knows_nobody_of_the_sandbox_and_takes_nothing_for_others(live: Server, language: Language) -> None:
    stranger = Call("getPatient", {"health_id": "OPC-2024-DEMO1"})
    elsewhere = printed("push-encounters", "pushEncounter", facility_code="ELSEWHERE-1")
    token, *refused = program(live, language, stranger, elsewhere)
    answers = run(language, [token, *(replace(fragment, may_fail=True) for fragment in refused)])
    assert [answer["code"] for answer in answers[1:]] == ["not_found", "facility_not_granted"]
