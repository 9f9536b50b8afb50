"""Creating clients: what is refused before it is stored."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from portal.accounts.models import Organisation
from portal.applications import actions
from portal.applications.jwks import InvalidJWKSError
from portal.applications.models import Application, Client
from portal.audit.actions import Actor
from portal.audit.models import Decision

BY = Actor.operator("test")
EC = ECKey.generate_key("P-384", {"kid": "ec"})
PUBLIC = EC.as_dict(private=False)


@pytest.fixture
def application(db: None) -> Application:
    """Return an application."""
    organisation = Organisation.objects.create(name="Hospital")
    return actions.create_application(by=BY, organisation=organisation, name="HIS")


def create(application: Application, **changes: Any) -> Client:
    """Create a client."""
    asked: dict[str, Any] = {"environment": "sandbox", "scopes": ["patient:read"], **changes}
    return actions.create_client(by=BY, application=application, **asked)


def test_a_client_has_an_id_that_tells_its_environment_and_an_audit_row(application: Application) -> None:
    client = create(
        application,
        jwks={"keys": [PUBLIC, RSAKey.generate_key(2048, {"kid": "rsa"}, private=False).as_dict(private=False)]},
    )
    assert client.client_id.startswith("opc_sandbox_")
    row = Decision.objects.order_by("-pk")[0]
    assert (row.verb, row.object_id, row.actor_label) == ("applications.create_client", client.client_id, "test")


@pytest.mark.parametrize(
    ("environment", "scopes"),
    [("production", ["lab:results:read"]), ("sandbox", ["everything"]), ("production", ["patient:read", ""])],
)
def test_a_scope_of_another_environment_is_refused(
    application: Application, environment: str, scopes: list[str]
) -> None:
    with pytest.raises(actions.NotAllowedError, match=f"not available in {environment}"):
        create(application, environment=environment, scopes=scopes)


@pytest.mark.parametrize(
    "jwks",
    [
        [], {}, {"keys": []}, {"keys": "x"}, {"keys": [1]}, {"keys": [PUBLIC, PUBLIC]}, {"keys": [PUBLIC] * 11},
        {"keys": [EC.as_dict(private=True)]},
        {"keys": [{**PUBLIC, "kid": "x" * 65}]}, {"keys": [{**PUBLIC, "kid": 1}]},
        {"keys": [{**PUBLIC, "kid": "a\nb"}]},
        {"keys": [{name: value for name, value in PUBLIC.items() if name != "kid"}]},
        {"keys": [{**PUBLIC, "x": "!"}]}, {"keys": [{"kty": "EC", "kid": "a"}]},
        {"keys": [OctKey.generate_key(256, {"kid": "a"}).as_dict(private=True)]},
    ],
)  # fmt: skip
def test_public_keys_that_cannot_be_used_are_refused(application: Application, jwks: object) -> None:
    with pytest.raises(InvalidJWKSError):
        create(application, jwks=jwks)


def test_a_suspension_needs_a_reason_and_can_be_taken_back(application: Application) -> None:
    client = create(application)
    with pytest.raises(actions.NotAllowedError):
        actions.suspend_client(by=BY, client=client, reason=" ")
    actions.suspend_client(by=BY, client=client, reason="key on a public page")
    client.refresh_from_db()
    assert client.suspended_reason == "key on a public page"
    actions.restore_client(by=BY, client=client)
    client.refresh_from_db()
    assert client.suspended_at is None
