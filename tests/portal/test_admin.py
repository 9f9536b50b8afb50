"""Django's admin for operators: it reads what is listed field by field, and changes nothing."""

from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.models import User
from portal.approvals.models import Attachment, Message
from portal.audit.models import ApiCall, Decision
from portal.mail.models import OutgoingMail
from portal.operators.readers import READ, site
from portal.operators.site import COUNTED, NewestPaginator
from tests.approvals.requests import approved, reviewer
from tests.callers import bearer
from tests.cast import Cast, Person, sign_in

NEVER = {
    *("password", "digest", "encrypted_pem", "sealed", "content", "marks", "answers", "evidence", "jwks", "form_id"),
    *("session_key", "session_data", "message", "text", "refusals", "checklist", "last_login"),
}


@pytest.fixture
def olga(cast: Cast) -> Person:
    return Person.called("Olga", is_staff=True, is_superuser=True)


def addresses() -> list[str]:
    """Return the lists, and the page of the newest row of each model."""
    found = [reverse("admin:index"), reverse("admin:app_list", args=["audit"])]
    for model in READ:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        rows: Any = model._default_manager
        if row := rows.order_by("-pk").first():
            found.append(reverse(f"{name}_change", args=[row.pk]))
    return found


@pytest.fixture
def filled(cast: Cast, api: Browser) -> None:
    """Let there be a row of nearly everything."""
    approved(cast, reviewer())
    api.get("/api/v1/connect/patients/OPC-2024-DEMO1", **bearer(api))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", ["", "/fr"])
def test_an_operator_reads_every_list_and_row(olga: Person, cast: Cast, language: str) -> None:
    pages = addresses()
    assert len(pages) > len(READ) + 10
    for address in pages:
        answer = olga.client.get(language + address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert cast.secret not in text
        assert cast.client_secret.digest not in text
        assert cast.alice.user.password not in text
        assert "OPC-2024-DEMO1" not in text
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("filled")
def test_nothing_can_be_changed_added_or_deleted(olga: Person) -> None:
    for address in addresses():
        assert olga.client.post(address, {"action": "delete_selected", "_selected_action": "1"}).status_code == 405
        text = olga.client.get(address).content.decode()
        for word in ('name="_save"', "deletelink", "addlink", 'name="action"', "delete/"):
            assert word not in text, (address, word)
    for model, reader in site._registry.items():
        for part in ("add/", "1/delete/", "1/history/", "1/"):
            listed = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert olga.client.get(listed + part).status_code == 404
        assert not reader.actions
        assert isinstance(reader, ModelAdmin)
    for part in ("login/", "logout/", "password_change/", "jsi18n/", "autocomplete/", "r/1/1/", "auth/"):
        assert olga.client.get(f"/admin/{part}").status_code == 404


def test_only_what_is_listed_is_shown_and_nothing_secret_or_clinical() -> None:
    assert not {model._meta.app_label for model in READ} & {"connect", "sessions", "usersessions", "mfa", "account"}
    assert not {Attachment, Message} & READ.keys()
    for reader in site._registry.values():
        shown = {*reader.list_display, *reader.fields}  # type: ignore[misc]
        assert not shown & NEVER, reader
    assert "patient" not in site._registry[ApiCall].fields  # type: ignore[operator]
    assert "sealed" in {field.name for field in OutgoingMail._meta.fields}, "what is looked for exists"


def test_for_everybody_else_there_is_nothing(cast: Cast) -> None:
    for person in (*cast.everybody(), Person.called("Sunday", is_superuser=True)):
        assert person.client.get("/admin/").status_code == 404
        assert person.client.get("/admin/audit/decision/").status_code == 404
    assert cast.nobody.get("/admin/")["Location"].startswith("/accounts/login/?next=")
    gone = Person.called("Gone", is_staff=True, is_superuser=True)
    User.objects.filter(pk=gone.user.pk).update(is_active=False)
    assert gone.client.get("/admin/").status_code == 302


def test_it_asks_for_a_recent_proof_and_in_production_for_a_second_step(olga: Person, settings: Settings) -> None:
    old = sign_in(olga.user, seconds_ago=3600)
    assert old.get("/admin/")["Location"].startswith("/accounts/reauthenticate/")
    settings.DEVELOPMENT = False
    assert olga.client.get("/admin/")["Location"] == reverse("mfa_index")


def test_a_search_finds_by_name_and_a_list_counts_no_further_than_people_read(olga: Person, cast: Cast) -> None:
    found = olga.client.get("/admin/applications/application/", {"q": "raphael"}).content.decode()
    assert cast.application.name in found
    nothing = olga.client.get("/admin/applications/application/", {"q": "nobody has this"}).content.decode()
    assert cast.application.name not in nothing

    class Many:
        def __getitem__(self, wanted: slice) -> "Many":
            self.stop = wanted.stop
            return self

        def count(self) -> int:
            return int(self.stop)

    many: Any = Many()
    assert NewestPaginator(many, 50).count == COUNTED


def test_the_command_makes_an_operator_and_writes_it_down(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    def flags() -> tuple[bool, bool]:
        cast.alice.user.refresh_from_db()
        return cast.alice.user.is_staff, cast.alice.user.is_superuser

    address = cast.alice.user.email
    for options, left in (
        (["--admin"], (True, True)),
        (["--admin"], (True, True)),
        (["--admin", "--remove"], (True, False)),
        (["--admin"], (True, True)),
        (["--remove"], (False, False)),
        ([], (True, False)),
    ):
        call_command("staff", address, *options)
        assert flags() == left, options
    verbs = Decision.objects.filter(object_type="User").order_by("pk").values_list("verb", flat=True)
    assert [verb.removeprefix("accounts.") for verb in verbs] == [
        *("make_staff", "make_operator", "remove_operator", "make_operator", "remove_staff", "remove_operator"),
        "make_staff",
    ]
    assert "reads /admin/" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("staff", "nobody@example.org", "--admin")
