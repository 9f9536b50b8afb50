"""Every operation of our document has a page that shows everything that the document says of it."""

from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from portal.openapi.documents import Operation, contents
from portal.reference.described import describe


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
    parts = [f'id="{anchor}"' for anchor in anchors] + [one.path, escape(one.summary), *described.scopes]
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
