"""`swf workflow`: looking into executions, and acting on them."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from cli_scene import WORKFLOW_ID, Scene, scheduled, timer
from terminals import typed

from swf.metrics.catalogue import CALLS
from swf.models.decision import (
    CancelWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    FailWorkflowExecution,
    StartChildWorkflowExecution,
)


def told(*words: str) -> Any:
    """Return what a command prints as JSON."""
    ran = typed(*words, "-o", "json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def ids(*words: str) -> list[str]:
    """Return the ids that a listing prints."""
    ran = typed(*words, "-o", "id")
    assert ran.exit_code == 0, ran.output
    return ran.stdout.splitlines()


def test_info_reads_one_event_however_many_there_are(scene: Scene) -> None:
    """The input is that of the first event; the rest of a long history is not read for it."""
    execution = scene.start()
    for number in range(5):
        execution.signal(f"s{number}")

    def pages() -> float:
        counted = {one.labels: one.value for one in CALLS.family().samples}
        labels = (("operation", "GetWorkflowExecutionHistory"), ("outcome", "ok"))
        return counted.get(labels, 0)

    before = pages()
    ran = typed("workflow", "info", WORKFLOW_ID)

    assert ran.exit_code == 0, ran.output
    assert pages() - before == 1


def test_open_and_closed_executions_are_listed_together(scene: Scene) -> None:
    """`workflow list` lists both, those started last first, with what SWF tells of each."""
    scene.play()
    scene.start("later", tag_list=["blue"])

    ran = typed("workflow", "list")
    assert ran.stdout.splitlines() == [
        "workflow id               type   version  status     started               closed",
        "later                     basic  example  OPEN       2015-08-04 23:08:18Z  -",
        "basic-example-1438722273  basic  example  COMPLETED  2015-08-04 23:04:33Z  2015-08-04 23:08:18Z",  # noqa: E501
    ]
    (later, _) = told("workflow", "list")
    assert (later["workflow_id"], later["tags"], later["closed"]) == ("later", ["blue"], None)
    wide = typed("workflow", "list", "-o", "wide").stdout.splitlines()
    assert wide[0].endswith("tags  parent  run id")


def test_each_filter_narrows_the_list(scene: Scene) -> None:
    """A filter lets through what it names; several all hold."""
    scene.play()
    scene.at(1000)
    scene.start("later", tag_list=["blue", "round"])

    listed = ("workflow", "list")
    assert ids(*listed) == ["later", WORKFLOW_ID]
    assert ids(*listed, "-s", "open") == ["later"]
    assert ids(*listed, "--status", "COMPLETED") == [WORKFLOW_ID]
    assert ids(*listed, "--status", "failed") == []
    assert ids(*listed, "--type", "basic:example", "--tag", "blue", "--tag", "round") == ["later"]
    assert ids(*listed, "--type", "basic:2") == []
    assert ids(*listed, "--workflow-id", WORKFLOW_ID) == [WORKFLOW_ID]
    assert ids(*listed, "--until", "2015-08-04T23:10") == [WORKFLOW_ID]
    assert ids(*listed, "--since", "7d") == []
    assert ids(*listed, "-n", "1") == ["later"]
    assert "there are more" in typed(*listed, "-n", "1").stderr
    assert typed(*listed, "-n", "2").stderr == ""
    assert typed(*listed, "--since", "yesterday").exit_code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--since", "yesterday"), "since: not an ISO date or time: 'yesterday'; say 2026-01-31"),
        (("--until", "2026"), "until: must name a day, got '2026'; say"),
        (("--since", "2026-01-02", "--until", "2026-01-01"), "since 2026-01-02T00:00:00+00:00 is"),
    ],
)
def test_a_time_that_is_none_is_refused_by_its_option(
    scene: Scene, words: tuple[str, ...], says: str
) -> None:
    """What is no time, or no time to find anything in, is told by the option that said it."""
    ran = typed("workflow", "list", *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"Error: {says}")


def test_executions_are_counted(scene: Scene) -> None:
    """`workflow count` prints one number, of what passes the same filters."""
    scene.play()
    scene.start("later")

    assert typed("workflow", "count").stdout == "2\n"
    assert typed("workflow", "count", "-s", "open").stdout == "1\n"
    assert told("workflow", "count") == {"count": 2, "truncated": False}


def test_a_list_is_looked_at_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--watch` shows the list anew until it is interrupted, which is exit code 130."""
    scene.start()
    rest = iter([None, None])

    def pause(_seconds: float) -> None:
        if next(rest, "over") is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", pause)
    ran = typed("workflow", "list", "--watch", "2", "-o", "id")
    assert ran.stdout == f"{WORKFLOW_ID}\n" * 3
    assert ran.exit_code == 130


