"""How our views become the OpenAPI document: operation ids, scopes and errors come from the code that enforces them."""

import json
from typing import Any, Literal, cast

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from portal.applications.scopes import SCOPES
from portal.edge.environments import ENVIRONMENTS
from portal.limits import quotas
from portal.oauth.operations import Operation
from portal.problems.catalogue import PROBLEMS
from portal.problems.strict import StrictSerializer

EVERYWHERE = (
    "invalid_sandbox_fault",
    "token_missing",
    "token_invalid",
    "token_expired",
    "wrong_environment",
    "insufficient_scope",
    "rate_limited",
    "internal_error",
    "ledger_unavailable",
    "service_unavailable",
)
WITH_BODY = ("malformed_body", "length_required", "body_too_large", "unsupported_media_type", "invalid_body")


class ProblemFieldSerializer(serializers.Serializer[None]):
    """One fault in the input."""

    pointer = serializers.CharField(help_text="Where: a JSON pointer (RFC 6901) into the body, `?name` or `{name}`.")
    code = serializers.CharField(help_text="Which kind of fault.")
    detail = serializers.CharField(help_text="The fault in words. Never repeats what was sent.")


class ProblemSerializer(serializers.Serializer[None]):
    """An error (RFC 9457)."""

    type = serializers.URLField(help_text="A page that explains the error and how to mend it.")
    title = serializers.CharField(help_text="What happened, the same for every error of this code.")
    status = serializers.IntegerField(help_text="The HTTP status again.")
    detail = serializers.CharField(help_text="What happened here.")
    code = serializers.ChoiceField(sorted(PROBLEMS), help_text="The error's code, for programs.")
    request_id = serializers.CharField(help_text="Tell us this when you ask about the error.")
    errors = ProblemFieldSerializer(  # type: ignore[assignment] # a field here, a property in DRF
        many=True, help_text="Each fault in the input, where there are any."
    )


class ForbiddenSerializer(ProblemSerializer):
    """The token is good, and does not allow this."""

    request_access = serializers.URLField(
        required=False,
        help_text="With `insufficient_scope` in production: the page where your organisation asks for the scope.",
    )


