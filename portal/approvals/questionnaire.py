"""The questionnaire: read once from its TOML file, which operators change (`QUESTIONNAIRE`), and checked."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.applications.models import FACILITY_CODE, Integration
from portal.approvals.thresholds import ThresholdError, Thresholds
from portal.approvals.thresholds import read as read_thresholds

KINDS: Final = ("text", "paragraph", "email", "url", "choice", "facilities", "number", "yes")
CHECKS: Final = {"url": ("reachable", "privacy_page", "domain"), "email": ("verified",)}
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
KNOWN: Final = frozenset(
    {"key", "kind", "label", "help", "required", "integrations", "choices", "checks", "attachments"}
)
Words = Mapping[str, str]


class QuestionnaireError(ValueError):
    """The file cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Question:
    """One question. `label` and `help` are in the reader's language."""

    key: str
    kind: str
    labels: Words
    helps: Words
    required: bool = True
    integrations: tuple[str, ...] = ()
    options: tuple[tuple[str, Words], ...] = ()
    checks: tuple[str, ...] = ()
    attachments: bool = False

    @property
    def label(self) -> str:
        """Return what is asked."""
        return said(self.labels)

    @property
    def help(self) -> str:
        """Return what helps to answer."""
        return said(self.helps)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return the answers to choose from."""
        return [(value, said(words)) for value, words in self.options]

    def is_asked_of(self, integration: str) -> bool:
        """Say whether an application of this integration is asked."""
        return not self.integrations or integration in self.integrations

    def fits(self, answer: Any) -> bool:
        """Say whether it answers this kind of question: its file may have changed since, and with it the choices."""
        if self.kind == "choice":
            return answer in [value for value, _words in self.options]
        return type(answer) is {"facilities": list, "number": int, "yes": bool}.get(self.kind, str)

    def shown(self, answer: Any) -> str:
        """Return the answer as people read it."""
        if not self.fits(answer):
            return plain(answer)
        if self.kind == "choice":
            return dict(self.choices)[answer]
        if self.kind == "facilities":
            return "\n".join(f"{each['code']} {each['name']}".strip() for each in answer or [])
        if self.kind == "yes":
            return _("Yes") if answer else ""
        return str(answer)


@dataclass(frozen=True)
class Section:
    """Questions under one heading."""

    key: str
    titles: Words
    questions: tuple[Question, ...] = field(default=())

    @property
    def title(self) -> str:
        """Return the heading."""
        return said(self.titles)


@dataclass(frozen=True)
class Questionnaire:
    """All of it."""

    version: str
    sections: tuple[Section, ...]
    thresholds: Thresholds = field(default=Thresholds())
    items: tuple[tuple[str, Words], ...] = ()

    def __iter__(self) -> Iterator[Question]:
        """Return every question, in order."""
        for section in self.sections:
            yield from section.questions

    def asked_of(self, integration: str) -> list[Question]:
        """Return the questions for an application of this integration, in order."""
        return [question for question in self if question.is_asked_of(integration)]

    @property
    def checklist(self) -> list[tuple[str, str]]:
        """Return what reviewers tick: key and words."""
        return [(key, said(words)) for key, words in self.items]

    @property
    def facilities(self) -> Question:
        """Return the question for the facilities."""
        return next(question for question in self if question.kind == "facilities")


def said(words: Words) -> str:
    """Return the words in the reader's language."""
    return words.get((get_language() or "").partition("-")[0]) or words.get(settings.LANGUAGE_CODE, "")


def questionnaire() -> Questionnaire:
    """Return the questionnaire of this deployment.

    :raises QuestionnaireError: where its file cannot be used.
    """
    return _read(Path(settings.QUESTIONNAIRE))


def topic(about: str) -> str:
    """Return what a message is about, as people read it: the question, or the name of the scope."""
    kind, _, name = about.partition(":")
    label = next((each.label for each in questionnaire() if each.key == name), "") if kind == "question" else ""
    return label or name


def plain(answer: Any) -> str:
    """Return an answer as people read it whose question is not known, or was of another kind."""
    if isinstance(answer, list):
        return "\n".join(" ".join(map(str, each.values())) if isinstance(each, dict) else str(each) for each in answer)
    return "" if answer is None else str(answer)


