"""`manage.py staff`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import User
from portal.audit.models import Decision
from tests.accounts.journeys import verbs
from tests.cast import Cast


def staff(*arguments: str) -> str:
    said = StringIO()
    call_command("staff", *arguments, stdout=said)
    return said.getvalue()


def test_somebody_joins_the_staff_and_leaves_it(cast: Cast) -> None:
    assert "is now a member" in staff("ALICE@example.org")
    assert User.objects.get(pk=cast.alice.user.pk).is_staff
    assert "already" in staff("alice@example.org")
    assert "no longer" in staff("alice@example.org", "--remove")
    assert not User.objects.get(pk=cast.alice.user.pk).is_staff
    assert verbs(cast.alice.user) == ["make_staff", "remove_staff"]
    assert Decision.objects.filter(verb="accounts.make_staff").get().actor_label == "manage.py staff"


def test_an_unknown_address_is_an_error_that_says_what_to_do(cast: Cast) -> None:
    with pytest.raises(CommandError, match="created first"):
        staff("nobody@example.org")
