"""Reviewers learn of a broken glass by mail, look at it, and note what they found."""

import html
import re
from typing import Any

import pytest

from portal.accounts.actions import add_member
from portal.accounts.models import Role, User
from portal.audit.models import ApiCall, Decision
from portal.connect.models import BreakGlassOpening
from tests import mailbox
from tests.cast import BY_TEST, Cast
from tests.connect.pushing import Pusher
from tests.connect.test_care import READS, REASON, Ward

DESK = "/review/break-glass/"
LINK = re.compile(r"http://\S+(/review/break-glass/[\w-]{36}/)")


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\xa0", " ").split())


@pytest.fixture
def ward(cast: Cast) -> Ward:
    return Ward(cast.nobody)


def broken(ward: Ward) -> BreakGlassOpening:
    assert READS["patient"](ward.stranger, ward.health_id, Break_Glass=REASON).status_code == 200
    return BreakGlassOpening.objects.order_by("-pk")[0]


def test_the_staff_get_one_mail_that_says_neither_who_nor_why(cast: Cast, ward: Ward) -> None:
    opening = broken(ward)
    READS["diagnostics"](ward.stranger, ward.health_id, Break_Glass=REASON)
    [letter] = mailbox.letters()
    assert letter.to == "sam@example.org"
    assert letter.subject == "Emergency access: Stranger broke the glass"
    for form in (letter.text, letter.html):
        assert f"{DESK}{opening.public_id}/" in form
        for secret in (ward.health_id, "unconscious", "Amina", "Okafor"):
            assert secret not in form


def test_whoever_left_the_staff_gets_no_mail_and_each_reads_it_in_their_language(cast: Cast, ward: Ward) -> None:
    User.objects.create(email="old@example.org", name="Old", is_staff=True, is_active=False)
    User.objects.create(email="anne@example.org", name="Anne", is_staff=True, language="fr")
    broken(ward)
    assert {letter.to for letter in mailbox.letters()} == {"sam@example.org", "anne@example.org"}
    [to_anne] = mailbox.letters("anne@example.org")
    assert "/fr/review/break-glass/" in to_anne.text


def test_the_sandbox_alerts_nobody(sandbox: None, cast: Cast) -> None:
    answer = READS["patient"](Pusher(cast.nobody), "OPC-2024-DEMO22", Break_Glass=REASON)
    assert answer.status_code == 200
    assert mailbox.letters() == []
    assert "Nobody has broken the glass" in text_of(cast.sam.client.get(DESK))


def test_a_reviewer_finds_it_reads_it_and_marks_it(cast: Cast, ward: Ward) -> None:
    first, _later = broken(ward), ward.wait(minutes=16)
    READS["diagnostics"](ward.stranger, ward.health_id, Break_Glass="still unconscious")
    desk = text_of(cast.sam.client.get(DESK))
    assert desk.index("unconscious, no papers") < desk.index("still unconscious"), "the oldest waits on top"
    assert desk.count("Nobody has looked") == 2

    page = f"{DESK}{first.public_id}/"
    shown = text_of(cast.sam.client.get(page))
    for said in ("Stranger", "unconscious, no papers", ward.health_id, first.request_id, first.client_id):
        assert said in shown
    assert "Amina" not in shown

    assert cast.sam.client.post(page, {"note": "short"}).status_code == 200
    assert not BreakGlassOpening.objects.get(pk=first.pk).looked_at
    note = "Called the ward: the patient came in by ambulance."
    assert "Noted." in text_of(cast.sam.client.post(page, {"note": note}, follow=True))
    shown = text_of(cast.sam.client.get(page))
    assert note in shown
    assert "Sam of OpesCare" in shown
    assert "Mark as looked at" not in shown
    decision = Decision.objects.order_by("-pk")[0]
    assert (decision.verb, decision.actor_label, decision.object_id) == (
        "connect.look_at_opening", "Sam of OpesCare", str(first.public_id),
    )  # fmt: skip
    assert note not in str([vars(row) for row in Decision.objects.all()])
    desk = text_of(cast.sam.client.get(DESK))
    assert desk.index("still unconscious") < desk.index("unconscious, no papers"), "what waits comes first"

    late = cast.sam.client.post(page, {"note": "I have another opinion."}, follow=True)
    assert "Somebody else has looked" in text_of(late)
    assert BreakGlassOpening.objects.get(pk=first.pk).note == note


def test_the_page_lists_what_was_read_under_the_broken_glass(cast: Cast, ward: Ward) -> None:
    opening = broken(ward)
    READS["lab results"](ward.stranger, ward.health_id)
    READS["lab results"](ward.hospital, ward.health_id)
    shown = text_of(cast.sam.client.get(f"{DESK}{opening.public_id}/"))
    assert (shown.count("getPatient"), shown.count("listLabResults")) == (1, 1)
    assert ApiCall.objects.filter(break_glass=True).count() == 2


def test_nobody_reviews_their_own_organisation(cast: Cast, ward: Ward) -> None:
    opening = broken(ward)
    organisation = ward.stranger.client.application.organisation
    add_member(by=BY_TEST, organisation=organisation, user=cast.sam.user, role=Role.VIEWER)
    page = f"{DESK}{opening.public_id}/"
    assert "somebody else must look" in text_of(cast.sam.client.get(page))
    cast.sam.client.post(page, {"note": "It was quite all right."})
    assert not BreakGlassOpening.objects.get(pk=opening.pk).looked_at


def test_many_openings_come_in_pages(cast: Cast, ward: Ward) -> None:
    opening = broken(ward)
    for number in range(30):
        BreakGlassOpening.objects.create(
            dataset=opening.dataset, patient=opening.patient, application=opening.application, client_id="x",
            reason=f"number {number:02} of thirty",
        )  # fmt: skip
    pages = [text_of(cast.sam.client.get(DESK, {"page": page})) for page in (1, 2)]
    assert [page.count("Nobody has looked") for page in pages] == [25, 6]
    assert ("Next" in pages[0], "Previous" in pages[1]) == (True, True)


def test_the_organisation_reads_in_its_audit_log_that_it_was_looked_at(cast: Cast, ward: Ward) -> None:
    opening = broken(ward)
    cast.sam.client.post(f"{DESK}{opening.public_id}/", {"note": "Called the ward, all is well."})
    organisation = ward.stranger.client.application.organisation
    add_member(by=BY_TEST, organisation=organisation, user=cast.alice.user, role=Role.OWNER)
    shown = text_of(cast.alice.client.get(f"/organisations/{organisation.public_id}/audit/"))
    assert "Sam of OpesCare looked at an emergency access of Stranger" in shown
    assert ward.health_id not in shown
