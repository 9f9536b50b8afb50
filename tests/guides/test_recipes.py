"""Recipes: chains whose values are real, written by directive, with every slip named by its line."""

import json
import re
from html import unescape as html_text
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from portal.guides.library import Page, library
from portal.guides.sources import PageError
from portal.samples.languages import LANGUAGES, Language
from portal.samples.references import references
from tests.guides.test_library import Write, build
from tests.guides.test_samples import empty_sandbox
from tests.samples.runtimes import fragments, run
from tests.servers import Server

__all__ = ["build"]

RECIPES = [page for page in library().pages["en"].values() if 'class="recipe"' in page.html]
RECORDED: dict[str, dict[str, Any]] = json.loads(settings.RECORDINGS.read_text())
PATIENT = "```call searchPatient as patient\nhealth_id: OPC-2024-DEMO1\n```\n"
STEPS = "```recipe A chain\n{}```\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("```call searchPatient as Patient\n```", 7, "a call is written `operation as name -> status`"),
        ("```call searchPatient -> 200\n```", 7, "a call is written `operation as name -> status`"),
        ("```call getPatient\nhealth_id: $patient\n```", 8, "$patient names no value of an answer"),
        ("```call getPatient\nhealth_id: $patient.health_id\n```", 8, "no call before this one is called 'patient'"),
        (PATIENT + "```call getPatient\n\nhealth_id: $patient.id\n```", 12, "has 'id' there; there are health_id"),
        (PATIENT + "```call getPatient\nhealth_id: $patient.birth_date_estimated\n```", 11, "only text can be taken"),
        (PATIENT + "```call getPatient\nid: $patient.health_id\n```", 10, "getPatient has no argument 'id'"),
        (PATIENT + PATIENT, 10, "an earlier answer of this page is called 'patient' already"),
        (
            "```call searchPatient -> 404\nhealth_id: OPC-2024-DEMO1\n```",
            7,
            "has the status 200: where an error is meant",
        ),
        ("```call searchPatient\nhealth_id: OPC-2024-DEMO99\n```", 7, "has the status 404: where an error is meant"),
        (PATIENT + "```call getPatient -> 404\nhealth_id: $patient.country\n```", 10, "not recorded: run `make fix`"),
        ('```call getPatient\nhealth_id: "$a\\x2eb-c"\n```\n\nMore.\n', 7, "$a.b-c names no value of an answer"),
        ('```call getPatient\nhealth_id: "$a\\x2eb"\n```\n\nMore.\n', 7, "no call before this one is called 'a'"),
        ("```call getPatient\na: b: c\nd: 1\n```", 8, "the arguments of the call are not YAML"),
        ("```call getPatient\nx:\n  - y: [\n```", 9, "the arguments of the call are not YAML"),
        ("```call\nhealth_id: x\n```", 7, "this block has no name: it begins with ```call name"),
        ("Text.\n\n```recipe \npatient: Find\n```", 9, "this block has no name: it begins with ```recipe name"),
        (PATIENT + STEPS.format("- patient\n"), 11, "a recipe has `name: label` lines"),
        (PATIENT + STEPS.format("patient: Find\n\n- x\n"), 13, "a recipe has `name: label` lines"),
        (PATIENT + STEPS.format("patient:\n"), 11, "a recipe has `name: label` lines"),
        (PATIENT + STEPS.format(""), 10, "a recipe has `name: label` lines"),
        (PATIENT + STEPS.format("patient: Find\npatient: Find again\n"), 12, "patient is a step before this line"),
        (PATIENT + STEPS.format("patient: Find\nvisit: Push\n"), 12, "no call of this page is called 'visit'"),
    ],
)
@pytest.mark.usefixtures("build")
def test_a_slip_is_reported_with_its_line(build: Write, text: str, line: int, words: str) -> None:
    with pytest.raises(PageError) as caught:
        build(text)
    assert words in str(caught.value)
    assert (caught.value.path.name, caught.value.line) == ("page.md", line)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "patient: Find or make the Health ID\n",
            "",
            "visit takes $patient.health_id: patient must be a step before it",
        ),
        ("visit: Push the visit\n", "", "stored_visit takes $visit.id: visit must be a step before it"),
    ],
)
def test_a_recipe_has_what_its_steps_take(build: Write, old: str, new: str, words: str) -> None:
    text = next(page.source.text for page in RECIPES if page.source.slug == "record-a-visit")
    with pytest.raises(PageError, match=re.escape(words)):
        build(text.replace("](", "] (").replace(old, new))


def test_a_value_that_no_pattern_finds_is_reported(build: Write) -> None:
    """Java has no reader of JSON: a sample that finds another value would be worse than none."""
    example = RECORDED["resolvePatientBatch.three_people"]
    batch = f"```call resolvePatientBatch as batch\n{json.dumps(example['arguments'])}\n```\n"
    with pytest.raises(PageError, match=r"page.md:10: .*another value of the recorded answer than \$batch.items\[1\]"):
        build(batch + "```call getPatient\nhealth_id: $batch.items[1].problem.code\n```")


