"""The page of one request, by HTTP: what a reviewer reads, and what their buttons do."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.applications import actions as applications
from portal.approvals import actions, attachments, messages, reviewing
from portal.approvals.models import AccessRequest, Grant, Message
from portal.approvals.reviewing import Terms
from tests import mailbox
from tests.approvals.desk import address, decide, seen, shown, state
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER, SCOPES, approved, claimed, reviewer, submitted
from tests.cast import BY_TEST, Cast, sign_in

HOSTILE = '"><script>alert(1)</script>'


def test_it_shows_what_was_asked_and_answered(cast: Cast) -> None:
    request = submitted(cast)
    text = shown(reviewer(), request)
    for words in (*SCOPES, *SCOPES.values(), "NG-LOS-H1", "Marina General", *(ANSWERS["mandate"], ANSWERS["breach"])):
        assert words in text
    assert "fewer than 1,000" in text, "choices are shown as people read them"
    assert "Adds to the record that other clinicians will rely on." in text
    assert "This app has no access to production." in text
    assert "Evidence from the sandbox" in text
    assert "submitted the request for production access" in text


def test_an_approval_grants_what_is_ticked(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    text = decide(
        rita,
        request,
        grant=["encounter:push"],
        **{"refusal-facility:sync": "Never called.", "conditions": "Lagos only.", "ends_on": "2099-01-02"},
    )
    assert "Approved in part" in text
    grant = Grant.objects.get()
    assert (grant.scopes, grant.facilities, grant.conditions) == (["encounter:push"], ["NG-LOS-H1"], "Lagos only.")
    assert grant.ends_on is not None
    assert "Never called." in mailbox.latest("bob@example.org").text


def test_an_unticked_scope_needs_a_reason_and_nothing_is_lost(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    text = decide(rita, request, grant=["encounter:push"], message="Nearly done.", conditions="Lagos only.")
    assert "Say why not: its developers will read it." in text
    assert "Nearly done.</textarea>" in text
    assert "Lagos only.</textarea>" in text
    assert re.search(r'value="encounter:push" form="decision" checked', text)
    assert not re.search(r'value="facility:sync" form="decision" checked', text)
    assert state(request) == "in_review"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"grant": []}, "Decline the request instead."),
        ({"ends_on": "2020-01-01"}, "must end in the future"),
        ({"ends_on": "soon"}, "Enter a valid date"),
        ({"facilities": ["KE-NBO-H1"]}, "not one of the available choices"),
        ({"grant": ["lab:push"]}, "not one of the available choices"),
        ({"message": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_what_makes_no_sense_decides_nothing(cast: Cast, fields: dict[str, Any], words: str) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    assert words in decide(rita, request, **fields)
    assert state(request) == "in_review"


def test_changes_are_asked_for_with_a_message(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    assert "Say what is to be changed" in decide(rita, request, "changes")
    decide(rita, request, "changes", message="Name the provider.")
    assert state(request) == "changes_requested"


def test_a_refusal_is_asked_about_once_more(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    assert "Say why, and what the developers can do next." in decide(rita, request, "decline")
    page = decide(rita, request, "decline", message="Ask the hospital first.", conditions="Half a thought.")
    assert "Nothing is granted to St. Raphael HIS." in page
    assert state(request) == "in_review"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    back = rita.client.post(address(request, "decide"), {**hidden, "action": "back"}).text
    assert "Half a thought.</textarea>" in back
    rita.client.post(address(request, "decide"), {**hidden, "action": "decline"})
    assert state(request) == "declined"


def test_the_checklist_is_saved_and_what_else_is_written_stays(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    text = decide(rita, request, "save", checklist=["purpose"], message="To be continued.")
    assert "The checklist is saved." in text
    assert "To be continued.</textarea>" in text
    assert AccessRequest.objects.get().checklist == {"purpose": True}
    assert 'value="purpose" checked' in shown(rita, request)


def test_a_question_is_asked_beside_its_answer_and_shown_there(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    fields = {"ask": "", "about": "question:storage", "text": "In which country?"}
    text = rita.client.post(address(request, "write"), fields, follow=True).text
    beside = text.split('id="answer-storage"')[1].split('id="answer-')[0]
    assert "In which country?" in beside
    assert "waits for its answer" in beside
    assert Message.objects.get().asks


def test_a_message_that_cannot_be_sent_is_not_lost(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.release(by=BY_REVIEWER, request=request, reviewer=rita.user)
    fields = {"ask": "", "about": "question:storage", "text": "In which country is it?"}
    text = rita.client.post(address(request, "write"), fields).text
    assert "Claim the request first" in text
    assert "In which country is it?" in text.split("What you had written")[1]
    assert not Message.objects.exists()


def test_whoever_reads_an_old_page_decides_nothing_and_loses_nothing(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    old = seen(rita, request)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="More, please.")
    actions.save_request(by=BY_DEVELOPER, request=request, answers={"storage": "In a cloud"})
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    text = decide(rita, request, seen=old, message="All is well.")
    assert "This request has changed since you opened it" in text
    assert "In a cloud" in text
    assert "All is well.</textarea>" in text
    assert state(request) == "in_review"


def test_whoever_has_lost_the_claim_keeps_the_words(cast: Cast) -> None:
    rita, saul = reviewer(), reviewer("Saul")
    request = claimed(cast, rita)
    old = seen(rita, request)
    reviewing.release(by=BY_REVIEWER, request=request, reviewer=saul.user)
    reviewing.claim(by=BY_REVIEWER, request=request, reviewer=saul.user)
    text = decide(rita, request, seen=old, message="All is well.", **{"refusal-facility:sync": "Because."})
    assert "All is well." in text.split("What you had written")[1]
    assert "Because." in text.split("What you had written")[1]
    assert 'id="decision"' not in text
    assert state(request) == "in_review"


def test_what_changed_since_the_version_before_is_named(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="More, please.")
    actions.save_request(
        by=BY_DEVELOPER,
        request=request,
        answers={"storage": "In a cloud"},
        scopes={"encounter:push": "Visits, at once.", "lab:push": "Results."},
    )
    assert "In a cloud" not in shown(rita, request), "what is not submitted is the developers' own"
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    changes = shown(rita, request).split("Version 2")[1].split("</ul>")[0]
    for words in ("encounter:push", "lab:push", "Where it is stored", "facility:sync is no longer asked for"):
        assert words in changes
    assert "Data you keep" not in changes
    assert "Our own server room, Lagos" in shown(rita, request), "the answer before"


def test_a_facility_that_another_organisation_speaks_for_is_marked(cast: Cast) -> None:
    other, _client, _secret = applications.start_application(by=BY_TEST, organisation=cast.elsewhere, name="LIS")
    client = applications.create_client(by=BY_TEST, application=other, environment="production", scopes=["lab:push"])
    applications.set_facilities(by=BY_TEST, client=client, facilities=["NG-LOS-C9"])
    text = shown(reviewer(), submitted(cast))
    assert text.count("Another organisation speaks for it already") == 1
    assert "Elsewhere Labs" in text


def test_the_present_grant_and_earlier_requests_stand_beside_a_new_one(cast: Cast) -> None:
    rita = reviewer()
    first = approved(cast, rita, Terms(facilities=["NG-LOS-H1"]))
    text = shown(rita, submitted(cast, **{"encounter:push": "Visits.", "lab:push": "Results."}))
    assert "has it already" in text
    assert address(first) in text


def test_files_are_downloaded_once_they_are_submitted(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="The contract, please.")
    pdf = SimpleUploadedFile("contract.pdf", b"%PDF-1.7\n%%EOF\n")
    attachment = attachments.add(by=BY_DEVELOPER, request=request, question="mandate", file=pdf)
    file = reverse("review-attachment", args=[request.public_id, attachment.public_id])
    assert "contract.pdf" not in shown(rita, request)
    assert rita.client.get(file).status_code == 404, "a draft is its developers' own"
    actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
    beside = shown(rita, request).split('id="answer-mandate"')[1].split('id="answer-')[0]
    assert "contract.pdf" in beside
    assert file in beside
    answer = rita.client.get(file)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_decision_asks_who_it_is_once_more(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    stale = sign_in(rita.user, seconds_ago=7200)
    answer = stale.post(address(request, "decide"), {"action": "approve", "grant": list(SCOPES)})
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.headers["Location"]
    assert state(request) == "in_review"


def test_hostile_words_are_words(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita, **{"encounter:push": HOSTILE, "facility:sync": HOSTILE})
    messages.say(by=BY_DEVELOPER, request=request, author=cast.bob.user, side="developer", text=HOSTILE)
    text = decide(rita, request, grant=["encounter:push"], message=HOSTILE, conditions=HOSTILE)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in decide(rita, request, "decline", message=HOSTILE)


def test_the_page_is_there_in_french(cast: Cast) -> None:
    request = claimed(cast, reviewer())
    answer = reviewer("Saul").client.get(f"/fr{address(request)}")
    assert answer.status_code == 200
    assert "Où elles sont stockées" in answer.text
