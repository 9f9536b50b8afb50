"""Errors of the token, revocation and introspection endpoints, which RFC 6749, section 5.2, gives another form."""

from typing import Final

from django.utils.translation import gettext_noop as noop

from portal.problems.problem_types import ProblemType

_OAUTH: Final = (
    ProblemType(
        "invalid_request",
        400,
        noop("The token request is malformed"),
        noop(
            "A parameter is missing, repeated, not text, or in the address; the body is neither JSON nor form-encoded; "
            "or the client authenticates itself in more than one way. `error_description` says which."
        ),
        noop(
            "Send the parameters once, in the body, with Content-Type: application/json or "
            "application/x-www-form-urlencoded."
        ),
    ),
    ProblemType(
        "invalid_client",
        401,
        noop("The client could not be authenticated"),
        noop(
            "There is no such client, or its secret or key is wrong or has ended. "
            "The answer is the same in every case, so that nobody learns which clients exist."
        ),
        noop(
            "Compare `client_id` and `client_secret` with what you were given, character by character, and check that "
            "they belong to the same environment."
        ),
    ),
    ProblemType(
        "invalid_scope",
        400,
        noop("The client does not have this scope"),
        noop("The token request asks for a scope that does not exist or that the client does not have."),
        noop("Ask for scopes that the client has, separated by spaces, or leave `scope` out to get all of them."),
    ),
    ProblemType(
        "unauthorized_client",
        400,
        noop("The client may not get a token here"),
        noop("The client is suspended, or it belongs to the other environment than this host."),
        noop("Use the base URL of the client's environment. If the client is suspended, write to support."),
    ),
    ProblemType(
        "unsupported_grant_type",
        400,
        noop("The grant type is not supported"),
        noop("Tokens are issued for client credentials only."),
        noop("Send `grant_type` with the value client_credentials."),
    ),
    ProblemType(
        "temporarily_unavailable",
        429,
        noop("Too many attempts"),
        noop(
            "Within a minute, authentication as this client failed too often from this address, or the client or the "
            "address made more calls than it has. `error_description` says which."
        ),
        noop(
            "Wait as long as the Retry-After header says. Correct the credentials before you try again, and keep a "
            "token for as long as `expires_in` says."
        ),
    ),
)

OAUTH_ERRORS: Final = {problem.code: problem for problem in _OAUTH}
