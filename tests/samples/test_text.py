"""The published quickstart, word for word."""

import pytest
from pygments.lexers import get_lexer_by_name

from portal.samples.languages import LANGUAGES, samples
from tests.samples.published import SEARCH, TOKEN

BASE = "https://opescare.test/api/v1"

STEP_1 = {
    "curl": r"""
curl -X POST https://opescare.test/api/v1/connect/auth/token \
  -H "Content-Type: application/json" \
  -d '{
    "grant_type": "client_credentials",
    "client_id": "demo_dev_sandbox",
    "client_secret": "demo_secret_sandbox_2026",
    "scope": "patient:profile:read"
  }'
""",
    "php": """
$response = Http::post('https://opescare.test/api/v1/connect/auth/token', [
    'grant_type' => 'client_credentials',
    'client_id' => 'demo_dev_sandbox',
    'client_secret' => 'demo_secret_sandbox_2026',
    'scope' => 'patient:profile:read',
]);
$token = $response->json('access_token');
""",
    "javascript": """
const response = await fetch('https://opescare.test/api/v1/connect/auth/token', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    grant_type: 'client_credentials',
    client_id: 'demo_dev_sandbox',
    client_secret: 'demo_secret_sandbox_2026',
    scope: 'patient:profile:read',
  }),
});
const { access_token } = await response.json();
""",
    "python": """
resp = requests.post('https://opescare.test/api/v1/connect/auth/token', json={
    'grant_type': 'client_credentials',
    'client_id': 'demo_dev_sandbox',
    'client_secret': 'demo_secret_sandbox_2026',
    'scope': 'patient:profile:read',
})
access_token = resp.json()['access_token']
""",
    "java": r'''
HttpClient client = HttpClient.newHttpClient();
HttpRequest request = HttpRequest.newBuilder()
    .uri(URI.create("https://opescare.test/api/v1/connect/auth/token"))
    .header("Content-Type", "application/json")
    .POST(HttpRequest.BodyPublishers.ofString("""
        {
          "grant_type": "client_credentials",
          "client_id": "demo_dev_sandbox",
          "client_secret": "demo_secret_sandbox_2026",
          "scope": "patient:profile:read"
        }"""))
    .build();
HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
String accessToken = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"")
    .matcher(response.body()).results().findFirst().orElseThrow().group(1);
''',
}
STEP_2 = {
    "curl": r"""
curl "https://opescare.test/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1" \
  -H "Authorization: Bearer {access_token}"
""",
    "php": """
$patient = Http::withToken($token)->get('https://opescare.test/api/v1/connect/patient/search', [
    'health_id' => 'OPC-2024-DEMO1',
])->json();
""",
    "javascript": """
const patientResponse = await fetch('https://opescare.test/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1', {
  headers: { Authorization: `Bearer ${access_token}` },
});
const patient = await patientResponse.json();
""",
    "python": """
patient = requests.get(
    'https://opescare.test/api/v1/connect/patient/search',
    params={'health_id': 'OPC-2024-DEMO1'},
    headers={'Authorization': f'Bearer {access_token}'},
).json()
""",
    "java": """
HttpRequest patientRequest = HttpRequest.newBuilder()
    .uri(URI.create("https://opescare.test/api/v1/connect/patient/search?health_id=OPC-2024-DEMO1"))
    .header("Authorization", "Bearer " + accessToken)
    .build();
String patient = client.send(patientRequest, HttpResponse.BodyHandlers.ofString()).body();
""",
}


@pytest.mark.parametrize("key", STEP_1)
def test_the_token(key: str) -> None:
    written = {sample.language.key: sample.text for sample in samples(TOKEN, BASE)}
    assert written[key] == STEP_1[key].strip("\n")


@pytest.mark.parametrize("key", STEP_2)
def test_the_patient(key: str) -> None:
    written = {sample.language.key: sample.text for sample in samples(SEARCH, BASE, after=[TOKEN])}
    assert written[key] == STEP_2[key].strip("\n")


def test_the_languages_and_their_order() -> None:
    assert [language.label for language in LANGUAGES] == ["cURL", "PHP", "JavaScript", "Python", "Java"]
    assert [language.key for language in LANGUAGES] == list(STEP_1)
    for language in LANGUAGES:
        get_lexer_by_name(language.lexer)
