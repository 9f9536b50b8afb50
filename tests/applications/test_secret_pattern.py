"""What SECURITY.md tells secret scanners is true of every secret that we make."""

import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from portal.applications import secrets
from portal.edge.environments import ENVIRONMENTS, Environment

TEXT = (settings.BASE_DIR / "SECURITY.md").read_text()
PATTERN = re.compile(re.findall(r"^    (\\b.+\\b)$", TEXT, re.MULTILINE)[0])


def published_check() -> Callable[[str], bool]:
    """Return the function that SECURITY.md prints."""
    [code] = re.findall(r"```python\n(.+?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[[str], bool] = names["is_opescare_secret"]
    return found


is_opescare_secret = published_check()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_secret_is_recognised_within_a_text(environment: Environment) -> None:
    for _ in range(500):
        secret = secrets.generate(environment)
        for around in ('key="{}"', "{}\n", "https://x/?s={}&b=1", "{}", "({})."):
            assert PATTERN.findall(around.format(secret)) == [secret]
        assert is_opescare_secret(secret)
        assert secrets.is_well_formed(secret)


def test_one_changed_character_anywhere_is_noticed() -> None:
    secret = secrets.generate("sandbox")
    for place in range(len("opc_sandbox_sk_"), len(secret)):
        for other in string.digits + string.ascii_letters:
            tampered = secret[:place] + other + secret[place + 1 :]
            assert is_opescare_secret(tampered) is (tampered == secret)
            assert secrets.is_well_formed(tampered) is (tampered == secret)


def test_a_secret_of_the_other_environment_is_not_made_of_it() -> None:
    assert not is_opescare_secret(secrets.generate("sandbox").replace("sandbox", "live"))


def test_what_is_longer_or_shorter_is_none() -> None:
    secret = secrets.generate("production")
    for other in (secret[:-1], f"{secret}0", f"x{secret}", secret.replace("_sk_", "_pk_")):
        assert not PATTERN.fullmatch(other)
        assert other not in PATTERN.findall(f" {other} ")


def test_the_example_passes() -> None:
    [example] = PATTERN.findall(TEXT)
    assert is_opescare_secret(example)
