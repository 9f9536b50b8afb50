"""Every error code of the API: its status, its title, what happened, and how to mend it.

The codes are the contract (`code` and the last part of `type` in an answer), the words are for people.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ProblemType:
    """One kind of error. `mend` is addressed to the developer who met it."""

    code: str
    status: int
    title: str
    meaning: str
    mend: str


_ALL: Final = (
    ProblemType(
        "malformed_body",
        400,
        "The body is not valid JSON",
        "The request body could not be read as one JSON object in UTF-8. A repeated key counts as an error too.",
        "Send one JSON object with Content-Type: application/json. Let your language's JSON library write it, "
        "rather than putting the text together by hand.",
    ),
    ProblemType(
        "invalid_parameter",
        400,
        "A parameter is not acceptable",
        "A parameter in the address is missing, unknown, repeated or of the wrong form. "
        "The list `errors` names each one.",
        "Correct the parameters named in `errors`. Parameter names are exact; the API never ignores one it "
        "does not know.",
    ),
    ProblemType(
        "invalid_health_id",
        400,
        "The Health ID is not valid",
        "The Health ID is not of the form OPC-YYYY- and eight characters, or its check character does not fit: "
        "most often one character was mistyped or two were swapped.",
        "Read the Health ID again from its source. Nothing was looked up.",
    ),
    ProblemType(
        "unknown_host",
        400,
        "This host name is not known here",
        "The request was sent to a host name that this site does not answer for.",
        "Use the base URL as the documentation gives it. If you run the site, add the name to ALLOWED_HOSTS.",
    ),
    ProblemType(
        "token_missing",
        401,
        "No access token was sent",
        "This address needs an access token, and the request had no Authorization header of the form `Bearer <token>`.",
        "Get a token from /connect/auth/token and send it as `Authorization: Bearer <token>`.",
    ),
    ProblemType(
        "token_invalid",
        401,
        "The access token is not valid",
        "The token was not issued here, was changed on the way, is for another audience, or has been revoked. "
        "A suspended client and a revoked secret end their tokens as well.",
        "Ask for a new token. If that is refused too, the credential itself has ended.",
    ),
    ProblemType(
        "token_expired",
        401,
        "The access token has expired",
        "The token was good once, but its lifetime is over.",
        "Ask for a new token. Keep it for as long as `expires_in` says, rather than asking for one per call.",
    ),
    ProblemType(
        "wrong_environment",
        401,
        "The token belongs to the other environment",
        "This host answers for one environment, and the token was issued in the other.",
        "Use the base URL of the environment that issued the token, or a client of this environment.",
    ),
    ProblemType(
        "insufficient_scope",
        403,
        "The token lacks a scope",
        "The token is good, but it does not carry any of the scopes that this call needs. "
        "`detail` and the WWW-Authenticate header name them.",
        "Ask for the scope when you request the token. If that is refused, the client does not have it.",
    ),
    ProblemType(
        "not_found",
        404,
        "Not found",
        "There is nothing here that this token may see. What belongs to somebody else does not exist for you.",
        "Check the address and the environment. Sandbox and production do not share any data.",
    ),
    ProblemType(
        "route_not_found",
        404,
        "No such address",
        "The API has nothing at this address. Paths have no slash at their end.",
        "Compare the path with openapi.yaml.",
    ),
    ProblemType(
        "method_not_allowed",
        405,
        "The method is not allowed here",
        "The address exists, but not for this HTTP method. The Allow header lists those it has.",
        "Use one of the methods in the Allow header.",
    ),
    ProblemType(
        "ambiguous_identifier",
        409,
        "The identifier fits more than one patient",
        "Two patients carry this number, so an answer would be a guess.",
        "Ask for the Health ID, or look at the patients' documents. Tell us about the double number.",
    ),
    ProblemType(
        "length_required",
        411,
        "The length of the body is not known",
        "The body was sent in chunks, without a Content-Length header.",
        "Send the Content-Length header. HTTP clients do when they get the body as a whole, not as a stream.",
    ),
    ProblemType(
        "body_too_large",
        413,
        "The body is too large",
        "The request body is larger than the API takes in one call.",
        "Send less in one call.",
    ),
    ProblemType(
        "unsupported_media_type",
        415,
        "The content type is not supported",
        "The body was not sent as JSON.",
        "Send the body as JSON with Content-Type: application/json.",
    ),
    ProblemType(
        "invalid_body",
        422,
        "The body does not fit the schema",
        "The body is JSON, but a field is missing, unknown, or of the wrong type. "
        "The list `errors` points to each one (RFC 6901). Nothing was stored.",
        "Correct the fields named in `errors`. Values are never converted: a number in quotes is a string.",
    ),
    ProblemType(
        "internal_error",
        500,
        "Something broke on our side",
        "The request met an error that we did not foresee. It has been recorded.",
        "Try again later. If it keeps happening, tell us the `request_id`.",
    ),
    ProblemType(
        "ledger_unavailable",
        503,
        "The call could not be recorded",
        "Every call on clinical data is recorded before it is answered. The record could not be written, "
        "so the answer was withheld.",
        "Try again in a moment.",
    ),
    ProblemType(
        "service_unavailable",
        503,
        "The service is not available",
        "A part that this call needs does not answer at the moment.",
        "Try again in a moment.",
    ),
)

_OAUTH: Final = (
    ProblemType(
        "invalid_request",
        400,
        "The token request is malformed",
        "A parameter is missing, repeated, not text, or in the address; the body is neither JSON nor form-encoded; "
        "or the client authenticates itself in more than one way. `error_description` says which.",
        "Send the parameters once, in the body, with Content-Type: application/json or "
        "application/x-www-form-urlencoded.",
    ),
    ProblemType(
        "invalid_client",
        401,
        "The client could not be authenticated",
        "There is no such client, or its secret or key is wrong or has ended. The answer is the same in every case, "
        "so that nobody learns which clients exist.",
        "Compare `client_id` and `client_secret` with what you were given, character by character, and check that "
        "they belong to the same environment.",
    ),
    ProblemType(
        "invalid_scope",
        400,
        "The client does not have this scope",
        "The token request asks for a scope that does not exist or that the client does not have.",
        "Ask for scopes that the client has, separated by spaces, or leave `scope` out to get all of them.",
    ),
    ProblemType(
        "unauthorized_client",
        400,
        "The client may not get a token here",
        "The client is suspended, or it belongs to the other environment than this host.",
        "Use the base URL of the client's environment. If the client is suspended, write to support.",
    ),
    ProblemType(
        "unsupported_grant_type",
        400,
        "The grant type is not supported",
        "Tokens are issued for client credentials only.",
        "Send `grant_type` with the value client_credentials.",
    ),
    ProblemType(
        "temporarily_unavailable",
        429,
        "Too many failed attempts",
        "Authentication as this client failed too often from this address within a minute.",
        "Wait as long as the Retry-After header says, and correct the credentials before you try again.",
    ),
)

PROBLEMS: Final = {problem.code: problem for problem in _ALL}
"""Errors that are answered as problem details."""
OAUTH_ERRORS: Final = {problem.code: problem for problem in _OAUTH}
"""Errors of the token, revocation and introspection endpoints, which RFC 6749, section 5.2, gives another form."""
