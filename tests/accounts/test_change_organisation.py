"""What an organisation says of itself, and its end."""

from typing import Any

from django.urls import reverse

from portal.accounts.models import Membership, Organisation
from portal.applications import actions as applications
from portal.audit.models import Decision
from tests import mailbox
from tests.cast import BY_TEST, Cast, Person

FIELDS = {"name": "St. Raphael Health", "country": "KE", "kind": "hospital", "security_contact": "security@example.org"}


def change(cast: Cast, by: Person | None = None, **fields: str) -> Any:
    address = reverse("organisation-settings", args=[cast.organisation.public_id])
    return (by or cast.alice).client.post(address, {**FIELDS, **fields})


def decisions(verb: str) -> list[Decision]:
    return list(Decision.objects.filter(verb=f"accounts.{verb}").order_by("id"))


def test_an_owner_changes_the_settings_and_the_audit_says_what_was_and_is(cast: Cast) -> None:
    assert change(cast, name="St. Raphael", kind="laboratory").status_code == 302
    cast.organisation.refresh_from_db()
    assert (cast.organisation.name, cast.organisation.kind) == ("St. Raphael", "laboratory")
    [row] = decisions("change_organisation")
    assert row.before == {"name": "St. Raphael Health", "kind": "hospital"}
    assert row.after == {"name": "St. Raphael", "kind": "laboratory"}
    assert (row.actor_label, row.address) == ("Alice", "127.0.0.1")


def test_saving_without_a_change_writes_nothing_down(cast: Cast) -> None:
    assert change(cast).status_code == 302
    assert decisions("change_organisation") == []
    assert mailbox.letters() == []


def test_both_addresses_hear_of_a_new_security_contact(cast: Cast) -> None:
    change(cast, security_contact="cert@example.org")
    old, new = mailbox.latest("security@example.org"), mailbox.latest("cert@example.org")
    assert "You get no such mails any more" in old.text
    assert "You get such mails from now on" in new.text
    for letter in (old, new):
        assert "Alice has changed" in letter.text
        assert "It was security@example.org." in letter.html
        assert "It is now cert@example.org." in letter.html


def test_only_owners_see_and_change_the_settings(cast: Cast) -> None:
    address = reverse("organisation-settings", args=[cast.organisation.public_id])
    for person in (cast.bob, cast.vera):
        assert person.client.get(address).status_code == 403
        assert change(cast, person, name="Mine").status_code == 403
    assert change(cast, cast.charlie, name="Mine").status_code == 404
    assert not Organisation.objects.filter(name="Mine").exists()


def close(cast: Cast, name: str = "St. Raphael Health") -> Any:
    address = reverse("organisation-close", args=[cast.organisation.public_id])
    return cast.alice.client.post(address, {"name": name}, follow=True)


def test_it_is_not_closed_while_an_app_is_open(cast: Cast) -> None:
    assert "Its app St. Raphael HIS is open" in close(cast).text
    assert Membership.objects.filter(organisation=cast.organisation).count() == 3


def test_it_is_not_closed_without_its_name(cast: Cast) -> None:
    applications.close_application(by=BY_TEST, application=cast.application)
    assert "This is not the name" in close(cast, "St. Raphael").text
    assert Membership.objects.filter(organisation=cast.organisation).count() == 3


def test_closing_ends_every_membership_and_tells_everybody(cast: Cast) -> None:
    applications.close_application(by=BY_TEST, application=cast.application)
    assert "St. Raphael Health is closed." in close(cast).text
    assert not Membership.objects.filter(organisation=cast.organisation).exists()
    for person in (cast.alice, cast.bob, cast.vera):
        address = reverse("organisation", args=[cast.organisation.public_id])
        assert person.client.get(address).status_code == 404
        assert "Alice has closed" in mailbox.latest(person.user.email).text
    [row] = decisions("close_organisation")
    assert row.before == {"members": {"Alice": "owner", "Bob": "developer", "Vera": "viewer"}}


def test_a_new_organisation_says_what_it_is(cast: Cast) -> None:
    page = cast.alice.client.get(reverse("organisation-new")).text
    assert '<option value="" selected>---------</option>' in page.partition('name="kind"')[2].partition("</select>")[0]
    answer = cast.alice.client.post(reverse("organisation-new"), {**FIELDS, "name": "Second", "kind": ""})
    assert "This field is required." in answer.text
    assert not Organisation.objects.filter(name="Second").exists()
