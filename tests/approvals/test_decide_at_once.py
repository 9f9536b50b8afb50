"""Two reviewers decide in the same moment, in real threads on a real database: one wins, the other is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.test_seal_together import at_home
from tests.servers import PROJECT, manage

CI = os.environ.get("CI") == "true"
ROUNDS = 15 if CI else 3
PROGRAM = """
import sys
import django; django.setup()
from threading import Barrier, Thread
from django.conf import settings; settings.ALLOWED_HOSTS = ["testserver"]
from django.db import connection
from portal.approvals.models import Grant
from portal.audit.models import Decision
from tests.approvals.desk import address, decide, seen
from tests.approvals.requests import BY_DEVELOPER, actions, reviewer, submitted
from tests.cast import gather

cast, rita, saul, tess = gather(), reviewer(), reviewer("Saul"), reviewer("Tess")

def at_once(*acts):
    said, barrier = {}, Barrier(len(acts))
    def run(number, act):
        barrier.wait()
        said[number] = act()
        connection.close()
    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return [said[number] for number in range(len(acts))]

def press(by, request, page, **fields):
    return by.client.post(address(request, page), fields, follow=True).text

for round in range(int(sys.argv[1])):
    request = submitted(cast, **{"patient:read": "The doctor."})
    said = at_once(*(lambda by=by: press(by, request, "claim", claim="") for by in (rita, saul)))
    assert sum("Somebody else has claimed it" in text for text in said) == 1, "claim"
    request.refresh_from_db()
    first = rita if request.reviewer == rita.user else saul
    second = saul if first is rita else rita
    decide(first, request, grant=["patient:read"])
    state = seen(second, request)
    said = at_once(
        lambda: press(second, request, "second", agree="", seen=state),
        lambda: press(tess, request, "second", disagree="", reason="Not yet.", seen=state),
    )
    assert sum("has changed since you opened it" in text for text in said) == 1, "second"
    request.refresh_from_db()
    rows = Decision.objects.filter(object_id=request.public_id)
    decided = rows.filter(verb="approvals.approve").count()
    assert decided + rows.filter(verb="approvals.disagree").count() == 1
    assert decided == (request.state == "approved") == Grant.objects.filter(request=request).count()
    if request.state == "in_review":
        actions.withdraw(by=BY_DEVELOPER, request=request)
print("one wins")
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"] if CI else ["sqlite"])
def test_one_wins_and_the_other_is_told(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    environment = at_home(tmp_path, url).environment
    manage(environment, "collectstatic", "--noinput", "-v", "0")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROUNDS)],
        cwd=PROJECT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("one wins\n"), done.stderr[-3000:]
