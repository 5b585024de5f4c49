"""`swf worker` and `swf decider`: processes that poll."""

from __future__ import annotations

import re
import signal
import socket
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from terminals import BASIC, PATIENCE_SECONDS, terminal, typed

import swf
from examples.flow.basic import BasicWorkflow
from swf.flow import start
from swf.models import ActivityType, WorkflowType

pytestmark = pytest.mark.usefixtures("folder")


def test_a_decider_and_a_worker_finish_a_workflow(folder: Path, swf_url: str) -> None:
    """Started in terminals of their own they do what there is; a worker ends after its tasks.

    Domain and types are registered by who needs them.
    """
    where = ("--endpoint-url", swf_url, "-d", "shop")
    with terminal("decider", "start", BASIC, *where, cwd=folder) as decider:
        told = decider.await_text("starts with")
        assert "decider: polls task list 'example' of domain 'shop' for basic example; " in told
        shop = swf.connect(swf_url)
        handle = start(BasicWorkflow, 1, 0, domain="shop", connection=shop)

        worked = typed("worker", "start", BASIC, *where, "--max-tasks", "3")

        assert handle.result(timeout=PATIENCE_SECONDS) == 4
        assert decider.interrupt(signal.SIGINT) == 0
    assert worked.exit_code == 0
    assert "worker: polls task list 'quickstart' of domain 'shop'" in worked.stderr
    assert worked.stdout == ""
    assert "Traceback" not in decider.text


def test_processes_poll_where_the_options_say(folder: Path, swf_url: str) -> None:
    """With -N, processes poll the SWF that was named on the command line."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    handle = start(BasicWorkflow, 1, 0, domain="shop", connection=swf.connect(swf_url))
    with (
        terminal("decider", "start", BASIC, "-N", "1", *where, cwd=folder) as decider,
        terminal("worker", "start", BASIC, "-N", "1", *where, cwd=folder) as worker,
    ):
        assert handle.result(timeout=PATIENCE_SECONDS) == 4
        assert (decider.interrupt(), worker.interrupt()) == (0, 0)


def test_child_processes_tell_what_their_parent_tells(folder: Path, swf_url: str) -> None:
    """With -N, the records of the processes have the form and the level of the command's own."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    start(BasicWorkflow, 1, 0, domain="shop", connection=swf.connect(swf_url))
    with terminal("decider", "start", BASIC, "-N", "1", "-l", "info", *where, cwd=folder) as one:
        told = one.await_text("task answered: completed")
        assert one.interrupt() == 0
    answered = [line for line in told.splitlines() if "task answered: completed" in line]
    assert re.match(r"\d{4}-\d\d-\d\d [\d:,]+ INFO swf\.actors\.core: task ans", answered[0])


def test_one_task_and_no_more(swf_url: str) -> None:
    """--one-task ends after one task, of whatever outcome."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    start(BasicWorkflow, 1, 0, domain="shop", connection=swf.connect(swf_url))

    decided = typed("decider", "start", BASIC, *where, "--one-task")
    worked = typed("worker", "start", BASIC, *where, "--one-task")

    assert (decided.exit_code, worked.exit_code) == (0, 0)
    assert worked.stderr.count("task answered") == 1


def test_types_are_registered_by_who_starts(swf_url: str) -> None:
    """A decider registers its workflow types, a worker its activity types."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    shop = swf.connect(swf_url)
    start(BasicWorkflow, 1, 0, domain="shop", connection=shop)

    typed("decider", "start", BASIC, *where, "--one-task")
    typed("worker", "start", BASIC, *where, "--one-task")

    assert WorkflowType("shop", "basic", "example", connection=shop).exists
    assert ActivityType("shop", "examples.flow.basic.delay", "example", connection=shop).exists


def test_a_file_without_a_server_is_shared(folder: Path) -> None:
    """Who comes first has the file and serves it to the others: two terminals are enough."""
    where = ("--endpoint-url", "sqlite:///shop.db", "-d", "shop")
    with terminal("decider", "start", BASIC, *where, cwd=folder) as decider:
        decider.await_text("starts with")
        begun = typed("workflow.start", BASIC, "-i", "[1, 0]", *where)
        worked = typed("worker", "start", BASIC, *where, "--max-tasks", "3")
        decider.await_text("task answered")

    assert begun.exit_code == worked.exit_code == 0


def test_two_that_start_at_once_share_a_file(folder: Path) -> None:
    """Where nobody serves a file yet, who is first does; who comes a moment later waits for it."""
    where = ("--endpoint-url", "sqlite:///shop.db", "-d", "shop")
    with (
        terminal("decider", "start", BASIC, *where, cwd=folder) as decider,
        terminal("worker", "start", BASIC, *where, cwd=folder) as worker,
    ):
        decider.await_text("starts with")
        worker.await_text("starts with")


