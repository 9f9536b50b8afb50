"""Operators change the questionnaire without code; what cannot be used stops the start, with the place."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from django.utils.translation import override
from pytest_django import Settings

from portal.applications.models import Integration
from portal.approvals.questionnaire import QuestionnaireError, questionnaire, read_facilities

SMALL = """
version = "1"
[[section]]
key = "care"
title = { en = "Care", fr = "Soins" }
[[section.question]]
key = "facilities"
kind = "facilities"
label = { en = "Facilities", fr = "Établissements" }
"""
QUESTION = """
[[section.question]]
key = "why"
kind = "text"
label = { en = "Why", fr = "Pourquoi" }
"""


def use(settings: Settings, folder: Path, text: str) -> None:
    settings.QUESTIONNAIRE = folder / "questionnaire.toml"
    settings.QUESTIONNAIRE.write_text(text, encoding="utf-8")


def faults() -> list[CheckMessage]:
    """Return what keeps the portal from starting."""
    return [each for each in run_checks() if not each.is_silenced()]


def test_an_operators_question_is_asked_in_both_languages(settings: Settings, tmp_path: Path) -> None:
    use(settings, tmp_path, SMALL + QUESTION)
    asked = questionnaire().asked_of(Integration.SDK)
    assert [question.key for question in asked] == ["facilities", "why"]
    with override("fr"):
        assert asked[1].label == "Pourquoi"
    assert faults() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = =", "line 1"),
        ('version = "1"', "at least one [[section]]"),
        (SMALL.replace('kind = "facilities"', 'kind = "text"'), "exactly one question"),
        (SMALL.replace(', fr = "Établissements"', ""), "facilities: label is missing in: fr"),
        (SMALL + QUESTION.replace('"why"', '"facilities"'), "stand twice: facilities"),
        (SMALL + QUESTION.replace('"why"', '"Why?"'), "the key of a question"),
        (SMALL + QUESTION.replace('"text"', '"essay"'), "why: kind must be one of"),
        (SMALL + QUESTION + "requird = true\n", "why: unknown: requird"),
        (SMALL + QUESTION + 'checks = ["reachable"]\n', "why: not every check fits"),
        (SMALL + QUESTION + 'integrations = ["fax"]\n', "why: no such integrations: fax"),
        (SMALL + "[evidence]\nscope_cals = 10\n", "evidence: unknown: scope_cals"),
        (SMALL + "[evidence]\ncalls = 0\n", "evidence: must be a whole number, 1 or more: calls"),
        (SMALL + "[evidence]\nsuccess_percent = 101\n", "evidence: success_percent"),
        ("evidence = 1\n" + SMALL, "evidence must be a table"),
        (SMALL + QUESTION.replace('"text"', '"choice"'), "why: choices are for kind choice"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(settings: Settings, tmp_path: Path, text: str, said: str) -> None:
    use(settings, tmp_path, text)
    with pytest.raises(QuestionnaireError):
        questionnaire()
    [error] = [each for each in faults() if each.id == "approvals.E001"]
    assert str(settings.QUESTIONNAIRE) in error.msg
    assert said in error.msg


def test_a_file_that_is_not_there_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    settings.QUESTIONNAIRE = tmp_path / "nowhere.toml"
    assert "approvals.E001" in [error.id for error in faults()]


def test_a_mistyped_sensitive_scope_stops_the_start(settings: Settings) -> None:
    settings.SENSITIVE_SCOPES = ["patient:reed"]
    [error] = faults()
    assert (error.id, "patient:reed" in error.msg) == ("approvals.E002", True)


def test_a_time_of_no_days_stops_the_start(settings: Settings) -> None:
    settings.ANSWER_DAYS = 0
    assert [error.id for error in faults()] == ["approvals.E003"]


def test_questions_for_some_integrations_are_asked_of_these_alone() -> None:
    assert "webhook_url" in [each.key for each in questionnaire().asked_of(Integration.WEBHOOKS)]
    assert "webhook_url" not in [each.key for each in questionnaire().asked_of(Integration.CONNECT_API)]


def test_facilities_are_a_code_and_a_name_a_line() -> None:
    read = read_facilities(" NG-LOS-H1  Marina General Hospital \n\nKE-NBO-C2\n")
    assert read == [{"code": "NG-LOS-H1", "name": "Marina General Hospital"}, {"code": "KE-NBO-C2", "name": ""}]


@pytest.mark.parametrize("line", ["Marina, General", "NG-LOS-H1\nNG-LOS-H1 again", "-x", "x" * 41])
def test_a_line_without_a_code_and_a_code_twice_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=line.splitlines()[-1]):
        read_facilities(line)
