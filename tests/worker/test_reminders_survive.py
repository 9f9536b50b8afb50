"""Workers that are killed among reminders and ends: each is made once, and its mails are sent, none of them lost."""

import os
from collections import Counter

from tests.worker.conftest import Office

KILLS = 10 if os.environ.get("CI") == "true" else 2
EACH = 4 * KILLS
"""So many grants to be confirmed, as many that end, and as many requests that nobody answered."""
MAILS = 4 * EACH
"""To the owner of each, and to the reviewer of each request."""
MADE = """
SELECT (SELECT count(*) FROM approvals_grant WHERE reminded_days = 7),
       (SELECT count(*) FROM approvals_grant WHERE ended_because = 'expired'),
       (SELECT count(*) FROM audit_decision WHERE verb = 'applications.suspend_client'),
       (SELECT count(*) FROM approvals_accessrequest WHERE state = 'expired'),
       (SELECT count(*) FROM audit_decision WHERE verb = 'approvals.expire')
"""


def test_killed_in_the_middle_of_the_deadlines(office: Office) -> None:
    def queued() -> int:
        [(count,)] = office.query("SELECT count(*) FROM mail_outgoingmail")
        return int(count)

    office.run("deadlines", str(EACH))
    assert queued() == 0
    hit = 0
    for _ in range(KILLS):
        worker, before = office.start(), queued()
        office.mailbox.wait_for(lambda before=before: queued() > before or queued() == MAILS)  # type: ignore[misc]
        worker.kill()
        worker.wait()
        hit += 0 < queued() < MAILS
    assert hit, "no worker was killed in the middle"
    office.start()
    office.mailbox.wait_for(lambda: queued() == MAILS and office.states() == {"sent"}, seconds=120)
    assert office.query(MADE) == [(EACH, EACH, EACH, 2 * EACH, 2 * EACH)]
    arrived = Counter(office.mailbox.accepted)
    assert len(arrived) == MAILS
    assert sum(arrived.values()) <= MAILS + KILLS
