"""Every page of the reference has a Markdown twin that says the same, and nothing in a document breaks its form."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pytest_django import Settings

from portal.openapi.documents import contents
from portal.openapi.words import words
from portal.reference.described import describe
from portal.reference.nodes import Node
from portal.ui.public import forget, twin_of


def twin(address: str) -> str:
    response = Client().get(twin_of(address))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert not response.cookies
    return response.content.decode()


def fields(node: Node) -> Iterator[str]:
    """Yield the path of every field in a value, those of alternatives aside."""
    for child in node.children:
        yield child.anchor.partition(".")[2]
        yield from fields(child)


def test_an_operation_says_its_parameters_fields_answers_examples_and_its_request() -> None:
    for one in contents().operations.values():
        text, described = twin(reverse("reference-operation", args=[one.id])), describe(one)
        names = [node.name for _place, nodes in described.parameters for node in nodes]
        names += [path for body in described.bodies if body.schema for path in fields(body.schema)]
        assert [name for name in names if f"| `{name}` |" not in text] == [], one.id
        assert [each.status for each in described.answers if f"\n### {each.status}\n" not in text] == []
        for answer in described.answers:
            for body in answer.bodies:
                assert all(example.text.strip() in text for example in body.examples), one.id
        assert f"`{one.method} {one.path}`" in text
        assert "```bash\ncurl" in text, one.id


def test_the_index_and_the_tags_lead_to_every_twin() -> None:
    found, text = contents(), twin(reverse("reference"))
    for name in found.operations:
        assert f"(<{reverse('reference-operation-markdown', args=[name])}>)" in text
    for name in found.schemas:
        address = reverse("reference-schema-markdown", args=[name])
        assert f"(<{address}>)" in text
        assert Client().get(address).status_code == 200
    for tag in found.tags:
        listed = twin(reverse("reference-tag", args=[tag.slug]))
        assert all(f"`{one.method} {one.path}`" in listed for one in tag.operations)


def test_a_twin_is_in_the_language_of_its_page() -> None:
    text = Client().get("/fr/reference/operations/searchPatient.md").content.decode()
    assert text.startswith(f"# {words('fr')[contents().operations['searchPatient'].summary]}\n")
    assert "(</fr/reference/" in Client().get("/fr/reference.md").content.decode()


@pytest.fixture
def hostile(tmp_path: Path, settings: Settings) -> Iterator[None]:
    breaks = "a | b\n\n# Heading\n\n```\nfence ```` more\n\n<!-- comment\n\n| x |\n|---|\n<script>"
    schema = {"type": "string", "description": breaks, "enum": [breaks], "example": breaks, "pattern": "`|``|"}
    content = {"content": {"a|b`": {"schema": {"properties": {breaks: schema}}, "example": breaks}}}
    raw = {
        "info": {"title": breaks, "description": breaks},
        "paths": {"/`x`|": {"post": {
            "operationId": "one", "summary": breaks, "description": breaks, "requestBody": content,
            "parameters": [{"in": "query", "name": breaks, "schema": schema, "description": breaks}],
            "responses": {"200": {"description": breaks, **content}, "400": {"description": "The end."}},
        }}},
        "components": {"schemas": {"S": schema}},
    }  # fmt: skip
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(raw))
    settings.OPENAPI_DOCUMENTS = {"twins": str(path)}
    yield
    forget()


@pytest.mark.usefixtures("hostile")
def test_nothing_breaks_out_of_its_table_fence_or_line() -> None:
    text = twin(reverse("reference-operation-of", args=["twins", "one"]))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    titles = [tokens[number + 1].content for number, token in enumerate(tokens) if is_top(token, "heading_open")]
    assert titles[1:] == ["Query parameters", "Body (optional)", "Responses", "200", "400"]
    assert sum(is_top(token, "table_open") for token in tokens) == 3
    begins = [number for number, token in enumerate(tokens) if token.type == "tr_open"]
    assert {sum(token.type in {"td_open", "th_open"} for token in tokens[at : at + 13]) for at in begins} == {4}
    assert not [token for token in tokens if is_top(token, "html_block")]
    assert "The end." in [token.content for token in tokens if token.type == "inline" and token.level == 1]


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("text", [r"a\](https://evil.example)", r"\<script>", "a\r\r# Heading\r\r```\r", "a\u2028```"])
def test_neither_a_backslash_nor_another_end_of_a_line_breaks_out(text: str, settings: Settings) -> None:
    path = Path(settings.OPENAPI_DOCUMENTS["twins"])
    one = {"operationId": "one", "summary": text, "description": text, "parameters": [
        {"in": "query", "name": "q", "description": text}]}  # fmt: skip
    path.write_text(json.dumps({"info": {"title": text, "description": text}, "paths": {"/a": {"get": one}}}))
    os.utime(path, ns=(0, 1))
    for address in (reverse("reference-of", args=["twins"]), reverse("reference-operation-of", args=["twins", "one"])):
        tokens = MarkdownIt("commonmark").enable("table").parse(twin(address))
        top = [token.type for token in tokens if token.level == 0]
        inline = [each for token in tokens if token.type == "inline" for each in token.children or ()]
        links = [str(each.attrs["href"]) for each in inline if each.type == "link_open"]
        assert top.count("fence") == ("operations" in address)  # the request
        assert top.count("heading_open") == 2
        assert not [each for each in [*tokens, *inline] if each.type in {"html_block", "html_inline"}]
        assert [href for href in links if not href.startswith("/reference/")] == []


@pytest.mark.usefixtures("hostile")
def test_code_stays_code_and_half_of_it_is_text(settings: Settings) -> None:
    path = Path(settings.OPENAPI_DOCUMENTS["twins"])
    summaries = ["a `<b>` c", "half ` of it", "``` more", "[x] `[y]`", "end\\", "``a`` \\`<i>", "` `` ``` <i>"]
    paths = {f"/{number}": {"get": {"summary": text}} for number, text in enumerate(summaries)}
    path.write_text(json.dumps({"paths": paths}))
    os.utime(path, ns=(0, 2))
    tokens = MarkdownIt("commonmark").parse(twin(reverse("reference-of", args=["twins"])))
    inline = [token.children or [] for token in tokens if token.type == "inline" and "GET /" in token.content]
    assert [[each.content for each in one if each.type == "code_inline"] for one in inline] == [
        ["<b>", "GET /0"], ["GET /1"], ["GET /2"], ["[y]", "GET /3"], ["GET /4"], ["a", "GET /5"], ["GET /6"],
    ]  # fmt: skip
    assert all([each.type for each in one].count("link_open") == 1 for one in inline)
    assert not [each for one in inline for each in one if each.type == "html_inline"]


def is_top(token: Token, kind: str) -> bool:
    """Say whether a token of this kind stands in nothing else."""
    return token.type == kind and token.level == 0