def test_an_execution_is_described_with_its_input(scene: Scene) -> None:
    """`workflow info`, or `describe`, tells time-outs, what is open, and the input."""
    scene.begin()

    info = told("workflow", "info", WORKFLOW_ID)
    assert info == told("workflow", "describe", WORKFLOW_ID)
    assert info["domain"] == "TestDomain"
    assert info["execution_start_to_close_timeout"] == 3600
    assert info["open"]["activity_tasks"] == 1
    assert info["input"] == '{"args": [1], "kwargs": {}}'
    lines = typed("workflow", "info", WORKFLOW_ID).stdout.splitlines()
    assert [line.split() for line in lines][:2] == [
        ["domain", "TestDomain"],
        ["workflow_id", WORKFLOW_ID],
    ]


def test_a_workflow_id_that_was_typed_wrong_is_put_right(scene: Scene) -> None:
    """An unknown workflow id is exit code 10, and the nearest is suggested."""
    scene.begin()

    ran = typed("workflow", "info", "basic-example-143872227")
    assert ran.exit_code == 10
    assert f"(did you mean {WORKFLOW_ID!r}?)" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stdout == ""
    assert "with run id 'x'" in typed("workflow", "info", WORKFLOW_ID, "x").stderr


def test_tasks_timers_and_outcomes_are_listed(scene: Scene) -> None:
    """`workflow tasks` lists what was scheduled last first; timers only where asked for."""
    scene.at(0)
    scene.start()
    scene.decide(scheduled("increment"), timer("pause", 60))
    scene.at(2)
    token = scene.take()
    scene.at(5)
    scene.fail(token, "ValueError")

    (task,) = told("workflow", "tasks", WORKFLOW_ID)
    assert (task["state"], task["outcome"]) == ("failed", "ValueError")
    assert (task["waited_seconds"], task["ran_seconds"]) == (2.0, 3.0)
    both = told("workflow", "tasks", WORKFLOW_ID, "--timers")
    assert [one["kind"] for one in both] == ["timer", "activity"]
    assert len(told("workflow", "tasks", WORKFLOW_ID, "--timers", "--nb-tasks", "1")) == 1


def test_the_profile_is_of_what_ran(scene: Scene) -> None:
    """`workflow profile` lists tasks by how long they ran, with their part of the whole."""
    scene.play()

    rows = told("workflow", "profile", WORKFLOW_ID)
    assert [row["ran_seconds"] for row in rows] == [120.664, 1.394, 0.79]
    assert [round(row["percentage"], 2) for row in rows] == [53.53, 0.62, 0.35]


