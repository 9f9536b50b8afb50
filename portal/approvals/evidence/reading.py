"""What the sandbox knows about an application, computed live from the ledger.

What can be counted is read from the calls counted by hour and day, so that millions of rows cost no more than a page.
What follows what is found among the newest calls alone (`LOOKED_THROUGH`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self

from allauth.mfa.models import Authenticator
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from portal.accounts.models import Membership
from portal.applications.models import Application, Client, ClientSecret
from portal.approvals.evidence import sequences
from portal.approvals.evidence.items import DAYS, LOOKED_THROUGH, Evidence, Item, ScopeItem, Verdict
from portal.approvals.evidence.sequences import Met, Row
from portal.approvals.models import AccessRequest
from portal.approvals.questionnaire import questionnaire
from portal.approvals.scenarios.catalogue import ALL
from portal.approvals.scenarios.models import ScenarioRun
from portal.approvals.scenarios.reading import passed
from portal.approvals.thresholds import Thresholds
from portal.audit.models import ApiCall
from portal.edge.environments import SANDBOX
from portal.usage.figures import Row as Counted
from portal.usage.figures import figures
from portal.usage.kinds import ARRANGED, EXPECTED, opened_by, writes
from portal.usage.log import calls_of

WEEK = 7
RESOLVING, READING = frozenset({"health_id:verify"}), frozenset({"patient:read"})
PUSHING = frozenset({"encounter:push", "lab:push", "prescription:push"})
SHOWN_WITH = {
    "no-match-creates": RESOLVING,
    "duplicate-matches": RESOLVING,
    "ambiguous-is-not-guessed": RESOLVING,
    "merged-patient-followed": READING | PUSHING,
    "push-refused-and-mended": PUSHING,
    "facility-updated": frozenset({"facility:sync"}),
}
"""A scenario is asked of an application that asks for one of these scopes; others of all."""
PROOFS = {
    "ambiguous": "ambiguous-is-not-guessed",
    "invalid": "push-refused-and-mended",
    "backoff": "429-backed-off",
}
"""An item is met by having passed this scenario, too."""
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def snapshot(request: AccessRequest) -> dict[str, Any]:
    """Return what is kept with a submitted version; `Evidence.from_json` reads it."""
    asked = request.scopes.values_list("scope", flat=True)
    return evidence_of(request.application, asked).as_json()


def evidence_of(application: Application, scopes: Iterable[str]) -> Evidence:
    """Return what the sandbox knows of the application, and of what these scopes open. Seven queries."""
    scopes = list(scopes)
    now = timezone.now()
    today = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    since = today - timedelta(days=DAYS - 1)
    counted = figures(application.pk, DAYS).rows
    client = application.clients.filter(environment=SANDBOX).first()
    rows, edge = _newest(application, client, since, counted)
    ours = [row for row in counted if row.environment == SANDBOX]
    seen = Seen(now, since, edge, ours, rows, questionnaire().thresholds, passed(application.pk))
    members = _members(application)
    on = sum(two_step for _name, two_step in members)
    items = [
        *seen.amounts(),
        *seen.cases(),
        seen.scenarios(scopes),
        seen.tokens(client),
        _secret_age(seen, client),
        seen.item("two_step", on == len(members), on=on, of=len(members)),
    ]
    without = [name for name, two_step in members if not two_step]
    return Evidence(now, since, edge, items, {name: seen.scope(name) for name in scopes}, without)


def _newest(
    application: Application, client: Client | None, since: datetime, counted: Sequence[Counted]
) -> tuple[list[Row], datetime | None]:
    """Return the newest calls of the sandbox since then, the oldest first, and from when on they are all there.

    Where the sandbox has few, they are read by its client, so that production may have any number. Where it has many,
    the newest of the application are looked through. Both read an index, and no more of it than a few pages.
    """
    if client is None:
        return [], None
    few = sum(row.tally.calls for row in counted if row.environment == SANDBOX) <= LOOKED_THROUGH
    found = ApiCall.objects.filter(client_id=client.client_id) if few else calls_of(application.pk)
    found = found.filter(~Q(credential=""), at__gte=since).order_by("-at", "-request_id")
    taken = list(found.values_list(*Row._fields, "environment")[: LOOKED_THROUGH + 1])
    edge = None
    if len(taken) > LOOKED_THROUGH:
        edge = taken[-1][0].replace(microsecond=0) + timedelta(seconds=1)
    ours = (each for each in reversed(taken) if each[-1] == SANDBOX and (not edge or each[0] >= edge))
    return [Row(*each[:-1]) for each in ours], edge


def _members(application: Application) -> list[tuple[str, bool]]:
    """Return the members of its organisation, and whether they sign in in two steps. One query."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS)
    found = Membership.objects.filter(organisation=application.organisation_id, user__is_active=True)
    members = found.select_related("user").annotate(two_step=Exists(factors)).order_by("pk")
    return [(str(each.user), each.two_step) for each in members]


