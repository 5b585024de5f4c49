"""simpleflow's spelling: its command lines print what its documentation shows."""

from __future__ import annotations

import json
import re

import pytest
from cli_scene import WORKFLOW_ID, Scene, scheduled
from terminals import ROOT, typed

from swf.cli.main import ALIASES
from swf.models.decision import FailWorkflowExecution


def lines(*words: str) -> list[list[str]]:
    """Return the words of each line that a command prints."""
    ran = typed(*words)
    assert ran.exit_code == 0, ran.output
    return [line.split() for line in ran.stdout.splitlines()]


def cells(*words: str) -> list[list[str]]:
    """Return the columns of each line that a command prints."""
    ran = typed(*words)
    assert ran.exit_code == 0, ran.output
    return [[cell.strip() for cell in line.split("  ") if cell] for line in ran.stdout.splitlines()]


def test_open_executions_are_listed_without_a_header(scene: Scene) -> None:
    """`workflow.list DOMAIN` prints workflow id, type and status, and nothing else."""
    scene.begin()

    ran = typed("workflow.list", "TestDomain", "--started-since", "9000")
    assert ran.stdout == f"{WORKFLOW_ID}  basic  OPEN\n"
    assert lines("--header", "workflow.list", "TestDomain", "--started-since", "9000")[0] == (
        ["Workflow", "ID", "Workflow", "Type", "Status"]
    )


def test_a_closed_execution_is_listed_when_it_is_asked_for(scene: Scene) -> None:
    """`--status closed` lists closed executions, without it only open ones are."""
    scene.play()

    assert lines("workflow.list", "TestDomain", "--started-since", "9000") == []
    assert lines("workflow.list", "TestDomain", "-s", "closed", "--started-since", "9000") == [
        [WORKFLOW_ID, "basic", "CLOSED"]
    ]


