"""What a request says, now or in a submitted version, as people read it; and what differs between two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.applications.scopes import in_order
from portal.approvals import attachments
from portal.approvals.models import AccessRequest, Attachment, SubmittedVersion
from portal.approvals.questionnaire import Question, Words, plain, questionnaire, said


@dataclass(frozen=True)
class Answer:
    """One answer. `about` names it as messages do: `question:<key>`."""

    key: str
    label: str
    kind: str
    text: str
    files: tuple[Attachment, ...] = ()

    @property
    def whole(self) -> str:
        """Return the text with the names of the files."""
        return "\n".join(filter(None, (self.text, *(each.name for each in self.files))))

    @property
    def about(self) -> str:
        """Return how messages name it."""
        return f"question:{self.key}"


@dataclass(frozen=True)
class Difference:
    """Something that one statement says otherwise than the one before. An empty text: it was not there."""

    about: str
    label: str
    before: str
    after: str

    @property
    def is_scope(self) -> bool:
        """Say whether it is about a scope and its reason."""
        return self.about.startswith("scope:")


@dataclass(frozen=True)
class Statement:
    """What a request says. `labels` are those of the questions as they were asked, by key."""

    scopes: Mapping[str, str]
    answers: Mapping[str, Any]
    labels: Mapping[str, Words]
    files: Mapping[str, tuple[Attachment, ...]]

    @classmethod
    def now(cls, request: AccessRequest) -> "Statement":
        """Read what is saved: to the questions that are asked today. Two queries."""
        asked = questionnaire().asked_of(request.application.integration)
        scopes = {each.scope: each.reason for each in request.scopes.all()}
        return cls(
            scopes,
            request.answers,
            {each.key: each.labels for each in asked},
            _by_question(attachments.of_draft(request)),
        )

    @classmethod
    def of(cls, version: SubmittedVersion) -> "Statement":
        """Read what was submitted."""
        return cls(version.scopes, version.answers, version.questions, _by_question(attachments.of_version(version)))

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return the scopes with their reasons, in the registry's order."""
        return [(name, self.scopes[name]) for name in in_order(set(self.scopes))]

    def sections(self) -> list[tuple[str, str, list[Answer]]]:
        """Return the key and the title of each section, with its answers; last those that are not asked any more."""
        found, placed = [], set()
        for section in questionnaire().sections:
            answers = [self._answer(each.key, each) for each in section.questions if each.key in self.labels]
            placed |= {each.key for each in answers}
            found.append((section.key, section.title, answers))
        found.append(("", _("Not asked any more"), [self._answer(key) for key in self.labels if key not in placed]))
        return [each for each in found if each[2]]

    def since(self, before: "Statement") -> list[Difference]:
        """Return what this says otherwise than `before`."""
        return [*self._scopes_since(before), *self._answers_since(before)]

    def _scopes_since(self, before: "Statement") -> Iterator[Difference]:
        for name in in_order({*self.scopes, *before.scopes}):
            was, now = before.scopes.get(name), self.scopes.get(name)
            if was != now:
                yield Difference(f"scope:{name}", name, was or "", now or "")

    def _answers_since(self, before: "Statement") -> Iterator[Difference]:
        then = {each.key: each for _key, _title, answers in before.sections() for each in answers}
        now = {each.key: each for _key, _title, answers in self.sections() for each in answers}
        for key in {**now, **then}:
            was, is_now = then.get(key), now.get(key)
            texts = (was.whole if was else "", is_now.whole if is_now else "")
            if texts[0] != texts[1]:
                yield Difference(f"question:{key}", (is_now or was).label, *texts)  # type: ignore[union-attr]

    def _answer(self, key: str, question: Question | None = None) -> Answer:
        value = self.answers.get(key)
        text = question.shown(value) if question else plain(value)
        return Answer(
            key, said(self.labels[key]), question.kind if question else "paragraph", text, self.files.get(key, ())
        )


def _by_question(files: Iterable[Attachment]) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, tuple[Attachment, ...]] = {}
    for each in files:
        found[each.question] = (*found.get(each.question, ()), each)
    return found
