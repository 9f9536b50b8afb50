"""Descriptions are written by others: they are read as CommonMark, quickly, and nothing of them runs."""

import pytest

from portal.reference.text import LONGEST, html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>\n"),
        ("# A title", '<p class="heading">A title</p>\n'),
        ("[![x](https://x.example/p.gif)](https://x.example)", "<p></p>\n"),
        ("    code", '<pre tabindex="0"><code>code\n</code></pre>\n'),
        ("Text\n- a list right below", "<p>Text</p>\n<ul>\n<li>a list right below</li>\n</ul>\n"),
        ("one<br>two", "<p>one<br>two</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ('<a href="JavaScript:alert(1)">a</a>', '<p><a rel="noopener noreferrer">a</a></p>\n'),
        ("[a](#there)", '<p><a rel="noopener noreferrer">a</a></p>\n'),
        ("[a](//evil.example)", '<p><a rel="noopener noreferrer">a</a></p>\n'),
        ("[a](https://x.example)", '<p><a href="https://x.example" rel="noopener noreferrer">a</a></p>\n'),
        ("a<script>alert(1)</script>", "<p>a</p>\n"),
        ("![x](https://x.example/pixel.gif)", "<p></p>\n"),
        ('<b style="x" id="body" onclick="alert(1)">b</b>', "<p>b</p>\n"),
    ],
)
def test_what_is_written_is_shown_and_what_could_run_is_not(written: str, shown: str) -> None:
    assert html(written) == shown


@pytest.mark.parametrize("part", ["[", "![", "<a ", "1. ", "> ", "*a", "|", "[a](", "a\n=\n", "- "])
def test_no_text_takes_long_or_breaks(part: str) -> None:
    assert isinstance(html(part * LONGEST), str)
