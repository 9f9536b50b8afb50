"""Who sees an organisation's pages."""

from django.urls import reverse

from tests.cast import Cast


def test_members_see_their_colleagues(cast: Cast) -> None:
    answer = cast.vera.client.get(reverse("organisation", args=[cast.organisation.public_id]))
    assert answer.status_code == 200
    assert "Alice" in answer.text


def test_for_outsiders_the_organisation_does_not_exist(cast: Cast) -> None:
    address = reverse("organisation", args=[cast.organisation.public_id])
    assert cast.charlie.client.get(address).status_code == 404


def test_strangers_are_sent_to_the_sign_in(cast: Cast) -> None:
    address = reverse("organisation", args=[cast.organisation.public_id])
    assert cast.nobody.get(address).headers["Location"] == f"{reverse('account_login')}?next={address}"


def test_signed_in_pages_are_stored_nowhere(cast: Cast) -> None:
    answer = cast.alice.client.get(reverse("application", args=[cast.application.public_id]))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
