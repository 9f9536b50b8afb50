"""A provisional patient is merged with somebody known or kept apart, and either can be undone."""

import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from portal.audit.models import Decision
from portal.connect.models import Dataset, MatchReview, Patient
from portal.connect.register import file_missing
from portal.connect.reviewing import ReviewError, keep_apart, merge, undo
from tests.cast import BY_TEST
from tests.connect.test_patients import READ_URL
from tests.connect.test_resolve import NEW, TRIPLET, caller, post

AWA = "OPC-2024-DEMO4"


@pytest.fixture
def desk(api: Client) -> dict[str, Any]:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return caller(api)


@pytest.fixture
def review(api: Client, desk: dict[str, Any]) -> MatchReview:
    answer = post(api, desk, {**TRIPLET, "on_ambiguous": "provisional"})
    return MatchReview.objects.get(public_id=answer.json()["review_id"])


def test_a_merged_patient_answers_with_the_surviving_one_until_it_is_undone(
    api: Client, desk: dict[str, Any], review: MatchReview
) -> None:
    provisional = review.patient.health_id
    merge(by=BY_TEST, review=review, into=AWA, reason="the same card")
    assert api.get(READ_URL.format(provisional), **desk).json()["health_id"] == AWA
    assert post(api, desk, TRIPLET).json()["health_id"] == AWA
    undo(by=BY_TEST, review=review, reason="it was her sister's card")
    assert api.get(READ_URL.format(provisional), **desk).json()["health_id"] == provisional
    assert post(api, desk, TRIPLET).json()["health_id"] == provisional
    review.refresh_from_db()
    assert (review.decision, review.decided_at, review.survivor) == ("", None, None)
    verbs = Decision.objects.filter(object_type="match_review").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["connect.merge_patients", "connect.undo_match_review"]
    assert provisional not in str(list(Decision.objects.values()))


def test_kept_apart_stays_apart(api: Client, desk: dict[str, Any], review: MatchReview) -> None:
    keep_apart(by=BY_TEST, review=review, reason="a third sister")
    assert post(api, desk, TRIPLET).json()["health_id"] == review.patient.health_id
    with pytest.raises(ReviewError, match="Undo that first"):
        merge(by=BY_TEST, review=review, into=AWA, reason="")
    undo(by=BY_TEST, review=review, reason="")
    merge(by=BY_TEST, review=review, into=AWA, reason="")
    review.refresh_from_db()
    assert (review.decision, review.decided_by) == ("merged", "test")


def test_aliases_move_along_and_come_back(api: Client, desk: dict[str, Any], review: MatchReview) -> None:
    alias = Patient.objects.get(health_id=post(api, desk, NEW).json()["health_id"])
    alias.merged_into = review.patient
    alias.save()
    merge(by=BY_TEST, review=review, into=AWA, reason="")
    assert api.get(READ_URL.format(alias.health_id), **desk).json()["health_id"] == AWA
    undo(by=BY_TEST, review=review, reason="")
    assert api.get(READ_URL.format(alias.health_id), **desk).json()["health_id"] == review.patient.health_id


def test_merging_into_an_alias_merges_into_its_survivor(review: MatchReview) -> None:
    merge(by=BY_TEST, review=review, into="OPC-2024-DEMO12", reason="")
    assert Patient.objects.get(pk=review.patient_id).merged_into.health_id == "OPC-2024-DEMO11"  # type: ignore[union-attr]


def test_nobody_is_merged_into_themselves_or_into_nobody_or_out_of_sight(review: MatchReview) -> None:
    production = Dataset.objects.create(kind=Dataset.PRODUCTION)
    Patient.objects.create(
        dataset=production, health_id="OPC-2024-DEMO90", given_name="A", family_name="B", sex="female",
        birth_date="2019-09-18", country="CI",
    )  # fmt: skip
    for health_id in (review.patient.health_id, "OPC-2024-DEMO99", "OPC-2024-DEMO90"):
        with pytest.raises(ReviewError):
            merge(by=BY_TEST, review=review, into=health_id, reason="")
    with pytest.raises(ReviewError, match="Nothing has been decided"):
        undo(by=BY_TEST, review=review, reason="")
    assert not Decision.objects.filter(object_type="match_review").exists()


def test_decided_means_decided_by_someone(review: MatchReview) -> None:
    for fields in ({"decision": "merged"}, {"decision": "kept_apart"}, {"decided_by": "Sam"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MatchReview.objects.filter(pk=review.pk).update(**fields)


def test_an_operator_lists_what_waits_and_decides_it(review: MatchReview) -> None:
    listed = run("list")
    assert str(review.public_id) in listed
    assert AWA in listed
    assert "Aya" not in listed
    with pytest.raises(CommandError, match="nobody of this Health ID"):
        run("merge", str(review.public_id), "--into", "OPC-2024-DEMO99", "--reason", "x")
    run("merge", str(review.public_id), "--into", AWA, "--reason", "the same card")
    assert run("list") == ""
    run("undo", str(review.public_id), "--reason", "a mistake")
    run("keep-apart", str(review.public_id), "--reason", "a third sister")
    review.refresh_from_db()
    assert (review.decision, review.decided_by) == ("kept_apart", "manage.py matches")
    with pytest.raises(CommandError, match="no such review"):
        run("undo", str(uuid.uuid4()), "--reason", "x")


def run(*arguments: str) -> str:
    """Run `manage.py matches` and return what it printed."""
    printed = StringIO()
    call_command("matches", *arguments, stdout=printed)
    return printed.getvalue()
