"""The languages, and a call in all of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portal.samples import curl, java, javascript, php, python
from portal.samples.calls import Call
from portal.samples.references import Reference
from portal.samples.steps import Step, step


@dataclass(frozen=True)
class Language:
    """A language of the samples. `lexer` is what Pygments calls it."""

    key: str
    label: str
    lexer: str
    render: Callable[[Step], str]
    answer: Callable[[Step], str]
    reference: Callable[[Reference], str]


@dataclass(frozen=True)
class Sample:
    """A call in one language. `answer` is what holds what came back, empty in a shell."""

    language: Language
    text: str
    answer: str


LANGUAGES: Final = (
    Language("curl", "cURL", "bash", curl.render, curl.answer, curl.reference),
    Language("php", "PHP", "php", php.render, php.answer, php.reference),
    Language("javascript", "JavaScript", "javascript", javascript.render, javascript.answer, javascript.reference),
    Language("python", "Python", "python", python.render, python.answer, python.reference),
    Language("java", "Java", "java", java.render, java.answer, java.reference),
)


def samples(call: Call, base_url: str, *, after: Sequence[Call] = ()) -> list[Sample]:
    """Return the call in every language.

    `after` are the calls that stand before it on the page: together they make one program, which declares a
    name once. A call that needs a token uses that of the last `createToken`.

    :raises CallError: where the call does not fit the OpenAPI document.
    """
    return list(written(step(call, base_url, after)))


def written(this: Step) -> Iterator[Sample]:
    """Yield a step in every language, each when it is asked for: a long one takes seconds."""
    return (Sample(language, language.render(this), language.answer(this)) for language in LANGUAGES)
