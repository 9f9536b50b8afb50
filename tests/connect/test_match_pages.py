"""The desk for matches, and an application's own: who sees whom, what is written down, who wins."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.audit.models import Decision
from portal.connect import reviewing
from portal.connect.datasets import empty
from portal.connect.matches import pages
from portal.connect.matches.comparing import compared
from portal.connect.matches.people import Person, candidates_of, patient_of
from portal.connect.models import Dataset, MatchReview, Patient
from portal.connect.register import file_missing
from portal.connect.reviewing import ReviewError, decide, keep_apart, merge, state_of
from tests.accounts.journeys import read
from tests.callers import bearer
from tests.cast import BY_TEST, Cast, sign_in
from tests.connect.pushing import BASE, encounter, report
from tests.connect.test_patients import READ_URL
from tests.connect.test_resolve import TRIPLET, post

AWA, ADJOUA = "OPC-2024-DEMO4", "OPC-2024-DEMO5"
MERGE = {"answer": AWA, "reason": "the same card was shown", "seen": ""}
APART = {"answer": "kept_apart", "reason": "a third sister came along", "seen": ""}
CONFIRMED = {"confirmed": "yes"}


@pytest.fixture
def caller(cast: Cast, api: Client) -> dict[str, Any]:
    file_missing(Dataset.objects.get(kind="fixtures"))
    return bearer(api, client_id=cast.sandbox_client.client_id, client_secret=cast.secret)


@pytest.fixture
def review(api: Client, caller: dict[str, Any]) -> MatchReview:
    answer = post(api, caller, {**TRIPLET, "on_ambiguous": "provisional"})
    return MatchReview.objects.get(public_id=answer.json()["review_id"])


def at_the_desk(review: MatchReview) -> str:
    return reverse("match-desk-review", args=[review.public_id])


def of_the_app(cast: Cast, review: MatchReview) -> str:
    return reverse("match", args=[cast.application.public_id, review.public_id])


def a_review(cast: Cast, dataset: Dataset, **fields: Any) -> MatchReview:
    """Queue a review of somebody new, who may be nobody."""
    count = Patient.objects.filter(dataset=dataset).count()
    patient = Patient.objects.create(
        dataset=dataset, health_id=f"OPC-2026-X{count:07}", given_name="Wanjiru", family_name="Kamau", sex="female",
        birth_date="1990-01-02", country="KE",
    )  # fmt: skip
    return MatchReview.objects.create(
        dataset=dataset, organisation=cast.organisation, kind="ambiguous", patient=patient, candidates=[], **fields
    )


def test_both_people_stand_beside_each_other_field_by_field(
    cast: Cast, api: Client, caller: dict[str, Any], review: MatchReview
) -> None:
    provisional = review.patient.health_id
    for body in (encounter(health_id=provisional), encounter(health_id=provisional, source_id="V2")):
        assert api.post(f"{BASE}/records/encounters", body, "application/json", **caller).status_code == 201
    body = report(health_id=AWA, facility_code="CI-ABJ-H1")
    assert api.post(f"{BASE}/records/lab-results", body, "application/json", **caller).status_code == 201
    page = re.sub(r"\s+", " ", cast.sam.client.get(at_the_desk(review)).text)
    assert f"<code>{provisional}</code>" in page
    for words in ("Aya", "Awa", "Adjoua", AWA, ADJOUA, "2019-09-18", "+2250700000004", "his: MRN-3"):
        assert words in page
    assert "+13.5 bits" in page  # the birth date agrees
    assert '<span aria-hidden="true">=</span> agrees' in page
    assert '<span aria-hidden="true">≠</span> differs' in page
    assert '<span aria-hidden="true">\u2013</span> missing' in page
    assert "A name is less alike than a link by itself demands." in page
    assert "<span>2 encounters</span>" in page
    assert "lab results</span>" in page
    assert '<span class="tag sandbox">Sandbox</span>' in page
    title = re.search("<title>(.*?)</title>", page)
    assert title
    assert title[1] == "Match review · OpesCare Developers"


def test_what_is_swapped_is_said_to_be(cast: Cast, api: Client, caller: dict[str, Any]) -> None:
    swapped = {**TRIPLET, "given_name": "N'Guessan", "family_name": "Awa", "birth_date": "2019-09-17", "phone": ""}
    answer = post(api, caller, {**swapped, "on_ambiguous": "provisional"}).json()
    review = MatchReview.objects.get(public_id=answer["review_id"])
    mine = patient_of(review)
    rows = {str(row.label): row for row in compared(mine, candidates_of(review)[0].person)[0]}  # type: ignore[arg-type]
    assert (rows["Birth date"].verdict, rows["Birth date"].said) == ("nearly", "one digit is another")
    assert (rows["Given name"].verdict, rows["Given name"].said) == ("agrees", "given and family name are swapped")
    assert rows["Phone"].verdict == "missing"
    assert rows["Identifiers"].said == "no number of the same register"
    assert rows["Blood group"].verdict == "missing"


def test_the_queue_says_of_nobody_who_they_are(cast: Cast, review: MatchReview) -> None:
    page = read(cast.sam.client.get(reverse("match-desk")))
    assert str(review.public_id) in page
    assert "St. Raphael HIS" in page
    for personal in ("Aya", "Guessan", "+22507", "OPC-"):
        assert personal not in page
    assert not Decision.objects.filter(verb="connect.look_at_match").exists()


def test_every_look_is_written_down_without_saying_at_whom(cast: Cast, review: MatchReview) -> None:
    cast.sam.client.get(at_the_desk(review))
    cast.vera.client.get(of_the_app(cast, review))
    looks = Decision.objects.filter(verb="connect.look_at_match").order_by("pk")
    assert [(look.actor_label, look.object_id) for look in looks] == [
        ("Sam of OpesCare", str(review.public_id)),
        ("Vera", str(review.public_id)),
    ]
    cast.sam.client.post(at_the_desk(review), {**MERGE, **CONFIRMED})
    written = str(list(Decision.objects.values()))
    for personal in ("Aya", "Guessan", "+22507", "OPC-20", "2019-09-18"):
        assert personal not in written


def test_a_look_that_cannot_be_written_down_shows_nothing(
    cast: Cast, review: MatchReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("portal.connect.reviewing.record_decision", fail)
    answer = cast.sam.client.get(at_the_desk(review))
    assert answer.status_code == 500
    assert "Aya" not in read(answer)


def test_staff_show_who_they_are_before_they_see_patients(cast: Cast, review: MatchReview) -> None:
    long_ago = sign_in(cast.sam.user, seconds_ago=3600)
    for answer in (long_ago.get(at_the_desk(review)), long_ago.post(at_the_desk(review), {**MERGE, **CONFIRMED})):
        assert answer.status_code == 302
        assert "OPC" not in answer.headers["Location"]
    review.refresh_from_db()
    assert not review.decided_at
    assert not Decision.objects.filter(verb="connect.look_at_match").exists()


def test_a_merge_is_confirmed_first_and_can_be_undone(
    cast: Cast, api: Client, caller: dict[str, Any], review: MatchReview
) -> None:
    provisional, page = review.patient.health_id, at_the_desk(review)
    asked = cast.sam.client.post(page, MERGE)
    assert asked.status_code == 200
    assert f"Merge into {AWA}" in asked.text
    review.refresh_from_db()
    assert review.decided_at is None, "nothing is done before it is confirmed"
    done = cast.sam.client.post(page, {**MERGE, **CONFIRMED})
    assert done.headers["Location"] == reverse("match-desk")
    assert api.get(READ_URL.format(provisional), **caller).json()["health_id"] == AWA
    assert str(review.public_id) not in cast.sam.client.get(reverse("match-desk")).text
    assert "Merged" in cast.sam.client.get(reverse("match-desk"), {"state": "decided"}).text
    review.refresh_from_db()
    assert review.decided_by == "Sam of OpesCare"
    assert f"{provisional} answers as {AWA}" in re.sub(r"\s+", " ", cast.sam.client.get(page).text)
    undo = {"answer": "undo", "reason": "it was her sister", "seen": state_of(review)}
    assert "waits again" in cast.sam.client.post(page, undo).text
    cast.sam.client.post(page, {**undo, **CONFIRMED})
    assert api.get(READ_URL.format(provisional), **caller).json()["health_id"] == provisional


def test_developers_decide_what_their_own_sandbox_holds(
    cast: Cast, api: Client, caller: dict[str, Any], review: MatchReview
) -> None:
    page = of_the_app(cast, review)
    assert str(review.public_id) in cast.bob.client.get(reverse("match-list", args=[cast.application.public_id])).text
    assert "Go on" in cast.bob.client.get(page).text
    assert "Go on" not in cast.vera.client.get(page).text
    assert cast.vera.client.post(page, {**APART, **CONFIRMED}).status_code == 403
    assert cast.charlie.client.get(page).status_code == 404
    cast.bob.client.post(page, {**APART, **CONFIRMED})
    review.refresh_from_db()
    assert (review.decision, review.decided_by) == ("kept_apart", "Bob")


def test_production_is_the_staffs_alone(cast: Cast) -> None:
    review = a_review(cast, Dataset.objects.create(kind=Dataset.PRODUCTION))
    assert cast.alice.client.get(of_the_app(cast, review)).status_code == 404
    assert (
        str(review.public_id)
        not in cast.alice.client.get(reverse("match-list", args=[cast.application.public_id])).text
    )
    page = cast.sam.client.get(at_the_desk(review)).text
    assert '<span class="tag production">Production</span>' in page
    assert "These are real patients." in page


def test_of_two_reviewers_one_wins_and_the_other_is_told(cast: Cast, review: MatchReview) -> None:
    page = at_the_desk(review)
    cast.bob.client.post(of_the_app(cast, review), {**APART, **CONFIRMED})
    late = cast.sam.client.post(page, {**MERGE, **CONFIRMED})
    assert "Bob has kept them apart meanwhile." in late.text
    assert "Undo the decision" in late.text
    review.refresh_from_db()
    assert review.decision == "kept_apart"
    seen_first = state_of(review)
    cast.bob.client.post(
        of_the_app(cast, review), {"answer": "undo", "reason": "mistaken", "seen": seen_first, **CONFIRMED}
    )
    again = cast.sam.client.post(page, {"answer": "undo", "reason": "mistaken", "seen": seen_first, **CONFIRMED})
    assert "Somebody has undone the decision meanwhile." in again.text


def test_who_decides_between_the_look_and_the_lock_wins_too(review: MatchReview) -> None:
    seen = state_of(review)
    keep_apart(by=BY_TEST, review=review, reason="first")
    with pytest.raises(ReviewError, match="test has kept them apart meanwhile"):
        decide(by=BY_TEST, review=review, seen=seen, answer="merged", into=AWA, reason="second")


def test_who_decides_while_the_sandbox_is_emptied_is_told(
    cast: Cast, review: MatchReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide_too_late(**asked: Any) -> None:
        empty(review.dataset_id)
        decide(**asked)

    monkeypatch.setattr(reviewing, "decide", decide_too_late)
    told = cast.sam.client.post(at_the_desk(review), {**APART, **CONFIRMED}, follow=True)
    assert told.status_code == 200
    assert "Its sandbox was emptied meanwhile" in told.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_review_whose_sandbox_is_emptied_while_it_is_opened_is_not_there(
    cast: Cast, review: MatchReview, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def look_too_late(found: MatchReview) -> Person:
        empty(found.dataset_id)
        return patient_of(found)

    monkeypatch.setattr(pages, "patient_of", look_too_late)
    browser = cast.bob.client
    assert getattr(browser, method)(of_the_app(cast, review), {**APART, **CONFIRMED}).status_code == 404
    assert not Decision.objects.filter(object_type="match_review").exists()


def test_a_reason_tells_nobody_who_it_is(cast: Cast, review: MatchReview) -> None:
    for reason in ("this is Aya again", "her phone is 0700 00 00 04", "merged with OPC-2024-DEMO4", "N'GUESSAN"):
        answer = cast.sam.client.post(at_the_desk(review), {**APART, "reason": reason, **CONFIRMED})
        assert "This says who the person is" in answer.text, reason
    review.refresh_from_db()
    assert review.decided_at is None


def test_a_decision_names_only_those_who_stand_there(cast: Cast, review: MatchReview) -> None:
    answer = cast.sam.client.post(at_the_desk(review), {**MERGE, "answer": "OPC-2024-DEMO1", **CONFIRMED})
    assert "Select a valid choice" in answer.text


def test_a_shared_fixture_is_never_merged(cast: Cast, api: Client, caller: dict[str, Any]) -> None:
    """A reused number may lead to a fixture: merging that would change it in everybody's sandbox."""
    amina = {"source": "demo-his", "local_number": "REUSED-1", "given_name": "Amina", "family_name": "Okafor",
             "sex": "female", "birth_date": "1990-04-12", "phone": "+2348030000001"}  # fmt: skip
    answer = post(api, caller, {**amina, "on_ambiguous": "provisional"}).json()
    assert (answer["outcome"], answer["health_id"]) == ("matched", "OPC-2024-DEMO1")
    review = MatchReview.objects.get(public_id=answer["review_id"])
    with pytest.raises(ReviewError, match="never merged"):
        merge(by=BY_TEST, review=review, into="OPC-2024-DEMO15", reason="")
    page = cast.bob.client.get(of_the_app(cast, review)).text
    assert "it is never merged" in page
    assert "Merge: " not in page
    assert "Had the local number before." in page


def test_the_queue_is_filtered_and_turned(cast: Cast, review: MatchReview) -> None:
    production = Dataset.objects.create(kind=Dataset.PRODUCTION)
    for _number in range(26):
        a_review(cast, production)

    def listed(**asked: str) -> int:
        return cast.sam.client.get(reverse("match-desk"), asked).text.count("<code>")

    assert (listed(), listed(page="2")) == (25, 2)
    assert listed(environment="sandbox") == 1
    assert listed(environment="production", page="2") == 1
    assert listed(app="raphael his") == 1
    assert listed(app="nobody") == 0
    assert "No match fits." in cast.sam.client.get(reverse("match-desk"), {"state": "decided"}).text


def test_where_nothing_waits_it_says_how_to_meet_one(cast: Cast) -> None:
    assert "Nothing waits." in cast.sam.client.get(reverse("match-desk")).text
    page = cast.bob.client.get(reverse("match-list", args=[cast.application.public_id])).text
    assert "on_ambiguous: provisional" in page
