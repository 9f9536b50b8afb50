"""Both sides hear of every step, in their language, with the link, and of nothing that a mail need not hold."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from portal.accounts.models import User
from portal.approvals import actions, messages, reviewing
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.reviewing import Terms
from tests import mailbox
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER, claimed, draft, reviewer, submitted
from tests.cast import Cast, Person

SENSITIVE = {"patient:read": "The doctor sees the history."}
RITA, SAUL = "rita@example.org", "saul@example.org"
BUILDERS = {"alice@example.org", "bob@example.org"}
"""Vera may only look, Charlie is of another organisation, and Sam is of the staff, but no reviewer."""


def told(act: Callable[[], object]) -> dict[str, str]:
    """Do something, and return the subject of the mail that each got."""
    before = len(mailbox.letters())
    act()
    found = mailbox.letters()[before:]
    assert len({letter.to for letter in found}) == len(found), "somebody got two"
    return {letter.to: letter.subject for letter in found}


def test_a_new_request_is_told_to_every_reviewer_but_those_of_the_organisation(cast: Cast) -> None:
    reviewer(), reviewer("Saul")
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    found = told(lambda: submitted(cast))
    assert set(found) == {*BUILDERS, RITA, SAUL}
    assert found[RITA] == "St. Raphael HIS of St. Raphael Health asks for production access"
    assert found["bob@example.org"] == "St. Raphael HIS: the request for production access is submitted"


def test_a_claim_is_told_to_the_developers(cast: Cast) -> None:
    rita, request = reviewer(), submitted(cast)
    found = told(lambda: reviewing.claim(by=BY_REVIEWER, request=request, reviewer=rita.user))
    assert set(found) == BUILDERS


def test_a_release_by_a_colleague_is_told_to_whoever_had_claimed_it(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita)
    found = told(lambda: reviewing.release(by=BY_REVIEWER, request=request, reviewer=saul.user))
    assert set(found) == {*BUILDERS, RITA}
    again = claimed_again(request, rita)
    assert set(told(lambda: reviewing.release(by=BY_REVIEWER, request=again, reviewer=rita.user))) == BUILDERS


def claimed_again(request: AccessRequest, by: Person) -> AccessRequest:
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=by.user)
    return request


def test_a_wish_for_changes_is_told_with_the_reviewers_words_and_the_answer_to_the_reviewer(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    wish = "Name the provider, please.\nAnd the country."
    found = told(lambda: reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message=wish))
    assert set(found) == BUILDERS
    letter = mailbox.latest("bob@example.org")
    assert "> Name the provider, please.\n> And the country.\n" in letter.text
    assert "Name the provider, please." in letter.html
    assert f"/applications/{cast.application.public_id}/" in letter.text
    again = told(lambda: actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user))
    assert set(again) == {*BUILDERS, RITA}


def test_an_approval_in_part_is_told_with_its_terms(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    terms = Terms(
        refusals={"facility:sync": "Never called in the sandbox."},
        facilities=["NG-LOS-H1"],
        conditions="Lagos only.",
        ends_on=date(2099, 1, 2),
        message="Well done.",
    )
    found = told(lambda: reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=terms))
    assert set(found) == BUILDERS
    letter = mailbox.latest("bob@example.org")
    assert letter.subject == "St. Raphael HIS: production access is approved in part"
    for words in ("encounter:push", "Never called in the sandbox.", "NG-LOS-H1", "Lagos only.", "2 January 2099"):
        assert words in letter.text
        assert words in letter.html


def test_a_proposal_is_told_to_the_other_reviewers_alone(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita, **SENSITIVE)
    reviewer("Saul")
    found = told(lambda: reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms()))
    assert set(found) == {SAUL}


def test_what_the_second_reviewer_says_is_told_to_the_first(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita, **SENSITIVE)
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    found = told(
        lambda: reviewing.disagree(by=BY_REVIEWER, request=request, reviewer=saul.user, message="Who is the doctor?")
    )
    assert set(found) == {RITA}
    assert "> Who is the doctor?" in mailbox.latest(RITA).text
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    found = told(lambda: reviewing.agree(by=BY_REVIEWER, request=request, reviewer=saul.user))
    assert set(found) == {*BUILDERS, RITA}


def test_a_refusal_is_told_with_its_reason(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    found = told(
        lambda: reviewing.decline(by=BY_REVIEWER, request=request, reviewer=rita.user, message="Ask the hospital.")
    )
    assert set(found) == BUILDERS
    assert "> Ask the hospital." in mailbox.latest("alice@example.org").text


def test_a_withdrawal_is_told_to_whoever_had_claimed_it(cast: Cast) -> None:
    reviewer("Saul")
    request = claimed(cast, reviewer())
    found = told(lambda: actions.withdraw(by=BY_DEVELOPER, request=request))
    assert set(found) == {*BUILDERS, RITA}


def test_nobody_hears_of_a_draft(cast: Cast) -> None:
    reviewer()
    assert told(lambda: actions.withdraw(by=BY_DEVELOPER, request=draft(cast))) == {}


def test_what_developers_write_stays_on_the_page(cast: Cast) -> None:
    request = claimed(cast, reviewer())
    found = told(
        lambda: messages.say(
            by=BY_DEVELOPER, request=request, author=cast.bob.user, side="developer", text="Ward 7 is short of staff."
        )
    )
    assert set(found) == {RITA}
    everything = [part for letter in mailbox.letters() for part in (letter.text, letter.html, letter.subject)]
    for words in ("Ward 7", ANSWERS["key_storage"], ANSWERS["breach"], "Visits, as they end."):
        assert not any(words in part for part in everything)


def test_everybody_is_written_to_in_their_own_language(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.user.pk).update(language="fr")
    submitted(cast)
    assert "/fr/applications/" in mailbox.latest("bob@example.org").text
    assert "/fr/" not in mailbox.latest("alice@example.org").text


def test_a_step_that_is_undone_tells_nobody(cast: Cast) -> None:
    rita, request = reviewer(), submitted(cast)

    def undone() -> None:
        with transaction.atomic():
            reviewing.claim(by=BY_REVIEWER, request=request, reviewer=rita.user)
            transaction.set_rollback(True)

    assert told(undone) == {}


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "{{ secret }}", "%(app)s %s", "\u202egnp.exe\n\nBcc: x"]
)
def test_hostile_words_are_words(cast: Cast, words: str) -> None:
    cast.application.name = words[:60]
    cast.application.save()
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message=words)
    letter = mailbox.latest("bob@example.org")
    assert "\n" not in letter.subject
    assert letter.subject.startswith(" ".join(words[:60].split()))
    assert "> " + words.splitlines()[0] in letter.text
    assert "<script" not in letter.html


@pytest.mark.parametrize("change", ["is deactivated", "reviews no more"])
def test_what_is_written_to_a_reviewer_who_is_gone_reaches_the_others(cast: Cast, change: str) -> None:
    rita = reviewer()
    reviewer("Saul")
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="Say more.")
    if change == "is deactivated":
        User.objects.filter(pk=rita.user.pk).update(is_active=False)
    else:
        Reviewer.objects.filter(user=rita.user).delete()
    request.refresh_from_db()
    bob = cast.bob.user
    said = told(lambda: messages.say(by=BY_DEVELOPER, request=request, author=bob, side="developer", text="Soon."))
    assert set(said) == {SAUL}
    again = told(lambda: actions.submit(by=BY_DEVELOPER, request=request, user=bob))
    assert set(again) == {*BUILDERS, SAUL}
