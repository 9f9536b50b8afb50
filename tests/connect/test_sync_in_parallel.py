"""Many states of one facility at once, against real servers: the newest stays, whole; nobody gets a 500."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.connect.pushing import hospital
from tests.connect.test_push_in_parallel import AT_ONCE, servers, token
from tests.servers import Server

__all__ = ["servers"]
START = datetime(2026, 1, 5, 6, tzinfo=UTC)


def state(number: int) -> dict[str, Any]:
    """Return the state at one minute, in which every figure is the minute."""
    [medicine, gloves] = hospital()["stock"]
    return hospital(
        as_of=(START + timedelta(minutes=number)).isoformat(),
        stock=[{**medicine, "quantity": number}, {**gloves, "quantity": number}],
        blood=[{"component": "plasma", "abo": group, "rh": "positive", "units": number} for group in ("A", "B")],
    )


def test_of_fifty_states_at_once_the_newest_stays_whole(servers: list[Server]) -> None:
    headers = token(servers[0])

    def send(number: int) -> requests.Response:
        base, body = f"{servers[number % 2].base_url}/connect/facilities", state(number % 25 + 1)
        if number % 3:
            return requests.put(f"{base}/OWN-1", json=body, headers=headers, timeout=60)
        return requests.post(f"{base}/sync", json={"items": [{"code": "OWN-1", **body}]}, headers=headers, timeout=60)

    def status(answer: requests.Response) -> int:
        return int(answer.json()["items"][0]["status"] if "/sync" in answer.url else answer.status_code)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}, [answer.text for answer in answers]
    statuses = Counter(map(status, answers))
    assert set(statuses) <= {200, 201, 409}
    assert statuses[201] == 1
    assert status(send(24)) == 200, "the newest is known"
    assert status(send(25)) == 409

    def read(server: Server, path: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{server.base_url}/connect/{path}", headers=headers, timeout=60)
        return [row for row in answer.json()["items"] if row["facility"]["code"] == "OWN-1"]

    assert [row["quantity"] for row in read(servers[0], "pharmacy/stock?facility=OWN-1")] == [25, 25]
    assert [row["units"] for row in read(servers[1], "blood/inventory?component=plasma&region=NG-LA")] == [25, 25]
