"""What is copied from the reference or the console runs by itself, in its runtime, once the token is put in."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from portal.samples.languages import Language
from portal.samples.programs import TOKEN, programs
from portal.samples.requests import Form, Json, Multipart, Part, Request
from portal.samples.steps import alone
from tests.samples.echo import echo
from tests.samples.runtimes import PHP, RUNTIMES
from tests.samples.test_requests import each_language
from tests.servers import need

REQUESTS = [
    Request("GET", "/a?q=1", (("q", "1"),), needs_token=True),
    Request("POST", "/b", needs_token=True, body=Json({"name": TOKEN, "list": [1, None]})),
    Request("POST", "/c", basic=True, body=Form((("grant_type", "client_credentials"),))),
    Request("POST", "/d", needs_token=True, body=Multipart((Part("a", "x", ""), Part("f", "", "text/plain", "n.txt")))),
]


def whole(language: str, text: str) -> str:
    """Return what the reader saves: PHP in a Laravel application, Java in a class."""
    if language == "php":
        head = PHP.replace("FRAGMENTS", "").replace(r"use Illuminate\Support\Facades\Http;", "")
        return head + text
    if language == "java":
        imports = "".join(re.findall(r"^import .*;\n", text, re.MULTILINE))
        rest = text.removeprefix(imports)
        return f"{imports}class Main {{ public static void main(String[] a) throws Exception {{\n{rest}\n}} }}"
    return text


@each_language
def test_a_program_runs_by_itself(language: Language, tmp_path: Path) -> None:
    runtime = RUNTIMES[language.key]
    for part in runtime.parts:
        if not Path("/usr/share/php", part).exists():
            need(part, runtime.packages)
    (tmp_path / "n.txt").write_text("a note")
    # A page's file input is no part of Node.js.
    requests = REQUESTS[:-1] if language.key == "javascript" else REQUESTS
    for request in requests:
        with echo() as server:
            step = alone(replace(request, address=server.url + request.address))
            text = next(each.text for each in programs(step) if each.language == language)
            assert text.count(TOKEN) == request.needs_token + str(request.body).count(TOKEN)
            (tmp_path / runtime.file).write_text(whole(language.key, text))
            subprocess.run([*runtime.command, runtime.file], cwd=tmp_path, check=True, capture_output=True, timeout=60)
            [arrived] = server.received
        kind, _, credential = (arrived.authorization or "").partition(" ")
        if request.needs_token:
            assert (kind, credential) == ("Bearer", TOKEN)
        elif language.key != "curl":
            assert (kind, credential) == ("Basic", "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ=")


@pytest.mark.parametrize("needs_token", [True, False])
def test_a_program_names_the_token_where_it_needs_one(needs_token: bool) -> None:
    for each in programs(alone(Request("GET", "https://x.test/a", needs_token=needs_token))):
        assert (TOKEN in each.text) is needs_token
