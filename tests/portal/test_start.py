"""What stops the server's start, and what it says about it. Each case starts a real process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import PROJECT, manage

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
GOOD = {
    "MODE": "production",
    "PUBLIC_URL": "https://developers.example.org",
    "ALLOWED_HOSTS": "developers.example.org",
    "SECRET_KEY": f"1{KEY}",
    "CREDENTIALS_PEPPER": f"2{KEY}",
    "LEDGER_KEY": f"3{KEY}",
    "KEY_ENCRYPTION_KEYS": f"4{KEY}",
    "EMAIL_URL": "smtp+tls://portal:password@smtp.example.org:587",
}


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """Return a production environment over the folder; an empty value removes the variable."""
    variables = {**os.environ, **GOOD, "DATA_DIR": str(folder), **changes}
    return {name: value for name, value in variables.items() if value}


def start(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the WSGI application, as any server does."""
    command = [sys.executable, "-W", "ignore", "-c", "import portal.wsgi"]
    return subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("changes", "fault", "remedy"),
    [
        ({"MODE": "staging"}, "portal.E001", "Set MODE to production or development"),
        ({"DEBUG": "1"}, "portal.E002", "Remove DEBUG"),
        ({"SECRET_KEY": ""}, "portal.E003", "Set SECRET_KEY to a random value"),
        ({"CREDENTIALS_PEPPER": "short"}, "portal.E003", "Set CREDENTIALS_PEPPER to a random value"),
        ({"LEDGER_KEY": ""}, "portal.E003", "Set LEDGER_KEY to a random value"),
        ({"KEY_ENCRYPTION_KEYS": ""}, "portal.E003", "Set KEY_ENCRYPTION_KEYS to a random value"),
        ({"ALLOWED_HOSTS": ""}, "portal.E004", "Set ALLOWED_HOSTS, for example"),
        ({"ALLOWED_HOSTS": "*"}, "portal.E004", "Set ALLOWED_HOSTS, for example"),
        ({"PUBLIC_URL": ""}, "portal.E005", "Set PUBLIC_URL"),
        ({"PROCESSES": "2"}, "portal.E006", "Set REDIS_URL"),
        ({"OUTBOUND_ALLOW_PRIVATE": "1"}, "portal.E009", "Remove OUTBOUND_ALLOW_PRIVATE"),
        ({"LEDGER_RETENTION": "89"}, "portal.E010", "90 days or more"),
        ({"LEDGER_RETENTION": "36501"}, "portal.E010", "36500 days or less"),
        ({"TRUSTED_PROXIES": "10.0.0.5/24"}, "portal.E011", "10.0.0.5/24 has host bits set"),
        ({"TRUSTED_PROXIES": "10.0.0.5,proxy"}, "portal.E011", "Set TRUSTED_PROXIES to addresses"),
        ({"RATE_LIMIT_CLIENT": "0"}, "portal.E012", "Set RATE_LIMIT_CLIENT to 1 or more"),
        ({"RATE_LIMIT_PUBLISHED": "-1"}, "portal.E012", "Set RATE_LIMIT_PUBLISHED to 1 or more"),
        ({"RATE_LIMIT_ADDRESS": "0"}, "portal.E012", "Set RATE_LIMIT_ADDRESS to 1 or more"),
        ({"OPENAPI_DOCUMENTS": "clinic"}, "portal.E013", "Name a file that holds an OpenAPI document"),
        ({"OPENAPI_DOCUMENTS": "clinic=nowhere.yaml"}, "portal.E013", "No such file"),
        ({"OPENAPI_DOCUMENTS": "clinic=README.md"}, "portal.E013", "clinic cannot be read"),
        ({"OPENAPI_DOCUMENTS": "clinic=docs_content/fr/fields.yaml"}, "portal.E013", "no OpenAPI 3.0 or 3.1"),
        ({"OPENAPI_DOCUMENTS": "../up=openapi.yaml"}, "portal.E013", "cannot stand in an address"),
        ({"EMAIL_URL": ""}, "portal.E007", "Set EMAIL_URL"),
        ({"EMAIL_URL": "consolemail://"}, "portal.E007", "Set EMAIL_URL"),
        ({"EMAIL_URL": "smtp://portal:password@smtp.example.org"}, "portal.E008", "smtp+tls://"),
    ],
)
def test_production_refuses_to_start(tmp_path: Path, changes: dict[str, str], fault: str, remedy: str) -> None:
    started = start(environment(tmp_path, **changes))
    assert started.returncode
    assert fault in started.stderr
    assert remedy in started.stderr


def test_production_starts_when_nothing_is_wrong(tmp_path: Path) -> None:
    variables = environment(tmp_path)
    manage(variables, "migrate", "-v", "0")
    manage(variables, "sandbox")
    assert start(variables).returncode == 0
    assert start(environment(tmp_path, PROCESSES="2", REDIS_URL="redis://localhost:1")).returncode == 0


def test_production_refuses_a_published_production_secret(tmp_path: Path) -> None:
    development = {"MODE": "development", "PUBLIC_URL": "http://localhost:8000", "ALLOWED_HOSTS": "localhost"}
    same_pepper = environment(tmp_path, **development)
    manage(same_pepper, "demo", "--no-serve")
    started = start(environment(tmp_path))
    assert started.returncode
    assert "The published secret of opeshisos_production works here." in started.stderr
    for client in ("opeshisos_production", "demo_all_scopes_sandbox"):
        manage(same_pepper, "client", "revoke-secrets", client, "--reason", "published")
    started = start(environment(tmp_path))
    assert started.returncode
    assert "Change it: manage.py changepassword noor@opescare.example" in started.stderr
    forget = "from portal.accounts.models import User; User.objects.update(password='!')"
    manage(same_pepper, "shell", "-v", "0", "-c", forget)
    assert start(environment(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"PUBLIC_URL": "https://developers.example.org"},
        {"PUBLIC_URL": "http://8.8.8.8"},
        {"BIND": "0.0.0.0"},
        {**GOOD, "PUBLIC_URL": "https://localhost"},
    ],
)
def test_the_demo_is_not_loaded_where_strangers_could_reach_it(tmp_path: Path, changes: dict[str, str]) -> None:
    variables = {**os.environ, "MODE": "development", "DATA_DIR": str(tmp_path), **changes}
    with pytest.raises(AssertionError, match="The demo is not loaded"):
        manage(variables, "demo", "--no-serve")
    assert not list(tmp_path.iterdir())


def test_the_demo_runs_twice_and_changes_nothing(tmp_path: Path) -> None:
    variables = {**os.environ, "MODE": "development", "DATA_DIR": str(tmp_path)}
    count = (
        "from portal.applications.models import *; from portal.connect.models import *; "
        "from portal.oauth.models import *; "
        "from portal.accounts.models import *; "
        "models = (Application, Client, ClientSecret, Dataset, Patient, SigningKey, Organisation, User, Membership); "
        "print([model.objects.count() for model in models])"
    )
    manage(variables, "demo", "--no-serve")
    once = manage(variables, "shell", "-v", "0", "-c", count)
    said = manage(variables, "demo", "--no-serve")
    assert manage(variables, "shell", "-v", "0", "-c", count) == once
    assert ", 500, 2, " in once, "patients, signing keys"
    person, page = "amina@st-raphael.example", "/guides/getting-started/"
    for printed in ("demo_secret_sandbox_2026", "opeshisos_production", person, page):
        assert printed in said