def test_a_restart_of_the_server_is_outlived(folder: Path) -> None:
    """Who polls by the file does not take it while the server is away, and goes on with the next.

    So a server can be stopped and started while deciders and workers run.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    serve = ("server", "start", "--db", "shop.db", "--port", port, "--poll-seconds", "0")
    where = ("--endpoint-url", "sqlite:///shop.db", "-d", "shop")
    with terminal(*serve, cwd=folder) as first:
        first.await_text("export AWS_ENDPOINT_URL_SWF")
        with terminal("decider", "start", BASIC, *where, cwd=folder) as decider:
            decider.await_text("starts with")
            assert first.interrupt() == 0
            decider.await_text("polls again in")
            with terminal(*serve, cwd=folder) as second:
                second.await_text("export AWS_ENDPOINT_URL_SWF")
                begun = typed("workflow.start", BASIC, "-i", "[1, 0]", *where)
                decider.await_text("task answered")
    assert begun.exit_code == 0


@pytest.mark.parametrize("word", ["worker", "decider"])
def test_what_nobody_reaches_is_not_polled(word: str) -> None:
    """An SWF in memory is refused: nobody else could start anything there."""
    refused = typed(word, "start", BASIC, "-d", "shop", "--endpoint-url", "memory://")

    assert refused.exit_code == 2
    assert "name a file" in refused.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("worker", "start", BASIC), "no domain: say -d NAME"),
        (("worker", "start", "-t", "x"), "say which activities, as MODULE or MODULE.NAME"),
        (("decider", "start", "-t", "x"), "say which workflows, as MODULE or MODULE.NAME"),
        (("worker", "start", BASIC, "--poll-data", "e30="), "swf activity complete TOKEN"),
        (("worker", "start", BASIC, "--process-mode", "kubernetes"), "--one-task"),
        (("worker", "start", BASIC, "--log-level", "loud"), "'loud' is not one of"),
        (("worker", "start", BASIC, "--before", BASIC), "is no function"),
        (("worker", "start", "swf.clock", "-d", "x"), "declare a function with @activity"),
        (("decider", "start", "swf.clock", "-d", "x"), "is no workflow"),
        (("decider", "start", BASIC, "-d", "x", "-N", "2", "--one-task"), "leave -N out"),
        (
            ("worker", "start", "lists", "-d", "x"),
            "say -t, since there are several task lists: a, b",
        ),
    ],
)
def test_bad_input_is_refused_at_once(folder: Path, words: tuple[str, ...], complaint: str) -> None:
    """What cannot be started is told with the way out."""
    (folder / "lists.py").write_text(
        "from swf.flow import activity\n"
        "@activity(task_list='a')\ndef one(): ...\n"
        "@activity(task_list='b')\ndef two(): ...\n"
    )

    refused = typed(*words, "--endpoint-url", "sqlite:///x.db")

    assert refused.exit_code == 2
    assert complaint in refused.stderr
    assert not Path("x.db").exists()


def read(url: str, sample: str) -> float:
    """Return a sample of metrics, summed over its labels."""
    with urlopen(url, timeout=10) as reply:
        lines = reply.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample))


def await_sample(url: str, sample: str, least: float) -> None:
    """Return once a sample is so much.

    Who answers a task measures it afterwards; a child hands on what it has every few seconds.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while read(url, sample) < least:
        assert time.monotonic() < until
        time.sleep(0.2)


def test_metrics_are_served_while_it_polls(folder: Path, swf_url: str) -> None:
    """With --metrics-port one port tells what this process and its children have measured."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    handle = start(BasicWorkflow, 1, 0, domain="shop", connection=swf.connect(swf_url))
    with (
        terminal("decider", "start", BASIC, *where, "--metrics-port", "0", cwd=folder) as decider,
        terminal(
            "worker", "start", BASIC, "-N", "1", *where, "--metrics-port", "0", cwd=folder
        ) as worker,
    ):
        assert handle.result(timeout=PATIENCE_SECONDS) == 4
        urls = [
            re.findall(r"metrics are at (http://127\.0\.0\.1:\d+/metrics)", one.text)[0]
            for one in (decider, worker)
        ]
        await_sample(urls[0], "swf_decision_start_to_close_seconds_count", 3)
        await_sample(urls[1], "swf_activity_start_to_close_seconds_count", 3)


def test_a_port_of_metrics_that_is_taken_is_told(swf_url: str) -> None:
    """Where metrics cannot be served, the command says so in one line and does nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = typed(
            "worker",
            "start",
            BASIC,
            "--endpoint-url",
            swf_url,
            "-d",
            "shop",
            "--metrics-port",
            port,
        )

    assert told.exit_code != 0
    assert f"metrics cannot be served at 127.0.0.1:{port}" in told.stderr
    assert "Traceback" not in told.stderr
