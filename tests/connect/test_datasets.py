"""Which dataset a token writes to, and that a write never stays without its ledger row."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from portal.applications.models import FeedEvent
from portal.audit.calls import Call
from portal.audit.models import ApiCall
from portal.connect.datasets import own_dataset, visible_datasets
from portal.connect.models import Dataset
from portal.connect.views.base import written
from portal.oauth.tokens import AccessToken, verify
from portal.problems.exceptions import Problem
from tests.callers import token
from tests.connect.test_patients import new_client


def token_of(api: Client, environment: str) -> AccessToken:
    return verify(token(api, **new_client(environment, ["patient:read"])))


def test_a_sandbox_token_writes_to_its_applications_own_dataset(
    api: Client, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = token_of(api, "sandbox"), token_of(api, "sandbox")
    assert len(visible_datasets(first)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        mine = own_dataset(first)
    assert own_dataset(first) == mine != own_dataset(second)
    assert visible_datasets(first)[0] == mine
    assert Dataset.objects.get(pk=mine).application_id == first.client.application_id
    assert FeedEvent.objects.filter(topic="dataset", subject=str(mine)).count() == 1


def test_a_production_token_writes_to_production(api: Client) -> None:
    first, second = token_of(api, "production"), token_of(api, "production")
    assert own_dataset(first) == own_dataset(second)
    assert visible_datasets(second) == (own_dataset(first),)


@pytest.mark.django_db
def test_a_write_and_its_ledger_row_stay_or_go_together() -> None:
    django_request = RequestFactory().post("/v1/connect/somewhere")
    django_request.opescare_call = Call("r1", "127.0.0.1", "POST")  # type: ignore[attr-defined]
    django_request.resolver_match = None
    request = Request(django_request)
    request.auth = SimpleNamespace(environment="production")  # all that is asked of it

    def write() -> Response:
        Dataset.objects.create(kind=Dataset.PRODUCTION)
        return Response(status=201)

    with (
        patch("portal.audit.inside.insert", side_effect=OperationalError),
        pytest.raises(Problem, match="could not be written"),
    ):
        written(request, write)
    assert not Dataset.objects.exists()
    assert not ApiCall.objects.exists()
    written(request, write)
    assert Dataset.objects.count() == 1
    assert ApiCall.objects.get().status == 201
