"""The two calls of the published quickstart, and the production client's first."""

from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.samples.calls import Call

TOKEN = Call(
    "createToken",
    {
        "grant_type": "client_credentials",
        "client_id": "demo_dev_sandbox",
        "client_secret": "demo_secret_sandbox_2026",
        "scope": "patient:profile:read",
    },
)
SEARCH = Call("searchPatient", {"health_id": "OPC-2024-DEMO1"})
PRODUCTION_TOKEN = Call(
    "createToken",
    {
        "grant_type": "client_credentials",
        "client_id": DEMO_PRODUCTION_CLIENT.client_id,
        "client_secret": DEMO_PRODUCTION_CLIENT.client_secret,
    },
)
