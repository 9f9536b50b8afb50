"""Every word of the interface is there in French, and nothing but French is on a French page."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal.applications.scopes import SCOPES
from portal.management.commands.messages import ALIASES
from portal.problems.catalogue import PROBLEMS
from portal.problems.oauth_errors import OAUTH_ERRORS
from tests.servers import PROJECT, need
from tests.ui.words import entries, literals, squeezed, words

CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
FRENCH = list(entries(PROJECT / CATALOGUE))
TEMPLATES = sorted(path for path in (PROJECT / "templates").rglob("*") if path.suffix in (".html", ".svg", ".txt"))
NAMES = (
    "OpesCare",
    "Developers",
    "Connect API",
    "SDK",
    "Bridge Agent",
    "PDF",
    "Widget",
    "Webhooks",
    "OpenAPI",
    "openapi.json",
    "openapi.yaml",
    "Sandbox",
    "Production",
    "UTC",
    "CSV",
    "Ctrl",
    "JSON",
    "client_id",
    "client_secret",
    "## Optional",  # a heading of llms.txt that programs know
)
"""What is called the same in every language."""
TERMS = {"OAuth 2.0 client credentials"}
"""Terms that a French guide may use as they are."""
PAGES = (
    "/fr/",
    "/fr/errors/",
    "/fr/errors/token_missing/",
    "/fr/guides/getting-started/",
    "/fr/guides/going-to-production/",
    "/fr/guides/for-reviewers/",
    "/fr/nothing/",
)
MARKING = {"_", "gettext", "gettext_lazy", "noop", "gettext_noop"}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project in which the words have just been collected."""
    need("xgettext", "gettext")
    copy = tmp_path_factory.mktemp("project")
    for folder in ("portal", "templates", "locale"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.*.py"))
    shutil.copy(PROJECT / "manage.py", copy)
    environment = {**os.environ, "MODE": "development", "DATA_DIR": str(copy / "var")}
    done = subprocess.run([sys.executable, "manage.py", "messages"], cwd=copy, env=environment, check=False)
    assert done.returncode == 0
    return copy


def test_the_catalogue_holds_what_the_code_and_the_templates_say(extracted: Path) -> None:
    committed = {entry.english for entry in FRENCH}
    fresh = {entry.english for entry in entries(extracted / CATALOGUE)}
    assert not fresh - committed, "run `make fix`, then translate"
    assert not committed - fresh, "run `make fix`: these are no longer used"


def test_every_message_is_translated() -> None:
    assert not [entry.english for entry in FRENCH if entry.obsolete]
    assert not [entry.english for entry in FRENCH if entry.fuzzy]
    assert not [entry.english for entry in FRENCH if not all(entry.translations)]


def test_the_header_does_not_change_from_run_to_run() -> None:
    header = (PROJECT / CATALOGUE).read_text().split("\n\n")[0]
    assert '"Language: fr\\n"' in header
    assert '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"' in header
    assert "Date" not in header
    assert "Translator" not in header


def test_the_compiled_catalogue_is_made_of_the_committed_one(tmp_path: Path) -> None:
    made = tmp_path / "django.mo"
    msgfmt = need("msgfmt", "gettext")
    subprocess.run([msgfmt, "--check-format", "-o", made, PROJECT / CATALOGUE], check=True)
    assert messages((PROJECT / CATALOGUE).with_suffix(".mo")) == messages(made)


def messages(compiled: Path) -> Any:
    with compiled.open("rb") as file:
        return vars(GNUTranslations(file))["_catalog"]


def test_what_the_code_says_is_in_the_catalogue() -> None:
    known = {entry.english for entry in FRENCH}
    assert not [text for path in (PROJECT / "portal").rglob("*.py") for text in marked(path) if text not in known]
    problems = (*PROBLEMS.values(), *OAUTH_ERRORS.values())
    assert known >= {text for problem in problems for text in (problem.title, problem.meaning, problem.mend)}
    assert known >= {text for scope in SCOPES.values() for text in (scope.allows, scope.risk)}


def marked(path: Path) -> Iterator[str]:
    """Yield every text that a Python file marks for translation, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKING and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant):
                yield str(text.value)


@pytest.mark.parametrize("entry", FRENCH, ids=lambda entry: entry.english[:40])
def test_french_is_set_as_french(entry: Any) -> None:
    code = re.compile(r"`[^`]*`")
    for text in entry.translations:
        assert set(code.findall(entry.english)) <= set(code.findall(text)), "code stays as it is"
        prose = code.sub("code", text)
        assert not re.search("(?<!\N{NO-BREAK SPACE})[:;!?»](?!//|[0-9]{2})|«(?!\N{NO-BREAK SPACE})", prose)
        assert not re.search(r"\.\.\.| …|[\"“”]|  |^ | $|\n\Z", prose)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_template_shows_nothing_untranslated(path: Path) -> None:
    assert not literals(path.read_text(), NAMES)


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        "<p>{{ name }} said so</p>",
        "<p>{% if good %}good{% endif %}</p>",
        "<p>OpesCares</p>",
        '<a aria-label="Close"><svg/></a>',
        '<img alt="A map">',
        '<p data-done="All done"></p>',
        '<input type="submit" value="send">',
        '<meta name="description" content="About us">',
        '<meta property="og:title" content="About">',
        '<svg><title>A map</title><path d="M0 0"/></svg>',
        '{{ name|default:"nobody" }}',
        '{% include "table.html" with label="Errors" %}',
        "{% blocktranslate %}Hello{% endblocktranslate %} you",
    ],
)
def test_an_untranslated_word_in_a_template_is_found(template: str) -> None:
    assert literals(f"<div>\n{template}</div>", NAMES) != []
    assert all(line == 2 for line, _text in literals(f"<div>\n{template}</div>", NAMES))


@pytest.mark.parametrize(
    "template",
    [
        '<p class="lead">{% translate "Hello" %}</p>',
        "<p>{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}</p>",
        "{# a note #}{% comment %}a note{% endcomment %}",
        "<title>{{ title }} · OpesCare Developers</title>",
        "<p>404 · <code>token</code></p>",
        '<a href="{% url "guide" slug="start" %}" data-code="curl">{{ day|date:"Y-m-d" }}</a>',
        '<meta name="viewport" content="width=device-width">',
        '<p lang="en">English</p>',
        "<script>let a;</script>",
    ],
)
def test_what_is_no_word_is_let_be(template: str) -> None:
    assert literals(template, NAMES) == []


KNOWN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext_lazy", *ALIASES}
"""Under these names `manage.py messages` finds words."""


@pytest.mark.parametrize("path", sorted((PROJECT / "portal").rglob("*.py")))
def test_words_are_marked_by_a_name_under_which_they_are_collected(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imported = {
        name.asname or name.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name
    }
    marked = {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert imported & marked <= KNOWN


def english_on(html: str) -> list[str]:
    """Return the sentences of the catalogue that a page says in English."""
    said = words(html)
    translated = (entry.english for entry in FRENCH if entry.english not in {*TERMS, *entry.translations})
    return [english for english in translated if len(english) > 25 and squeezed(english) in said]


@pytest.mark.parametrize("path", PAGES)
def test_a_french_page_is_french(client: Client, path: str) -> None:
    answer = client.get(path)
    html = answer.content.decode()
    assert re.search(r'<html lang="fr"[ >]', html)
    assert answer["Content-Language"] == "fr"
    assert english_on(html) == []
    assert "Tout est fictif dans la sandbox" in words(html)


def test_english_on_a_page_would_be_found(client: Client) -> None:
    found = english_on(client.get("/errors/").content.decode().replace('<html lang="en"', "<html"))
    assert {"The body does not fit the schema", "Errors of the token endpoints"} <= set(found)
    page = client.get("/errors/invalid_parameter/").content.decode().replace('<html lang="en"', "<html")
    assert PROBLEMS["invalid_parameter"].mend in english_on(page)


def test_the_page_of_an_error_says_the_french_of_the_catalogue(client: Client) -> None:
    french = {entry.english: entry.translations[0] for entry in FRENCH}
    for problem in (*PROBLEMS.values(), *OAUTH_ERRORS.values()):
        said = words(client.get(f"/fr/errors/{problem.code}/").content.decode())
        for english in (problem.title, problem.meaning, problem.mend):
            assert squeezed(french[english]) in said


def test_dates_are_written_as_in_french(client: Client) -> None:
    html = client.get("/fr/guides/getting-started/").content.decode()
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\d">\d{1,2} [a-zéû]{3,9} \d{4}</time>', html)
