"""How fragments become programs, and how the programs run.

This is the one place that knows what a reader has around a sample: imports, a Laravel application, a class for Java.
The samples of a page run as one program in their order, each showing its answer, so that step 2 uses the token of
step 1.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal.samples.calls import Call
from portal.samples.languages import Language, Sample, samples
from portal.samples.references import Reference, references
from tests.servers import need

TIMEOUT = 60
MARK = "answer\t"

BASH = """
set -e
curl() { command curl --silent --show-error "$@"; }
value() { printf '%s' "${answers[$1]}" | python3 -c "import json, sys; print(json.load(sys.stdin)$2, end='')"; }
declare -A answers
answer() {
  answers[$2]=$1
  printf 'answer\\t%s\\n' "$1"
  token=$(printf '%s' "$1" | sed -n 's/.*"access_token": *"\\([^"]*\\)".*/\\1/p')
  access_token=${token:-$access_token}
}
FRAGMENTS
"""
PHP = """<?php
error_reporting(E_ALL & ~E_DEPRECATED); // Debian's Laravel 8 is older than PHP 8.2
set_error_handler(function ($severity, $message, $file, $line) {
    if (error_reporting() & $severity) {
        throw new ErrorException($message, 0, $severity, $file, $line);
    }
});
require 'Illuminate/Container/autoload.php';
require 'Illuminate/Http/autoload.php';
require 'GuzzleHttp/autoload.php';
use Illuminate\\Support\\Facades\\Http;
$app = new Illuminate\\Container\\Container;
$app->singleton(Illuminate\\Http\\Client\\Factory::class);
Illuminate\\Support\\Facades\\Facade::setFacadeApplication($app);
FRAGMENTS
"""
JAVASCRIPT = """
import { readFileSync } from 'node:fs';
const read = ([name, type]) => new File([readFileSync(name)], name, { type });
const inputOf = (...files) => { globalThis.document = { querySelector: () => ({ files: files.map(read) }) }; };
FRAGMENTS
"""
PYTHON = """
import json
import requests
FRAGMENTS
"""
JAVA = """
import java.net.URI;
import java.net.http.*;
import java.nio.file.Path;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

public class Main {
    static void answer(String text) {
        boolean isJson = text.startsWith("{") || text.startsWith("[");
        System.out.println("answer\\t" + (isJson ? text : '"' + text + '"'));
    }

    static void answer(int status) {
        System.out.println("answer\\t" + status);
    }

