"""Reviewers ask about one answer or one scope; developers answer; both write."""

import pytest

from portal.approvals import actions, messages, reviewing
from portal.approvals.models import AccessRequest, Message
from portal.approvals.moving import NotAllowedError
from portal.audit.models import Decision
from tests import mailbox
from tests.approvals.requests import BY_DEVELOPER, BY_REVIEWER, claimed, draft, reviewer, submitted
from tests.cast import Cast, Person

STORAGE = "question:storage"


def ask(request: AccessRequest, by: Person, about: str = STORAGE, text: str = "In which country?") -> Message:
    return messages.ask(by=BY_REVIEWER, request=request, reviewer=by.user, about=about, text=text)


def test_a_question_waits_until_it_is_answered(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    question = ask(request, rita)
    assert mailbox.latest("bob@example.org").subject == (
        "St. Raphael HIS: a question about your request for production access"
    )
    assert "“Where it is stored”" in mailbox.latest("bob@example.org").text
    messages.answer(by=BY_DEVELOPER, request=request, author=cast.bob.user, question=question, text="In Nigeria.")
    question.refresh_from_db()
    assert question.answered_at is not None
    assert request.messages.filter(side="developer").get().about == STORAGE
    assert mailbox.latest("rita@example.org").subject.endswith("answered your question")
    with pytest.raises(NotAllowedError, match="already"):
        messages.answer(by=BY_DEVELOPER, request=request, author=cast.bob.user, question=question, text="Again.")


def test_the_trail_says_what_was_asked_about_and_not_what(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    messages.answer(
        by=BY_DEVELOPER, request=request, author=cast.bob.user, question=ask(request, rita), text="In Nigeria."
    )
    rows = Decision.objects.filter(object_id=request.public_id, verb__in=["approvals.ask", "approvals.answer"])
    assert [row.after for row in rows] == [{"about": STORAGE}] * 2
    assert not any("country" in str(vars(row)) or "Nigeria" in str(vars(row)) for row in rows)


def test_a_scope_can_be_asked_about(cast: Cast) -> None:
    rita = reviewer()
    ask(claimed(cast, rita), rita, "scope:facility:sync")
    assert "“facility:sync”" in mailbox.latest("bob@example.org").text


def test_an_open_question_holds_up_the_next_submission(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    question = ask(request, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="")
    with pytest.raises(NotAllowedError, match="waits for its answer"):
        actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    messages.answer(by=BY_DEVELOPER, request=request, author=cast.bob.user, question=question, text="In Nigeria.")
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)


@pytest.mark.parametrize("about", ["", "question:unknown", "scope:lab:push", "application"])
def test_nothing_is_asked_about_nothing(cast: Cast, about: str) -> None:
    rita = reviewer()
    with pytest.raises(NotAllowedError):
        ask(claimed(cast, rita), rita, about)
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001])
def test_a_question_has_words_and_an_end(cast: Cast, text: str) -> None:
    rita = reviewer()
    with pytest.raises(NotAllowedError):
        ask(claimed(cast, rita), rita, text=text)
    assert not Message.objects.exists()


def test_only_who_has_claimed_it_asks(cast: Cast) -> None:
    request = claimed(cast, reviewer())
    with pytest.raises(NotAllowedError, match="Claim"):
        ask(request, reviewer("Saul"))


def test_another_reviewer_can_still_write(cast: Cast) -> None:
    request, saul = claimed(cast, reviewer()), reviewer("Saul")
    messages.say(by=BY_REVIEWER, request=request, author=saul.user, side="reviewer", text="I know this hospital.")
    assert "> I know this hospital." in mailbox.latest("bob@example.org").text


def test_a_message_before_the_claim_reaches_all_reviewers(cast: Cast) -> None:
    reviewer(), reviewer("Saul")
    request = submitted(cast)
    messages.say(by=BY_DEVELOPER, request=request, author=cast.bob.user, side="developer", text="One more thing.")
    for address in ("rita@example.org", "saul@example.org"):
        assert mailbox.latest(address).subject.endswith("a message about the request for production access")


def test_nobody_writes_where_nobody_reads(cast: Cast) -> None:
    request = draft(cast)
    with pytest.raises(NotAllowedError, match="nobody would read it"):
        messages.say(by=BY_DEVELOPER, request=request, author=cast.bob.user, side="developer", text="Hello?")


def test_no_member_writes_as_a_reviewer(cast: Cast) -> None:
    request = submitted(cast)
    with pytest.raises(NotAllowedError):
        messages.say(by=BY_REVIEWER, request=request, author=cast.bob.user, side="reviewer", text="Approved!")


def test_a_question_of_another_request_is_not_answered_here(cast: Cast) -> None:
    rita = reviewer()
    first = claimed(cast, rita)
    question = ask(first, rita)
    actions.withdraw(by=BY_DEVELOPER, request=first)
    second = claimed(cast, rita)
    with pytest.raises(NotAllowedError):
        messages.answer(by=BY_DEVELOPER, request=second, author=cast.bob.user, question=question, text="x")
    assert not second.messages.exists()
