"""Calls that schemathesis makes from the document, alone and in chains: no 5xx, no answer that the document denies.

Every chain begins with the same data, so a seed makes the same calls again: `pytest --hypothesis-seed=…`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import HookContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.connect import datasets
from portal.openapi.document import operation, operations
from tests.openapi.calls import Example, document, examples
from tests.openapi.parties import Party, new_party

CI = os.environ.get("CI") == "true"
ALONE, CHAINS, STEPS = (500, 80, 12) if CI else (40, 6, 6)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
RULES = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if CI else [Phase.generate],
)


def linked() -> dict[str, Any]:
    """Return the document, with links (OpenAPI 3.1, Link Object) from what an answer names to whatever takes it."""
    whole = deepcopy(document())
    for source in operations().values():
        for status, response in whole["paths"][source.path][source.method.lower()]["responses"].items():
            if not status.startswith("2") or not source.answer:
                continue
            fields = document()["components"]["schemas"][source.answer]["properties"]
            response["links"] = {
                f"{source.id}_{target.id}_{field}": {
                    "operationId": target.id,
                    "parameters": {parameter.name: f"$response.body#/{field}"},
                }
                for target in operations().values()
                for parameter in target.parameters
                for field in fields
                if field == parameter.name or (field == "id" and target.path == f"{source.path}/{{{parameter.name}}}")
            }
    return whole


schema = schemathesis.openapi.from_dict(linked())
schema.app = get_wsgi_application()


@schema.hook
def flatmap_case(context: HookContext, case: Case[Any]) -> st.SearchStrategy[Case[Any]]:
    """Put the document's examples into half of the calls: guessing a Health ID would take for ever."""
    target = operation(case.operation.definition.raw["operationId"])
    linked_to = case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL

    def fill(example: Example) -> Case[Any]:
        for container in () if linked_to else (case.path_parameters, case.query):
            for name in container or {}:
                container[name] = example.arguments.get(name, container[name])
        if isinstance(case.body, dict):
            fields = {field.name for field in target.body or ()}
            case.body = {name: value for name, value in example.arguments.items() if name in fields}
        return case

    return st.one_of(st.just(case), st.sampled_from([*examples(target)]).map(fill))


@pytest.fixture
def party(full_sandbox: None, settings: Settings) -> Iterator[Party]:
    settings.RATE_LIMIT_CLIENT = settings.RATE_LIMIT_ADDRESS = 10**9
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: the connection is in the test's transaction
        signal.disconnect(close_old_connections)
    yield new_party()
    for signal in signals:
        signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what was stored: each chain begins where the others began."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    datasets.forget()


def headers(case: Case[Any], token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if "/auth/" not in case.path else {}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_calls_alone(party: Party, mode: GenerationMode) -> None:
    token = party.token(lifetime=3600)

    @settings(RULES, max_examples=ALONE)
    @given(case=schema.as_strategy(generation_mode=mode))
    def call(case: Case[Any]) -> None:
        with undone():
            case.call_and_validate(headers=headers(case, token), checks=CHECKS)

    call()


def test_chains_of_calls(party: Party) -> None:
    """What one call answers goes into the next: ids of records, Health IDs, cursors."""
    token = party.token(lifetime=3600)

    class Chain(schema.as_state_machine()):  # type: ignore[misc] # made at run time
        def setup(self) -> None:
            self.undone = undone()
            self.undone.__enter__()

        def teardown(self) -> None:
            self.undone.__exit__(None, None, None)

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"headers": headers(case, token)}

        def validate_response(self, response: Response, case: Case[Any], **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Chain.run(settings=settings(RULES, max_examples=CHAINS, stateful_step_count=STEPS))
