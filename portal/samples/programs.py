"""A sample that is copied from a page of its own: with what its program begins with, so that it runs by itself.

A Java program is one of JShell, or what stands in `main` with its imports above the class; PHP is that of a Laravel
application.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from portal.samples import curl
from portal.samples.languages import Sample, written
from portal.samples.steps import Step

TOKEN: Final = "ACCESS_TOKEN"  # noqa: S105 - a placeholder
"""What the reader replaces, in every language."""
PACKAGES: Final = {
    "Path.of(": "java.nio.file.Path",
    "Base64.": "java.util.Base64",
    "UUID.": "java.util.UUID",
    "Pattern.": "java.util.regex.Pattern",
}
"""By what a Java sample has where it needs it."""
DECLARED: Final = {
    "php": "${name} = '{value}';",
    "javascript": "const {name} = '{value}';",
    "python": "{name} = '{value}'",
    "java": 'String {name} = "{value}";',
}
NAMES: Final = {
    "php": ("token", "clientId", "clientSecret"),
    "javascript": ("access_token", "clientId", "clientSecret"),
    "python": ("access_token", "client_id", "client_secret"),
    "java": ("accessToken", "clientId", "clientSecret"),
}


def programs(step: Step) -> Iterator[Sample]:
    """Yield a step that stands alone as a program in every language, each when it is asked for."""
    for sample in written(step):
        yield replace(sample, text=program(step, sample.language.key, sample.text))


def program(step: Step, language: str, text: str) -> str:
    """Return the text of a step that stands alone as a program."""
    if language == "curl":
        return text.replace(curl.BEARER, curl.BEARER.replace("{access_token}", TOKEN), 1)
    blocks = ["\n".join(_imports(language, text)), "\n".join(_declared(step, language)), text]
    return "\n\n".join(filter(None, blocks))


def _imports(language: str, text: str) -> list[str]:
    match language:
        case "php":
            return [r"use Illuminate\Support\Facades\Http;"]
        case "python":
            return ["import requests"]
        case "java":
            more = [name for sign, name in PACKAGES.items() if sign in text]
            return [f"import {name};" for name in ("java.net.URI", "java.net.http.*", *more)]
    return []


def _declared(step: Step, language: str) -> Iterator[str]:
    token, client_id, client_secret = NAMES[language]
    names = {token: TOKEN} if step.request.needs_token else {}
    if step.request.basic:
        names |= {client_id: "CLIENT_ID", client_secret: "CLIENT_SECRET"}
    for name, value in names.items():
        yield DECLARED[language].format(name=name, value=value)