def facilities_of(answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the facilities, each with `code` and `name`, that these answers name."""
    answer = answers.get(questionnaire().facilities.key)
    return list(answer) if isinstance(answer, list) else []


def read_facilities(text: str) -> list[dict[str, str]]:
    """Return the facilities of a text with one a line, its code first.

    :raises ValueError: with the first line whose first word is no code, or that repeats one.
    """
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        code, _, name = line.partition(" ")
        if not re.fullmatch(FACILITY_CODE, code) or code in found:
            raise ValueError(line)
        found[code] = name.strip()[:120]
    return [{"code": code, "name": name} for code, name in found.items()]


@cache
def _read(path: Path) -> Questionnaire:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise QuestionnaireError(f"{path}: {exc}") from exc
    try:
        return _parse(content)
    except QuestionnaireError as exc:
        raise QuestionnaireError(f"{path}: {exc}") from None


def _parse(content: dict[str, Any]) -> Questionnaire:
    _demand(isinstance(content.get("version"), str), "version must be a text")
    sections = tuple(_section(each) for each in _tables(content, "section"))
    items = tuple((_key(each, "a checklist item"), _words(each, "label", "checklist")) for each in _checklist(content))
    _demand(len(dict(items)) == len(items), "the checklist has a key twice")
    found = Questionnaire(content["version"], sections, _thresholds(content), items)
    keys = [question.key for question in found]
    repeated = {key for key in keys if keys.count(key) > 1}
    _demand(not repeated, f"these keys stand twice: {', '.join(sorted(repeated))}")
    _demand(
        [question.kind for question in found].count("facilities") == 1, "exactly one question is of kind facilities"
    )
    _demand(not found.facilities.integrations, "the facilities are asked of every integration")
    return found


def _thresholds(content: dict[str, Any]) -> Thresholds:
    table = content.get("evidence", {})
    _demand(isinstance(table, dict), "evidence must be a table")
    try:
        return read_thresholds(table)
    except ThresholdError as exc:
        raise QuestionnaireError(f"evidence: {exc}") from None


def _section(table: dict[str, Any]) -> Section:
    key = _key(table, "a section")
    return Section(key, _words(table, "title", key), tuple(_question(each) for each in _tables(table, "question")))


def _question(table: dict[str, Any]) -> Question:
    key = _key(table, "a question")
    unknown = set(table) - KNOWN
    _demand(not unknown, f"{key}: unknown: {', '.join(sorted(unknown))}")
    kind = table.get("kind")
    _demand(kind in KINDS, f"{key}: kind must be one of {', '.join(KINDS)}")
    wrong = set(table.get("integrations", [])) - set(Integration.values)
    _demand(not wrong, f"{key}: no such integrations: {', '.join(sorted(wrong))}")
    checks = tuple(table.get("checks", []))
    _demand(set(checks) <= set(CHECKS.get(str(kind), ())), f"{key}: not every check fits the kind {kind}")
    options = tuple((str(each.get("value", "")), _words(each, "label", key)) for each in table.get("choices", []))
    _demand((kind == "choice") == bool(options), f"{key}: choices are for kind choice, which needs them")
    return Question(
        key,
        str(kind),
        _words(table, "label", key),
        _words(table, "help", key) if "help" in table else {},
        table.get("required", True) is True,
        tuple(table.get("integrations", [])),
        options,
        checks,
        table.get("attachments", False) is True,
    )


def _tables(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = table.get(name)
    _demand(isinstance(found, list) and bool(found), f"at least one [[{name}]] is needed")
    return list(found or [])


def _checklist(content: dict[str, Any]) -> list[dict[str, Any]]:
    return _tables(content, "checklist") if "checklist" in content else []


def _key(table: dict[str, Any], what: str) -> str:
    key = table.get("key")
    _demand(isinstance(key, str) and KEY.fullmatch(key), f"the key of {what} must be lower-case letters, digits and _")
    return str(key)


def _words(table: dict[str, Any], name: str, where: str) -> Words:
    words = table.get(name)
    missing = [code for code, _ in settings.LANGUAGES if not isinstance(words, dict) or not words.get(code)]
    _demand(not missing, f"{where}: {name} is missing in: {', '.join(missing)}")
    return dict(words or {})


def _demand(condition: object, message: str) -> None:
    if not condition:
        raise QuestionnaireError(message)
