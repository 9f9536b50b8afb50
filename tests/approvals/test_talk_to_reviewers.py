"""Developers answer reviewers' questions, write to them, and read every version that they submitted."""

import pytest
from django.urls import reverse

from portal.approvals import actions, messages, reviewing
from portal.approvals.models import AccessRequest, Message
from tests.approvals.requests import BY_DEVELOPER, BY_REVIEWER, claimed, draft, reviewer
from tests.cast import Cast


@pytest.fixture
def access(cast: Cast) -> AccessRequest:
    rita = reviewer()
    access = claimed(cast, rita)
    messages.ask(
        by=BY_REVIEWER, request=access, reviewer=rita.user, about="question:breach", text="Within how many hours?"
    )
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="")
    access.refresh_from_db()
    return access


def address(access: AccessRequest, name: str = "access-messages", *more: int) -> str:
    return reverse(name, args=[access.application.public_id, access.public_id, *more])


def test_a_question_is_answered_and_then_the_request_can_be_submitted_again(cast: Cast, access: AccessRequest) -> None:
    question = access.messages.get()
    check = cast.bob.client.get(address(access, "access-request")).content.decode()
    assert f"{address(access)}#message-{question.pk}" in check
    assert address(access, "access-submit") not in check
    page = cast.bob.client.post(address(access), {"question": question.pk, "text": "Four."}, follow=True)
    said = page.content.decode()
    assert said.index("Within how many hours?") < said.index("Four.")
    question.refresh_from_db()
    assert question.answered_at
    assert Message.objects.get(text="Four.").about == "question:breach"
    assert address(access, "access-submit") in cast.bob.client.get(address(access, "access-request")).content.decode()


def test_a_question_is_answered_once_and_what_was_typed_stays(cast: Cast, access: AccessRequest) -> None:
    question = access.messages.get()
    messages.answer(by=BY_DEVELOPER, request=access, author=cast.alice.user, question=question, text="Four.")
    page = cast.bob.client.post(address(access), {"question": question.pk, "text": "Five."}).content.decode()
    assert "answered this question already" in page
    assert "Five." in page
    assert access.messages.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_nothing_and_too_much_are_not_sent(cast: Cast, access: AccessRequest, text: str) -> None:
    assert cast.bob.client.post(address(access), {"text": text}).status_code == 200
    assert access.messages.count() == 1


def test_a_message_is_about_the_whole_request(cast: Cast, access: AccessRequest) -> None:
    page = cast.bob.client.post(address(access), {"text": "<b>We moved.</b>"}, follow=True).content.decode()
    assert "&lt;b&gt;We moved." in page
    sent = access.messages.get(side="developer")
    assert (sent.about, sent.author) == ("", cast.bob.user)


def test_viewers_read_and_do_not_write(cast: Cast, access: AccessRequest) -> None:
    page = cast.vera.client.get(address(access)).content.decode()
    assert "Within how many hours?" in page
    assert "<textarea" not in page
    assert cast.vera.client.post(address(access), {"text": "Hello"}).status_code == 403
    assert cast.charlie.client.get(address(access)).status_code == 404


def test_a_question_of_another_request_is_not_answered_here(cast: Cast, access: AccessRequest) -> None:
    question = access.messages.get()
    actions.withdraw(by=BY_DEVELOPER, request=access)
    other = draft(cast)
    page = cast.bob.client.post(address(other), {"question": question.pk, "text": "Four."}).content.decode()
    assert "no such question" in page
    assert Message.objects.count() == 1


def test_each_version_is_kept_and_says_what_it_changed(cast: Cast, access: AccessRequest) -> None:
    messages.answer(by=BY_DEVELOPER, request=access, author=cast.bob.user, question=access.messages.get(), text="Four.")
    actions.save_request(by=BY_DEVELOPER, request=access, answers={"breach": "Within 4 hours."})
    actions.submit(by=BY_DEVELOPER, request=access, user=cast.bob.user)
    first = cast.vera.client.get(address(access, "access-version", 1)).content.decode()
    assert "The duty officer decides" in first
    assert "Within 4 hours." not in first
    second = cast.vera.client.get(address(access, "access-version", 2)).content.decode()
    changed = second[second.index('id="changes"') : second.index('id="said-scopes"')]
    assert "The duty officer decides" in changed
    assert "Within 4 hours." in changed
    assert "vault" not in changed
    assert cast.vera.client.get(address(access, "access-version", 3)).status_code == 404
    whole = cast.vera.client.get(address(access, "access-request")).content.decode()
    assert address(access, "access-version", 2) in whole


def test_the_reviewers_mailboxes_are_not_flooded(cast: Cast, access: AccessRequest) -> None:
    question = access.messages.get()
    for number in range(messages.A_HOUR):
        assert cast.bob.client.post(address(access), {"text": f"{number}"}).status_code == 302
    page = cast.bob.client.post(address(access), {"text": "And one more."})
    assert "many messages for one hour" in page.content.decode()
    assert "And one more." in page.content.decode()
    assert cast.bob.client.post(address(access), {"question": question.pk, "text": "Four."}).status_code == 302