def _secret_age(seen: "Seen", client: Client | None) -> Item:
    live = ClientSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=seen.now), client=client, revoked_at=None)
    oldest = live.aggregate(oldest=Min("created_at"))["oldest"]
    keys = bool(client and client.jwks and client.jwks.get("keys"))
    if oldest is None:
        return seen.item("secret_age", keys, days=None, keys=keys)
    days = (seen.now - oldest).days
    verdict = Verdict.MET if days <= seen.thresholds.secret_days else Verdict.WARN
    return seen.item("secret_age", verdict, days=days, keys=keys)


@dataclass(frozen=True)
class Seen:
    """What was read: `counted` are all calls of the window, `rows` those that were looked through, back to `edge`."""

    now: datetime
    since: datetime
    edge: datetime | None
    counted: Sequence[Counted]
    rows: Sequence[Row]
    thresholds: Thresholds
    passed: Mapping[str, ScenarioRun]

    def item(self, key: str, verdict: Verdict | bool, since: datetime | None = None, **values: Any) -> Item:
        """Return an item; `verdict` may say whether it is met."""
        if isinstance(verdict, bool):
            verdict = Verdict.MET if verdict else Verdict.UNMET
        return Item(key, verdict, values, _text(since or self.since), thresholds=self.thresholds)

    def amounts(self) -> list[Item]:
        """Return how much was called, and how well."""
        calls = sum(row.tally.calls for row in self.counted)
        week = self.since.date() + timedelta(days=DAYS - WEEK)
        of_week = [row for row in self.counted if row.day >= week]
        enough = calls >= self.thresholds.calls
        return [
            self.item("calls", Verdict.MET if enough else Verdict.WARN if calls else Verdict.UNMET, calls=calls),
            self._rate("success_7", of_week, datetime.combine(week, time.min, UTC)),
            self._rate("success_30", self.counted, self.since),
        ]

    def _rate(self, key: str, rows: Sequence[Counted], since: datetime) -> Item:
        calls = [Calls.counted(row) for row in rows]
        share, faulty = success(calls), sum(each.number for each in calls if each.is_faulty)
        met = share is not None and share >= self.thresholds.success_percent
        return self.item(key, met, since, calls=sum(each.number for each in calls), faulty=faulty, percent=share)

    def cases(self) -> list[Item]:
        """Return the refusals that were met, and what came after them."""
        within = timedelta(seconds=self.thresholds.repeat_seconds)
        replays = sum(row.replay for row in self.rows)
        return [
            self._case("ambiguous", sequences.refused(self.rows, sequences.is_ambiguous, within)),
            self._case("conflict", sequences.refused(self.rows, sequences.is_conflict, within)),
            self._case("invalid", sequences.mended(self.rows)),
            self._case("backoff", sequences.backed_off(self.rows)),
            self.item("replay", replays > 0, self.edge, seen=replays),
        ]

    def _case(self, key: str, met: Met) -> Item:
        run = self.passed.get(PROOFS.get(key, ""))
        values = {"seen": met.seen, "handled": met.handled, "shown": run and _ended(run)}
        verdict = Verdict.MET if met.last or run else Verdict.WARN if met.seen else Verdict.UNMET
        return self.item(key, verdict, self.edge, **values)

    def scenarios(self, scopes: Sequence[str]) -> Item:
        """Return which scenarios were passed, of those that fit what is asked for."""
        asked = [each.key for each in ALL if SHOWN_WITH.get(each.key, set(scopes)) & set(scopes)]
        done = {key: _ended(run) for key, run in self.passed.items()}
        count = len(set(asked) & set(done))
        verdict = Verdict.UNMET if not count else Verdict.MET if count == len(asked) else Verdict.WARN
        return self.item("scenarios", verdict, passed=done, asked=asked)

    def tokens(self, client: Client | None) -> Item:
        """Return how well tokens were used."""
        lifetime = timedelta(seconds=client.token_lifetime if client else 0)
        found = sequences.tokens(self.rows, lifetime, _UNBOUND)
        met = found.issued > 0 and found.soon * self.thresholds.calls_per_token <= found.calls
        return self.item("tokens", met, self.edge, issued=found.issued, calls=found.calls, soon=found.soon)

    def scope(self, name: str) -> ScopeItem:
        """Return what was called of the operations that the scope opens."""
        alone, shared = opened_by(name)
        rows = [row for row in self.rows if row.operation in shared and row.scope == name]
        calls = [
            *(Calls.counted(row) for row in self.counted if row.operation in alone),
            *(Calls(row.operation, row.status, row.error_code, 1) for row in rows),
        ]
        good = [each for each in calls if each.status < 400]
        enough = sum(each.number for each in good) >= self.thresholds.scope_calls
        must_write = any(writes(operation) for operation in alone)
        wrote = sum(each.number for each in good if writes(each.operation))
        verdict = Verdict.UNMET if not good else Verdict.MET if enough and (wrote or not must_write) else Verdict.WARN
        values = {
            "calls": sum(each.number for each in calls),
            "good": sum(each.number for each in good),
            "wrote": wrote if must_write else None,
            "called": len({each.operation for each in calls}),
            "of": len(alone | shared),
            "last": self._last(name),
            "success": success(calls),
        }
        return ScopeItem("scope", verdict, values, _text(self.since), thresholds=self.thresholds, scope=name)

    def _last(self, scope: str) -> str:
        """Return when it was called last: the moment, or of calls further back than was looked the day."""
        alone, shared = opened_by(scope)
        for row in reversed(self.rows):
            if row.operation in alone or (row.operation in shared and row.scope == scope):
                return row.at.isoformat()
        days = [row.day for row in self.counted if row.operation in alone]
        return datetime.combine(max(days), time.min, UTC).isoformat() if days else ""


