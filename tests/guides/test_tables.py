"""Tables that the code fills: nothing is missing in them, and nothing is told by hand."""

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.translation import override

from portal.guides.tables import table
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
            for words in (problem.meaning, problem.mend):
                assert all(str(conditional_escape(part)) in row for part in words.split("`"))


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
