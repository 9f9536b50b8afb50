"""An entry: one thing that can be found."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ENGLISH: Final = "en"
"""What stands in for a translation that is not there."""


class Kind(StrEnum):
    """What an entry is. Of what fits a query alike, those that stand first here come first."""

    GUIDE = "guide"
    SECTION = "section"
    PAGE = "page"
    OPERATION = "operation"
    ERROR = "error"
    SCOPE = "scope"
    SCHEMA = "schema"
    FIELD = "field"


@dataclass(frozen=True)
class Entry:
    """One thing that can be found.

    `group` is the page that it stands on, `names` the identifiers by which it is known, `code` what is searched and not
    shown. `language` is that of its words, which is English where there is no translation.
    """

    kind: Kind
    url: str
    title: str
    where: str
    group: str
    text: str
    language: str
    names: tuple[str, ...] = ()
    code: str = ""
