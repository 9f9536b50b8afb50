"""Tables that the code fills: nothing is missing in them, and nothing is told by hand."""

from pathlib import Path

from django.conf import settings as configured
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.translation import override
from pytest_django import Settings

from portal.applications.scopes import available
from portal.approvals.answer_checks.models import Kind
from portal.approvals.evidence import words
from portal.approvals.questionnaire import CHECKS, questionnaire
from portal.approvals.scenarios.catalogue import ALL
from portal.edge.environments import PRODUCTION
from portal.guides.tables import PASSES, TABLES, table
from portal.openapi.document import operations
from portal.problems.catalogue import PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS


def rows(name: str) -> list[str]:
    return table(name).split("<tr>")[2:]


def test_every_error_says_what_happened_and_what_to_do_and_links_to_its_page() -> None:
    for name, problems in (("errors", PROBLEMS), ("oauth-errors", OAUTH_ERRORS)):
        for row, problem in zip(rows(name), problems.values(), strict=True):
            assert f"{problem.status}" in row
            assert f'<a href="{reverse("error-page", args=[problem.code])}"><code>{problem.code}</code></a>' in row
            for text in (problem.meaning, problem.mend):
                assert all(str(conditional_escape(part)) in row for part in text.split("`"))


def test_a_cell_names_its_column_for_screens_without_columns() -> None:
    for row in rows("calls"):
        assert [part.partition('"')[0] for part in row.split('data-head="')[1:]] == [
            "Call",
            "Purpose",
            "Scope, any one of",
        ]


def test_links_of_a_table_lead_to_the_readers_language() -> None:
    with override("fr"):
        assert 'href="/fr/errors/not_found/"' in table("errors")


def test_every_operation_stands_in_the_table_of_calls_with_its_scopes() -> None:
    found = rows("calls")
    for one in operations().values():
        [row] = [row for row in found if f"<code>{one.method} {one.path}</code>" in row]
        assert str(conditional_escape(one.summary)) in row
        if one.id == "getPatient":
            assert "<code>patient:profile:read</code>" in row
            assert "<code>patient:read</code>" in row
        assert ("Any scope" in row) == (one.id == "resetSandbox")
    assert len(found) == len(operations())


def cells(name: str) -> list[list[str]]:
    """Return a table anew: `table` keeps what it has made."""
    return [[next(iter(cell.values())) for cell in row] for row in TABLES[name]()[1]]


def test_every_scope_of_production_says_how_many_reviewers_it_needs(settings: Settings) -> None:
    settings.SENSITIVE_SCOPES = ["lab:push"]
    needed = {row[0]: row[-1] for row in cells("production-scopes")}
    assert needed == {name: "two" if name == "lab:push" else "one" for name in available(PRODUCTION)}


def test_the_questionnaire_of_the_operator_is_the_one_that_is_shown(settings: Settings, tmp_path: Path) -> None:
    changed = Path(configured.QUESTIONNAIRE).read_text()
    for old, new in (
        ("Where it is stored", "In which country"),
        ("Terms of use", "Rules"),
        ("scope_calls = 10", "scope_calls = 77"),
        ("Each scope serves the purpose", "Each scope is needed for the purpose"),
    ):
        assert old in changed
        changed = changed.replace(old, new)
    settings.QUESTIONNAIRE = tmp_path / "questionnaire.toml"
    settings.QUESTIONNAIRE.write_text(changed)
    asked = {row[1]: row[2] for row in cells("questionnaire")}
    assert len(asked) == len(list(questionnaire()))
    assert asked["In which country"] == "The provider or the building, and the country."
    assert {"Rules (may be left out)", "Webhook address (Webhooks)"} <= set(asked)
    assert "Privacy policy · Rules · Callback address · Webhook address" in [row[1] for row in cells("checks")]
    assert "Met by 77 calls" in cells("evidence")[0][1]
    assert ["Each scope is needed for the purpose that is stated"] in cells("checklist")


def test_every_check_says_when_it_passes() -> None:
    assert set(PASSES) == set(Kind) == {kind for kinds in CHECKS.values() for kind in kinds}
    assert {row[0] for row in cells("checks")} == {str(kind.label) for kind in Kind}
    assert "`/.well-known/opescare-domain.txt`" in cells("checks")[list(Kind).index(Kind.DOMAIN)][2]


def test_all_evidence_says_how_it_is_computed_and_met_in_the_readers_language() -> None:
    for language in ("en", "fr"):
        with override(language):
            found = {row[0]: row for row in cells("evidence")[1:]}
            for key in words.WORDS:
                if title := words.title(key):
                    assert found[title][1:] == [
                        words.how(key, questionnaire().thresholds),
                        words.next_step(key),
                    ]
            assert len(cells("evidence")) == len(words.WORDS)


def test_every_scenario_says_what_must_be_seen() -> None:
    for row, scenario in zip(cells("scenarios"), ALL, strict=True):
        assert row[0] == str(scenario.title)
        assert all(str(step) in row[2] for step in scenario.steps.values())
