"""What the tests of this room share: a good token, more clients, a process that hears of changes at once."""

from collections.abc import Callable

import pytest
from django.test import Client as DjangoClient

from portal.accounts.models import Organisation
from portal.applications import actions, feed
from portal.applications.models import Client
from portal.applications.published import SANDBOX_CLIENT
from portal.edge.environments import SANDBOX, Environment
from tests.conftest import BY_TEST
from tests.oauth.calls import TOKEN, post_json

MakeClient = Callable[..., Client]


@pytest.fixture(autouse=True)
def _feed_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the feed on every call rather than once a second."""
    monkeypatch.setattr(feed, "INTERVAL", 0.0)


@pytest.fixture
def make_client(deployment: None) -> MakeClient:
    """Return a function that creates a client of an application of its own."""

    def make(environment: Environment = SANDBOX, **options: object) -> Client:
        organisation, _ = Organisation.objects.get_or_create(name="Clinic")
        application = actions.create_application(by=BY_TEST, organisation=organisation, name="Ward")
        scopes = options.pop("scopes", ["patient:read", "lab:push"])
        return actions.create_client(
            by=BY_TEST,
            application=application,
            environment=environment,
            scopes=scopes,  # type: ignore[arg-type]
            **options,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def token(api: DjangoClient) -> str:
    """Return a token of the published sandbox client with all its scopes."""
    answer = post_json(
        api,
        TOKEN,
        grant_type="client_credentials",
        client_id=SANDBOX_CLIENT.client_id,
        client_secret=SANDBOX_CLIENT.client_secret,
    )
    text: str = answer.json()["access_token"]
    return text