def test_there_are_recipes_in_both_languages() -> None:
    assert len(RECIPES) == 5
    for page in RECIPES:
        french = library().pages["fr"][page.source.slug]
        assert not french.untranslated
        assert [placed.call for placed in french.calls] == [placed.call for placed in page.calls]


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.source.slug)
def test_every_step_is_a_link_to_its_call(page: Page) -> None:
    for placed in page.calls:
        assert f'<a href="#call-{placed.call.name}">' in page.html
        assert f'<code-group id="call-{placed.call.name}"' in page.html
        for reference in references(placed.call.arguments):
            assert f'<a href="#call-{reference.name}"><code>{reference.place}</code></a>' in page.html


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)
def test_every_value_is_of_the_answer_before(live: Server, language: Language) -> None:
    """The program of each recipe runs as it is printed; what it read back is what it had pushed."""
    told: dict[str, dict[str, Any]] = {}
    for page in RECIPES:
        empty_sandbox(live)
        calls = [(placed.line, placed.call) for placed in page.calls]
        answers = run(language, fragments(str(page.source.path), calls, language, live.base_url))
        told[page.source.slug] = {call.name: answer for (_, call), answer in zip(calls, answers, strict=True)}
    visit = told["record-a-visit"]
    assert visit["patient"]["outcome"] == "created"
    assert visit["stored_visit"]["id"] == visit["visit"]["id"]
    assert [one["encounter_id"] for one in visit["diagnoses"]["items"]] == [visit["visit"]["id"]]
    report = told["deliver-lab-results"]
    assert report["stored_report"]["id"] == report["report"]["id"] == report["chart"]["items"][0]["report_id"]
    unclear = told["nobody-is-sure"]
    assert unclear["unclear"]["code"] == "ambiguous_match"
    assert unclear["profile"]["health_id"] == unclear["unclear"]["candidates"][0]["health_id"]
    batch = told["mend-a-batch"]
    assert [item["status"] for item in batch["batch"]["items"]] == [201, 422]
    assert batch["prescription"]["id"] == batch["batch"]["items"][0]["stored"]["id"]
    assert (batch["mended"]["version"], batch["mended"]["health_id"]) == (1, batch["patient"]["health_id"])
    shared = told["show-your-blood"]
    assert shared["hospital"]["code"] in [item["facility"]["code"] for item in shared["blood"]["items"]]


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.source.slug)
def test_no_script_is_needed_to_read_a_recipe(client: Client, page: Page) -> None:
    html = client.get(page.url).content.decode()
    assert html.count("data-value=") == 2 * sum(
        len(set(references(placed.call.arguments))) for placed in page.calls
    ) + (
        page.source.slug == "mend-a-batch"  # one value stands twice in the batch
    )
    assert "recorded answer" in html
    assert html.count('class="code-answer"') == len(page.calls)


def test_what_is_taken_is_marked_in_every_language(client: Client) -> None:
    html = client.get("/guides/mend-a-batch/").content.decode()
    group = re.split("<code-group ", html)[4]
    assert 'id="call-prescription"' in group
    marks = [
        strip_tags(mark) for mark in re.findall(r'<span class="taken"[^>]*>(?:<span.*?</span>|[^<])*</span>', group)
    ]
    assert [html_text(mark) for mark in marks] == [
        "{batch.items[0].stored.id}",
        "$batch['items'][0]['stored']['id']",
        "batch.items[0].stored.id",
        "batch['items'][0]['stored']['id']",
        "batchItems0StoredId",
        "batchItems0StoredId",
    ]


def test_other_pages_load_nothing_of_it(client: Client) -> None:
    html = client.get("/guides/push-encounters/").content.decode()
    assert "js/code-group" in html
    assert "recipe" not in html.partition("<body>")[0]


def test_the_twin_has_the_chain(client: Client) -> None:
    text = client.get("/guides/record-a-visit.md").content.decode()
    assert "1. Get a token\n2. Find or make the Health ID\n3. Push the visit\n" in text
    assert '"health_id": "{patient.health_id}"' in text
    assert "/connect/records/encounters/{visit.id}" in text
    assert "From an earlier answer: `{patient.health_id}` (resolvePatient): `OPC-2026-" in text
    assert "```recipe" not in text
    assert "$patient" not in text
    refused = client.get("/guides/nobody-is-sure.md").content.decode()
    assert "409 recorded answer:" in refused
    assert "-> 409" not in refused


def test_recorded_answers_of_a_chain_belong_together() -> None:
    recorded = {each["operation"]: each for name, each in RECORDED.items() if "guide-" in name}
    assert recorded["getEncounter"]["body"]["id"] == recorded["getEncounter"]["arguments"]["record_id"]
    assert (
        recorded["listDiagnostics"]["body"]["items"][0]["health_id"]
        == (recorded["listDiagnostics"]["arguments"]["health_id"])
    )
    assert not [name for name, each in RECORDED.items() if "$" in json.dumps(each["arguments"])]
