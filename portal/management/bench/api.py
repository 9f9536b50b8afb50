"""Tokens, reads and pushes per second, ledger included, on each database, beside the best that could be."""

import itertools
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from portal.applications.published import DEMO_PRODUCTION_CLIENT, DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT, PublishedClient
from portal.management.bench import databases
from portal.management.bench.servers import BARE_SETTINGS, HEAD, Load, Measured, Target, ask, line_of, measure, serving

API = "/api/v1/connect"
JSON = {"Content-Type": "application/json"}


def token_of(client: PublishedClient, *scopes: str) -> Target:
    """Return the request for a token with these scopes."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "scope": " ".join(scopes),
    }
    return Target("POST", f"{API}/auth/token", JSON, json.dumps(asked).encode())


PROFILE = token_of(SANDBOX_CLIENT, "patient:profile:read")


def bearer(port: int, token: Target) -> dict[str, str]:
    """Return the header of calls with a new token."""
    _status, answer = ask(port, token)
    return {"Authorization": f"Bearer {json.loads(answer)['access_token']}"}


def encounters(path: str, headers: Mapping[str, str]) -> Load:
    """Return a load of encounters, each of them new, as the example in the document has one."""
    encounter = json.loads(settings.RECORDINGS.read_text())["pushEncounter.visit"]["arguments"]
    numbers = itertools.count()

    def following() -> Target:
        body = json.dumps({**encounter, "source_id": f"BENCH-{next(numbers)}"}).encode()
        return Target("POST", path, {**JSON, **headers}, body)

    return following


def read_in_care(port: int) -> Target:
    """Return a read in production of a patient whom the client has resolved."""
    headers = bearer(port, token_of(DEMO_PRODUCTION_CLIENT, "health_id:verify", "patient:read"))
    person = json.loads(settings.RECORDINGS.read_text())["resolvePatient.new_person"]["arguments"]
    body = json.dumps(person).encode()
    _status, answer = ask(port, Target("POST", f"{API}/patients/resolve", {**JSON, **headers}, body))
    return Target("GET", f"{API}/patient/search?health_id={json.loads(answer)['health_id']}", headers)


def bench(write: Callable[[str], object], port: int, seconds: float) -> None:
    """Measure, and write what came out."""
    signature = sign_for(seconds)
    with TemporaryDirectory() as name, serving(port, Path(name), DJANGO_SETTINGS_MODULE=BARE_SETTINGS) as process:
        bare_read = measure(process, port, Target("GET", "/bare"), 200, seconds)
        bare_push = measure(process, port, encounters("/bare", {}), 201, seconds)
    for database, folder, url in databases.each():
        with serving(port, folder, DATABASE_URL=url) as process:
            token = measure(process, port, PROFILE, 200, seconds)
            address = f"{API}/patient/search?health_id=OPC-2024-DEMO1"
            read = measure(process, port, Target("GET", address, bearer(port, PROFILE)), 200, seconds)
            in_care = measure(process, port, read_in_care(port), 200, seconds)
            pusher = bearer(port, token_of(DEMO_SANDBOX_CLIENT, "encounter:push"))
            push = measure(process, port, encounters(f"{API}/records/encounters", pusher), 201, seconds)
        write(f"\n{database}\n{HEAD}")
        write(line_of("RS256 signature, raw (limit)", signature, signature))
        write(line_of("token", token, signature))
        write(line_of("bare DRF view, same JSON (limit)", bare_read, bare_read))
        write(line_of("authenticated read, with ledger", read, bare_read))
        write(line_of("production read, relationship asked", in_care, bare_read))
        write(line_of("bare DRF view, JSON both ways (limit)", bare_push, bare_push))
        write(line_of("push of an encounter, with ledger", push, bare_push))


def sign_for(seconds: float) -> Measured:
    """Sign what a token signs, and nothing else, with one process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text, count, started, cpu = b"x" * 500, 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        count += 1
    return Measured(count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1000)
