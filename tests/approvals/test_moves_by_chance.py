"""Random moves by random people: only what the table of states allows happens, with its trail and its mails."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.accounts import actions as accounts
from portal.accounts.models import Role
from portal.applications.models import Client
from portal.approvals import actions
from portal.approvals.desk.request_views import state_of
from portal.approvals.grants.deadlines import keep_deadlines
from portal.approvals.models import AccessRequest, Grant, Review
from portal.approvals.states import GRANTED, OPEN, Side, State, move
from portal.approvals.unanswered import expire_unanswered
from portal.audit.models import Decision
from portal.mail.models import OutgoingMail
from portal.mail.sending import Content
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, reviewer
from tests.cast import BY_TEST, Cast, Person
from tests.connect.test_push_machine import undone

EXAMPLES, STEPS = (40, 30) if os.environ.get("CI") == "true" else (10, 20)
SCOPES = ["patient:read", "lab:push", "facility:sync"]
SENSITIVE = "patient:read"
BUILDERS, REVIEWERS = ["alice", "bob"], ["rita", "saul"]
PEOPLE = [*BUILDERS, "vera", "charlie", *REVIEWERS, "olga", "sam"]
"""Vera looks, Charlie is outside, Olga is a reviewer and a member, Sam is of the staff and no reviewer."""
WHO = st.sampled_from([*REVIEWERS * 4, *BUILDERS * 3, *PEOPLE])
"""Those who may do something more often: else little would ever happen."""
WHICH = st.sampled_from([-1, -1, -1, -1, -2])
"""The newest request, mostly, or the one before."""
SIDES = {Side.DEVELOPER: BUILDERS, Side.REVIEWER: REVIEWERS}


@dataclass
class Known:
    """What the model knows of a request."""

    pk: int
    state: str = State.DRAFT
    was_submitted: bool = False
    reviewer: str | None = None
    proposed: list[str] | None = None
    questions: int = 0
    granted: list[str] = field(default_factory=list)


Outcome = tuple[str, list[str]]
"""The verb in the trail, and who gets a mail."""


class Moves(RuleBasedStateMachine):
    """People who try everything, and a model of what may come of it."""

    people: ClassVar[dict[str, Person]]
    cast: ClassVar[Cast]

    def __init__(self) -> None:
        super().__init__()
        self.undone = undone()
        self.undone.__enter__()
        self.known: list[Known] = []
        self.standing: Known | None = None
        self.begin(who="bob")

    def teardown(self) -> None:
        self.undone.__exit__(None, None, None)

    @initialize(far=st.integers(0, 6), scopes=st.sampled_from([SCOPES, SCOPES[:1], SCOPES[1:]]))
    def come_far(self, far: int, scopes: list[str]) -> None:
        """Begin where chance alone would seldom come to."""
        way: list[Callable[[], object]] = [
            lambda: self.submit("bob", -1),
            lambda: self.claim("rita", -1),
            lambda: self.approve("rita", -1, set(scopes)),
            lambda: self.agree("saul", -1),
            lambda: self.begin("bob"),
            lambda: self.submit("bob", -1),
        ]
        for step in way[:far]:
            step()

    # What is tried. Each sends what the page would send, to whoever it is shown or not.

    @rule(who=WHO)
    def begin(self, who: str) -> None:
        """Ask for production, where nothing is open; the first time, everything is filled in."""
        free = not self.known or self.known[-1].state not in OPEN
        with self.expecting([("start_request", [])] if free and who in BUILDERS else None):
            self.press(who, "access-start", self.cast.application.public_id)
        if AccessRequest.objects.count() > len(self.known):
            assert free
            new = AccessRequest.objects.latest("pk")
            self.known.append(Known(new.pk))
            if len(self.known) == 1:
                scopes = dict.fromkeys(SCOPES, "Needed.")
                actions.save_request(by=BY_DEVELOPER, request=new, answers=ANSWERS, scopes=scopes)

    @rule(who=WHO, which=WHICH)
    def submit(self, who: str, which: int) -> None:
        """For the first time, or again."""
        it = self.it(which)
        verb = "resubmit" if it.state == State.CHANGES_REQUESTED else "submit"
        told = [it.reviewer] if verb == "resubmit" and it.reviewer else REVIEWERS
        self.try_move(it, who, verb, [*BUILDERS, *told], if_also=not it.questions, page="access-submit")
        it.was_submitted |= it.state == State.SUBMITTED

    @rule(who=WHO, which=WHICH)
    def withdraw(self, who: str, which: int) -> None:
        it = self.it(which)
        told = [*BUILDERS, *([it.reviewer] if it.reviewer else [])] if it.was_submitted else []
        if self.try_move(it, who, "withdraw", told, page="access-withdraw"):
            it.proposed = None

    @rule(who=WHO, which=WHICH)
    def claim(self, who: str, which: int) -> None:
        it = self.it(which)
        if self.try_move(it, who, "claim", BUILDERS, page="review-claim"):
            it.reviewer = who

    @rule(who=WHO, which=WHICH)
    def release(self, who: str, which: int) -> None:
        """Also for somebody who is away."""
        it = self.it(which)
        told = [*BUILDERS, *([it.reviewer] if it.reviewer and it.reviewer != who else [])]
        if self.try_move(it, who, "release", told, page="review-claim", release=""):
            it.reviewer = it.proposed = None

    @rule(who=WHO, which=WHICH)
    def ask(self, who: str, which: int) -> None:
        it = self.it(which)
        may = self.decides(it, who)
        with self.expecting([("ask", BUILDERS)] if may else None):
            self.press(who, "review-write", self.public(it), ask="", about="question:storage", text="Where?")
        it.questions += may

    @rule(who=WHO, which=WHICH)
    def answer(self, who: str, which: int) -> None:
        it = self.it(which)
        reviewed = (State.SUBMITTED, State.IN_REVIEW, State.CHANGES_REQUESTED)
        may = who in BUILDERS and it.questions > 0 and it.state in reviewed
        asked = self.row(it).messages.filter(asks=True).order_by("answered_at", "pk")
        waits = asked.filter(answered_at=None).first() or asked.first()
        if waits is None:
            return
        with self.expecting([("answer", [it.reviewer] if it.reviewer else REVIEWERS)] if may else None):
            self.press(who, "access-messages", *self.names(it), question=str(waits.pk), text="There.")
        it.questions -= may

    @rule(who=WHO, which=WHICH, action=st.sampled_from(["changes", "decline"]))
    def send_back(self, who: str, which: int, action: str) -> None:
        """Ask for changes, or decline."""
        it = self.it(which)
        verb = {"changes": "ask_for_changes"}.get(action, action)
        fields = {"action": action, "message": "Because.", "confirmed": "yes"}
        mine = it.reviewer == who
        if self.try_move(it, who, verb, BUILDERS, if_also=mine, page="review-decide", **fields):
            it.proposed = None

    @rule(who=WHO, which=WHICH, scopes=st.sets(st.sampled_from(SCOPES), min_size=1))
    def approve(self, who: str, which: int, scopes: set[str]) -> None:
        """Approve, whole or in part; what is sensitive is proposed."""
        it, granted = self.it(which), [name for name in SCOPES if name in scopes]
        reasons = {f"refusal-{name}": "Not yet." for name in SCOPES if name not in scopes}
        fields: dict[str, Any] = {"action": "approve", "grant": granted, "facilities": ["NG-LOS-H1"], **reasons}
        may = self.decides(it, who) and it.proposed is None
        if SENSITIVE in scopes:
            others = [name for name in REVIEWERS if name != who]
            with self.expecting([("propose", others)] if may else None):
                self.decide(it, who, "review-decide", **fields)
            it.proposed = granted if may else it.proposed
            return
        verb = "approve_in_part" if reasons else "approve"
        if self.try_move(it, who, verb, BUILDERS, if_also=may, page="review-decide", **fields):
            self.grant(it, granted)

    @rule(who=WHO, which=WHICH)
    def agree(self, who: str, which: int) -> None:
        it = self.it(which)
        granted = it.proposed or []
        verb = "approve" if len(granted) == len(SCOPES) else "approve_in_part"
        told = [*BUILDERS, *([it.reviewer] if it.reviewer else [])]
        second = it.proposed is not None and who != it.reviewer
        if self.try_move(it, who, verb, told, if_also=second, page="review-second", agree=""):
            self.grant(it, granted)

    @rule(who=WHO, which=WHICH, mine=st.booleans())
    def undo(self, who: str, which: int, mine: bool) -> None:
        """Take one's own proposal back, or give somebody else's back."""
        it = self.it(which)
        may = who in REVIEWERS and it.proposed is not None and (who == it.reviewer) is mine
        happens: Outcome = ("take_back", []) if mine else ("disagree", [it.reviewer or ""])
        fields = {"take_back": ""} if mine else {"disagree": "", "reason": "Not yet."}
        with self.expecting([happens] if may else None):
            self.decide(it, who, "review-second", **fields)
        if may:
            it.proposed = None

    @rule()
    def nobody_answers(self) -> None:
        """Let the time pass in which the newest request should have been answered."""
        it = self.it(-1)
        long_ago = timezone.now() - timedelta(days=61)
        AccessRequest.objects.filter(pk=it.pk).update(state_since=long_ago)
        may = it.state == State.CHANGES_REQUESTED
        told = [*BUILDERS, *([it.reviewer] if it.reviewer else [])]
        with self.expecting([("expire", told)] if may else None):
            expire_unanswered()
        it.state = State.EXPIRED if may else it.state

    @rule()
    def its_time_is_over(self) -> None:
        """Let what was granted come to its end."""
        stands, self.standing = self.standing, None
        Grant.objects.filter(ended_at=None).update(ends_on=timezone.now().date())
        with self.expecting([("expire", BUILDERS)] if stands else None):
            keep_deadlines()
        if stands:
            stands.state = State.EXPIRED

    # What must hold.

    @invariant()
    def each_request_is_where_the_model_is(self) -> None:
        for it in self.known:
            row = self.row(it)
            assert (row.state, row.reviewer and row.reviewer.name.lower()) == (it.state, it.reviewer)
            waits = Review.objects.filter(request=row, proposed=True, undone_at=None).exists()
            if row.state == State.IN_REVIEW:
                assert waits == (it.proposed is not None)
            elif row.state in GRANTED:
                assert waits == (SENSITIVE in it.granted), "what was agreed to stays as it was proposed"

    @invariant()
    def the_client_has_what_the_standing_grant_gives(self) -> None:
        grants = Grant.objects.filter(ended_at=None)
        assert [grant.request_id for grant in grants] == ([self.standing.pk] if self.standing else [])
        client = Client.objects.filter(application=self.cast.application, environment="production").first()
        if self.standing:
            assert client is not None
            assert (client.scopes, client.suspended_at) == (self.standing.granted, None)
            assert client.facilities == ["NG-LOS-H1"]
        else:
            assert client is None or client.suspended_at is not None

    # How it is tried.

    def it(self, which: int) -> Known:
        return self.known[max(which, -len(self.known))]

    def row(self, it: Known) -> AccessRequest:
        return AccessRequest.objects.select_related("reviewer", "application").get(pk=it.pk)

    def public(self, it: Known) -> str:
        return self.row(it).public_id

    def names(self, it: Known) -> list[str]:
        return [self.cast.application.public_id, self.public(it)]

    def decides(self, it: Known, who: str) -> bool:
        return it.state == State.IN_REVIEW and it.reviewer == who

    def grant(self, it: Known, granted: list[str]) -> None:
        it.granted, it.proposed, self.standing = granted, None, it

    def press(self, who: str, page: str, *names: str, **fields: Any) -> None:
        """Send a form. Whoever may not see the page is told so, or that there is none."""
        status = self.people[who].client.post(reverse(page, args=names), fields).status_code
        if page.startswith("access"):
            refused = {"charlie": 404, "rita": 404, "saul": 404, "sam": 404, "vera": 403, "olga": 403}
        else:
            refused = dict.fromkeys([*BUILDERS, "vera", "charlie", "sam"], 404)
        assert status == refused[who] if who in refused else status in (200, 302, 404)

    def decide(self, it: Known, who: str, page: str, **fields: Any) -> None:
        """Send a decision about the request as it is now."""
        self.press(who, page, self.public(it), seen=state_of(self.row(it)), **fields)

    def try_move(
        self, it: Known, who: str, verb: str, told: list[str], *, page: str, if_also: bool = True, **fields: Any
    ) -> bool:
        """Try a move; return whether it had to succeed, and note that it did."""
        found = move(verb, it.state)
        may = found is not None and who in SIDES[found.side] and if_also
        with self.expecting([(verb, told)] if may else None):
            if page.startswith("access"):
                self.press(who, page, *self.names(it), **fields)
            else:
                self.decide(it, who, page, **fields)
        if found is not None and may:
            it.state = found.target
        return may

    def expecting(self, outcome: list[Outcome] | None) -> "Expected":
        return Expected(outcome or [])


class Expected:
    """What the trail and the mails say of a step: exactly this, and nothing at all where it is forbidden."""

    def __init__(self, outcome: list[Outcome]) -> None:
        self.outcome = outcome

    def __enter__(self) -> None:
        self.rows = set(Decision.objects.values_list("pk", flat=True))
        OutgoingMail.objects.all().delete()

    def __exit__(self, kind: object, *_more: object) -> None:
        if kind is not None:
            return
        rows = Decision.objects.exclude(pk__in=self.rows)
        verbs = [row.verb for row in rows if row.object_type == "AccessRequest"]
        assert verbs == [f"approvals.{verb}" for verb, _told in self.outcome]
        others = {row.verb for row in rows if row.object_type != "AccessRequest"}
        assert others <= ({f"applications.{verb}" for verb in OF_CLIENTS} if self.outcome else set())
        told = Counter(Content.of(mail).to for mail in OutgoingMail.objects.all())
        assert told == Counter(f"{name}@example.org" for _verb, names in self.outcome for name in names)


OF_CLIENTS = ("create_client", "set_scopes", "set_facilities", "restore_client", "suspend_client")
"""What an approval or its end does to the production client."""


def test_whatever_is_tried_by_whomever(cast: Cast) -> None:
    named = [cast.alice, cast.bob, cast.vera, cast.charlie, cast.sam, *map(reviewer, ("Rita", "Saul", "Olga"))]
    people = {person.user.name.lower(): person for person in named}
    accounts.add_member(by=BY_TEST, organisation=cast.organisation, user=people["olga"].user, role=Role.VIEWER)
    rules = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    machine = type("Machine", (Moves,), {"cast": cast, "people": people})
    run_state_machine_as_test(machine, settings=rules)
