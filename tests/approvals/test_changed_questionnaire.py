"""Stored answers of a questionnaire that an operator has changed since: read as they are, and asked again."""

from pathlib import Path

import pytest
from pytest_django import Settings

from portal.approvals import actions
from portal.approvals.moving import NotAllowedError
from tests.approvals.desk import shown
from tests.approvals.requests import BY_DEVELOPER, claimed, draft, reviewer
from tests.approvals.test_questionnaire import use
from tests.cast import Cast

FILE = Path("portal/approvals/questionnaire.toml")


def test_answers_of_another_kind_are_read_as_they_were_given(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    text = FILE.read_text(encoding="utf-8")
    text = text.replace(
        'kind = "facilities"', 'kind = "choice"\nchoices = [{ value = "x", label = { en = "X", fr = "X" } }]'
    )
    text = text.replace('key = "mandate"\nkind = "paragraph"', 'key = "mandate"\nkind = "facilities"')
    use(settings, tmp_path, text)
    page = shown(rita, request)
    assert "NG-LOS-H1 Marina General" in page
    assert "We run both." in page
    for suffix in ("", f"requests/{request.public_id}/"):
        assert cast.bob.client.get(f"/applications/{cast.application.public_id}/production/{suffix}").status_code == 200


def test_a_draft_is_answered_again_where_a_question_is_of_another_kind(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    request = draft(cast)
    text = FILE.read_text(encoding="utf-8")
    use(settings, tmp_path, text.replace('key = "mandate"\nkind = "paragraph"', 'key = "mandate"\nkind = "yes"'))
    page = f"/applications/{cast.application.public_id}/production/requests/{request.public_id}/"
    assert cast.bob.client.get(f"{page}answers/care/").status_code == 200
    with pytest.raises(NotAllowedError, match="Some answers are missing"):
        actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)


def test_a_choice_that_is_gone_must_be_chosen_anew(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    request = draft(cast)
    use(settings, tmp_path, FILE.read_text(encoding="utf-8").replace('value = "under_1k"', 'value = "under_2k"'))
    questions, scopes = actions.missing(request)
    assert ([each.key for each in questions], scopes) == (["volume"], [])
    with pytest.raises(NotAllowedError, match="Some answers are missing"):
        actions.submit(by=BY_DEVELOPER, request=request, user=cast.bob.user)