def test_d_is_a_number_of_days_or_the_domain(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-d 7` lists as simpleflow does, what was started within the week; `-d NAME` is the domain.

    `--started-since` goes before it.
    """
    scene.begin()
    monkeypatch.setenv("SWF_DOMAIN", "nowhere")

    assert lines("workflow.filter", "TestDomain", "-d", "7") == []
    assert len(lines("workflow.filter", "TestDomain", "-d", "9000")) == 1
    assert len(lines("workflow.list", "-d", "TestDomain", "--started-since", "9000")) == 1
    assert lines("workflow.list", "TestDomain", "-d", "9000", "--started-since", "7") == []


def test_info_shows_the_execution_with_its_own_input_and_time(scene: Scene) -> None:
    """`workflow.info` tells the workflow's input, not the first activity's, and its whole time."""
    scene.at(0)
    execution = scene.start(input="[1, 5]", tag_list=["a", "b"])
    scene.at(1.7)
    scene.decide(scheduled("increment"))

    header, row = cells("--header", "workflow.info", "TestDomain", WORKFLOW_ID)

    assert header == [
        "domain",
        "workflow_type.name",
        "workflow_type.version",
        "task_list",
        "workflow_id",
        "run_id",
        "tag_list",
        "execution_time",
        "input",
    ]
    assert row == [
        "TestDomain",
        "basic",
        "example",
        "quickstart",
        WORKFLOW_ID,
        str(execution.run_id),
        "a,b",
        "1.70",
        "{'args': [1, 5], 'kwargs': {}}",
    ]


def test_tasks_are_shown_with_their_last_state(scene: Scene) -> None:
    """`workflow.tasks` prints the tasks scheduled last first, with times to the microsecond."""
    scene.begin()
    header, first = cells("--header", "workflow.tasks", "TestDomain", WORKFLOW_ID)

    assert header == [
        "Tasks",
        "Last State",
        "Last State Time",
        "Scheduled Time",
    ]
    assert first == [
        "examples.basic.increment",
        "scheduled",
        "2015-08-04 23:04:34.510000",
        "2015-08-04 23:04:34.510000",
    ]

    scene.finish()
    shown = cells("--header", "workflow.tasks", "TestDomain", WORKFLOW_ID)[1:]
    assert shown == [
        [
            "examples.basic.double",
            "completed",
            "2015-08-04 23:06:19.200000",
            "2015-08-04 23:06:17.738000",
        ],
        [
            "examples.basic.delay",
            "completed",
            "2015-08-04 23:08:18.402000",
            "2015-08-04 23:06:17.738000",
        ],
        [
            "examples.basic.increment",
            "completed",
            "2015-08-04 23:06:17.503000",
            "2015-08-04 23:04:34.510000",
        ],
    ]


def test_so_many_tasks_are_shown_as_asked_for(scene: Scene) -> None:
    """`--nb-tasks` cuts the list of tasks and the profile."""
    scene.play()

    assert len(lines("workflow.tasks", "TestDomain", WORKFLOW_ID, "--nb-tasks", "2")) == 2
    assert len(lines("workflow.profile", "TestDomain", WORKFLOW_ID, "--nb-tasks", "1")) == 1


def test_the_profile_tells_what_each_task_took(scene: Scene) -> None:
    """`workflow.profile` prints waiting and running times in seconds, the longest run first."""
    scene.play()
    header, *rows = cells("--header", "workflow.profile", "TestDomain", WORKFLOW_ID)

    assert header == [
        "Task",
        "Last State",
        "Scheduled",
        "Time Scheduled",
        "Start",
        "Time Running",
        "End",
        "Percentage of total time",
    ]
    assert [row[:-1] for row in rows[1:]] == [
        [
            "activity-examples.basic.double-1",
            "completed",
            "2015-08-04 23:06",
            "0.07",
            "2015-08-04 23:06",
            "1.39",
            "2015-08-04 23:06",
        ],
        [
            "activity-examples.basic.increment-1",
            "completed",
            "2015-08-04 23:04",
            "102.20",
            "2015-08-04 23:06",
            "0.79",
            "2015-08-04 23:06",
        ],
    ]
    assert [row[-1] for row in rows[1:]] == ["1.15", "0.65"]


def test_a_closed_execution_is_found_without_its_run_id(scene: Scene) -> None:
    """Every command that takes a workflow id finds a closed run, and one by a quoted run id."""
    scene.play()
    run_id = str(scene.domain.executions().get(WORKFLOW_ID).run_id)

    for command in ("workflow.info", "workflow.tasks", "workflow.profile"):
        told = lines(command, "TestDomain", WORKFLOW_ID)
        assert told
        quoted = "".join(f"%{ord(one):02X}" for one in run_id)
        assert lines(command, "TestDomain", WORKFLOW_ID, quoted) == told


def test_json_has_keys(scene: Scene) -> None:
    """JSON is a list of objects, with or without `--header`."""
    scene.begin()

    for words in ((), ("--header",)):
        ran = typed(*words, "--format", "json", "workflow.tasks", "TestDomain", WORKFLOW_ID)
        assert json.loads(ran.stdout) == [
            {
                "Tasks": "examples.basic.increment",
                "Last State": "scheduled",
                "Last State Time": "2015-08-04 23:04:34.510000",
                "Scheduled Time": "2015-08-04 23:04:34.510000",
            }
        ]


def test_csv_has_a_header_where_one_is_asked_for(scene: Scene) -> None:
    """`--header` counts in CSV and TSV too."""
    scene.begin()
    words = ("workflow.list", "TestDomain", "--started-since", "9000")

    assert typed("--format", "csv", *words).stdout == f"{WORKFLOW_ID},basic,OPEN\n"
    assert typed("--header", "--format", "tsv", *words).stdout == (
        f"Workflow ID\tWorkflow Type\tStatus\n{WORKFLOW_ID}\tbasic\tOPEN\n"
    )


def test_a_format_may_be_told_by_a_variable(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIMPLEFLOW_FORMAT is a default, which `--format` goes before; nonsense is refused."""
    scene.begin()
    words = ("workflow.list", "TestDomain", "--started-since", "9000")
    monkeypatch.setenv("SIMPLEFLOW_FORMAT", "csv")

    assert typed(*words).stdout == f"{WORKFLOW_ID},basic,OPEN\n"
    assert typed("--format", "tabular", *words).stdout == f"{WORKFLOW_ID}  basic  OPEN\n"
    monkeypatch.setenv("SIMPLEFLOW_FORMAT", "xml")
    assert typed(*words).exit_code == 2


def test_executions_are_filtered(scene: Scene) -> None:
    """`workflow.filter` passes what all of its filters let through, with all the columns."""
    scene.at(0)
    scene.start(tag_list=["blue"])
    scene.start("other", tag_list=["red"])
    common = ("--header", "workflow.filter", "TestDomain", "--started-since", "9000")

    header, row = lines(*common, "--tag", "blue", "--workflow-type-name", "basic")
    assert header[:2] == ["Workflow", "ID"]
    assert row[:3] == [WORKFLOW_ID, "basic", "example"]
    assert len(lines(*common, "--workflow-id", "other")) == 2
    assert len(lines(*common, "--workflow-type-name", "basic")) == 3
    assert len(lines(*common, "--close-status", "FAILED")) == 1
    version = ("--workflow-type-name", "basic", "--workflow-type-version", "2")
    assert len(lines(*common, *version)) == 1
    assert len(lines(*common, "--to-date", "2015-08-01", "--from-date", "2015-07-01")) == 1


def test_the_history_is_printed_to_its_end(scene: Scene) -> None:
    """`workflow.history` prints every event as JSON: with names, as SWF sends it, or as tasks."""
    scene.play()
    count = len(scene.domain.executions().get(WORKFLOW_ID).history())

    def told(*words: str) -> list[dict[str, object]]:
        ran = typed("workflow.history", WORKFLOW_ID, "--domain", "TestDomain", *words)
        assert ran.exit_code == 0, ran.output
        found: list[dict[str, object]] = json.loads(ran.stdout)
        return found

    assert [one["event_id"] for one in told()] == list(range(1, count + 1))
    assert [one["eventId"] for one in told("-o", "raw", "--reverse-order", "true")] == list(
        range(count, 0, -1)
    )
    assert [one["name"] for one in told("--of", "cooked")] == [
        "examples.basic.increment",
        "examples.basic.delay",
        "examples.basic.double",
    ]


def test_a_task_is_shown_by_its_id(scene: Scene) -> None:
    """`task.info` tells what a task was given and how it ended; `--details` those too."""
    scene.at(0)
    scene.start()
    scene.schedule("increment")
    scene.fail(scene.take(), "ValueError", "one too many")
    words = ("--header", "task.info", "TestDomain", WORKFLOW_ID)
    task = "activity-examples.basic.increment-1"

    header, row = cells(*words, task)
    assert header[-1] == "reason"
    assert row[:5] == [
        "activity",
        task,
        "examples.basic.increment",
        "example",
        "failed",
    ]
    assert row[-1] == "ValueError"
    assert cells(*words, task, "--details")[1][-1] == "one too many"
    told = json.loads(typed("-o", "json", *words[1:], task).stdout)
    assert told[0]["input"] == {"args": [1], "kwargs": {}}

    unknown = typed(*words, "activity-examples.basic.increment-2")
    assert unknown.exit_code == 10
    assert f"did you mean {task!r}?" in unknown.stderr


def test_a_task_that_could_not_be_scheduled_is_listed(scene: Scene) -> None:
    """An activity whose scheduling SWF refused is listed, with the name that was asked for."""
    scene.at(0)
    scene.start()
    scene.decide(scheduled("no_such_activity"))

    (row,) = lines("workflow.tasks", "TestDomain", WORKFLOW_ID)
    assert row[:2] == ["examples.basic.no_such_activity", "schedule_failed"]


def test_a_failed_execution_keeps_its_profile(scene: Scene) -> None:
    """An execution without tasks has an empty profile, however it ended."""
    scene.at(0)
    scene.start()
    scene.decide(FailWorkflowExecution(reason="no"))

    assert lines("workflow.profile", "TestDomain", WORKFLOW_ID) == []


def test_the_guide_names_every_command_and_where_it_is_now() -> None:
    """Each command line in the table of the guide exists, and no alias is left out there."""
    page = (ROOT / "docs" / "coming-from" / "simpleflow.md").read_text(encoding="utf-8")
    table = page.partition("\n## Commands\n")[2].partition("\n## ")[0]
    named = set()
    for line in re.findall(r"`swf ([^`]+)`", table):
        words = [word for word in line.split() if re.fullmatch(r"[a-z.-]+", word)]
        command = [word for word in words if not word.startswith("-")][:2]
        named.add(command[0])
        assert typed(*command, "--help").exit_code == 0, line

    unnamed = {name for name in ALIASES if f"`{name}" not in table} - named
    assert unnamed == set()