def test_the_history_is_shown_event_by_event(scene: Scene) -> None:
    """`workflow history` shows all events, or those of one type; backwards, cut, or raw."""
    scene.play()
    history = ("workflow", "history", WORKFLOW_ID)

    events = told(*history)
    assert [event["event_id"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["attributes"]["input"] == '{"args": [1], "kwargs": {}}'
    assert [one["event_id"] for one in told(*history, "--reverse", "--limit", "2")] == [
        len(events),
        len(events) - 1,
    ]
    completed = typed(*history, "--type", "ActivityTaskCompleted").stdout.splitlines()
    assert len(completed) == 4
    assert "result=2" in completed[1]
    raw = json.loads(typed(*history, "--raw").stdout)
    assert raw["events"][0]["eventType"] == "WorkflowExecutionStarted"


def test_a_history_is_followed_until_the_execution_is_closed(scene: Scene) -> None:
    """`--follow` prints each event once, under one header, and ends with the execution."""
    scene.begin()
    going_on = threading.Timer(0.2, scene.finish)
    going_on.start()
    ran = typed("workflow", "history", WORKFLOW_ID, "--follow")
    going_on.join()

    lines = ran.stdout.splitlines()
    shown = [int(line.split()[0]) for line in lines[1:]]
    assert lines[0].split()[0] == "id"
    assert shown == list(range(1, len(shown) + 1))
    assert "WorkflowExecutionCompleted" in lines[-1]


def test_the_tree_shows_attempts_timers_and_what_is_waited_for(scene: Scene) -> None:
    """`workflow tree` draws the tasks in order, each with its state, and who has not come."""
    scene.at(0)
    scene.start()
    scene.decide(scheduled("increment", "a"), timer("pause", 60))
    scene.at(2)
    token = scene.take()
    scene.at(3.5)
    scene.fail(token, "ValueError")
    scene.decide(scheduled("increment", "a"))

    lines = typed("workflow", "tree", WORKFLOW_ID).stdout.splitlines()
    assert lines[0] == f"{WORKFLOW_ID}  basic example  OPEN"
    assert lines[1] == "├─ activity examples.basic.increment (a) failed 1.50 s → ValueError"
    assert lines[2] == "├─ timer pause started due in 56 s, at 2015-08-04 23:05:33 UTC"
    assert lines[3] == "├─ activity examples.basic.increment (a) scheduled attempt 2 for 0 s"
    assert lines[4] == (
        "└─ waits: nobody has taken activity 'examples.basic.increment' from task list 'quickstart'"
    )


def test_the_tree_follows_children(scene: Scene) -> None:
    """`--children` draws the tasks of child executions below them."""
    scene.at(0)
    scene.start()
    child = StartChildWorkflowExecution(workflow_type=("basic", "example"), workflow_id="child")
    scene.decide(child)
    scene.decide()
    scene.schedule("increment")

    plain = typed("workflow", "tree", WORKFLOW_ID).stdout.splitlines()
    drawn = typed("workflow", "tree", WORKFLOW_ID, "--children").stdout.splitlines()
    assert [line for line in plain if "increment" in line] == []
    assert any("  ├─ activity examples.basic.increment" in line for line in drawn)


def test_a_tree_is_data_to_programs(scene: Scene) -> None:
    """As JSON a tree has tasks, what it waits for, and with `--children` theirs; else rows."""
    scene.at(0)
    scene.start()
    children = (
        StartChildWorkflowExecution(workflow_type=("basic", version), workflow_id=version)
        for version in ("example", "none")
    )
    scene.decide(*children)
    told = json.loads(typed("workflow", "tree", WORKFLOW_ID, "--children", "-o", "json").stdout)
    assert (told["workflow_id"], told["status"], told["type"]) == (
        WORKFLOW_ID,
        "OPEN",
        "basic example",
    )
    there, missing = told["tasks"]
    assert there["execution"]["waits"] == (
        "nobody has taken its decision task from task list 'quickstart'"
    )
    assert missing["execution"] is None
    alone = json.loads(typed("workflow", "tree", WORKFLOW_ID, "-o", "json").stdout)
    assert "execution" not in alone["tasks"][0]
    picked = ("workflow", "tree", WORKFLOW_ID, "--query", "tasks[].id", "-o", "csv")
    assert typed(*picked).stdout == "example\nnone\n"
    assert typed("workflow", "tree", WORKFLOW_ID, "-o", "id").stdout == "example\nnone\n"


def test_a_tree_is_drawn_as_deep_as_can_be_looked(scene: Scene) -> None:
    """A child that cannot be read is told of in its place; so is what a tree cannot draw."""
    scene.at(0)
    scene.start()
    child = StartChildWorkflowExecution(workflow_type=("basic", "none"), workflow_id="child")
    scene.decide(child)

    lines = typed("workflow", "tree", WORKFLOW_ID, "--children").stdout.splitlines()
    assert "child basic (child) start_failed" in lines[1]
    assert "no open or retained run of this workflow id" in lines[2]


def test_an_input_that_is_no_call_is_shown_as_it_is(scene: Scene) -> None:
    """Text of other programs is neither refused nor changed."""
    scene.start(input="{broken")

    told_ = typed("workflow.info", "TestDomain", WORKFLOW_ID)
    assert told_.stdout.rstrip().endswith("{broken")


def test_an_unknown_domain_is_not_taken_for_an_unknown_execution(scene: Scene) -> None:
    """What is wrong is the domain, and so it is told."""
    ran = typed("workflow", "info", WORKFLOW_ID, "-d", "Testdomain")
    assert "(did you mean 'TestDomain'?)" in ran.stderr


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (FailWorkflowExecution(reason="no"), "FAILED"),
        (CancelWorkflowExecution(), "CANCELED"),
        (ContinueAsNewWorkflowExecution(), "CONTINUED_AS_NEW"),
    ],
)
def test_the_tree_says_how_it_ended(scene: Scene, decision: Any, status: str) -> None:
    """The first line of a tree ends with the status of that run."""
    scene.at(0)
    run_id = str(scene.start().run_id)
    scene.decide(decision)

    assert typed("workflow", "tree", WORKFLOW_ID, run_id).stdout.splitlines()[0].endswith(status)


