"""Every operation of our document has a page that shows everything that the document says of it."""

import re

from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override
from pytest_django import Settings

from portal.applications.scopes import SCOPES
from portal.edge.environments import ENVIRONMENTS, SANDBOX, base_url
from portal.openapi.documents import Operation, contents
from portal.openapi.words import words
from portal.reference.described import describe
from portal.reference.templatetags.reference import named, said
from portal.reference.views import PRE
from portal.samples.groups import COLOURED
from portal.ui.public import forget


def page(name: str, *args: str) -> str:
    response = Client().get(reverse(name, args=args))
    assert response.status_code == 200
    assert not response.cookies
    return response.content.decode()


def wanting(one: Operation, html: str) -> list[str]:
    """Return what the document says of an operation and the page does not show."""
    described = describe(one)
    anchors = [node.anchor for _place, nodes in described.parameters for node in nodes]
    anchors += [answer.status for answer in described.answers]
    anchors += [child.anchor for body in described.bodies if body.schema for child in body.schema.children]
    anchors += [f"headers.{node.name}" for answer in described.answers for node in answer.headers]
    scopes = described.scopes if set(described.scopes) != set(SCOPES) else ["Any scope"]
    parts = [f'id="{anchor}"' for anchor in anchors] + [one.path, escape(one.summary), *scopes]
    return [part for part in parts if part not in html]


def test_every_operation_has_a_page_that_shows_its_parameters_bodies_answers_headers_and_scopes() -> None:
    found = contents()
    assert len(found.operations) > 20
    faults = {one.id: wanting(one, page("reference-operation", one.id)) for one in found.operations.values()}
    assert {name: missing for name, missing in faults.items() if missing} == {}


def test_every_operation_can_be_called_as_the_page_shows() -> None:
    for one in contents().operations.values():
        html = page("reference-operation", one.id)
        assert html.count('class="code-panel"') == 5, one.id


def test_the_page_of_a_tag_shows_each_of_its_operations_with_anchors_of_its_own() -> None:
    for tag in contents().tags:
        html = page("reference-tag", tag.slug)
        for one in tag.operations:
            assert f'id="{one.id}"' in html
            for answer in describe(one).answers:
                assert html.count(f'id="{one.id}.{answer.status}"') == 1


def test_the_index_leads_to_every_tag_operation_and_schema_and_to_the_document_itself() -> None:
    html, found = page("reference"), contents()
    for name, args in [
        ("openapi", []),
        *(("reference-tag", [tag.slug]) for tag in found.tags),
        *(("reference-operation", [name]) for name in found.operations),
        *(("reference-schema", [name]) for name in found.schemas),
    ]:
        assert f'href="{reverse(name, args=args)}"' in html


def test_the_page_of_a_schema_says_which_operations_use_it_however_deep() -> None:
    html = page("reference-schema", "PushedDiagnosis")
    assert 'id="local_code.system"' in html
    main = html[html.index('id="used-by"') :]
    for name, uses in (("pushEncounter", True), ("pushRecordBatch", True), ("searchPatient", False)):
        assert (reverse("reference-operation", args=[name]) in main) is uses


def test_errors_lead_to_their_pages() -> None:
    html = page("reference-operation", "pushEncounter")
    for code in ("older_version", "insufficient_scope", "rate_limited"):
        assert f'href="{reverse("error-page", args=[code])}"' in html


def test_what_the_document_does_not_hold_is_404() -> None:
    for address in (
        reverse("reference-tag", args=["nothing"]),
        reverse("reference-operation", args=["nothing"]),
        reverse("reference-schema", args=["nothing"]),
        reverse("reference-of", args=["nothing"]),
        reverse("reference-operation-of", args=["nothing", "searchPatient"]),
    ):
        assert Client().get(address).status_code == 404, address


