"""Members: who is one, changing what they may, removing them, leaving, giving ownership away."""

from typing import Any

from django.urls import reverse

from portal.accounts.models import Membership, Role
from portal.audit.models import Decision
from tests import mailbox
from tests.accounts.test_second_step import add_app
from tests.cast import Cast, Person


def membership(cast: Cast, person: Person) -> Membership:
    return Membership.objects.get(organisation=cast.organisation, user=person.user)


def members_page(cast: Cast, by: Person) -> Any:
    return by.client.get(reverse("organisation", args=[cast.organisation.public_id]))


def change_role(cast: Cast, member: Person, role: str, by: Person | None = None) -> Any:
    address = reverse("member-role", args=[cast.organisation.public_id, membership(cast, member).pk])
    return (by or cast.alice).client.post(address, {"role": role}, follow=True)


def remove(cast: Cast, member: Person, name: str, by: Person | None = None) -> Any:
    address = reverse("member-remove", args=[cast.organisation.public_id, membership(cast, member).pk])
    return (by or cast.alice).client.post(address, {"name": name}, follow=True)


def leave(cast: Cast, person: Person, name: str = "St. Raphael Health") -> Any:
    address = reverse("organisation-leave", args=[cast.organisation.public_id])
    return person.client.post(address, {"name": name}, follow=True)


def newest(verb: str) -> Decision:
    found: list[Decision] = list(Decision.objects.filter(verb=f"accounts.{verb}").order_by("id"))
    return found[-1]


def test_members_see_each_other_and_who_has_a_second_step(cast: Cast) -> None:
    add_app(cast.bob)
    page = members_page(cast, cast.vera).text
    for text in ("Alice", "alice@example.org", "Owner", "Developer", "Viewer"):
        assert text in page
    assert page.count('<span class="tag off">off</span>') == 2


def test_the_list_has_a_second_page(cast: Cast, monkeypatch: Any) -> None:
    from portal.accounts import member_views

    monkeypatch.setattr(member_views, "PAGE", 2)
    assert "vera@example.org" not in members_page(cast, cast.alice).text
    address = reverse("organisation", args=[cast.organisation.public_id])
    assert "vera@example.org" in cast.alice.client.get(address, {"page": 2}).text


def test_a_member_who_may_not_reads_why_and_whom_to_ask(cast: Cast) -> None:
    page = cast.vera.client.get(reverse("organisation-settings", args=[cast.organisation.public_id]))
    assert page.status_code == 403
    assert "You are a viewer of St. Raphael Health, and that does not allow this. Ask one of its owners." in page.text


def test_only_owners_are_offered_changes(cast: Cast) -> None:
    assert "Change role" in members_page(cast, cast.alice).text
    for person in (cast.bob, cast.vera):
        assert "Change role" not in members_page(cast, person).text


def test_a_new_role_works_at_once_and_its_holder_is_told(cast: Cast) -> None:
    assert "Vera is now: Developer." in change_role(cast, cast.vera, "developer").text
    assert cast.vera.client.get(reverse("application-new", args=[cast.organisation.public_id])).status_code == 200
    assert "You are now: Developer." in mailbox.latest("vera@example.org").text
    row = newest("change_role")
    assert (row.before["role"], row.after["role"], row.before["member"]) == ("viewer", "developer", "Vera")


def test_the_last_owner_is_neither_demoted_nor_removed_nor_leaves(cast: Cast) -> None:
    assert "only owner" in change_role(cast, cast.alice, "viewer").text
    assert "only owner" in leave(cast, cast.alice).text
    change_role(cast, cast.bob, "owner")
    cast.alice.user.is_active = False
    cast.alice.user.save()
    assert "only owner" in change_role(cast, cast.bob, "viewer", by=cast.bob).text
    assert Role.OWNER in {membership(cast, cast.alice).role, membership(cast, cast.bob).role}
    assert membership(cast, cast.bob).role == Role.OWNER


def test_removing_asks_for_the_name_and_ends_access_at_once(cast: Cast) -> None:
    assert "This is not the name" in remove(cast, cast.bob, "Vera").text
    assert "Bob is no longer a member." in remove(cast, cast.bob, "Bob").text
    assert members_page(cast, cast.bob).status_code == 404
    assert "Alice has removed you" in mailbox.latest("bob@example.org").text
    assert newest("remove_member").before == {"member": "Bob", "user": cast.bob.user.pk, "role": "developer"}


def test_whoever_removes_themselves_leaves(cast: Cast) -> None:
    address = reverse("member-remove", args=[cast.organisation.public_id, membership(cast, cast.alice).pk])
    assert cast.alice.client.get(address).headers["Location"] == reverse(
        "organisation-leave", args=[cast.organisation.public_id]
    )


def test_a_viewer_leaves_and_the_owners_are_told(cast: Cast) -> None:
    assert "This is not the name" in leave(cast, cast.vera, "Elsewhere").text
    assert "You have left St. Raphael Health." in leave(cast, cast.vera).text
    assert not Membership.objects.filter(organisation=cast.organisation, user=cast.vera.user).exists()
    assert "Vera (vera@example.org)" in mailbox.latest("alice@example.org").text


def transfer(cast: Cast, by: Person, taker: Person, stay_as: str = "viewer") -> Any:
    address = reverse("organisation-transfer", args=[cast.organisation.public_id])
    fields = {"member": membership(cast, taker).pk, "stay_as": stay_as}
    return by.client.post(address, fields, follow=True)


def test_ownership_changes_hands_in_one_step(cast: Cast) -> None:
    assert "Bob is now an owner" in transfer(cast, cast.alice, cast.bob).text
    assert (membership(cast, cast.alice).role, membership(cast, cast.bob).role) == (Role.VIEWER, Role.OWNER)
    assert "You are now: Owner." in mailbox.latest("bob@example.org").text
    row = newest("transfer_ownership")
    assert row.before == {"Alice": "owner", "Bob": "developer"}
    assert row.after == {"Alice": "viewer", "Bob": "owner", "member": "Bob"}


def test_nobody_gives_away_what_is_not_theirs(cast: Cast) -> None:
    for person in (cast.bob, cast.vera):
        assert transfer(cast, person, cast.bob).status_code == 403
        assert change_role(cast, person, "owner", by=person).status_code == 403
        assert remove(cast, cast.alice, "Alice", by=person).status_code == 403
    assert membership(cast, cast.alice).role == Role.OWNER


def test_ownership_does_not_go_to_somebody_who_cannot_sign_in(cast: Cast) -> None:
    cast.bob.user.is_active = False
    cast.bob.user.save()
    assert transfer(cast, cast.alice, cast.bob).status_code == 200
    assert membership(cast, cast.alice).role == Role.OWNER
