"""What people type, and the page that they want: it must come first, or among the first three."""

import pytest

from tests.search.answers import ask

ROTATE = "/guides/rotate-a-secret/"
AUTHENTICATION = "/guides/authentication/"
RESOLUTION = "/guides/health-id-resolution/"
PUSHING = "/guides/pushing-records/"
TOUCH = "/guides/who-may-touch-whom/"
PRODUCTION = "/guides/going-to-production/"
LIMITS = "/guides/errors-and-limits/"
SCOPES = "/reference/scopes/"
OPERATION = "/reference/operations/{}/".format

FIRST = [
    ("rotate secret", ROTATE),
    ("Rotate a secret", ROTATE),
    ("rotating secrets", ROTATE),
    ("rot", ROTATE),
    ("push lab results", "/guides/push-lab-results/"),
    ("how do I push lab results?", "/guides/push-lab-results/"),
    ("sandboxdata", "/guides/sandbox-data/"),
    ("push prescriptions", "/guides/push-prescriptions/"),
    ("facility sync", "/guides/facility-sync/"),
    ("getting started", "/guides/getting-started/"),
    ("authentication", AUTHENTICATION),
    ("autentication", AUTHENTICATION),
    ("AUTHENTICATION", AUTHENTICATION),
    ("health id", RESOLUTION),
    ("health-id resolution", RESOLUTION),
    ("going to production", PRODUCTION),
    ("passkey", "/guides/two-step-sign-in/#passkey"),
    ("break glass", f"{TOUCH}#break-glass"),
    ("Idempotency-Key", f"{PUSHING}#idempotency-key"),
    ("pagination", "/guides/connect-api/#paging"),
    ("insufficient_scope", "/errors/insufficient_scope/"),
    ("insufficient scope", "/errors/insufficient_scope/"),
    ("insuficient_scope", "/errors/insufficient_scope/"),
    ("token_expired", "/errors/token_expired/"),
    ("403 insufficient_scope", "/errors/insufficient_scope/"),
    ("rate_limited", "/errors/rate_limited/"),
    ("invalid_client", "/errors/invalid_client/"),
    ("409 idempotency_in_flight", "/errors/idempotency_in_flight/"),
    ("createToken", OPERATION("createToken")),
    ("createtoken", OPERATION("createToken")),
    ("create token", OPERATION("createToken")),
    ("/connect/patients/resolve", OPERATION("resolvePatient")),
    ("POST /connect/patients/resolve", OPERATION("resolvePatient")),
    ("connect/auth/token", OPERATION("createToken")),
    ("revokeToken", OPERATION("revokeToken")),
    ("pushLabResults", OPERATION("pushLabResults")),
    ("birth_date", "/reference/schemas/Patient/#birth_date"),
    ("Patient.birth_date", "/reference/schemas/Patient/#birth_date"),
    ("ResolveRequest", "/reference/schemas/ResolveRequest/"),
    ("patient:read", f"{SCOPES}#patient:read"),
    ("health_id:verify", f"{SCOPES}#health_id:verify"),
    ("lab:push", f"{SCOPES}#lab:push"),
    ("console", "/console/"),
    ("changelog", "/changelog/"),
    ("pharmcy", "/reference/tags/pharmacy/"),
]
AMONG_THREE = [
    ("client_secret", "/reference/schemas/TokenForm/#client_secret"),
    ("client-secret", "/reference/schemas/TokenForm/#client_secret"),
    ("pateint", "/guides/connect-api/#patient"),
    ("break-glass", f"{TOUCH}#break-glass"),
    ("idempotency", f"{PUSHING}#idempotency-key"),
    ("scopes", SCOPES),
    ("401", "/errors/token_missing/"),
    ("401 token", "/errors/token_missing/"),
    ("429", "/errors/rate_limited/"),
    ("get a token", f"{AUTHENTICATION}#tokens"),
    ("resolve", OPERATION("resolvePatient")),
    ("rate limit", f"{LIMITS}#calls"),
    ("private key jwt", "/guides/private-key-jwt/"),
    ("login", "/guides/two-step-sign-in/"),
    ("blood", "/guides/sandbox-data/#blood"),
    ("introspect", OPERATION("introspectToken")),
    ("labresults", "/guides/push-lab-results/"),
    ("invite a colleague", "/guides/roles-and-invitations/#invite"),
    ("invitations", "/guides/roles-and-invitations/"),
]
OPERATIONS = [
    ("find patient", "searchPatient"),
    ("search patient", "searchPatient"),
    ("find a patient", "searchPatient"),
    ("lookup patient", "searchPatient"),
    ("find patient by identifier", "searchPatientByIdentifier"),
    ("find patient health id", "searchPatient"),
    ("resolve patient", "resolvePatient"),
    ("read patient", "getPatient"),
    ("get patient", "getPatient"),
    ("push encounter", "pushEncounter"),
    ("submit encounter", "pushEncounter"),
    ("read encounter", "getEncounter"),
    ("push lab results", "pushLabResults"),
    ("upload lab results", "pushLabResults"),
    ("read lab results", "listLabResults"),
    ("get lab results", "listLabResults"),
    ("read lab report", "getLabReport"),
    ("list diagnoses", "listDiagnostics"),
    ("get diagnostics", "listDiagnostics"),
    ("send prescription", "pushPrescription"),
    ("get prescription", "getPrescription"),
    ("push batch", "pushRecordBatch"),
    ("get token", "createToken"),
    ("obtain token", "createToken"),
    ("request access token", "createToken"),
    ("check token", "introspectToken"),
    ("revoke", "revokeToken"),
    ("revoke token", "revokeToken"),
    ("find blood", "listBloodInventory"),
    ("find medicines", "listPharmacyStock"),
    ("sync facilities", "syncFacilities"),
    ("send facility", "putFacility"),
    ("reset sandbox", "resetSandbox"),
]
"""What somebody wants to do, in their own words: the operation comes first or second."""
FIRST_IN_FRENCH = [
    ("renouveler un secret", ROTATE),
    ("renouveler", ROTATE),
    ("bris de glace", f"{TOUCH}#break-glass"),
    ("Bris De Glace", f"{TOUCH}#break-glass"),
    ("cle d'acces", "/guides/two-step-sign-in/#passkey"),
    ("clé d\u2019accès", "/guides/two-step-sign-in/#passkey"),
    ("authentification", AUTHENTICATION),
    ("autentification", AUTHENTICATION),
    ("insufficient_scope", "/errors/insufficient_scope/"),
    ("patient:read", f"{SCOPES}#patient:read"),
    ("createToken", OPERATION("createToken")),
    ("idempotency-key", f"{PUSHING}#idempotency-key"),
]
AMONG_THREE_IN_FRENCH = [
    ("jeton", f"{AUTHENTICATION}#lifetime"),
    ("cle", "/guides/private-key-jwt/"),
    ("clés", "/guides/private-key-jwt/"),
    ("obtenir un jeton", f"{AUTHENTICATION}#tokens"),
    ("envoyer des résultats", "/guides/push-lab-results/"),
    ("donnees de la sandbox", "/guides/sandbox-data/"),
    ("resultats de laboratoire", "/guides/push-lab-results/"),
    ("401", "/errors/token_missing/"),
    ("patients fusionnes", f"{RESOLUTION}#merged"),
]


@pytest.mark.parametrize(("query", "wanted"), FIRST)
def test_comes_first(query: str, wanted: str) -> None:
    assert ask(query).urls[0] == wanted


@pytest.mark.parametrize(("query", "wanted"), AMONG_THREE)
def test_comes_among_the_first_three(query: str, wanted: str) -> None:
    assert wanted in ask(query).urls[:3]


@pytest.mark.parametrize(("query", "operation"), OPERATIONS)
def test_the_operation_comes_first_or_second(query: str, operation: str) -> None:
    assert OPERATION(operation) in ask(query).urls[:2]


@pytest.mark.parametrize(("query", "wanted"), FIRST_IN_FRENCH)
def test_comes_first_in_french(query: str, wanted: str) -> None:
    assert ask(query, "fr").urls[0] == f"/fr{wanted}"


@pytest.mark.parametrize(("query", "wanted"), AMONG_THREE_IN_FRENCH)
def test_comes_among_the_first_three_in_french(query: str, wanted: str) -> None:
    assert f"/fr{wanted}" in ask(query, "fr").urls[:3]