class RateLimitedSerializer(ProblemSerializer):
    """Too many calls."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the draft's member, whose name is no identifier of Python."""
        policies = serializers.ListField(
            child=serializers.ChoiceField([quotas.CLIENT, quotas.ADDRESS]), help_text="Whose calls were too many."
        )
        return {**super().get_fields(), "violated-policies": policies}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular's registry
    """Our bearer tokens as an `oauth2` security scheme."""

    target_class = "portal.oauth.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme with every scope."""
        scopes = {scope.name: scope.allows for scope in SCOPES.values()}
        # Relative to a server (OpenAPI 3.1, 4.6), of which it replaces the last segment (RFC 3986, 5.2.3).
        flow = {"tokenUrl": "v1/connect/auth/token", "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class OperationSchema(AutoSchema):
    """Reads `view.operations`."""

    @property
    def _operation(self) -> Operation:
        return cast("Operation", cast("Any", self.view).operations[self.method])

    def get_operation_id(self) -> str:
        """Return the operation's id."""
        return self._operation.id

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation, with servers of its own where it is not in every environment."""
        found = super().get_operation(*args, **kwargs)
        if found and self._operation.environments != ENVIRONMENTS:
            every = cast("list[dict[str, str]]", settings.SPECTACULAR_SETTINGS["SERVERS"])
            found["servers"] = [one for one in every if one["description"].lower() in self._operation.environments]
        return found

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return one alternative per scope that lets a token in; client credentials where there is no token yet."""
        super().get_auth()  # registers the scheme
        if self._operation.scopes:
            return [{"oauth2": [scope]} for scope in self._operation.scopes]
        self.registry.register_on_missing(
            ResolvedComponent(  # type: ignore[no-untyped-call]
                name="clientBasic",
                type=ResolvedComponent.SECURITY_SCHEMA,
                object="clientBasic",
                schema={"type": "http", "scheme": "basic", "description": "`client_id` and `client_secret`."},
            )
        )
        return [{"clientBasic": []}, {}]

    def get_tags(self) -> list[str]:
        """Return the view's tag."""
        return [cast("str", getattr(self.view, "tag", "Authentication"))]

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        schema |= getattr(serializer, "also", {})
        return schema

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self._operation.scopes and self.method == "GET":
            bodies["304"] = {"description": "Nothing changed since the version named in `If-None-Match`."}
        if self._operation.scopes:
            for status, codes in sorted(self._problems().items()):
                bodies[str(status)] = self._problem_response(status, codes)
        return bodies

    def _problems(self) -> dict[int, list[str]]:
        codes = (
            *self._operation.problems,
            *EVERYWHERE,
            *(WITH_BODY if self.method in {"POST", "PUT"} else ()),
        )
        by_status: dict[int, list[str]] = {}
        for code in codes:
            by_status.setdefault(PROBLEMS[code].status, []).append(code)
        return by_status

    def _problem_response(self, status: int, codes: list[str]) -> dict[str, Any]:
        usual = {403: ForbiddenSerializer, 429: RateLimitedSerializer}.get(status, ProblemSerializer)
        serializer = self._operation.bodies.get(status, usual)
        component = self.resolve_serializer(serializer(), "response")
        description = " ".join(f"`{code}`: {PROBLEMS[code].title}." for code in codes)
        return {
            "description": description,
            "content": {"application/problem+json": {"schema": component.ref}},
        }


def _recordings() -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", json.loads(settings.RECORDINGS.read_text()))


def tidy(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Remove drf-spectacular's own marks, and describe the headers that every answer has."""
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            field.pop("x-spec-enum-id", None)
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                names = _headers(method, operation, status)
                response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    result["components"]["headers"] = HEADERS
    return result


def _headers(method: str, operation: dict[str, Any], status: str) -> list[str]:
    found = ["X-Request-Id"]
    if status != "401":
        found += ["RateLimit-Policy", "RateLimit"]
    if method == "get" and status in {"200", "304"} and "oauth2" in str(operation["security"]):
        found.append("ETag")
    if status == "200" and any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
        found.append("Link")
    if status in {"401", "403"}:
        found.append("WWW-Authenticate")
    if status in {"429", "503"}:
        found.append("Retry-After")
    return found


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


HEADERS = {
    "X-Request-Id": _header("The id of this call: yours where you sent one, else ours."),
    "RateLimit-Policy": _header(
        'How many calls there are, in draft-ietf-httpapi-ratelimit-headers: `"client";q=…;w=60` for your client and '
        '`"address";q=…;w=60` for the address that you call from.'
    ),
    "RateLimit": _header('What is left of them: `"client";r=…;t=…`, `r` calls in the next `t` seconds.'),
    "ETag": _header("The version of the answer. Send it back as `If-None-Match`."),
    "Link": _header('`<…>; rel="next"` (RFC 8288): the address of the next page, where there is one.'),
    "WWW-Authenticate": _header("The challenge (RFC 6749, section 5.2; RFC 6750, section 3)."),
    "Retry-After": _header("Seconds to wait.", "integer"),
}


def add_recorded_examples(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Put the recorded requests and answers into the document (see `manage.py openapi`)."""
    operations = {
        operation["operationId"]: operation for methods in result["paths"].values() for operation in methods.values()
    }
    for recording in _recordings().values():
        if "summary" not in recording:
            continue  # only a guide shows it
        operation = operations[recording["operation"]]
        _add_request(operation, recording)
        response = operation["responses"].get(str(recording["status"]))
        if response and recording["body"] is not None:
            for media in response["content"].values():
                media.setdefault("examples", {})[recording["name"]] = _example(recording, recording["body"])
    return result


def _add_request(operation: dict[str, Any], recording: dict[str, Any]) -> None:
    arguments = dict(recording["arguments"])
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in arguments:
            value = arguments.pop(parameter["name"])
            parameter.setdefault("examples", {})[recording["name"]] = _example(recording, value)
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media.setdefault("examples", {})[recording["name"]] = _example(recording, arguments)


def _example(recording: dict[str, Any], value: object) -> dict[str, object]:
    return {"summary": recording["summary"], "value": value}
