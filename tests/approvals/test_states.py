"""The table of states, its picture, and what the database itself refuses."""

from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.approvals.diagram import CENTRES, ROUTES, draw, said, steps
from portal.approvals.models import AccessRequest, RequestedScope
from portal.approvals.states import DECIDED, MOVES, OPEN, State
from tests.approvals.requests import approved, draft, reviewer, submitted
from tests.cast import Cast


def test_every_state_is_reached_and_every_open_one_left() -> None:
    targets = {move.target for move in MOVES}
    sources = {state for move in MOVES for state in move.sources}
    assert targets == set(State) - {State.DRAFT}
    assert set(OPEN) <= sources
    assert not sources & {State.DECLINED, State.WITHDRAWN, State.EXPIRED}


def test_the_picture_shows_every_move_and_no_other() -> None:
    assert set(CENTRES) == set(State)
    assert set(ROUTES) == {(source, move.target) for move, source in steps()}


def test_the_picture_can_be_read_without_being_seen() -> None:
    picture = unescape(draw("states"))
    assert [line for line in said() if f"{line}. " not in picture] == []


def test_the_command_prints_every_move() -> None:
    out = StringIO()
    call_command("access_states", stdout=out)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    for move, source in steps():
        assert f"{source.value} --> {move.target.value}: {move.verb} ({move.side.value})" in lines
    assert len(lines) == len(steps()) + 2


@pytest.mark.parametrize("state", [state.value for state in DECIDED])
def test_the_database_refuses_a_decision_without_decider_or_time(cast: Cast, state: str) -> None:
    request = submitted(cast)
    now = timezone.now()
    for fields in ({"decided_at": now}, {"decided_by": "Rita of OpesCare"}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessRequest.objects.filter(pk=request.pk).update(state=state, **fields)
    AccessRequest.objects.filter(pk=request.pk).update(state=state, decided_at=now, decided_by="Rita of OpesCare")


def test_the_database_refuses_an_undecided_request_with_a_decider(cast: Cast) -> None:
    request = submitted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRequest.objects.filter(pk=request.pk).update(decided_at=timezone.now(), decided_by="Rita")


def test_the_database_refuses_a_second_open_request(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRequest.objects.create(application=cast.application)


def test_the_database_refuses_a_refusal_without_a_reason(cast: Cast) -> None:
    request = submitted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestedScope.objects.filter(request=request).update(granted=False)


def test_the_database_refuses_a_second_grant_that_stands(cast: Cast) -> None:
    grant = approved(cast, reviewer()).grant
    grant.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        grant.save(force_insert=True)
