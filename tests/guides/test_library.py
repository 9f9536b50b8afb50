"""A clumsy or hostile page gives an error with file and line when the library is built, never a broken site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.guides.library import Library
from portal.guides.sources import PageError

FRONT = "---\ntitle: A page\nsummary: It says something.\norder: 1\nchanged: 2026-11-22\n{more}---\n"
Write = Callable[..., Library]


@pytest.fixture
def build(tmp_path: Path, settings: Settings) -> Write:
    """Return a function that builds a library of one page, and a French one where given."""
    settings.DOCS_DIR = tmp_path

    def write(
        text: str | bytes, *, french: str = "", front: str = FRONT.format(more=""), name: str = "page"
    ) -> Library:
        for language in ("en", "fr"):
            (tmp_path / language / "start").mkdir(parents=True, exist_ok=True)
            (tmp_path / language / "sections.yaml").write_text("start: Start\n")
        content = text if isinstance(text, bytes) else (FRONT.format(more="") + text).encode()
        (tmp_path / "en" / "start" / f"{name}.md").write_bytes(content)
        if french:
            (tmp_path / "fr" / "start" / f"{name}.md").write_text(french)
        return Library()

    return write


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("{{ no.such.thing }}", 7, "there is no variable no.such.thing"),
        ("text\n\n[link](nothing.md)", 9, "there is no guide nothing.md"),
        ("text\n\n[link](page.md#nowhere)", 9, "has no anchor #nowhere"),
        ("\n[link](#nowhere)", 8, "no anchor #nowhere"),
        ("[link](/no/such/page/)", 7, "there is no page /no/such/page/"),
        ("## One {#one}\n\n## One\n\n## One", 7, "two headings have the anchor one"),
        ("<script>alert(1)</script>", 7, "raw HTML is not allowed here: <script>"),
        ("text <b onclick='x'>bold</b>", 7, "raw HTML is not allowed"),
        ("[click](javascript:alert(1))", 7, "this address is not allowed"),
        ("[click](data:text/html;base64,xx)", 7, "this address is not allowed"),
        ("![image](https://elsewhere.example/x.png)", 7, "images stand"),
        ("a paragraph\n{: style='color:red' }", 8, "the attribute style is not allowed"),
        ("a paragraph\n{: onclick='x' }", 8, "the attribute onclick is not allowed"),
        ("``` {.python noclasses=True}\nx = 1\n```", 7, "the attribute style is not allowed"),
        ("```call noSuchOperation\n```", 7, "noSuchOperation"),
        ("text\n```call searchPatient\nhealth: 1\n```", 8, "has no argument 'health'"),
        ("```call searchPatient\n- 1\n```", 7, "not `name: value` lines"),
        ("```call searchPatient\n{\n```", 8, "not YAML"),
        ("```call searchPatient\nhealth_id: OPC-2024-DEMO77\n```", 7, "not recorded: run `make fix`"),
        ("```call searchPatient\nhealth_id: x\n", 7, "this block is not closed"),
        ("```table nothing\n```", 7, "there is no table nothing"),
        ("```fields Nothing\n```", 7, "no schema 'Nothing'"),
        ("```sequence Title\nno arrow\n```", 7, "every line of a sequence"),
        ("> " * 400 + "deep", 7, "nested more than"),
        ("\n" + "  " * 400 + "- deep", 8, "nested more than"),
    ],
)
def test_a_fault_is_reported_with_its_file_and_line(build: Write, text: str, line: int, words: str) -> None:
    with pytest.raises(PageError) as caught:
        build(text)
    assert str(caught.value).endswith(words) or words in str(caught.value)
    assert (caught.value.path.name, caught.value.line) == ("page.md", line)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "begins with front matter"),
        (b"# No front matter", "begins with front matter"),
        (b"---\ntitle: x\n---\n", "needs `summary`"),
        (b"---\ntitle: ''\nsummary: x\norder: 1\nchanged: 2026-11-22\n---\n", "needs `title`"),
        (b"---\ntitle: x\nsummary: x\norder: first\nchanged: 2026-11-22\n---\n", "needs `order`"),
        (b"---\ntitle: x\nsummary: x\norder: 1\nchanged: 2026-11-22\nauthor: y\n---\n", "knows no author"),
        (b"---\n{\n---\n", "not YAML"),
        (b"---\n- x\n---\n", "not `name: value` lines"),
        (b"---\ntitle: \xff\n---\n", "not UTF-8"),
        (b"x" * 10_000_000, "a page has at most"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(build: Write, content: bytes, words: str) -> None:
    with pytest.raises(PageError, match=r"page.md:[1-3]:") as caught:
        build(content)
    assert words in str(caught.value)


def test_a_file_name_becomes_an_address(build: Write) -> None:
    with pytest.raises(PageError, match="lower-case letters"):
        build("text", name="My Page")


def test_what_looks_like_html_may_stand_in_code(build: Write) -> None:
    page = build("Use `<b>`.\n\n    <script>\n\n```html\n<i>x</i>\n```\n\n1 < 2 and `a < b`").pages["en"]["page"]
    assert "<script>" not in page.html
    assert "&lt;b&gt;" in page.html


def test_a_page_without_translation_is_english_and_says_so(build: Write) -> None:
    page = build("text").pages["fr"]["page"]
    assert page.untranslated
    assert page.url == "/fr/guides/page/"


def test_a_translation_says_when_its_source_has_changed(build: Write) -> None:
    english = build("## One {#one}").pages["en"]["page"].source
    front = FRONT.format(more=f"translates: {english.digest}\n")
    current = build("## One {#one}", french=front + "## Un {#one}").pages["fr"]["page"]
    assert (current.stale, current.untranslated) == (False, False)
    assert build("## One {#one}\n\nMore.", french=front + "## Un {#one}").pages["fr"]["page"].stale


def test_a_translation_has_the_anchors_of_its_source(build: Write) -> None:
    english = build("## One {#one}").pages["en"]["page"].source
    front = FRONT.format(more=f"translates: {english.digest}\n")
    with pytest.raises(PageError, match="the anchors differ from the English page's: one, un"):
        build("## One {#one}", french=front + "## Un {#un}")


def test_links_lead_to_the_readers_language(build: Write) -> None:
    shelf = build("[a](page.md#one) [b](/errors/) [c](/openapi.yaml) [d](https://x.example/)\n\n## One {#one}")
    for language, prefix in (("en", ""), ("fr", "/fr")):
        html = shelf.pages[language]["page"].html
        for href in (f"{prefix}/guides/page/#one", f"{prefix}/errors/", "/openapi.yaml", "https://x.example/"):
            assert f'href="{href}"' in html


def test_a_sequence_can_be_read_without_being_seen(build: Write) -> None:
    html = build("```sequence Two <people>\nA & B -> C: hello <b>\n```").pages["en"]["page"].html
    assert "<title id=" in html
    assert "A &amp; B → C: hello &lt;b&gt;" in html
    assert "<people>" not in html
