"""How a worker bears a task that fails, and a deployment that is not ready."""

import logging
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from portal.management.working import Runner
from portal.schedule import SCHEDULE, Scheduled
from tests.portal.test_start import environment
from tests.servers import manage


class Task:
    """Fails as often as told."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.runs = 0

    def __call__(self, stopping: Event) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise ValueError("cannot write to ana@example.org")


def runner(task: Task, stopping: Event | None = None) -> Runner:
    return Runner(Scheduled("room.task", timedelta(seconds=1), task), stopping or Event())


def test_a_failure_is_put_off_longer_each_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    caplog.set_level(logging.INFO)
    task = Task(failures=8)
    run = runner(task)
    at = []
    while task.runs < 9:
        before = task.runs
        run()
        if task.runs > before:
            at.append(now[0])
        now[0] += 1
    assert [round(later - earlier) for earlier, later in pairwise(at)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "room.task failed (ValueError); next try in 4 s or later" in caplog.text
    assert "room.task works again" in caplog.text
    assert "ana@" not in caplog.text


def test_nothing_is_begun_once_the_worker_is_stopping() -> None:
    stopping, task = Event(), Task(failures=0)
    stopping.set()
    runner(task, stopping)()
    assert task.runs == 0


def test_every_task_has_a_name_of_its_own() -> None:
    assert len({scheduled.name for scheduled in SCHEDULE}) == len(SCHEDULE)


def test_it_does_not_start_where_mails_would_reach_nobody(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"portal\.E007"):
        manage(environment(tmp_path, EMAIL_URL=""), "worker")
