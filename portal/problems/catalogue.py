"""Every error code of the API: its status, its title, what happened, and how to mend it.

The codes are the contract (`code` and the last part of `type` in an answer), the words are for people.
The API answers in English; `noop` marks the words for the pages, which translate them.
"""

from typing import Final

from django.utils.translation import gettext_noop as noop

from portal.problems.oauth_errors import OAUTH_ERRORS
from portal.problems.problem_types import ProblemType

_ALL: Final = (
    ProblemType(
        "malformed_body",
        400,
        noop("The body is not valid JSON"),
        noop("The request body could not be read as one JSON object in UTF-8. A repeated key counts as an error too."),
        noop(
            "Send one JSON object with Content-Type: application/json. Let your language's JSON library write it, "
            "rather than putting the text together by hand."
        ),
    ),
    ProblemType(
        "invalid_parameter",
        400,
        noop("A parameter is not acceptable"),
        noop(
            "A parameter in the address is missing, unknown, repeated or of the wrong form. "
            "The list `errors` names each one."
        ),
        noop(
            "Correct the parameters named in `errors`. Parameter names are exact; the API never ignores one it "
            "does not know."
        ),
    ),
    ProblemType(
        "invalid_health_id",
        400,
        noop("The Health ID is not valid"),
        noop(
            "The Health ID is not of the form OPC-YYYY- and eight characters, or its check character does not fit: "
            "most often one character was mistyped or two were swapped."
        ),
        noop("Read the Health ID again from its source. Nothing was looked up."),
    ),
    ProblemType(
        "invalid_idempotency_key",
        400,
        noop("The Idempotency-Key header is not acceptable"),
        noop("The key must be 1 to 255 visible ASCII characters, in double quotes or without them."),
        noop("Make a new random key, such as a UUID, for each thing that you send, and keep it for its retries."),
    ),
    ProblemType(
        "invalid_sandbox_fault",
        400,
        noop("The Sandbox-Fault header cannot be obeyed"),
        noop(
            "The header asks for faults in a way that does not exist, with a client that may not, or in production. "
            "Nothing was looked up and nothing was stored."
        ),
        noop(
            "Send `status=429`, `status=500`, `status=503` or `drop`, with `after` if the work shall be done first, "
            "and `delay=1` to `delay=10`. Delays and `drop` need a sandbox client of your own. Remove the header in "
            "production."
        ),
    ),
    ProblemType(
        "invalid_break_glass",
        400,
        noop("The Break-Glass header is not acceptable"),
        noop(
            "The reason must be 10 to 200 printable ASCII characters, in double quotes or without them. "
            "Nothing was opened."
        ),
        noop("Write in a few words why this patient cannot wait, without accents. Name nobody: reviewers read it."),
    ),
    ProblemType(
        "unknown_host",
        400,
        noop("This host name is not known here"),
        noop("The request was sent to a host name that this site does not answer for."),
        noop("Use the base URL as the documentation gives it. If you run the site, add the name to ALLOWED_HOSTS."),
    ),
    ProblemType(
        "token_missing",
        401,
        noop("No access token was sent"),
        noop(
            "This address needs an access token, and the request had no Authorization header of the form "
            "`Bearer <token>`."
        ),
        noop("Get a token from /connect/auth/token and send it as `Authorization: Bearer <token>`."),
    ),
    ProblemType(
        "token_invalid",
        401,
        noop("The access token is not valid"),
        noop(
            "The token was not issued here, was changed on the way, is for another audience, or has been revoked. "
            "A suspended client and a revoked secret end their tokens as well."
        ),
        noop("Ask for a new token. If that is refused too, the credential itself has ended."),
    ),
    ProblemType(
        "token_expired",
        401,
        noop("The access token has expired"),
        noop("The token was good once, but its lifetime is over."),
        noop("Ask for a new token. Keep it for as long as `expires_in` says, rather than asking for one per call."),
    ),
    ProblemType(
        "wrong_environment",
        401,
        noop("The token belongs to the other environment"),
        noop("This host answers for one environment, and the token was issued in the other."),
        noop("Use the base URL of the environment that issued the token, or a client of this environment."),
    ),
    ProblemType(
        "insufficient_scope",
        403,
        noop("The token lacks a scope"),
        noop(
            "The token is good, but it does not carry any of the scopes that this call needs. "
            "`detail` and the WWW-Authenticate header name them."
        ),
        noop(
            "Ask for the scope when you request the token. If that is refused, the client does not have it. "
            "In production, open the page that `request_access` names, and ask for it there."
        ),
    ),
    ProblemType(
        "facility_not_granted",
        403,
        noop("The client may not send data for this facility"),
        noop(
            "In production a client sends data for the facilities of its grant alone. The one that the call names is "
            "not among them. Nothing was stored."
        ),
        noop(
            "Compare the facility's code with those of your grant, character by character. If your organisation acts "
            "for this facility too, have it added to the grant. In the sandbox, NG-LOS-C1 is granted to nobody."
        ),
    ),
    ProblemType(
        "no_care_relationship",
        403,
        noop("The patient is not in your organisation's care"),
        noop(
            "Your organisation has neither resolved this patient nor sent a record of theirs within the last year, "
            "through any of its apps. Nothing about them was answered."
        ),
        noop(
            "If the patient is with you, resolve them at your desk, then read again. In an emergency send the "
            "Break-Glass header with a reason: the patient is opened to you for 15 minutes, and reviewers look at it. "
            "In the sandbox, this is met with OPC-2024-DEMO21 and OPC-2024-DEMO22."
        ),
    ),
    ProblemType(
        "not_found",
        404,
        noop("Not found"),
        noop("There is nothing here that this token may see. What belongs to somebody else does not exist for you."),
        noop("Check the address and the environment. Sandbox and production do not share any data."),
    ),
    ProblemType(
        "route_not_found",
        404,
        noop("No such address"),
        noop("The API has nothing at this address. Paths have no slash at their end."),
        noop("Compare the path with openapi.yaml."),
    ),
    ProblemType(
        "method_not_allowed",
        405,
        noop("The method is not allowed here"),
        noop("The address exists, but not for this HTTP method. The Allow header lists those it has."),
        noop("Use one of the methods in the Allow header."),
    ),
    ProblemType(
        "ambiguous_identifier",
        409,
        noop("The identifier fits more than one patient"),
        noop("Two patients carry this number, so an answer would be a guess."),
        noop("Ask for the Health ID, or look at the patients' documents. Tell us about the double number."),
    ),
    ProblemType(
        "ambiguous_match",
        409,
        noop("Several people are plausible"),
        noop(
            "The demographics resemble one or more known people, but not so surely that a link could be made without "
            "somebody looking. `candidates` names their Health IDs, how sure each is, and which fields agree."
        ),
        noop(
            "Ask the person for a Health ID or a national document and send its number as verified. Where nobody can "
            "wait, send `on_ambiguous: provisional`: a new Health ID is created, and staff compare it with the "
            "candidates."
        ),
    ),
    ProblemType(
        "local_number_reused",
        409,
        noop("The local number belonged to somebody else"),
        noop(
            "This local number was linked to a person with another name and another birth date. "
            "It was probably given to somebody new. Nothing was linked."
        ),
        noop(
            "Check the number. If it was really given to another person, send `on_ambiguous: provisional`: the number "
            "changes hands, and staff look at it."
        ),
    ),
    ProblemType(
        "older_version",
        409,
        noop("A newer version is already here"),
        noop("The record or facility was received before in a newer state than the one sent. It stays as it is."),
        noop(
            "Nothing needs to be done if the call was a late retry. Otherwise send the present state, with a "
            "`source_version` or an `as_of` that is higher than that of every call before."
        ),
    ),
    ProblemType(
        "version_reused",
        409,
        noop("The version has been sent before with other content"),
        noop(
            "This record or facility was received before with the same `source_version` or `as_of`, but its content "
            "was different. It stays as it is."
        ),
        noop(
            "Raise `source_version`, or `as_of` of a facility, whenever something changes, so that a retry can be told "
            "from a change."
        ),
    ),
    ProblemType(
        "idempotency_in_flight",
        409,
        noop("A call with this Idempotency-Key is still under way"),
        noop("The first call with this key has not been answered yet."),
        noop("Wait as long as Retry-After says, then send the same call again: it gets the first one's answer."),
    ),
    ProblemType(
        "length_required",
        411,
        noop("The length of the body is not known"),
        noop("The body was sent in chunks, without a Content-Length header."),
        noop("Send the Content-Length header. HTTP clients do when they get the body as a whole, not as a stream."),
    ),
    ProblemType(
        "body_too_large",
        413,
        noop("The body is too large"),
        noop("The request body is larger than the API takes in one call."),
        noop("Send less in one call."),
    ),
    ProblemType(
        "unsupported_media_type",
        415,
        noop("The content type is not supported"),
        noop("The body was not sent as JSON."),
        noop("Send the body as JSON with Content-Type: application/json."),
    ),
    ProblemType(
        "invalid_body",
        422,
        noop("The body does not fit the schema"),
        noop(
            "The body is JSON, but a field is missing, unknown, or of the wrong type. "
            "The list `errors` points to each one (RFC 6901). Nothing was stored."
        ),
        noop("Correct the fields named in `errors`. Values are never converted: a number in quotes is a string."),
    ),
    ProblemType(
        "idempotency_key_reused",
        422,
        noop("The Idempotency-Key was used for another body"),
        noop("This client sent the key before, to the same address, with a different body. Nothing was stored."),
        noop("Make a new key for each thing that you send; use a key again only to retry the very same call."),
    ),
    ProblemType(
        "rate_limited",
        429,
        noop("Too many calls"),
        noop(
            "The client, or the address that the call came from, has made as many calls as it has in a minute. "
            "`violated-policies` says which of the two. Nothing was looked up and nothing was stored."
        ),
        noop(
            "Wait as long as the Retry-After header says, then send the call again. The RateLimit header of every "
            "answer says how many calls are left. Many records go into one call with the batch operations."
        ),
    ),
    ProblemType(
        "too_many_strangers",
        429,
        noop("Too many patients who are not in your care"),
        noop(
            "The client has asked for 300 patients within an hour who do not exist or are not in its organisation's "
            "care. Until the hour is over it is not told which of the two it is. Patients in its care are answered as "
            "always."
        ),
        noop(
            "Read only patients whom you have resolved, and look for the fault that makes your app ask for others. "
            "In an emergency the Break-Glass header still opens a patient."
        ),
    ),
    ProblemType(
        "internal_error",
        500,
        noop("Something broke on our side"),
        noop("The request met an error that we did not foresee. It has been recorded."),
        noop("Try again later. If it keeps happening, tell us the `request_id`."),
    ),
    ProblemType(
        "ledger_unavailable",
        503,
        noop("The call could not be recorded"),
        noop(
            "Every call on clinical data is recorded before it is answered. The record could not be written, "
            "so the answer was withheld."
        ),
        noop("Try again in a moment."),
    ),
    ProblemType(
        "service_unavailable",
        503,
        noop("The service is not available"),
        noop("A part that this call needs does not answer at the moment."),
        noop("Try again in a moment."),
    ),
)

