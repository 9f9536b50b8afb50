"""Developers fill in a draft: what can be kept is kept, what cannot is shown again with what is wrong."""

from typing import Any

import pytest
from django.urls import reverse

from portal.approvals import actions
from portal.approvals.models import AccessRequest
from portal.audit.models import Decision
from tests.approvals.requests import ANSWERS, BY_DEVELOPER, draft
from tests.cast import Cast, Person


@pytest.fixture
def access(cast: Cast) -> AccessRequest:
    return actions.start_request(by=BY_DEVELOPER, application=cast.application, user=cast.bob.user)


class Page:
    """A page of a draft as somebody has it open."""

    def __init__(self, access: AccessRequest, person: Person, section: str = "") -> None:
        ids = [access.application.public_id, access.public_id]
        self.address = (
            reverse("access-section", args=[*ids, section]) if section else reverse("access-scopes", args=ids)
        )
        self.person = person
        self.seen = person.client.get(self.address).context["seen"]

    def send(self, **fields: Any) -> Any:
        return self.person.client.post(self.address, {"seen": self.seen, **fields})


def answers(**fields: str) -> dict[str, str]:
    return {f"answer-{key}": value for key, value in fields.items()}


def test_an_incomplete_page_is_kept_and_says_what_is_missing(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob, "care")
    response = page.send(**answers(facilities="NG-LOS-H1 Marina General\n\nNG-LOS-C9"))
    assert response.headers["Location"] == page.address
    shown = cast.bob.client.get(page.address).content.decode()
    assert "Still missing here: What lets you act for them, Calls you expect on a busy day." in shown
    assert "NG-LOS-H1 Marina General\nNG-LOS-C9" in shown
    access.refresh_from_db()
    assert access.answers["facilities"] == [
        {"code": "NG-LOS-H1", "name": "Marina General"},
        {"code": "NG-LOS-C9", "name": ""},
    ]


def test_saving_and_going_on_leads_through_all_pages_to_the_check(cast: Cast, access: AccessRequest) -> None:
    ids = [access.application.public_id, access.public_id]
    page = Page(access, cast.bob)
    place = page.send(scope=["encounter:push"], **{"reason-encounter:push": "Visits.", "then": "on"}).headers[
        "Location"
    ]
    for section in ("care", "data", "security"):
        assert place == reverse("access-section", args=[*ids, section])
        place = Page(access, cast.bob, section).send(then="on").headers["Location"]
    assert place == reverse("access-request", args=ids), "the last section is not asked of this integration"


