"""Who serves schedules: in threads, in processes that are killed, on a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import attrs
from scheduled_jobs import Job

import swf
from swf import schedules
from swf.clock import SystemClock
from swf.flow import Decider
from swf.flow.registering import Registrar
from swf.models import ActivityType, Domain, WorkflowType
from swf.schedules import ScheduleSpec
from swf.testing import connected, embedded
from swf.transport import Transport

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


def eventually(condition: object, patience: float = PATIENCE) -> None:
    assert callable(condition)
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it has not happened"
        threading.Event().wait(0.05)


def test_a_server_registers_what_it_needs_and_ends_when_it_is_told() -> None:
    """Serving needs nothing but a domain's name: domain and types are registered."""
    with swf.settings.override(endpoint_url="memory://serving?poll_seconds=0"):
        found = schedules.serve(domain="fresh", block=False)
        try:
            assert WorkflowType("fresh", "swf.schedule", "1").exists
            assert ActivityType("fresh", "swf.schedule.terminate", "1").exists
            assert found.decider.task_list == found.worker.task_list == "swf.schedules"
        finally:
            found.close()


def test_serving_blocks_until_it_is_stopped() -> None:
    """`serve()` returns when its decider has been stopped, with its worker stopped too."""
    connection = swf.connect("memory://blocked?poll_seconds=0")
    found = schedules.serving(domain="fresh", connection=connection)
    serving = threading.Thread(target=found.serve)
    serving.start()
    eventually(lambda: found.decider.running)
    found.stop()
    serving.join(PATIENCE)

    assert not serving.is_alive()
    assert found.worker.join(0)


SERVER = """
import sys
from scheduled_jobs import Job
from swf import schedules
from swf.flow import Decider

jobs = Decider(Job, domain="shop")
jobs.start(block=False)
Decider.sticky_seconds = 1  # how long a task waits for one that was killed
schedules.serve(domain="shop", block=False)
print("serves", flush=True)
sys.stdin.read()
"""


def served(url: str) -> subprocess.Popen[str]:
    """A process that owns the file, and serves what is scheduled on it."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "SWF_ENDPOINT_URL": url,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "serves\n"
    return process


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed and started again on its file, a schedule loses no second, and starts none twice."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with embedded(url, clock=SystemClock()) as engine:
        connection = connected(engine)
        domain = Domain("shop", connection=connection)
        domain.save()
        _registered(domain, connection)
        spec = ScheduleSpec(cron="@every 1s", workflow=Job, overlap="allow_all")
        schedules.create("s", spec, domain=domain)
    created = datetime.now(UTC)
    for life in (2.5, 4.0):
        process = served(url)
        try:
            process.wait(life)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
    with embedded(url, clock=SystemClock()) as engine:
        domain = Domain("shop", connection=connected(engine))
        started = [one for one in domain.executions() if one.workflow_id.startswith("s-")]

    names = sorted(one.workflow_id for one in started)
    times = [datetime.strptime(name, "s-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for name in names]
    assert len(times) >= 4
    assert times[0] - created <= timedelta(seconds=1)
    assert [after - before for before, after in pairwise(times)] == [timedelta(seconds=1)] * (
        len(times) - 1
    )


def _registered(domain: Domain, connection: Transport) -> None:
    decider = Decider(Job, domain=domain, connection=connection)
    Registrar(decider).workflows([Job])
    decider.close()


def test_a_program_serves_until_it_is_told_to_end(swf_url: str) -> None:
    """`serve()` alone is a program: it serves until SIGTERM comes, and ends well then."""
    domain = Domain("shop", connection=swf.connect(swf_url))
    domain.save()
    _registered(domain, domain.connection)
    schedule = schedules.create("s", ScheduleSpec(cron="@daily", workflow=Job), domain=domain)
    program = "from swf import schedules; schedules.serve(domain='shop')"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SWF_ENDPOINT_URL": swf_url}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as process:
        eventually(lambda: schedule.describe().is_served)
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) == 0


def test_two_serve_as_one(swf_url: str) -> None:
    """Any number of servers may share a domain: each due time is started once."""
    connection = swf.connect(swf_url)
    domain = Domain("shop", connection=connection)
    domain.save()
    _registered(domain, connection)
    jobs = Decider(Job, domain=domain, connection=connection)
    jobs.start(block=False)
    both = [schedules.serve(domain=domain, connection=connection, block=False) for _ in "ab"]
    try:
        spec = ScheduleSpec(cron="@every 1s", workflow=Job, overlap="allow_all")
        schedule = schedules.create("s", spec, domain=domain)
        eventually(lambda: schedule.describe().started >= 3)
        schedule.update(attrs.evolve(spec, overlap="terminate_other", input=schedules.call(900)))
        eventually(lambda: "TERMINATED" in [run.status for run in schedule.describe().recent])
        schedule.delete()
    finally:
        for one in both:
            one.close()
        jobs.stop()
        jobs.join(PATIENCE)
        jobs.close()
    names = [one.workflow_id for one in domain.executions() if one.workflow_id.startswith("s-")]
    assert len(names) == len(set(names)) >= 4


def test_the_domain_of_the_settings_is_served() -> None:
    """Without a domain it is that of the settings, as everywhere."""
    with swf.settings.override(endpoint_url="memory://default?poll_seconds=0", domain="mine"):
        found = schedules.serving()
        assert found.decider.domain.name == "mine"
        found.decider.close()
