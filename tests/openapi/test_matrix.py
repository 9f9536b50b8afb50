"""Every operation of the document, and everything that must keep a caller out: the status, the body, the ledger row.

Operations, scopes, arguments and schemas are read from the document, so that a new operation is covered by being there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from portal.applications import actions
from portal.applications.clients import clients
from portal.applications.models import Client as OAuthClient
from portal.applications.scopes import available
from portal.audit.models import ApiCall
from portal.edge.environments import PRODUCTION, SANDBOX, Environment
from portal.management.published import ensure_keys
from portal.openapi.document import Operation
from tests.conftest import BY_TEST
from tests.openapi.calls import clinical, faults, send, usual
from tests.openapi.parties import Party, new_party

NO_SCOPE = "none"
HOSTS = {SANDBOX: "sandbox.example.org", PRODUCTION: "api.example.org"}


@pytest.fixture
def party(api: Client) -> Party:
    return new_party()


class Judge:
    """Calls and compares; what is wrong is collected, so that one look shows every operation that lets somebody in."""

    def __init__(self, api: Client) -> None:
        self.api = api
        self.faults: list[str] = []

    def expect(self, operation: Operation, token: str, status: int, code: str, party: Party | None, **more: str) -> Any:
        """Call the operation as its example says, and compare answer and ledger row with what they should be."""
        example = usual(operation)
        answer = send(self.api, operation, example.arguments, token, **example.headers, **more)
        body = answer.json()
        found = list(faults(operation, answer))
        if (answer.status_code, body.get("code")) != (status, code):
            found.append(f"{answer.status_code} {body.get('code')} instead of {status} {code}")
        found += self._row_faults(operation, answer, code, party)
        self.faults += [f"{operation.id}: {fault}" for fault in found]
        return answer

    def _row_faults(self, operation: Operation, answer: Any, code: str, party: Party | None) -> Iterator[str]:
        rows = list(ApiCall.objects.filter(request_id=answer["X-Request-Id"]))
        if len(rows) != 1:
            yield f"{len(rows)} ledger rows"
            return
        [row] = rows
        said = (row.status, row.error_code, row.outcome, row.operation, row.client_id, row.environment)
        whose = (party.client_id, party.environment) if party else ("", "")
        wanted = (answer.status_code, code, "denied", operation.id, *whose)
        if said != wanted:
            yield f"the ledger says {said} instead of {wanted}"


@pytest.fixture
def judge(api: Client) -> Judge:
    return Judge(api)


def test_no_token(judge: Judge) -> None:
    for operation in clinical():
        answer = judge.expect(operation, "", 401, "token_missing", None)
        assert "error=" not in answer["WWW-Authenticate"]
    assert not judge.faults, "\n".join(judge.faults)


def test_a_token_that_is_none(judge: Judge) -> None:
    for operation in clinical():
        judge.expect(operation, "eyJhbGciOiJub25lIn0.e30.", 401, "token_invalid", None)
    assert not judge.faults, "\n".join(judge.faults)


def test_an_expired_token(judge: Judge, party: Party) -> None:
    expired = party.token(lifetime=-60)
    for operation in clinical():
        judge.expect(operation, expired, 401, "token_expired", party)
    assert not judge.faults, "\n".join(judge.faults)


@pytest.mark.parametrize(("issued_in", "sent_to"), [(SANDBOX, PRODUCTION), (PRODUCTION, SANDBOX)])
def test_the_wrong_environment(judge: Judge, issued_in: Environment, sent_to: Environment) -> None:
    ensure_keys(BY_TEST)
    party = new_party(issued_in)
    hosts = {"SANDBOX_HOSTS": [HOSTS[SANDBOX]], "PRODUCTION_HOSTS": [HOSTS[PRODUCTION]]}
    with override_settings(ALLOWED_HOSTS=list(HOSTS.values()), **hosts):
        token = party.token()
        for operation in clinical():
            judge.expect(operation, token, 401, "wrong_environment", party, Host=HOSTS[sent_to])
    assert not judge.faults, "\n".join(judge.faults)


def test_a_suspended_client(judge: Judge, party: Party) -> None:
    token = party.token()
    actions.suspend_client(by=BY_TEST, client=OAuthClient.objects.get(client_id=party.client_id), reason="Leaked.")
    clients.reset()
    for operation in clinical():
        judge.expect(operation, token, 401, "token_invalid", party)
    assert not judge.faults, "\n".join(judge.faults)


def test_a_token_without_the_scope(judge: Judge, party: Party) -> None:
    for operation in clinical():
        others = [name for name in available(SANDBOX) if name not in operation.scopes]
        token = party.token(*(others or [NO_SCOPE]))
        answer = judge.expect(operation, token, 403, "insufficient_scope", party)
        challenge = answer["WWW-Authenticate"]
        if f'scope="{" ".join(operation.scopes)}"' not in challenge:
            judge.faults.append(f"{operation.id}: the challenge is {challenge}")
    assert not judge.faults, "\n".join(judge.faults)


def test_each_scope_that_the_document_names_lets_in(api: Client, full_sandbox: None, party: Party) -> None:
    kept_out = []
    for operation in clinical():
        assert operation.scopes, f"{operation.id} needs a token, but no scope"
        example = usual(operation)
        for scope in operation.scopes:
            answer = send(api, operation, example.arguments, party.token(scope), **example.headers)
            if answer.status_code in {401, 403} or list(faults(operation, answer)):
                kept_out.append(f"{operation.id} with {scope}: {answer.status_code} {answer.content[:300]!r}")
            rows = ApiCall.objects.filter(request_id=answer["X-Request-Id"], operation=operation.id, scope=scope)
            row = rows.latest("pk")  # after those of its items, where it has many
            if row.outcome != ("allowed" if answer.status_code < 400 else "failed"):
                kept_out.append(f"{operation.id} with {scope}: the ledger says {row.outcome}")
    assert not kept_out, "\n".join(kept_out)
