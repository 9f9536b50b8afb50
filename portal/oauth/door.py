"""The door of the OAuth endpoints: a JSON or form body in, one dictionary of parameters out.

This is the only place where JSON becomes OAuth parameters. RFC 6749, section 3.2: parameters are sent in the body,
each at most once; an empty value counts as not sent.
"""

from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from django.conf import settings
from django.http import HttpRequest

from portal.edge.environments import host_environment
from portal.problems.parsers import is_chunked, loads_object

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAXIMUM_PARAMETERS = 20


class DoorRequest(OAuth2Request):
    """What Authlib works on. Transport security is the deployment's matter (`SECURE_SSL_REDIRECT`)."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.method, "https://localhost/", headers=request.headers)
        self.source = request
        self.parameters = read_parameters(request)
        self.payload = BasicOAuth2Payload(self.parameters)
        self.address: str = request.META["REMOTE_ADDR"]
        self.host_environment = host_environment(request)
        self.issued_jti = ""

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters, whichever encoding they came in."""
        return self.parameters


def read_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the body's parameters.

    :raises InvalidRequestError: where a parameter is in the address, repeated, not text, or the body is not of one
        of the two content types; 411 where its length is not known; 413 where it is over
        DATA_UPLOAD_MAX_MEMORY_SIZE bytes.
    """
    if request.META.get("QUERY_STRING"):
        raise InvalidRequestError("Send the parameters in the body: addresses end up in logs.")
    if is_chunked(request.META):
        raise InvalidRequestError("Send the Content-Length header.", status_code=411)
    if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise InvalidRequestError("The body is too large.", status_code=413)
    if request.content_type == JSON:
        parameters = _from_json(request.body)
    elif request.content_type == FORM:
        parameters = _from_form(request.body)
    else:
        raise InvalidRequestError(f"Send the body as {JSON} or {FORM}.")
    if any(not value.isprintable() for value in parameters.values()):
        raise InvalidRequestError("A parameter holds a control character.")
    return {name: value for name, value in parameters.items() if value}


def _length(request: HttpRequest) -> int:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if length < 0:
        raise InvalidRequestError("Content-Length is not a number of bytes.")
    return length


def _from_json(body: bytes) -> dict[str, str]:
    if not body.strip():
        raise InvalidRequestError("The body is empty.")
    try:
        parameters = loads_object(body)
    except ValueError as exc:
        raise InvalidRequestError("The body is not one JSON object with each key once.") from exc
    if not all(isinstance(value, str) for value in parameters.values()):
        raise InvalidRequestError("Every parameter must be a string.")
    return parameters


def _from_form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAXIMUM_PARAMETERS,
        )
    except ValueError as exc:
        if body.lstrip()[:1] == b"{":
            raise InvalidRequestError(f"The body looks like JSON: send Content-Type: {JSON}.") from exc
        raise InvalidRequestError("The body is not form-encoded.") from exc
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise InvalidRequestError("A parameter is repeated.")
    return parameters