@pytest.mark.parametrize(
    ("section", "field", "typed", "complaint"),
    [
        ("data", "privacy_policy", "https://", "Enter a valid URL."),
        ("data", "privacy_policy", "http://st-raphael.example/privacy", "begins with https://"),
        ("data", "privacy_policy", "javascript:alert(1)", "Enter a valid URL."),
        ("security", "security_contact", "security at st-raphael", "Enter a valid email address."),
        ("care", "facilities", "(Marina) General", "Each line begins with the code of a facility"),
        ("care", "facilities", "NG-LOS-H1 Marina\nNG-LOS-H1 Marina again", "NG-LOS-H1 stands here twice"),
        ("care", "volume", "a lot", "Select a valid choice"),
        ("data", "storage", "x" * 301, "at most 300 characters"),
        ("data", "data_held", "x" * 100_000, "at most 10000 characters"),
        ("data", "data_held", "a\0b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_kept_is_shown_again_with_what_is_wrong(
    cast: Cast, access: AccessRequest, section: str, field: str, typed: str, complaint: str
) -> None:
    response = Page(access, cast.bob, section).send(**answers(**{field: typed}))
    page = response.content.decode()
    assert response.status_code == 200
    assert complaint in page
    if field != "volume":  # a choice that is not offered cannot be shown
        assert typed.replace("\0", "") in page.replace("\0", "")
    access.refresh_from_db()
    assert not access.answers.get(field)


def test_the_rest_of_a_page_with_a_fault_is_saved(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob, "data")
    response = page.send(**answers(privacy_policy="https://", storage="Our own room, Lagos"))
    assert "Everything else on this page is saved." in response.content.decode()
    access.refresh_from_db()
    assert access.answers["storage"] == "Our own room, Lagos"
    page.seen = response.context["seen"]
    assert page.send(**answers(privacy_policy="st-raphael.example/privacy", storage="Lagos")).status_code == 302
    access.refresh_from_db()
    assert (access.answers["privacy_policy"], access.answers["storage"]) == (
        "https://st-raphael.example/privacy",
        "Lagos",
    )


def test_what_somebody_typed_is_never_run(cast: Cast, access: AccessRequest) -> None:
    script = "<script>alert(1)</script>"
    Page(access, cast.bob, "data").send(**answers(data_held=script, storage=f'"{script}'))
    Page(access, cast.bob).send(scope=["lab:push"], **{"reason-lab:push": script})
    ids = [access.application.public_id, access.public_id]
    for address in (reverse("access-request", args=ids), Page(access, cast.bob, "data").address):
        page = cast.bob.client.get(address).content.decode()
        assert script not in page
        assert "&lt;script&gt;alert(1)" in page


def test_who_saves_a_page_that_has_changed_meanwhile_is_told(cast: Cast, access: AccessRequest) -> None:
    alices, bobs = Page(access, cast.alice, "data"), Page(access, cast.bob, "data")
    alices.send(**answers(storage="Nairobi", data_held="Nothing."))
    response = bobs.send(**answers(storage="Lagos", data_held="Nothing."))
    page = response.content.decode()
    assert "Alice saved this page" in page
    assert 'value="Lagos"' in page
    assert page.count("Saved now:") == 1, "beside what differs alone"
    access.refresh_from_db()
    assert access.answers["storage"] == "Nairobi"
    bobs.seen = response.context["seen"]
    assert bobs.send(**answers(storage="Lagos", data_held="Nothing.")).status_code == 302
    access.refresh_from_db()
    assert access.answers["storage"] == "Lagos"


def test_two_people_fill_in_different_pages_at_once(cast: Cast, access: AccessRequest) -> None:
    alices, bobs = Page(access, cast.alice, "data"), Page(access, cast.bob, "security")
    alices.send(**answers(storage="Nairobi"))
    assert bobs.send(**answers(breach="Alice decides.")).status_code == 302
    access.refresh_from_db()
    assert (access.answers["storage"], access.answers["breach"]) == ("Nairobi", "Alice decides.")


def test_a_form_without_its_mark_overwrites_nothing(cast: Cast) -> None:
    access = draft(cast)
    page = Page(access, cast.bob, "data")
    page.seen = ""
    assert page.send(**answers(storage="Lagos")).status_code == 200
    access.refresh_from_db()
    assert access.answers["storage"] == ANSWERS["storage"]


def test_scopes_are_asked_for_with_a_reason_each(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob)
    reasons = {"reason-lab:push": "Results, as they are signed.", "reason-facility:sync": ""}
    page.send(scope=["lab:push", "facility:sync"], **reasons)
    assert dict(access.scopes.values_list("scope", "reason")) == {
        "lab:push": "Results, as they are signed.",
        "facility:sync": "",
    }
    assert "Still missing here: Why facility:sync is needed." in cast.bob.client.get(page.address).content.decode()


def test_a_scope_that_is_not_ticked_any_more_is_not_asked_for(cast: Cast) -> None:
    access = draft(cast)
    reasons = {"reason-encounter:push": "Visits, as they end.", "reason-facility:sync": "Our wards, once an hour."}
    assert Page(access, cast.bob).send(scope=["encounter:push"], **reasons).status_code == 302
    assert [each.scope for each in access.scopes.all()] == ["encounter:push"]


def test_a_new_reason_is_not_lost_for_want_of_a_tick(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob).send(**{"reason-lab:push": "Results."}).content.decode()
    assert "Tick this scope to ask for it" in page
    assert "Results." in page


@pytest.mark.parametrize("scope", ["patient:write", "pharmacy:stock:read"])
def test_only_scopes_of_production_can_be_asked_for(cast: Cast, access: AccessRequest, scope: str) -> None:
    response = Page(access, cast.bob).send(scope=[scope, "lab:push"])
    assert "Select a valid choice" in response.content.decode()
    assert not access.scopes.exists()


def test_scopes_that_changed_meanwhile_are_shown_beside_what_was_typed(cast: Cast, access: AccessRequest) -> None:
    alices, bobs = Page(access, cast.alice), Page(access, cast.bob)
    alices.send(scope=["lab:push"], **{"reason-lab:push": "Alice's reason"})
    page = bobs.send(scope=["lab:push"], **{"reason-lab:push": "Bob's reason"}).content.decode()
    assert "Alice saved this page" in page
    assert page.index("Bob&#x27;s reason") < page.index("Alice&#x27;s reason")
    assert access.scopes.get().reason == "Alice's reason"


def test_the_trail_says_which_answers_changed_and_not_what_they_say(cast: Cast, access: AccessRequest) -> None:
    Page(access, cast.bob, "security").send(**answers(breach="The duty officer decides."))
    row = Decision.objects.get(verb="approvals.save_request")
    assert "breach" in row.after["changed"]
    assert "duty" not in str(row.after)


def test_a_page_that_is_not_asked_of_the_app_does_not_exist(cast: Cast, access: AccessRequest) -> None:
    ids = [access.application.public_id, access.public_id]
    for section in ("addresses", "nonsense"):
        assert cast.bob.client.get(reverse("access-section", args=[*ids, section])).status_code == 404
