"""What no browser sends by itself is refused or ignored, and is no error of ours. PostgreSQL takes no NUL."""

import pytest

from portal.approvals.models import Message
from tests.approvals.desk import address
from tests.approvals.requests import claimed, draft, reviewer, submitted
from tests.cast import Cast

HUGE = "9" * 20


def test_a_nul_in_a_message_of_a_reviewer_is_left_out(cast: Cast) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    said = {"say": "", "text": "What\0?"}
    assert rita.client.post(address(request, "write"), said).status_code == 302
    assert Message.objects.get().text == "What?"
    said["about"] = "question:man\0date"
    assert "not part of the request" in rita.client.post(address(request, "write"), said).text


@pytest.mark.parametrize("query", ["q=%00", "organisation=%00", "scope=%00", "state=%00", "page=-1", "q=%25_"])
def test_the_queue_is_searched_for_anything(cast: Cast, query: str) -> None:
    submitted(cast)
    assert reviewer().client.get(f"/review/requests/?{query}").status_code == 200


def test_addresses_of_what_cannot_be_lead_nowhere(cast: Cast) -> None:
    rita, request = reviewer(), submitted(cast)
    production = f"/applications/{cast.application.public_id}/production"
    for page in (
        "\0/",
        f"{request.public_id}/attachments/\0/",
        *(f"{request.public_id}/versions/{number}/" for number in ("0", HUGE)),
    ):
        assert cast.bob.client.get(f"{production}/requests/{page}").status_code == 404
    for page in ("scenarios/no-match-creates/\0/", "scenarios/no-match-creates/\0/progress/"):
        assert cast.bob.client.get(f"{production}/{page}").status_code == 404
    for page in ("requests/\0/", "requests/\0/calls/", f"reviewers/{HUGE}/remove/"):
        assert rita.client.get(f"/review/{page}").status_code == 404
    assert cast.bob.client.get("/applications/\0/").status_code == 404


def test_a_form_of_a_draft_names_files_and_questions_that_cannot_be(cast: Cast) -> None:
    request = draft(cast)
    page = f"/applications/{cast.application.public_id}/production/requests/{request.public_id}/"
    sent = {"remove": "\0", "restore": "\0", "seen": "\0"}
    assert cast.bob.client.post(f"{page}answers/care/", sent).status_code == 200
    answer = cast.bob.client.post(f"{page}messages/", {"question": HUGE, "text": "Yes."})
    assert "There is no such question." in answer.text
