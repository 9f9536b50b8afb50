"""Two owners who leave in the same moment: one of them stays. Two real processes, on both databases."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.servers import PROJECT, manage

PREPARE = """
from portal.accounts import actions
from portal.accounts.models import User
from portal.audit.actions import Actor
by = Actor.operator("test")
users = [User.objects.create_user(f"{name}@example.org", name=name) for name in ("ann", "ben")]
organisation = actions.create_organisation(by=by, owner=users[0], name="Two", country="KE")
actions.add_member(by=by, organisation=organisation, user=users[1], role="owner")
"""
LEAVE = """
import time, pathlib
from portal.accounts import actions
from portal.accounts.models import Membership
from portal.audit.actions import Actor
folder, me, other = pathlib.Path({folder!r}), {me!r}, {other!r}
checked = actions._refuse_last_owner
def check_slowly(membership):
    checked(membership)
    (folder / me).touch()  # both stand here at once, unless the row is locked
    until = time.monotonic() + 3
    while not (folder / other).exists() and time.monotonic() < until:
        time.sleep(0.05)
actions._refuse_last_owner = check_slowly
membership = Membership.objects.select_related("organisation").get(user__name=me)
try:
    actions.leave(by=Actor.operator("test"), membership=membership)
    print("left")
except actions.NotAllowedError:
    print("stayed")
"""
LEFT = """
from portal.accounts.models import Membership
print(Membership.objects.filter(role="owner").count())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a portal with one organisation that has two owners."""
    variables = {**os.environ, "MODE": "development", "DATA_DIR": str(tmp_path)}
    variables.pop("DATABASE_URL", None)
    if request.param == "postgresql":
        url, name = request.getfixturevalue("postgresql_url"), f"test_{uuid4().hex}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        variables["DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"
    manage(variables, "migrate", "-v", "0")
    manage(variables, "shell", "-v", "0", "-c", PREPARE)
    return variables


def test_two_owners_who_leave_at_once(environment: dict[str, str]) -> None:
    leaving = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code in (
            LEAVE.format(folder=environment["DATA_DIR"], me="ann", other="ben"),
            LEAVE.format(folder=environment["DATA_DIR"], me="ben", other="ann"),
        )
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in leaving)
    assert said == ["left", "stayed"]
    assert manage(environment, "shell", "-v", "0", "-c", LEFT).strip() == "1"
