"""`manage.py messages`: collect the interface's words into `locale/`, and compile the translations."""

import ast
import re
import subprocess
from contextlib import chdir
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands import makemessages
from django.core.management.utils import find_command
from django.utils.functional import cached_property

CHANGING: Final = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)
"""Header lines that would make every run a change."""
ELSEWHERE: Final = ["docs_content", "node_modules", "static", "tests", "var"]
"""Folders without words of the interface."""
ALIASES: Final = ("_lazy", "noop", "say")
"""Names that modules give to Django's functions, beside `_`."""


class WithMoreWords(makemessages.BuildFile):
    """A file with what xgettext does not see repeated at its end: calls in f-strings, which older ones skip, and the
    summaries of operations, which guides print.
    """

    @cached_property
    def calls(self) -> str:
        """Return them, one a line."""
        if not self.path.endswith(".py"):
            return ""
        nodes = list(ast.walk(ast.parse(Path(self.path).read_text())))
        strings = (node for node in nodes if isinstance(node, ast.JoinedStr))
        found = [ast.unparse(one) for string in strings for one in ast.walk(string) if _translates(one)]
        found += [f"noop({summary!r})" for summary in map(_summary, nodes) if summary]
        return "".join(f"\n{one}" for one in found)

    @cached_property
    def is_templatized(self) -> bool:
        """Say whether xgettext reads a copy."""
        return bool(self.calls) or super().is_templatized

    def preprocess(self) -> None:
        """Write the copy."""
        if self.calls:
            Path(self.work_path).write_text(Path(self.path).read_text() + self.calls)
        else:
            super().preprocess()


def _translates(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext", *ALIASES)


def _summary(node: ast.AST) -> str:
    """Return what an operation is said to do, empty for any other node."""
    match node:
        case ast.keyword(arg="summary", value=ast.Constant(value=str(text))):
            return text
    return ""


class Extraction(makemessages.Command):
    """Django's `makemessages`, which knows our aliases and f-strings as well."""

    build_file_class = WithMoreWords
    xgettext_options = [*makemessages.Command.xgettext_options, *(f"--keyword={name}" for name in ALIASES)]


class Command(BaseCommand):
    """Write a `.po` and a `.mo` for every language but English. Entries marked `fuzzy` wait for a translator."""

    help = "Collect the words of the interface into locale/, and compile the translations. Commit both."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        if find_command("xgettext") is None:
            raise CommandError("xgettext is not installed: apt-get install gettext")
        languages = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        with chdir(settings.BASE_DIR):
            call_command(
                Extraction(),
                locale=languages,
                extensions=["html", "py", "svg", "txt"],
                ignore_patterns=list(ELSEWHERE),
                no_location=True,
                no_obsolete=True,
                no_wrap=True,
                verbosity=0,
            )
        for language in languages:
            _compile(settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po")


def _compile(catalogue: Path) -> None:
    catalogue.write_text(CHANGING.sub("", catalogue.read_text()))
    command = ["msgfmt", "--check-format", "--output-file", str(catalogue.with_suffix(".mo")), str(catalogue)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
    if done.returncode:
        raise CommandError(done.stderr)