INJECTED: Final = ProblemType(
    "injected_fault",
    503,
    noop("A fault on demand"),
    noop("The call asked for a fault by its Sandbox-Fault header. With `after`, its work was done all the same."),
    noop("Nothing needs mending. This code stands in the request log only; the answer had the code of a real fault."),
)
"""What the ledger says of a call that asked to fail."""

REHEARSED: Final = ProblemType(
    "rehearsed_refusal",
    429,
    noop("Refused by a conformance scenario"),
    noop(
        "A scenario of this app was under way in which the sandbox refuses one call, to see what the client does then."
    ),
    noop(
        "Nothing needs mending, if the client waits as long as Retry-After says. This code stands in the request log "
        "only; the answer was that of `rate_limited`."
    ),
)
"""What the ledger says of a call that was refused to try a client."""

MERGED: Final = ProblemType(
    "merged_health_id",
    200,
    noop("The Health ID was merged into another"),
    noop("The call was carried out. The Health ID that was sent is an alias; the answer has the one that survives."),
    noop(
        "Compare the `health_id` of an answer with the one that was sent, and store the new one where they differ. "
        "This code stands in the request log only."
    ),
)
"""What the ledger says of a call that went well with an alias."""

PROBLEMS: Final = {problem.code: problem for problem in _ALL}
"""Errors that are answered as problem details."""
KNOWN_ERRORS: Final = {**PROBLEMS, **OAUTH_ERRORS, **{note.code: note for note in (INJECTED, REHEARSED, MERGED)}}
"""Everything that a row of the ledger may name."""