def test_who_says_why_it_ended_is_heard(scene: Scene) -> None:
    """The tree, its data and the doctor tell the reason with which an execution ended."""
    scene.at(0)
    scene.start()
    scene.decide(FailWorkflowExecution(reason="NoStock: 7\x1b[31m", details="shelf 9"))
    shown = typed("workflow", "tree", WORKFLOW_ID)
    assert shown.stdout.splitlines()[-1] == "└─ failed: NoStock: 7\\x1b[31m"
    assert told("workflow", "tree", WORKFLOW_ID)["ended"] == "failed: NoStock: 7\x1b[31m"
    assert "is closed: FAILED (NoStock: 7" in typed("doctor", WORKFLOW_ID).stdout


def test_a_watched_tree_ends_with_the_execution(scene: Scene) -> None:
    """`tree --watch` prints each change once where nobody looks on, and ends by itself."""
    scene.begin()
    going_on = threading.Timer(0.2, scene.finish)
    going_on.start()
    ran = typed("workflow", "tree", WORKFLOW_ID, "--watch")
    going_on.join()

    lines = ran.stdout.splitlines()
    assert lines[0].endswith("OPEN")
    assert len(lines) == len(set(lines))
    assert f"{WORKFLOW_ID}  basic example  COMPLETED" in lines


def test_a_terminal_is_drawn_on(scene: Scene) -> None:
    """With `--color always` a list and a tree are drawn in colour, a watched one too."""
    scene.play()

    assert "\x1b[32m" in typed("workflow", "list", "--color", "always").stdout
    watched = typed("workflow", "tree", WORKFLOW_ID, "--watch", "--color", "always").stdout
    assert "COMPLETED" in watched
    assert "\x1b[" in watched


def test_an_execution_is_started_of_a_registered_type(scene: Scene) -> None:
    """`workflow start` prints workflow id and run id; what was told is what it starts with."""
    ran = typed(
        *("workflow", "start", "basic", "--workflow-id", "mine", "--input", "[1, 5]"),
        *("--tag", "blue", "--task-list", "other", "--execution-timeout", "60"),
    )
    execution = scene.domain.executions().get("mine")

    assert ran.stdout == f"mine  {execution.run_id}\n"
    assert (execution.tag_list, execution.task_list) == (("blue",), "other")
    assert execution.execution_start_to_close_timeout == 60
    assert execution.history().first.input == "[1, 5]"  # type: ignore[union-attr]
    again = typed("workflow", "start", "basic", "--workflow-id", "mine")
    assert again.exit_code == 11


def test_what_was_started_is_one_thing_to_programs(scene: Scene) -> None:
    """A program is told the ids of the one execution, and may ask for one of them."""
    ids = told("workflow", "start", "basic", "--workflow-id", "mine")
    ran = typed("workflow", "start", "basic", "--workflow-id", "yours", "--query", "workflow_id")

    assert ids["workflow_id"] == "mine"
    assert ids["run_id"]
    assert ran.stdout == '"yours"\n'


