"""Who reviews: the first by a command, the others by reviewers, and nobody is left out or left alone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from portal.approvals import actions, reviewing
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.approvals.reviewers import remove_reviewer
from portal.approvals.reviewing import Terms
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.test_second_step import add_app
from tests.approvals.requests import BY_DEVELOPER, BY_REVIEWER, claimed, reviewer, submitted
from tests.cast import BY_TEST, Cast, Person, sign_in

PAGE = reverse("reviewers")
QUEUE = reverse("review-queue")


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("reviewer", *arguments, stdout=said)
    return said.getvalue()


def names() -> list[str]:
    return [str(one.user) for one in Reviewer.objects.order_by("pk")]


def remove(by: Person, whom: Person) -> str:
    address = reverse("reviewer-remove", args=[Reviewer.objects.get(user=whom.user).pk])
    text: str = by.client.post(address, follow=True).text
    return text


def test_the_first_is_made_by_a_command(cast: Cast) -> None:
    assert cast.alice.client.get(QUEUE).status_code == 404
    assert "now reviews requests" in command("ALICE@example.org")
    assert cast.alice.client.get(QUEUE).status_code == 200
    assert mailbox.latest("alice@example.org").subject == "Alice reviews requests for production access now"
    assert Decision.objects.get(verb="approvals.add_reviewer").actor_label == "manage.py reviewer"
    with pytest.raises(CommandError, match="already"):
        command("alice@example.org")


def test_the_command_removes_all_but_the_last(cast: Cast) -> None:
    reviewer(), reviewer("Saul")
    assert "no longer" in command("saul@example.org", "--remove")
    with pytest.raises(CommandError, match="Add somebody first"):
        command("rita@example.org", "--remove")
    with pytest.raises(CommandError, match="created first"):
        command("nobody@example.org")
    assert names() == ["Rita"]


def test_reviewers_add_and_remove_each_other_and_all_are_told(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    text = rita.client.post(PAGE, {"email": "Charlie@example.org"}, follow=True).text
    assert "Charlie reviews requests now." in text
    for address in ("rita@example.org", "saul@example.org", "charlie@example.org"):
        assert mailbox.latest(address).subject == "Charlie reviews requests for production access now"
    assert "Saul reviews no requests any more." in remove(cast.charlie, saul)
    assert names() == ["Rita", "Charlie"]
    assert saul.client.get(QUEUE).status_code == 404
    for address in ("rita@example.org", "saul@example.org"):
        assert mailbox.latest(address).subject == "Saul reviews requests for production access no longer"
    assert list(Decision.objects.filter(verb__contains="_reviewer").order_by("id").values_list("verb", flat=True)) == [
        "approvals.add_reviewer",
        "approvals.remove_reviewer",
    ]


def test_an_address_without_an_account_is_refused_with_words(cast: Cast) -> None:
    rita = reviewer()
    assert "There is no account with this address." in rita.client.post(PAGE, {"email": "new@example.org"}).text
    assert "reviews requests already" in rita.client.post(PAGE, {"email": "rita@example.org"}, follow=True).text


def test_the_last_cannot_go_and_is_told_why(cast: Cast) -> None:
    rita = reviewer()
    address = reverse("reviewer-remove", args=[rita.user.reviewer.pk])
    page = rita.client.get(address).text
    assert "Add somebody first." in page
    assert "danger sure" not in page
    assert "Add somebody first." in remove(rita, rita)
    assert names() == ["Rita"]


def test_one_can_leave_while_there_are_others(cast: Cast) -> None:
    rita = reviewer()
    reviewer("Saul")
    remove(rita, rita)
    assert names() == ["Saul"]


def test_whoever_was_removed_meanwhile_removes_nobody(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    reviewer("Tess")
    Reviewer.objects.filter(user=rita.user).delete()
    with pytest.raises(NotAllowedError, match="no longer"):
        remove_reviewer(by=BY_REVIEWER, user=saul.user, remover=rita.user)


def test_what_they_had_claimed_goes_back_into_the_queue(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita, **{"patient:read": "The doctor."})
    reviewing.approve(by=BY_REVIEWER, request=request, reviewer=rita.user, terms=Terms())
    remove_reviewer(by=BY_TEST, user=rita.user)
    request.refresh_from_db()
    assert (request.state, request.reviewer) == ("submitted", None)
    assert not request.reviews.filter(undone_at=None).exists(), "the proposal goes too"
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=saul.user)


def test_what_waits_for_its_developers_comes_back_to_anybody(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="More, please.")
    remove_reviewer(by=BY_TEST, user=rita.user)
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    assert "asks for production access" in mailbox.latest("saul@example.org").subject
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=saul.user)
    assert AccessRequest.objects.get().reviewer == saul.user


def test_the_page_asks_who_it_is_once_more(cast: Cast) -> None:
    rita = reviewer()
    stale = sign_in(rita.user, seconds_ago=3600)
    answer = stale.get(PAGE)
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.headers["Location"]


@override_settings(REVIEWERS_NEED_SECOND_STEP=True)
def test_a_reviewer_without_a_second_step_is_led_to_add_one(cast: Cast) -> None:
    rita = reviewer()
    answer = rita.client.get(QUEUE, follow=True)
    assert answer.redirect_chain[0][0] == reverse("mfa_index")
    assert "Reviewers sign in with a second step." in answer.text
    add_app(rita)
    assert rita.client.get(QUEUE).status_code == 200
    assert cast.sam.client.get(QUEUE).status_code == 404, "nobody learns by it that there is a desk"


def test_the_header_shows_each_what_they_may_see(cast: Cast) -> None:
    rita = reviewer()
    submitted(cast)
    header = rita.client.get(QUEUE).text.split("</header>")[0]
    assert QUEUE in header
    assert "waits for you" in header
    assert reverse("recovery-desk") not in header
    header = cast.sam.client.get(reverse("recovery-desk")).text.split("</header>")[0]
    assert reverse("break-glass-desk") in header
    assert QUEUE not in header
    header = cast.alice.client.get(reverse("application-list")).text.split("</header>")[0]
    assert "/review/" not in header


def test_a_reviewer_without_an_organisation_begins_at_the_requests(cast: Cast) -> None:
    for person, page in ((reviewer(), "review-queue"), (Person.called("Paula"), "organisation-new")):
        assert person.client.get(reverse("application-list")).headers["Location"] == reverse(page)
