"""What is served of our scripts: everything but their comments and indentation."""

import re
from pathlib import Path

import pytest

from portal.ui.storage import bare

SCRIPTS = sorted(Path("static/js").rglob("*.js"))
COMMENT = re.compile(r"(?:^|(?<=\s))(?://.*$|/\*(?s:.*?)\*/)", re.MULTILINE)
"""As we write them: after a space, and nothing of the kind in a text."""
SPACE = re.compile(r"\s+")
ODD = r"""// gone
let one = `  // stays
    /* stays */ ${ two /* gone */ + `
  // stays` }
`;   // gone
const three = /[/]\/\/ '"`/g.test("// stays") ? '/* stays */' : 4 / 2 / 1;
function four() {
  return/*
    gone */5
}
/** gone
 *  gone */
one/* gone */in
  // gone
  three
"""
BARE = r"""let one = `  // stays
    /* stays */ ${ two + `
  // stays` }
`;
const three = /[/]\/\/ '"`/g.test("// stays") ? '/* stays */' : 4 / 2 / 1;
function four() {
return
5
}
one in
three
"""


def test_strings_templates_and_regular_expressions_stay_as_they_are() -> None:
    assert bare(ODD) == BARE


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_of_ours_loses_its_comments_and_nothing_else(path: Path) -> None:
    """A regular expression right after `=>` is none to Pygments: give it a name, and it is one."""
    source = path.read_text()
    assert bare(source) != source
    assert SPACE.sub("", bare(source)) == SPACE.sub("", COMMENT.sub("", source))


def test_what_cannot_be_read_is_served_as_it_is() -> None:
    odd = "let one = \\;  // two\n"
    assert bare(odd) == odd