def test_a_closed_execution_is_described_with_its_outcome(scene: Scene) -> None:
    """Of a closed execution it is told what it ended with, of an open one nothing is."""
    scene.play()
    scene.start("bad")
    assert "reason" not in told("workflow", "info", "bad")

    scene.decide(FailWorkflowExecution(reason="no money", details="none at all"))

    assert told("workflow", "info", WORKFLOW_ID)["result"] == "4"
    failed = told("workflow", "info", "bad")
    assert (failed["reason"], failed["details"]) == ("no money", "none at all")


def test_an_input_may_come_from_a_file(scene: Scene) -> None:
    """`--input-file -` reads stdin; what is no JSON is sent all the same, and told of."""
    ran = typed("workflow", "start", "basic", "--workflow-id", "m", "--input-file", "-", stdin="hi")

    assert "not JSON" in ran.stderr
    assert scene.domain.executions().get("m").history().first.input == "hi"  # type: ignore[union-attr]
    both = typed("workflow", "start", "basic", "--input", "1", "--input-file", "-", stdin="1")
    assert both.exit_code == 2


def test_an_unknown_type_is_put_right(scene: Scene) -> None:
    """An unknown type is exit code 10 with the nearest; one of several versions is to be said."""
    ran = typed("workflow", "start", "basik")
    assert ran.exit_code == 10
    assert "(did you mean 'basic'?)" in ran.stderr
    assert "(did you mean 'basic:example'?)" in typed("workflow", "start", "basic:exampel").stderr
    typed("workflow-type", "register", "basic:2")
    several = typed("workflow", "start", "basic")
    assert several.exit_code == 2
    assert "2, example" in several.stderr


def test_a_signal_reaches_the_open_run(scene: Scene) -> None:
    """`workflow signal` records name and input in the history; a closed execution refuses it."""
    scene.start()
    assert typed("workflow", "signal", WORKFLOW_ID, "go", "--input", "[1]").exit_code == 0

    event = scene.domain.executions().get(WORKFLOW_ID).history()[-1]
    assert (event.name, event.input) == ("WorkflowExecutionSignaled", "[1]")  # type: ignore[attr-defined]
    scene.close()
    late = typed("workflow", "signal", WORKFLOW_ID, "go")
    assert late.exit_code == 10
    assert "is closed (COMPLETED); nothing was done" in late.stderr
    assert "no execution 'nobody'" in typed("workflow", "signal", "nobody", "go").stderr


def test_cancel_asks_and_terminate_ends(scene: Scene) -> None:
    """`cancel` leaves the execution open with a request, `terminate` closes it with a reason."""
    scene.start()
    assert typed("workflow", "cancel", WORKFLOW_ID).exit_code == 0
    assert scene.domain.executions().get(WORKFLOW_ID).cancel_requested
    assert typed("workflow", "terminate", WORKFLOW_ID, "--reason", "done with it").exit_code == 0

    closed = scene.domain.executions().get(WORKFLOW_ID)
    assert closed.close_status == "TERMINATED"
    assert closed.history().last.reason == "done with it"  # type: ignore[union-attr]


def test_restart_starts_the_same_again(scene: Scene) -> None:
    """`workflow restart` takes over type, input, tags and lists; under another id where asked."""
    scene.start(tag_list=["blue"], task_list="other")
    open_one = typed("workflow", "restart", WORKFLOW_ID)
    assert open_one.exit_code == 11
    assert "swf workflow terminate" in open_one.stderr
    ran = typed("workflow", "restart", WORKFLOW_ID, "--new-workflow-id", "copy", "-o", "id")

    assert ran.stdout == "copy\n"
    copy = scene.domain.executions().get("copy")
    assert (copy.tag_list, copy.task_list) == (("blue",), "other")
    assert copy.history().first.input == '{"args": [1], "kwargs": {}}'  # type: ignore[union-attr]
    scene.basic.deprecate()
    deprecated = typed("workflow", "restart", WORKFLOW_ID, "--new-workflow-id", "third")
    assert "swf workflow-type undeprecate basic:example" in deprecated.stderr


