"""What happens in the background, and how often. `manage.py worker` runs it, any number of workers at once.

No task needs what it keeps in memory: each looks in the database for what is due, does it, and notes that in the same
transaction or behind a lease. So a killed worker loses nothing, two workers do nothing twice, and a task that was
missed is made up for at the next start, where each runs once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from portal.accounts.recovery_actions import apply_due_recoveries
from portal.accounts.tasks import prune as prune_accounts
from portal.applications.fetched_keys import refresh_due
from portal.applications.tasks import remind_of_expiry, tell_of_quiet
from portal.approvals.answer_checks.running import run_due
from portal.approvals.grants.deadlines import keep_deadlines
from portal.approvals.grants.probing import run_due as run_probes
from portal.approvals.scenarios.tasks import judge_due
from portal.approvals.unanswered import expire_unanswered
from portal.audit.tasks import prune as prune_ledger
from portal.audit.tasks import seal
from portal.connect.tasks import prune as forget_answers
from portal.mail.delivery import deliver_due
from portal.mail.tasks import forget
from portal.oauth.tasks import prune
from portal.usage.tasks import count_calls


@dataclass(frozen=True)
class Scheduled:
    """A task, and the pause from one start to the next. It is given an event that is set when the worker must end."""

    name: str
    every: timedelta
    task: Callable[[Event], object]


SCHEDULE = (
    Scheduled("mail.deliver_due", timedelta(seconds=0.5), lambda stopping: deliver_due(stopping=stopping)),
    Scheduled("mail.forget", timedelta(days=1), lambda _: forget()),
    Scheduled("applications.refresh_due", timedelta(seconds=5), refresh_due),
    Scheduled("applications.remind_of_expiry", timedelta(hours=1), lambda _: remind_of_expiry()),
    Scheduled("applications.tell_of_quiet", timedelta(hours=1), lambda _: tell_of_quiet()),
    Scheduled("approvals.run_checks", timedelta(seconds=1), run_due),
    Scheduled("accounts.apply_due_recoveries", timedelta(minutes=1), lambda _: apply_due_recoveries()),
    Scheduled("accounts.prune", timedelta(days=1), lambda _: prune_accounts()),
    Scheduled("approvals.run_probes", timedelta(seconds=1), run_probes),
    Scheduled("approvals.keep_deadlines", timedelta(minutes=1), lambda _: keep_deadlines()),
    Scheduled("approvals.expire_unanswered", timedelta(hours=1), lambda _: expire_unanswered()),
    Scheduled("approvals.judge_due", timedelta(seconds=10), judge_due),
    Scheduled("audit.seal", timedelta(minutes=1), seal),
    Scheduled("audit.prune", timedelta(days=1), prune_ledger),
    Scheduled("usage.count_calls", timedelta(minutes=5), count_calls),
    Scheduled("connect.prune", timedelta(hours=1), lambda _: forget_answers()),
    Scheduled("oauth.prune", timedelta(days=1), lambda _: prune()),
)
