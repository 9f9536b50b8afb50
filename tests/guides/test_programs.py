"""The programs that guides print, beside the samples of calls: they run as they stand, against a live server."""

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from portal.applications import secrets
from portal.applications.published import SANDBOX_CLIENT
from portal.connect.paging import PAGE
from portal.connect.synthetic.stocks import shelves
from portal.console.own import PLACEHOLDER
from portal.edge.environments import ENVIRONMENTS
from portal.guides.library import library
from portal.guides.variables import fill, variables
from tests.clients.conftest import HERE as NPM
from tests.clients.conftest import install
from tests.servers import Server, need

REGISTER = """
import json
from portal.accounts.models import Organisation
from portal.applications import actions
from portal.audit.actions import Actor
by, keys = Actor.operator("test"), json.loads({keys!r})
organisation, _ = Organisation.objects.get_or_create(name="Key holders")
client = actions.start_application(by=by, organisation=organisation, name="Key")[1]
actions.set_public_keys(by=by, client=client, jwks=keys)
print("\\n" + client.client_id)
"""
SHELL = ["bash", "-e", "-u", "-o", "pipefail"]


def programs(slug: str, anchor: str, language: str, **values: str) -> list[str]:
    """Return the code blocks below a heading, with the variables filled in."""
    text = library().pages[language][slug].source.text
    below = re.split(r"^#+ .*\{#", text, flags=re.MULTILINE)
    [section] = [part for part in below if part.startswith(f"{anchor}}}")]
    blocks = re.findall(r"^```\w+\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return [fill(block, {**variables(), **values}) for block in blocks]


@dataclass(frozen=True)
class Holder:
    """A client that signs with the key in this folder."""

    client_id: str
    folder: Path

    def run(self, command: list[str], name: str, program: str) -> str:
        """Run a program as the guide prints it, but for the client id, and return what it said."""
        assert PLACEHOLDER in program
        return execute(command, self.folder, name, program.replace(PLACEHOLDER, self.client_id))


def execute(command: list[str], folder: Path, name: str, program: str) -> str:
    (folder / name).write_text(program)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, name], check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, f"{done.stderr}\n{program}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def holder(live: Server, tmp_path_factory: pytest.TempPathFactory) -> Holder:
    """Make the key and its set as the guide says, and register it."""
    for program, package in (("openssl", "openssl"), ("xxd", "xxd"), ("curl", "curl")):
        need(program, package)
    folder = tmp_path_factory.mktemp("key")
    for number, program in enumerate(programs("private-key-jwt", "key", "en")):
        execute(SHELL, folder, f"make-{number}.sh", program)
    keys = (folder / "jwks.json").read_text()
    assert [key["kid"] for key in json.loads(keys)["keys"]] == ["server-2026-11"]
    client_id = live.manage("shell", "-v", "0", "-c", REGISTER.format(keys=keys)).split()[-1]
    return Holder(client_id, folder)


def expect_token(live: Server, holder: Holder, token: str) -> None:
    """Read a patient with the token; it is the client's, by its key."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["client_id"], claims["cred"]) == (holder.client_id, "key:server-2026-11")
    assert claims["scope"] == "patient:profile:read"
    answer = requests.get(
        f"{live.base_url}/connect/patients/OPC-2024-DEMO1", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert answer.json()["given_name"] == "Amina"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("anchor", "command", "name"),
    [
        ("python", [sys.executable], "sign.py"),
        ("libraries", [sys.executable], "session.py"),
        ("javascript", ["node"], "sign.mjs"),
        ("php", ["php", "-d", "display_errors=stderr"], "sign.php"),
        ("java", ["java", "-Dfile.encoding=UTF-8"], "Token.java"),
        ("curl", SHELL, "sign.sh"),
    ],
)
def test_a_program_signs_with_the_key_and_gets_a_token(
    live: Server, holder: Holder, anchor: str, command: list[str], name: str, language: str
) -> None:
    if anchor == "javascript" and not (holder.folder / "node_modules").exists():
        install()
        (holder.folder / "node_modules").symlink_to(NPM / "node_modules")
    need(command[0], {"java": "openjdk-17-jdk-headless", "php": "php-cli"}.get(command[0], command[0]))
    [program] = programs("private-key-jwt", anchor, language, **{"sandbox.base_url": live.base_url})
    said = holder.run(command, name, program)
    expect_token(live, holder, json.loads(said)["access_token"] if anchor == "curl" else said)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_program_that_loses_an_answer_says_what_the_guide_says(live: Server, language: str, tmp_path: Path) -> None:
    [program] = programs("errors-and-limits", "faults", language, **{"sandbox.base_url": live.base_url})
    assert execute([sys.executable], tmp_path, "lost.py", program).splitlines() == [
        "No answer",
        "201 true",
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_check_for_scanners_knows_our_secrets(language: str) -> None:
    program, rule = programs("keep-secrets", "pattern", language)[1:]
    names: dict[str, Any] = {}
    exec(program, names)
    for environment in ENVIRONMENTS:
        secret = secrets.generate(environment)
        assert names["is_secret"](secret) is True
        assert re.search(re.findall(r"'''(.*)'''", rule)[0], f"x = '{secret}'")
        assert not names["is_secret"](secret[:-1] + ("a" if secret[-1] != "a" else "b"))
        assert not names["is_secret"](secret + "0")
    assert not names["is_secret"]("opc_live_sk_" + "a" * 46)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_program_that_follows_the_pages_reads_all_of_them(live: Server, tmp_path: Path, language: str) -> None:
    published = {"client_id": SANDBOX_CLIENT.client_id, "client_secret": SANDBOX_CLIENT.client_secret}
    grant = {"grant_type": "client_credentials", **published}
    token = requests.post(f"{live.base_url}/connect/auth/token", json=grant, timeout=10).json()["access_token"]
    [program] = programs("connect-api", "paging", language, **{"sandbox.base_url": live.base_url})
    every = program.replace("?atc=P01BF01", "")
    said = execute([sys.executable], tmp_path, "pages.py", f"access_token = '{token}'\n{every}")
    assert len(said.splitlines()) == len(list(shelves())) > 3 * PAGE