def test_the_exit_code_tells_how_an_execution_ended(scene: Scene) -> None:
    """`workflow result` prints the result of one that completed, and else says why not."""
    scene.play()
    completed = typed("workflow", "result", WORKFLOW_ID)
    assert (completed.stdout, completed.exit_code) == ("4\n", 0)

    scene.start("failed")
    scene.decide(FailWorkflowExecution(reason="no"))
    scene.start("canceled")
    scene.decide(CancelWorkflowExecution())
    scene.start("late", execution_start_to_close_timeout=10)
    scene.start("ended").terminate()
    scene.at(300)
    scene.start("open")
    codes = {
        name: typed("workflow", "result", name, "--timeout", "0").exit_code
        for name in ("failed", "late", "canceled", "ended", "open")
    }
    assert codes == {"failed": 3, "late": 4, "canceled": 5, "ended": 6, "open": 124}


def test_a_start_may_wait_for_the_result(scene: Scene) -> None:
    """`--wait` prints nothing but the result on stdout; `--timeout` gives up with 124."""
    working = threading.Timer(0.3, scene.close, ("[1, 2]",))
    working.start()
    ran = typed("workflow", "start", "basic", "--workflow-id", "mine", "--wait")
    working.join()

    assert json.loads(ran.stdout) == [1, 2]
    assert "started mine" in ran.stderr
    assert typed("workflow", "start", "basic", "--timeout", "0").exit_code == 124


def test_who_starts_what_nobody_decides_for_is_told(scene: Scene) -> None:
    """Where nobody polls for its decision tasks, that is said on stderr, with what to type."""
    ran = typed("workflow", "start", "basic", "--task-list", "any where")

    assert ran.exit_code == 0
    assert ran.stderr == (
        "Note: nobody polls task list 'any where' for decision tasks;"
        " `swf decider start MODULE -t 'any where' -d TestDomain`\n"
    )
    assert typed("-q", "workflow", "start", "basic").stderr == ""


def test_nothing_is_told_where_somebody_decides(scene: Scene) -> None:
    """Who has polled the task list just now counts as there."""
    scene.start()
    scene.schedule("increment")

    assert typed("workflow", "start", "basic").stderr == ""


@pytest.mark.parametrize(
    ("name", "same"), [("describe", "info"), ("show", "history"), ("trace", "tree")]
)
def test_some_commands_have_two_names(scene: Scene, name: str, same: str) -> None:
    """Either name prints the same."""
    scene.play()

    assert (
        typed("workflow", name, WORKFLOW_ID).stdout == typed("workflow", same, WORKFLOW_ID).stdout
    )


def test_what_is_looked_at_again_is_shown_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--watch` is one option of all that may be looked at again."""
    scene.begin()

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    for words in (
        ("workflow", "list"),
        ("workflow", "count"),
        ("workflow", "tasks", WORKFLOW_ID),
        ("workflow", "describe", WORKFLOW_ID),
        ("task-list", "list"),
    ):
        ran = typed(*words, "--watch", "2")
        assert ran.exit_code == 130, words
        assert ran.stdout == typed(*words).stdout


def test_quiet_tells_nothing_but_data_and_errors(scene: Scene) -> None:
    """`-q` leaves notes out, on whichever side of the command it stands; errors are told."""
    scene.start()
    scene.start("other")

    assert typed("workflow", "list", "-n", "1").stderr != ""
    assert typed("workflow", "list", "-n", "1", "-q").stderr == ""
    assert typed("-q", "workflow", "list", "-n", "1").stderr == ""
    assert typed("-q", "workflow", "info", "nothing").stderr != ""


def test_a_type_that_there_is_none_of_is_put_right(scene: Scene) -> None:
    """Where a filter names an unknown type nothing is found, and the nearest type is told."""
    told = "Note: there is no workflow type 'basci' (did you mean 'basic'?)"

    for words in (
        ("workflow", "list", "--type", "basci"),
        ("workflow", "cancel", "--where", "type=basci", "--dry-run"),
    ):
        assert told in typed(*words).stderr
    assert typed("workflow", "list", "--type", "basic").stderr == ""
    assert typed("workflow", "list", "--type", "basic:example").stderr == ""
