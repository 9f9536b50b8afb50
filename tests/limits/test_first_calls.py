"""The first calls of a process come together: one of them makes the store, the others wait for it."""

import os
import subprocess
import sys

from tests.servers import PROJECT

TOGETHER = """
import threading
import django
django.setup()
from limits import RateLimitItemPerMinute
from portal.limits.counting import counting
calls = RateLimitItemPerMinute(100)
begin, counted = threading.Barrier(40), []
def call():
    begin.wait()
    counted.append(counting().count(calls, "client").used)
threads = [threading.Thread(target=call) for _ in range(40)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sorted(counted) == list(range(1, 41)))
"""


def counts_all(redis_url: str) -> bool:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "REDIS_URL": redis_url}
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], check=True, cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    return done.stdout.strip() == "True"


def test_in_memory() -> None:
    assert counts_all("")


def test_in_redis(redis_url: str) -> None:
    assert counts_all(redis_url)
