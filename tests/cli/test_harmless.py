"""Whatever stands in a workflow, no command has a terminal act on it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import click
import pytest
from cli_scene import DOMAIN, WORKFLOW_ID, Scene, scheduled, timer
from terminals import typed

from swf.models import ActivityType, Domain
from swf.models.decision import CompleteWorkflowExecution, RecordMarker

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\"  # clears, retitles, links
    "\x9b31m\x90q\x9d52;c;eA==\x9c"  # the same in one byte each
    "\r\b\x7f\x0b\x0c\x0e"  # what overwrites
    "\u202e\u2066\u200f\u2028\u2029"  # what turns text round, or breaks it
    "[bold red]x[/] \n\t ok"  # markup, lines
)

UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

OURS = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a table: nothing else that begins with an escape is ever written."""

COMMANDS = (
    "workflow list",
    "workflow count",
    f"workflow info {WORKFLOW_ID}",
    f"workflow tasks {WORKFLOW_ID} --timers",
    f"workflow profile {WORKFLOW_ID}",
    f"workflow history {WORKFLOW_ID}",
    f"workflow history {WORKFLOW_ID} --raw",
    f"workflow history {WORKFLOW_ID} --follow",
    f"workflow tree {WORKFLOW_ID} --children",
    f"workflow tree {WORKFLOW_ID} --watch",
    f"workflow result {WORKFLOW_ID}",
    f"workflow export {WORKFLOW_ID}",
    f"workflow diff {WORKFLOW_ID} other",
    "workflow terminate --where status=open --dry-run",
    f"activity list {WORKFLOW_ID}",
    f"activity describe {WORKFLOW_ID} a",
    "domain list",
    "domain describe",
    "workflow-type list",
    "activity-type list",
    "activity-type describe examples.basic.hostile",
    "task-list list",
    "task-list describe quickstart",
    "doctor",
    "doctor other",
    "config show",
    f"server export {WORKFLOW_ID}",
    f"workflow.list {DOMAIN}",
    f"workflow.info {DOMAIN} {WORKFLOW_ID}",
    f"workflow.tasks {DOMAIN} {WORKFLOW_ID}",
    f"workflow.profile {DOMAIN} {WORKFLOW_ID}",
    f"workflow.history {WORKFLOW_ID}",
    f"workflow.filter {DOMAIN} --status closed",
    f"task.info {DOMAIN} {WORKFLOW_ID} a",
    "info",
)

FORMS = (
    ("-o", "table"),
    ("-o", "wide"),
    ("-o", "json"),
    ("-o", "jsonl"),
    ("-o", "csv"),
    ("-o", "tsv"),
    ("-o", "id"),
    ("--color", "always"),
    ("--color", "always", "-o", "wide"),
)


@pytest.fixture
def hostile(scene: Scene) -> Scene:
    """A domain in which all that is free text is hostile."""
    Domain("hostile", description=HOSTILE, retention_period=1, connection=scene.connection).save()
    ActivityType(scene.domain, "examples.basic.hostile", "1", description=HOSTILE).save()
    scene.start(input=HOSTILE, tag_list=[HOSTILE])
    scene.decide(
        scheduled("increment", "a"),
        timer("pause", 60),
        RecordMarker(marker_name="note", details=HOSTILE),
    )
    scene.fail(scene.take(), HOSTILE, HOSTILE)
    scene.decide(scheduled("increment", "a"))
    scene.complete(scene.take(), HOSTILE)
    scene.decide(CompleteWorkflowExecution(result=HOSTILE))
    other = scene.start("other", input=HOSTILE, tag_list=[HOSTILE])
    other.signal("go", HOSTILE)
    polled = {"domain": DOMAIN, "taskList": {"name": "quickstart"}, "identity": HOSTILE}
    scene.connection.call("PollForDecisionTask", polled)
    return scene


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_has_a_terminal_act(hostile: Scene, command: str) -> None:
    """In every format, on stdout and stderr, nothing is written but text and our own colours."""
    for form in FORMS:
        before = command.startswith(("workflow.", "task.", "info"))
        words = (*form, *command.split()) if before else (*command.split(), *form)
        ran = typed(*words)

        assert ran.exit_code in {0, 1}, (form, ran.output)
        coloured = "--color" in form
        for text in (ran.stdout, ran.stderr):
            plain = OURS.sub("", text) if coloured else text
            found = UNSHOWN.search(plain)
            assert found is None, (form, plain[max(found.start() - 60, 0) : found.end() + 10])


def test_what_is_spelled_out_in_json_is_read_back_whole(hostile: Scene) -> None:
    """Programs get the very text, since JSON has a spelling for each character."""
    for form in ("json", "jsonl"):
        text = typed("workflow", "info", WORKFLOW_ID, "-o", form).stdout
        assert json.loads(text)["input"] == HOSTILE


def test_a_row_of_a_table_for_programs_is_one_line(hostile: Scene) -> None:
    """A line break in a cell breaks no row of CSV or TSV, nor of a plain table."""
    for form, sign in (("csv", ","), ("tsv", "\t")):
        text = typed("workflow", "tasks", WORKFLOW_ID, "-o", form).stdout
        rows = list(csv.reader(io.StringIO(text), delimiter=sign))
        assert len(rows) == len(text.splitlines()) == 3
        assert len({len(row) for row in rows}) == 1
    assert len(typed("workflow", "tasks", WORKFLOW_ID).stdout.splitlines()) == 3


def test_what_was_typed_is_shown_harmless(scene: Scene, tmp_path: Path) -> None:
    """Errors repeat what was typed, in one line, with nothing to act on."""
    scene.begin()
    for words in (
        ("workflow", HOSTILE),
        (HOSTILE,),
        ("workflow", "info", HOSTILE),
        ("workflow", "list", "--status", HOSTILE),
        ("workflow", "list", "--type", HOSTILE),
        ("workflow", "list", "--query", HOSTILE),
        ("workflow", "list", "--since", HOSTILE),
        ("workflow", "list", f"--{HOSTILE}"),
        ("workflow", "terminate", "--where", HOSTILE),
        ("workflow", "diff", "--file", HOSTILE, "--file", HOSTILE),
        ("workflow", "info", WORKFLOW_ID, "-d", HOSTILE),
        ("domain", "describe", HOSTILE),
        ("config", "set", HOSTILE, "x"),
        ("config", "set", "domain", HOSTILE),
        ("run", HOSTILE),
        ("activity", "describe", WORKFLOW_ID, HOSTILE),
        ("server", "status", "--db", str(tmp_path / "x\x1b[2J")),
    ):
        ran = typed(*words)
        assert ran.exit_code != 0
        assert UNSHOWN.search(ran.output) is None, (words[:2], ran.output)
        assert len(ran.stderr.splitlines()) <= 1, (words[:2], ran.stderr)


def test_colours_are_only_ours(hostile: Scene) -> None:
    """What is left of a coloured table without our colours is the table without any."""
    coloured = typed("workflow", "tree", WORKFLOW_ID, "--color", "always").stdout
    assert OURS.search(coloured)
    assert UNSHOWN.search(click.unstyle(coloured)) is None
