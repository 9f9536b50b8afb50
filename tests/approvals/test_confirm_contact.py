"""Whoever reads a contact address confirms it, by a link and a code in a mail, without an account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from portal.approvals import actions
from portal.approvals.answer_checks import contacts, running
from portal.approvals.answer_checks.asking import check_answers
from portal.approvals.answer_checks.models import AnswerCheck, ContactProof
from portal.approvals.answer_checks.results import Result, results_of
from portal.approvals.answer_checks.running import run_due
from portal.approvals.models import AccessRequest
from portal.audit.models import Decision
from portal.mail.models import OutgoingMail
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, BY_REVIEWER, draft
from tests.cast import Cast
from tests.mailbox import Letter, latest, letters

CONTACT = "security@st-raphael.example"
DONE = "/contacts/confirmed/"


def look(access: AccessRequest) -> Result:
    """Run the check of the contact address, and return what it found."""
    check_answers(by=BY_DEVELOPER, request=access, only=["security_contact.verified"])
    run_due()
    access.refresh_from_db()
    [result] = results_of(access)["security_contact"]
    return result


def read(letter: Letter) -> tuple[str, str]:
    """Return the path of the link and the code."""
    link = re.search(r"(/contacts/[\w-]{43}/)", letter.text)
    code = re.search(r"^(\d{3} \d{3})$", letter.text, re.MULTILINE)
    assert link
    assert code
    assert link[1] in letter.html
    assert code[1] in letter.html
    return link[1], code[1]


def wrong(code: str) -> str:
    return "111 111" if code != "111 111" else "222 222"


def send(path: str, code: str) -> Any:
    return Browser().post(path, {"code": code})


def test_the_reader_of_the_address_confirms_it_without_an_account(cast: Cast) -> None:
    access = draft(cast)
    before = look(access)
    assert (before.outcome, "nobody has confirmed it yet" in before.last.said) == ("warn", True)  # type: ignore[union-attr]
    path, code = read(latest(CONTACT))
    page = Browser().get(path)
    assert (page.status_code, CONTACT in page.content.decode()) == (200, True)
    assert send(path, f" {code} ").headers["Location"] == DONE
    assert Browser().get(DONE).status_code == 200
    run_due()
    [after] = results_of(access)["security_contact"]
    assert (after.outcome, after.note) == ("pass", "The settings of the organisation name another security contact.")
    decision = Decision.objects.get(verb="approvals.confirm_contact")
    assert (decision.actor_kind, CONTACT in str(vars(decision))) == ("mail", False)


def test_programs_that_open_links_and_press_buttons_confirm_nothing(cast: Cast) -> None:
    look(draft(cast))
    path, _code = read(latest(CONTACT))
    for _ in range(3):
        assert Browser().get(path).status_code == 200
        assert Browser().head(path).status_code == 200
    assert Browser().post(path).status_code == 200
    assert Browser().post(path, {"code": ""}).status_code == 200
    assert not ContactProof.objects.exclude(confirmed_at=None).exists()
    assert ContactProof.objects.get().wrong_codes == 0


def test_a_link_is_used_once(cast: Cast) -> None:
    look(draft(cast))
    path, code = read(latest(CONTACT))
    send(path, code)
    assert send(path, code).status_code == 404
    assert Decision.objects.filter(verb="approvals.confirm_contact").count() == 1


def test_wrong_codes_are_limited(cast: Cast) -> None:
    access = draft(cast)
    look(access)
    path, code = read(latest(CONTACT))
    answers = [send(path, wrong(code)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404]
    assert "You can try 1 more time." in answers[3].content.decode()
    assert send(path, code).status_code == 404
    assert look(access).outcome == "warn"


def test_whatever_is_wrong_with_a_link_everybody_reads_the_same(cast: Cast) -> None:
    look(draft(cast))
    path, code = read(latest(CONTACT))
    unknown = send("/contacts/" + "x" * 43 + "/", code)
    ContactProof.objects.update(sent_at=timezone.now() - timedelta(days=8), expires_at=timezone.now())
    expired = send(path, code)
    assert (unknown.status_code, expired.status_code) == (404, 404)
    pages = {re.sub(r"/contacts/[\w-]{43}/", "", page.content.decode()) for page in (unknown, expired)}
    assert len(pages) == 1
    assert not ContactProof.objects.exclude(confirmed_at=None).exists()


def test_one_address_tries_links_and_codes_for_a_while_only(cast: Cast) -> None:
    statuses = [Browser().get(f"/contacts/{number:043}/").status_code for number in range(61)]
    assert statuses == [404] * 60 + [429]
    look(draft(cast))
    path, code = read(latest(CONTACT))
    assert send(path, code).status_code == 429
    assert Browser(REMOTE_ADDR="198.51.100.9").post(path, {"code": code}).status_code == 302


def test_what_one_organisation_proved_is_nothing_to_another(cast: Cast) -> None:
    look(draft(cast))
    path, code = read(latest(CONTACT))
    send(path, code)
    from portal.applications import actions as applications

    other, _client, _secret = applications.start_application(
        by=BY_REVIEWER, organisation=cast.elsewhere, name="Elsewhere LIS"
    )
    theirs = actions.start_request(by=BY_DEVELOPER, application=other, user=cast.charlie.user)
    actions.save_request(by=BY_DEVELOPER, request=theirs, answers=ANSWERS)
    assert look(theirs).outcome == "warn"
    assert len(letters(CONTACT)) == 2


def test_another_request_of_the_organisation_needs_no_other_mail(cast: Cast) -> None:
    access = draft(cast)
    look(access)
    path, code = read(latest(CONTACT))
    send(path, code)
    actions.withdraw(by=BY_DEVELOPER, request=access)
    assert look(draft(cast)).outcome == "pass"
    assert len(letters(CONTACT)) == 1


@pytest.mark.parametrize(
    ("contact", "says"),
    [
        ("SECURITY@st-raphael.example", "too."),
        ("soc@other.example", "another security contact"),
        ("", "name no security"),
    ],
)
def test_the_reviewer_sees_whether_it_is_the_organisations_security_contact(
    cast: Cast, contact: str, says: str
) -> None:
    cast.organisation.security_contact = contact
    cast.organisation.save()
    assert says in look(draft(cast)).note
    page = cast.vera.client.get(f"/applications/{cast.application.public_id}/production/checks/")
    assert says in page.content.decode()


def test_no_more_mails_than_somebody_bears(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    access = draft(cast)
    for _ in range(3):
        assert look(access).outcome == "warn"
    assert len(letters(CONTACT)) == 1, "an hour has not passed"
    monkeypatch.setattr(contacts, "AGAIN", timedelta(0))
    for _ in range(4):
        found = look(access)
    assert len(letters(CONTACT)) == contacts.ADDRESS_A_DAY
    assert found.last
    assert "too many mails within 24 hours" in found.last.said
    paths = [read(letter) for letter in letters(CONTACT)]
    assert send(*paths[0]).status_code == 302, "an older mail works as long as it says"
    for number in range(10):
        actions.save_request(by=BY_DEVELOPER, request=access, answers={"security_contact": f"n{number}@example.net"})
        look(access)
    assert ContactProof.objects.count() == contacts.A_DAY


def test_a_worker_that_is_killed_while_it_writes_has_written_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access, only=["security_contact.verified"])

    def die(*_: object, **__: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(running, "_finish", die)
        with pytest.raises(SystemExit), transaction.atomic():
            run_due()
    assert not ContactProof.objects.exists()
    assert not OutgoingMail.objects.exists()
    AnswerCheck.objects.update(due_at=timezone.now())
    run_due()
    assert len(letters(CONTACT)) == 1


def test_an_answer_that_changed_while_the_worker_was_at_it_gets_no_mail(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access, only=["security_contact.verified"])
    taken = running._take()
    assert taken
    actions.save_request(by=BY_DEVELOPER, request=access, answers={"security_contact": "other@st-raphael.example"})
    check_answers(by=BY_DEVELOPER, request=access, only=["security_contact.verified"])
    running.run(taken)
    assert letters() == []
    run_due()
    assert [letter.to for letter in letters()] == ["other@st-raphael.example"]


def test_nobody_is_written_to_for_a_request_that_is_over(cast: Cast) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access)
    actions.withdraw(by=BY_DEVELOPER, request=access)
    run_due()
    assert letters() == []
    assert {check.said for check in access.checks.all()} == {"The request was over before this check ran."}


def test_the_database_keeps_neither_link_nor_code(cast: Cast) -> None:
    look(draft(cast))
    path, code = read(latest(CONTACT))
    kept = str(ContactProof.objects.values()) + str(AnswerCheck.objects.values()) + str(Decision.objects.values())
    assert path.split("/")[2] not in kept
    assert code not in kept
    assert f"'{code.replace(' ', '')}'" not in kept