def test_scopes_lead_to_the_page_of_scopes_which_says_of_each_what_it_opens_and_where() -> None:
    scopes = page("reference-scopes")
    operation = page("reference-operation", "searchPatient")
    for scope in SCOPES.values():
        assert f'id="{scope.name}"' in scopes
        assert escape(scope.allows) in scopes
    assert f'href="{reverse("reference-scopes")}#patient:read"' in operation
    read = scopes[scopes.index('id="patient:read"') : scopes.index('id="encounter:push"')]
    assert reverse("reference-operation", args=["searchPatient"]) in read
    assert reverse("reference-operation", args=["pushEncounter"]) not in read
    assert 'class="tag production"' in read
    assert "two reviewers" in read
    stock = scopes[scopes.index('id="pharmacy:stock:read"') : scopes.index('id="blood:inventory:read"')]
    assert 'class="tag production"' not in stock


def test_an_operation_says_where_it_is_how_often_it_may_be_called_and_how_to_try_again(settings: Settings) -> None:
    settings.RATE_LIMIT_CLIENT = 1_234
    forget()
    push, reset = page("reference-operation", "pushEncounter"), page("reference-operation", "resetSandbox")
    assert "1,234 calls a minute" in push
    assert 'href="#header.Idempotency-Key"' in push
    for environment in ENVIRONMENTS:
        url = f"<code>{base_url(environment)}<wbr>/connect/"
        assert f'class="tag {environment}"' in push
        assert f"{url}records/encounters</code>" in push
        assert (url in reset) is (environment == "sandbox")
    assert "Any scope" in reset
    assert 'class="tag production"' not in reset
    assert 'href="#header.Idempotency-Key"' not in reset
    forget()


def test_an_error_shows_what_only_it_holds_and_what_all_errors_hold_stands_there_once() -> None:
    html = page("reference-operation", "resolvePatient")
    ambiguous = html[html.index('id="409"') : html.index('id="411"')]
    assert 'id="409.candidates"' in ambiguous
    assert 'id="409.candidates[].health_id"' in ambiguous
    assert html.count(">request_id</a>") == 1
    assert html.count(">errors</a>") == 1
    assert 'id="403.request_access"' in html


def test_an_example_stands_there_once_and_not_one_that_is_refused() -> None:
    html = page("reference-operation", "searchPatient")
    query = html[html.index('id="query.health_id"') : html.index('id="responses"')]
    assert query.count("<code>OPC-2024-DEMO1</code>") == 1 + 1  # in the description, too
    assert "OPC-2024-7K3M9Q2X" not in query
    twin = Client().get("/reference/operations/searchPatient.md").content.decode()
    assert "for example `OPC-2024-DEMO1` |" in twin
    assert f"- Sandbox: `{base_url(SANDBOX)}/connect/patient/search`" in twin
    assert " calls a minute for a client, " in twin
    assert "| `<…>; rel" in Client().get("/reference/operations/listPharmacyStock.md").content.decode()
    assert "| `OPC-`, four digits" in twin  # a code span may begin a line


def test_code_keeps_its_lines_where_the_page_is_made_tight() -> None:
    html = page("reference-operation", "searchPatient")
    assert "\n  -H" in html
    assert re.search(r"\n[ \n]", PRE.sub("", html)) is None


def test_our_own_words_are_french_on_french_pages_and_what_is_not_translated_says_that_it_is_english() -> None:
    with override("fr"):
        html = page("reference-operation", "pushEncounter")
    text = contents().operations["pushEncounter"].description
    assert escape(words("fr")[text][:30]) in html
    assert text[:40] not in html
    assert "errors/older_version/" in html


def test_the_samples_colours_are_those_that_the_styles_know() -> None:
    css = (project.BASE_DIR / "static" / "css" / "code.css").read_text()
    rules = css[css.index("/* Pygments */") :]
    assert set(re.findall(r"\.(\w+)(?=[, ])", rules)) == COLOURED


def test_what_is_written_in_english_alone_says_so_on_a_french_page() -> None:
    one = contents().operations["pushEncounter"]
    assert "Push an encounter" in words("fr")
    request = {"document": one.document}
    with override("fr"):
        assert said(request, "Not translated.") == '<div lang="en"><p>Not translated.</p>\n</div>'
        assert named(request, "Nor this") == '<span lang="en">Nor this</span>'
        assert named(request, "Push an encounter") == words("fr")["Push an encounter"]
    assert named(request, "Nor this") == "Nor this"
