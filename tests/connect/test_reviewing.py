"""A provisional patient is merged with somebody known or kept apart, and either can be undone."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.audit.models import Decision
from portal.connect.datasets import empty
from portal.connect.models import Dataset, MatchReview, Patient
from portal.connect.register import file_missing
from portal.connect.resolving import _new_health_id
from portal.connect.reviewing import ReviewError, keep_apart, merge, undo
from tests.cast import BY_TEST
from tests.connect.pushing import BASE, report
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


def test_what_was_pushed_to_an_alias_is_theirs_again_when_the_merge_is_undone(
    api: Client, desk: dict[str, Any], review: MatchReview
) -> None:
    provisional = review.patient.health_id

    def push(health_id: str, source_id: str, version: int = 1) -> str:
        body = report(health_id=health_id, source_id=source_id, source_version=version)
        answer = api.post(f"{BASE}/records/lab-results", body, content_type="application/json", **desk)
        assert answer.status_code == (201 if version == 1 else 200), answer.content
        assert answer.json()["health_id"] == (AWA if merged else health_id)
        return str(answer.json()["id"])

    def shown(health_id: str) -> set[str]:
        found = api.get(f"{READ_URL.format(health_id)}/lab-results", **desk).json()["items"]
        return {row["report_id"] for row in found} & {theirs, during, corrected, hers}

    merged = False
    theirs, corrected = push(provisional, "before"), push(AWA, "corrected")
    merge(by=BY_TEST, review=review, into=AWA, reason="the same card")
    merged = True
    push(provisional, "before", 2)
    push(AWA, "before", 3)  # by the Health ID that the answers name
    push(provisional, "corrected", 2)  # the source says that it was never hers
    during, hers = push(provisional, "during"), push(AWA, "hers")
    assert shown(AWA) == shown(provisional) == {theirs, during, corrected, hers}
    undo(by=BY_TEST, review=review, reason="it was her sister's card")
    assert shown(provisional) == {theirs, during, corrected}
    assert shown(AWA) == {hers}


def test_a_number_linked_by_an_aliass_own_data_is_theirs_again_when_the_merge_is_undone(
    api: Client, desk: dict[str, Any], review: MatchReview
) -> None:
    merge(by=BY_TEST, review=review, into=AWA, reason="the same card")
    again = {**TRIPLET, "local_number": "MRN-4"}
    assert post(api, desk, again).json()["health_id"] == AWA
    undo(by=BY_TEST, review=review, reason="it was her sister's card")
    assert post(api, desk, again).json()["health_id"] == review.patient.health_id


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


def test_aliases_come_back_from_wherever_later_merges_took_them(review: MatchReview) -> None:
    first, last = a_review_like(review), a_review_like(review)
    merge(by=BY_TEST, review=first, into=review.patient.health_id, reason="")
    merge(by=BY_TEST, review=review, into=last.patient.health_id, reason="")
    merge(by=BY_TEST, review=last, into=AWA, reason="")
    assert survivors(first, review, last) == [AWA, AWA, AWA]
    undo(by=BY_TEST, review=review, reason="")
    assert survivors(first, review, last) == [review.patient.health_id, "", AWA]
    undo(by=BY_TEST, review=first, reason="")
    undo(by=BY_TEST, review=last, reason="")
    assert survivors(first, review, last) == ["", "", ""]


def test_an_alias_that_was_merged_anew_since_stays_where_that_put_them(review: MatchReview) -> None:
    first, second, last = (a_review_like(review) for _ in range(3))
    merge(by=BY_TEST, review=first, into=second.patient.health_id, reason="")
    merge(by=BY_TEST, review=second, into=review.patient.health_id, reason="")
    merge(by=BY_TEST, review=review, into=last.patient.health_id, reason="")
    undo(by=BY_TEST, review=second, reason="she is another one's")
    merge(by=BY_TEST, review=second, into=last.patient.health_id, reason="")
    undo(by=BY_TEST, review=review, reason="")
    last_id = last.patient.health_id
    assert survivors(first, second, review, last) == [last_id, last_id, "", ""]


def test_who_decides_about_an_emptied_sandbox_is_told(review: MatchReview) -> None:
    empty(review.dataset_id)
    with pytest.raises(ReviewError, match="emptied"):
        merge(by=BY_TEST, review=review, into=AWA, reason="")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_an_undo_beside_a_merge_of_the_survivor_stays_undone(api: Client) -> None:
    file_missing(Dataset.objects.get(kind="fixtures"))
    answer = post(api, caller(api), {**TRIPLET, "on_ambiguous": "provisional"})
    review = MatchReview.objects.get(public_id=answer.json()["review_id"])
    last = a_review_like(review)
    merge(by=BY_TEST, review=review, into=last.patient.health_id, reason="")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            undo(by=BY_TEST, review=review, reason="")
            beside = pool.submit(merge_and_hang_up, last)
            until_somebody_waits()
        beside.result(60)
    assert survivors(review, last) == ["", AWA]


def merge_and_hang_up(review: MatchReview) -> None:
    """Merge on a connection of the thread's own."""
    try:
        merge(by=BY_TEST, review=review, into=AWA, reason="")
    finally:
        connection.close()


def until_somebody_waits() -> None:
    """Return when another transaction waits for a lock."""
    ends = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waits")


def a_review_like(review: MatchReview) -> MatchReview:
    """Queue another patient in the same dataset."""
    patient = Patient.objects.create(
        dataset=review.dataset, health_id=_new_health_id(), given_name="A", family_name="B", sex="female",
        birth_date="2019-09-18", country="CI",
    )  # fmt: skip
    return MatchReview.objects.create(
        dataset=review.dataset, organisation=review.organisation, kind=review.kind, patient=patient, candidates=[]
    )


def survivors(*reviews: MatchReview) -> list[str]:
    """Return into whom each review's patient is merged, nothing where they stand alone."""
    patients = [Patient.objects.select_related("merged_into").get(pk=review.patient_id) for review in reviews]
    return [patient.merged_into.health_id if patient.merged_into else "" for patient in patients]


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