    public static void main(String[] args) throws Exception {
FRAGMENTS
    }
}
"""


@dataclass(frozen=True)
class Fragment:
    """A sample and the line of the page that it comes from. With `may_fail` the page shows an error on purpose.

    `name` is the call's, and `taken` what it takes from answers: a shell has no variables for them. A fragment with
    something `before` it, were it empty, stands apart: its names are its own.
    """

    page: str
    line: int
    sample: Sample
    may_fail: bool = False
    name: str = ""
    taken: Sequence[Reference] = ()
    before: str | None = None


def _in_bash(fragment: Fragment) -> str:
    # The reader pastes the token and values of answers by hand; here the shell does.
    text = fragment.sample.text.replace(
        '"Authorization: Bearer {access_token}"', '"Authorization: Bearer $access_token"'
    )
    head, opening, body = text.partition(" -d '")
    for reference in fragment.taken:
        value = f'$(value {reference.name} "{"".join(f"[{part!r}]" for part in reference.path)}")'
        head = head.replace(reference, value)
        body = body.replace(reference, f"'\"{value}\"'")
    return f'shown=$(\n{head}{opening}{body}\n)\nanswer "$shown" "{fragment.name or "nobody"}"'


@dataclass(frozen=True)
class Runtime:
    """What runs a language. `around` returns a fragment that shows its answer.

    `parts` are the programs, or files of Debian's PHP libraries, that `packages` bring.
    """

    command: Sequence[str]
    parts: Sequence[str]
    packages: str
    file: str
    program: str
    around: Callable[[Fragment], str]
    block: tuple[str, str] = ("", "")


RUNTIMES = {
    "curl": Runtime(["bash"], ["curl"], "curl", "program.sh", BASH, _in_bash),
    "php": Runtime(
        ["php", "-d", "display_errors=stderr"],
        ["php", "Illuminate/Container/autoload.php", "Illuminate/Http/autoload.php", "GuzzleHttp/autoload.php"],
        "php-cli php-illuminate-http php-illuminate-container php-guzzlehttp-guzzle",
        "program.php",
        PHP,
        lambda found: f'{found.sample.text}\necho "answer\\t", json_encode({found.sample.answer}), "\\n";',
    ),
    "javascript": Runtime(
        ["node"],
        ["node"],
        "nodejs",
        "program.mjs",
        JAVASCRIPT,
        lambda found: f'{found.sample.text}\nconsole.log("answer\\t" + JSON.stringify({found.sample.answer}));',
        ("{", "}"),
    ),
    "python": Runtime(
        [sys.executable],
        [sys.executable],
        "python3",
        "program.py",
        PYTHON,
        lambda found: f'{found.sample.text}\nprint("answer", json.dumps({found.sample.answer}), sep="\\t", flush=True)',
    ),
    "java": Runtime(
        # Java 17 reads source in the locale's encoding. The rest makes it start in half the time.
        ["java", "-Dfile.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"],
        ["java"],
        "openjdk-17-jdk-headless",
        "Main.java",
        JAVA,
        lambda found: f"{found.sample.text}\nanswer({found.sample.answer});",
        ("{", "}"),
    ),
}


class SampleFailure(AssertionError):  # noqa: N818 # what fails is the page
    """A sample that does not do what its page says."""

    def __init__(self, page: str, line: int, language: str, output: str) -> None:
        super().__init__(f"{page}:{line}: the {language} sample fails\n{output}")
        self.page = page
        self.line = line
        self.language = language
        self.output = output


def fragments(page: str, calls: Iterable[tuple[int, Call]], language: Language, base_url: str) -> list[Fragment]:
    """Return the samples of a page in one language. `calls` are its calls with their lines, in their order."""
    found: list[Fragment] = []
    before: list[Call] = []
    for line, call in calls:
        written = samples(call, base_url, after=before)
        sample = next(each for each in written if each.language == language)
        taken = tuple(references(call.arguments))
        found.append(Fragment(page, line, sample, bool(call.refused), call.name, taken))
        before.append(call)
    return found


def run(
    language: Language, page: Sequence[Fragment], timeout: float = TIMEOUT, files: Mapping[str, bytes] | None = None
) -> list[Any]:
    """Run fragments of one language as one program and return their answers, from JSON; tokens are bare texts.

    cURL answers with the whole of what came back, the token's answer included. `files` stand beside the program.

    :raises SampleFailure: with the place of the fragment that broke the program, or whose call was refused.
    """
    runtime = RUNTIMES[language.key]
    for part in runtime.parts:
        if not Path("/usr/share/php", part).exists():
            need(part, runtime.packages)
    program, starts = _program(runtime, page)
    with TemporaryDirectory() as directory:
        for name, content in (files or {}).items():
            Path(directory, name).write_bytes(content)
        status, shown, output = _execute(runtime, program, Path(directory), timeout)
    answers = [_parsed(line.removeprefix(MARK)) for line in shown.splitlines() if line.startswith(MARK)]
    for fragment, answer in zip(page, answers, strict=False):
        if _refused(answer) and not fragment.may_fail:
            raise _failure(fragment, f"the answer was {answer!r}\n{output}")
    if status or len(answers) != len(page):
        culprit = _culprit(runtime, output, starts, done=len(answers))
        raise _failure(page[culprit], f"exit status {status}\n{shown}{output}")
    return answers


def _program(runtime: Runtime, page: Sequence[Fragment]) -> tuple[str, list[int]]:
    """Return the program and the line on which each fragment starts."""
    head, tail = runtime.program.split("FRAGMENTS")
    text, starts = head, []
    for fragment in page:
        starts.append(text.count("\n") + 1)
        written = runtime.around(fragment)
        if fragment.before is not None:
            opening, closing = runtime.block
            written = f"{opening}\n{fragment.before}\n{written}\n{closing}"
        text += written + "\n"
    return text + tail, starts


def _execute(runtime: Runtime, program: str, directory: Path, timeout: float) -> tuple[int, str, str]:
    file = directory / runtime.file
    file.write_text(program, encoding="utf-8")
    with subprocess.Popen(
        [*runtime.command, file.name],
        cwd=directory,
        # Nothing of ours, no proxies above all.
        env={"PATH": os.environ["PATH"], "HOME": str(directory), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            shown, output = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # a shell's children too, or they keep the pipes open
            shown, output = process.communicate()
            output += f"\nstopped after {timeout} seconds"
    return process.returncode, shown, output


def _culprit(runtime: Runtime, output: str, starts: Sequence[int], done: int) -> int:
    """Return the index of the fragment that broke the program.

    It is the one whose answer is missing. Where nothing ran at all, it is the one in which the compiler complains.
    """
    complaint = re.search(rf"{re.escape(runtime.file)}\D{{1,12}}(\d+)", output)
    if done or not complaint:
        return min(done, len(starts) - 1)
    return max(sum(start <= int(complaint[1]) for start in starts) - 1, 0)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _refused(answer: Any) -> bool:
    """Say whether this is no answer, an error of RFC 6749 or one of RFC 9457."""
    if isinstance(answer, dict):
        return "error" in answer or {"type", "title", "status", "code"} <= answer.keys()
    return answer is None or answer == ""


def _failure(fragment: Fragment, output: str) -> SampleFailure:
    label = fragment.sample.language.label
    return SampleFailure(fragment.page, fragment.line, label, f"{output}\n\n{fragment.sample.text}")
