"""What one application has stored does not exist for another, whichever operation of the document it tries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from portal.edge.environments import PRODUCTION, SANDBOX, Environment
from portal.openapi.document import Operation, operation, operations
from tests.openapi.calls import BASE, clinical, examples, faults, send, usual
from tests.openapi.parties import Party, new_party

NUMBER = {"system": "urn:opescare:id:ng-nin", "value": "70155508813"}
PERSON = {
    "given_name": "Ifunanya",
    "family_name": "Zubairu",
    "phone": "+2348099914477",
    "local_number": "Z-1",
    "identifiers": [{**NUMBER, "verified": True}],
}


@dataclass
class Belongings:
    """What an application has stored, by what the document calls it."""

    health_id: str
    locations: dict[str, str] = field(default_factory=dict)

    def named_in(self, target: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with these belongings in place of the example's."""
        found: dict[str, Any] = self._within(arguments)
        for parameter in target.parameters:
            if parameter.location == "path" and parameter.name != "health_id":
                found[parameter.name] = self.locations.get(target.path, found[parameter.name])
        return found

    def _within(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            own = {"health_id": self.health_id, "identifier": NUMBER}
            return {name: own.get(name) or self._within(inner) for name, inner in value.items()}
        return [self._within(inner) for inner in value] if isinstance(value, list) else value

    def words(self) -> list[str]:
        """Return what nobody else may be told."""
        return [self.health_id, *self.locations.values()]


def store_all(api: Client, owner: Party) -> Belongings:
    """Let the owner make a person, and everything that the document says how to make, for this person."""
    token = owner.token()
    person = {**usual(operation("resolvePatient")).arguments, **PERSON}
    made = send(api, operation("resolvePatient"), person, token)
    assert made.status_code == 201, made.content
    mine = Belongings(made.json()["health_id"])
    for target in clinical():
        for example in examples(target):
            if example.status != 201 or target.id == "resolvePatient":
                continue
            answer = send(api, target, mine.named_in(target, example.arguments), token)
            assert answer.status_code in {200, 201}, (target.id, example.name, answer.content)
            if "Location" in answer:
                path, _, name = answer["Location"].removeprefix(BASE).rpartition("/")
                [template] = {one.path for one in operations().values() if one.path.rpartition("/")[0] == path
                              and one.path.endswith("}")}  # fmt: skip
                mine.locations[template] = name
    return mine


def reads(api: Client, reader: Party, mine: Belongings) -> dict[str, Any]:
    """Return what the reader is answered to every read."""
    token = reader.token()
    answers = {}
    for target in clinical():
        if target.method == "GET":
            answer = send(api, target, mine.named_in(target, usual(target).arguments), token)
            assert answer.status_code == 200, (target.id, answer.content)
            answers[target.id] = answer.json()
    return answers


@pytest.mark.parametrize("environment", [SANDBOX, PRODUCTION])
def test_it_does_not_exist_for_another_and_stays_untouched(
    api: Client, full_sandbox: None, environment: Environment
) -> None:
    owner, stranger = new_party(), new_party(environment)
    mine = store_all(api, owner)
    before = reads(api, owner, mine)
    token, wrong, refused = stranger.token(), [], set()
    for target in clinical():
        example = usual(target)
        tried = mine.named_in(target, example.arguments)
        answer = send(api, target, tried, token, **example.headers)
        found = list(faults(target, answer))
        if tried != example.arguments:
            refused.add(target.id)
            found += refusals(answer, {404} if environment == SANDBOX else {403, 404})
        found += [f"tells {word}" for word in mine.words() if word in answer.content.decode()]
        wrong += [f"{target.id}: {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)
    assert len(refused) > len(mine.locations) + 3
    assert reads(api, owner, mine) == before


def refusals(answer: Any, statuses: set[int]) -> list[str]:
    """Return what is not refused; of a batch item by item, one of which may be wrong in its example already."""
    body = answer.json()
    if answer.status_code == 200 and "items" in body:
        items = {item["status"] for item in body["items"]}
        return [f"answers {items}"] if not items & statuses or items - statuses - {422} else []
    return [] if answer.status_code in statuses else [f"answers {answer.status_code}"]