@dataclass(frozen=True)
class Calls:
    """So many calls that ended alike."""

    operation: str
    status: int
    error_code: str
    number: int

    @classmethod
    def counted(cls, row: Counted) -> Self:
        """Return those of a row of the figures."""
        return cls(row.operation, row.status, row.error_code, row.tally.calls)

    @property
    def is_faulty(self) -> bool:
        """Say whether they were refused for a fault of the caller (`faulty` in `usage/kinds.py`)."""
        return 400 <= self.status < 500 and self.status not in EXPECTED and self.error_code not in ARRANGED


def success(calls: Iterable[Calls]) -> float | None:
    """Return the share that was not refused for a fault of the caller, in percent; 100 only where none was."""
    judged = [each for each in calls if each.status < 500 and each.error_code not in ARRANGED]
    number = sum(each.number for each in judged)
    faulty = sum(each.number for each in judged if each.is_faulty)
    if not number:
        return None
    share = round(100 * (number - faulty) / number, 1)
    return min(share, 99.9) if faulty else share


def _ended(run: ScenarioRun) -> str:
    return run.ended_at.isoformat() if run.ended_at else ""


def _text(moment: datetime) -> str:
    """Return a moment as the filters of the log read it: UTC, whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


_UNBOUND = frozenset({"createToken", "revokeToken", "introspectToken"})
